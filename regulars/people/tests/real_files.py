"""Files that nobody here wrote, where they are at hand; a test that needs one skips with its reason elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest


def folder(name: str) -> Path | None:
    """Find `shared/data/<name>` beside one of the folders above."""
    above = [parent / "shared" / "data" for parent in Path(__file__).parents]
    return next((place / name for place in above if (place / name).is_dir()), None)


NAMES_ADDRESSES = folder("names_addresses")
needs_names_addresses = pytest.mark.skipif(
    NAMES_ADDRESSES is None, reason="the files of names and addresses are not on this machine"
)


def file(name: str) -> Path:
    assert NAMES_ADDRESSES is not None
    return NAMES_ADDRESSES / name

"""Real orders that nobody here wrote, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ABOVE = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]


def real_data(name: str) -> Path:
    """Find `<name>` in REGULARS_REAL_DATA, or in `shared/data` beside one of the folders above."""
    stated = os.environ.get("REGULARS_REAL_DATA")
    places = [Path(stated)] if stated else _ABOVE
    return next((place / name for place in places if (place / name).exists()), places[0] / name)


def needs(*names: str) -> pytest.MarkDecorator:
    """Skip with the reason where a file is not at hand."""
    missing = [name for name in names if not real_data(name).exists()]
    return pytest.mark.skipif(bool(missing), reason=f"{missing} not found; set REGULARS_REAL_DATA to their folder")

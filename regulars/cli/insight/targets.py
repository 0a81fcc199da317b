"""Files that are written: refused in a sentence before anything is computed, or when the disk says no."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from regulars.kit.errors import Refusal


def check(path: Path, read: Sequence[Path]) -> None:
    """Refuse a place that cannot be written, or that holds what is read."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise Refusal(f"{path}: there is no such folder.")
    if path.is_dir():
        raise Refusal(f"{path} is a folder. Name a file in it.")
    if any(path.resolve() == one.resolve() for one in read):
        raise Refusal(f"{path} is the file that is read; it is not written over.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise Refusal(f"{path} may not be written.")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in a sentence that a file could not be written."""
    try:
        yield
    except (OSError, duckdb.IOException) as fault:
        raise Refusal(f"{path} could not be written.") from fault

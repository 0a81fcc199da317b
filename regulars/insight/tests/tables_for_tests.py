"""Rows of any answer of any engine, so that they can be compared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from regulars.insight.frames import opened
from regulars.insight.tables import fetched


def told(frame: Any) -> list[dict[str, Any]]:
    """Rows in any order, with numbers rounded and None where something is missing."""
    held = opened(frame)
    names = held.collect_schema().names()
    return sorted((dict(zip(names, map(_plain, row), strict=True)) for row in fetched(held)), key=str)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    return value if value is None or isinstance(value, (str, date, bool)) else round(float(value), 6)

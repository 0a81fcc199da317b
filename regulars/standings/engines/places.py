"""Which files of the copy hold which frame."""

from __future__ import annotations

from regulars.standings.copying import Copied

AFRESH = ("people", "notes", "enquiries", "encounters", "memories", "shares", "standings")


def places(copied: Copied) -> dict[str, str]:
    """Name every frame of the copy and the files it lies in."""
    afresh = {name: f"{copied.afresh}/{name}-*.parquet" for name in AFRESH}
    return {**afresh, "all_orders": copied.orders, "all_refunds": copied.refunds, "all_lines": copied.lines}

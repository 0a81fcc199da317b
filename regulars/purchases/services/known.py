"""Which of these orders the house knows already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from regulars.purchases.services.writing import run_over

Key = tuple[str, str]


class Known(NamedTuple):
    """What stands in the table under a key."""

    id: int
    content_hash: int
    person_id: int | None
    is_forgotten: bool


def known_orders(keys: Iterable[Key]) -> dict[Key, Known]:
    """The orders that stand under these (source, reference). One query, by index."""
    rows = run_over(
        sorted(keys),
        {"source": "text", "reference": "text"},
        "SELECT o.source, o.reference, o.id, o.content_hash, o.person_id, o.forgotten_at IS NOT NULL"
        " FROM {rows} JOIN purchases_order o ON o.reference = d.reference AND o.source = d.source",
    )
    return {(row[0], row[1]): Known(row[2], row[3], row[4], bool(row[5])) for row in rows}

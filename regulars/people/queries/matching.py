"""Everybody whom filters let through, a portion at a time: for what is done to the whole list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.people.bulk import among
from regulars.people.models import Person
from regulars.people.queries.lists import Filter, everybody_fitting
from regulars.people.queries.search import search

COUNTED = 10_000


@dataclass(frozen=True)
class Asked:
    """For whom something is done: people picked, or everybody a list holds."""

    ids: tuple[int, ...] = ()
    filters: tuple[Filter, ...] = ()
    text: str = ""
    is_list: bool = False

    def as_row(self) -> dict[str, Any]:
        filters = [[one.key, one.op, one.value] for one in self.filters]
        return {"ids": list(self.ids), "filters": filters, "text": self.text, "is_list": self.is_list}

    @classmethod
    def of(cls, row: dict[str, Any]) -> Asked:
        filters = tuple(Filter(*one) for one in row.get("filters", ()))
        return cls(tuple(row.get("ids", ())), filters, row.get("text", ""), row.get("is_list", False))


def matching(asked: Asked, portion: int) -> Iterator[Sequence[int]]:
    """Yield the ids of everybody asked for, in order. Never the bucket of people unknown."""
    people = (
        everybody_fitting(asked.filters) if asked.is_list else Person.objects.here().filter(pk__in=among(asked.ids))
    )
    if asked.text:
        people = people.filter(pk__in=among(search(asked.text).ids))
    people = people.filter(is_bucket=False).order_by("pk")
    after = 0
    while ids := list(people.filter(pk__gt=after).values_list("pk", flat=True)[:portion]):
        yield ids
        after = ids[-1]


def count_matching(asked: Asked) -> int:
    """Count whom this is for, up to ten thousand and one. Stops looking there."""
    found = 0
    for ids in matching(asked, 2000):
        found += len(ids)
        if found > COUNTED:
            return COUNTED + 1
    return found

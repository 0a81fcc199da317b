"""What a card says that fits no column: several addresses, what a number is for, other days, what kind it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from regulars.intake.values.countries import code_of
from regulars.people.partial_dates import parse
from regulars.people.services import NewAddress, NewOccasion, NewPerson


def with_more(person: NewPerson, texts: Iterable[str]) -> NewPerson:
    """Add what several cards of one person say beyond their columns."""
    for text in texts:
        more: dict[str, Any] = json.loads(text)
        places = tuple(map(_place, more.get("places", ())))
        days = tuple(NewOccasion(kind, label, parse(day)) for kind, label, day in more.get("days", ()))
        person = replace(
            person,
            addresses=tuple(dict.fromkeys((*person.addresses, *places))),
            occasions=(*person.occasions, *days),
            labels={**more.get("labels", {}), **person.labels},
            kinds=(more["kind"],) if "kind" in more else person.kinds,
            organisation=person.organisation or more.get("firm", ""),
            zone=person.zone or more.get("zone", ""),
        )
    return person


def _place(place: list[str]) -> NewAddress:
    """Lines stay as they were written; a country nobody knows the letters of stays as a line."""
    lines, city, postcode, region, country, *kinds = place
    label = kinds[0] if kinds else ""
    if lines and not any((city, postcode, region, country)):
        return NewAddress(*_written_whole(lines), label)
    code = code_of(country) if country else ""
    return NewAddress(
        "\n".join(part for part in (lines, "" if code else country) if part), city, postcode, region, code, label
    )


def _written_whole(lines: str) -> tuple[str, str, str, str, str]:
    """An address in one piece stays in one piece; only the country that ends it is understood."""
    *above, last = lines.split("\n")
    code = code_of(last) if above and len(last.strip()) > 2 else ""
    return ("\n".join(above) if code else lines, "", "", "", code)

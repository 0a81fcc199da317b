"""Two records side by side before they become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.people import records
from regulars.people.models import Person
from regulars.people.queries.pairs import day_words, people_with_reach

Values = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One line of the comparison: what the first holds, the second, and what will stand there."""

    label: str
    one: Values
    other: Values
    result: Values


def side_by_side(keep: Person, other: Person) -> tuple[Person, Person, list[Row]]:
    """Return both with what they hold and what will be of it. Six queries, and those of the rooms for two people."""
    people = people_with_reach([keep.pk, other.pk])
    one, two = people[keep.pk], people[other.pk]
    lists: list[tuple[str, Callable[[Person], Iterable[object]]]] = [
        (_("E-mail"), lambda person: person.emails.all()),
        (_("Phone"), lambda person: person.phones.all()),
        (_("Address"), lambda person: person.addresses.all()),
        (_("Tags"), lambda person: [tag.tag for tag in person.tags.all()]),
    ]
    rows = [_joined(label, _texts(held(one)), _texts(held(two))) for label, held in lists]
    rows.append(_kept(_("Days"), _days(one), _days(two)))
    rows += [_first(_("Household"), one.household, two.household)]
    rows += _of_rooms(one, two)
    return one, two, [row for row in rows if row.one or row.other]


def _joined(label: str, one: Values, other: Values) -> Row:
    return Row(label, one, other, tuple(dict.fromkeys((*one, *other))))


def _kept(label: str, one: dict[str, str], other: dict[str, str]) -> Row:
    """Of two birthdays the first one's stays."""
    result = {**other, **one}
    return Row(label, tuple(one.values()), tuple(other.values()), tuple(result.values()))


def _first(label: str, one: object, other: object) -> Row:
    mine, its = str(one or ""), str(other or "")
    return Row(label, (mine,) if mine else (), (its,) if its else (), (mine or its,))


def _days(person: Person) -> dict[str, str]:
    found = {}
    for day in person.occasions.all():
        found[f"{day.kind} {day.label}"] = day_words(day)
    return found


def _of_rooms(one: Person, other: Person) -> list[Row]:
    """What the rooms above hold; nothing of it is lost, so the result is both."""
    rows = []
    for room in records.rooms():
        if room.summary is None:
            continue
        mine, its = dict(room.summary(one.pk)), dict(room.summary(other.pk))
        for label in dict.fromkeys((*mine, *its)):
            held, theirs = mine.get(label, ""), its.get(label, "")
            both = tuple(text for text in (held, theirs) if text)
            rows.append(Row(label, both[:1] if held else (), (theirs,) if theirs else (), (" + ".join(both),)))
    return rows


def _texts(rows: Iterable[object]) -> Values:
    return tuple(dict.fromkeys(str(row) for row in rows))

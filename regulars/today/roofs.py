"""One card a household: what is said to all under one roof is said once. A birthday stays each person's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.queries.roofs import cards_under_roofs, is_one_a_household
from regulars.people.models import Household, Person
from regulars.today.acquaintance import CARD
from regulars.today.lines import Line


def one_card_each(composed: Mapping[str, Sequence[Line]]) -> dict[str, Sequence[Line]]:
    """Leave out cards to a household that got one of the same sort within a month, or gets one by an earlier line.

    Three queries, and only where there are such cards for people who live with somebody.
    """
    shared = {line.due.person_id for lines in composed.values() for line in lines if _is_shared(line)} - {None}
    roofs = _roofs({pk for pk in shared if pk is not None})
    if not roofs:
        return dict(composed)
    sent = {
        programme: cards_under_roofs(set(roofs.values()), programme, clock.now())
        for programme in {line.programme for lines in composed.values() for line in lines if _is_shared(line)}
    }
    seen: set[tuple[int, str]] = set()
    kept: dict[str, Sequence[Line]] = {}
    for key, lines in composed.items():
        kept[key] = [_said(line, roofs) for line in lines if _is_first(line, roofs, sent, seen)]
    return kept


def hold_the_roof(person_id: int | None) -> None:
    """Let one answer at a time be given for a household, so that two hands do not both write its card."""
    roof = Person.objects.filter(pk=person_id).values_list("household_id", flat=True).first() if person_id else None
    if roof is not None:
        list(Household.objects.select_for_update().filter(pk=roof))


def _is_shared(line: Line) -> bool:
    return line.way == CARD and is_one_a_household(line.way, line.purpose, line.programme)


def _roofs(person_ids: set[int]) -> dict[int, int]:
    if not person_ids:
        return {}
    rows = Person.objects.filter(pk__in=person_ids, household__isnull=False).values_list("pk", "household_id")
    return dict(rows)


def _is_first(
    line: Line, roofs: Mapping[int, int], sent: Mapping[str, Mapping[int, set[int]]], seen: set[tuple[int, str]]
) -> bool:
    person_id = line.due.person_id or 0
    roof = roofs.get(person_id)
    if roof is None or not _is_shared(line):
        return True
    mark = (roof, line.programme)
    if mark in seen or sent[line.programme].get(roof, set()) - {person_id}:
        return False
    seen.add(mark)
    return True


def _said(line: Line, roofs: Mapping[int, int]) -> Line:
    if line.due.person_id not in roofs or not _is_shared(line):
        return line
    return replace(line, remarks=(*line.remarks, _("One card for the whole household.")))

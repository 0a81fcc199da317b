"""Keeping in touch: how often, and that it happened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Kind, Person
from regulars.people.services.changing import touch
from regulars.rapport.models import KindRhythm, Tie

MOST_MONTHS = 60
COLUMN = {"in": "last_in_on", "out": "last_out_on", "rest": "rested_on"}


@transaction.atomic
def set_rhythm(person: Person, every_months: int | None) -> None:
    """Say how often we speak to somebody: months, 0 for never, None as usual for what they are to us."""
    _check(every_months)
    Tie.objects.update_or_create(person=person, defaults={"every_months": every_months})
    touch(person.pk, "rhythm")


@transaction.atomic
def set_kind_rhythm(kind: str, every_months: int) -> None:
    """Say how often we usually speak to people of one kind; 0 is never by itself."""
    if kind not in Kind.values:
        raise Refusal(_("Please choose one of the kinds."), field="kind")
    if kind in {Kind.CUSTOMER, Kind.LEAD}:
        raise Refusal(_("Customers come by themselves; give a rhythm to one of them, on their page."), field="kind")
    _check(every_months)
    KindRhythm.objects.update_or_create(kind=kind, defaults={"every_months": every_months})


@transaction.atomic
def note_contact(person_ids: Collection[int], direction: str = "out", on: date | None = None) -> None:
    """Note that we spoke: "in" they came to us, "out" we went to them, "both" a talk. Set-based and safe to repeat.

    A day before the one that stands changes nothing.
    """
    day = on or clock.today()
    if day > clock.today():
        raise Refusal(_("That day is still to come."), field="on")
    names = [COLUMN["in"], COLUMN["out"]] if direction == "both" else [COLUMN[direction]]
    ids = sorted(set(person_ids))
    Tie.objects.bulk_create([Tie(person_id=pk) for pk in ids], ignore_conflicts=True, batch_size=500)
    for name in names:
        for first in range(0, len(ids), 5000):
            rows = Tie.objects.filter(person_id__in=ids[first : first + 5000])
            rows.filter(Q(**{name: None}) | Q(**{f"{name}__lt": day})).update(**{name: day})


def rest(person_id: int) -> None:
    """Not this time: the next time is reckoned from today."""
    note_contact([person_id], "rest")


def _check(every_months: int | None) -> None:
    if every_months is not None and not 0 <= every_months <= MOST_MONTHS:
        raise Refusal(_("Please write a number of months up to 60, or 0 for never."), field="every_months")

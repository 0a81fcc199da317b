"""Days that matter."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import LeapDay, Occasion, Person
from regulars.people.partial_dates import PartialDate
from regulars.people.services.changing import touch


@transaction.atomic
def add_occasion(person: Person, kind: str, date: PartialDate, label: str = "") -> Occasion:
    """Write down a day, with its year only if it is really known. The same kind and label again changes the day."""
    if kind not in Occasion.Kind.values:
        raise Refusal(_("Please choose what kind of day it is."), field="kind")
    if date.year is not None and date.observed_in(date.year) > clock.today():
        raise Refusal(_("That year is still to come. Leave the year out if you do not know it."), field="date")
    day = {"month": date.month, "day": date.day, "year": date.year, "is_celebrated": True}
    occasion, _made = Occasion.objects.update_or_create(
        person=person, kind=kind, label=label.strip()[:120], defaults=day
    )
    touch(person.pk, "occasions")
    return occasion


@transaction.atomic
def celebrate(occasion: Occasion, is_celebrated: bool) -> None:
    """Say whether this day is kept; a day somebody would rather forget stays in the book and out of the plan."""
    Occasion.objects.filter(pk=occasion.pk).update(is_celebrated=is_celebrated)
    touch(occasion.person_id, "occasions")


@transaction.atomic
def keep_leap_day(person: Person, rule: str) -> None:
    """Say on which day somebody born on 29 February is congratulated in a common year."""
    if rule not in LeapDay.values:
        raise Refusal(_("Please choose 28 February or 1 March."), field="feb29_rule")
    Person.objects.filter(pk=person.pk).update(feb29_rule=rule)
    touch(person.pk, "feb29_rule")

"""What the owner remembers of people without orders: three taps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.staff.models import User
from regulars.standings.models import Memory
from regulars.standings.services.refreshing import refresh_facts
from regulars.standings.services.requesting import request_grading


def remember(
    person: Person,
    *,
    last_seen_on: date,
    usual_gap_days: int | None,
    usual_amount: Decimal,
    by: User | None = None,
) -> Memory:
    """Note when somebody was last seen, about how often they come (None: only once) and about how much a visit.

    Saying it again replaces it. The standing is labelled from memory at once and graded with everybody soon after.
    """
    today = clock.today()
    if not person.is_here or person.is_bucket:
        raise Refusal(_("Only a person can be remembered, not a collective name."))
    if last_seen_on > today:
        raise Refusal(_("That day is still to come."), field="last_seen")
    if usual_gap_days is not None and usual_gap_days < 1:
        raise Refusal(_("Say about how many days lie between visits."), field="usual_gap")
    if usual_amount < 0:
        raise Refusal(_("An amount cannot be below zero."), field="usual_amount")
    with transaction.atomic():
        memory, _made = Memory.objects.update_or_create(
            person=person,
            defaults={
                "last_seen_on": last_seen_on,
                "usual_gap_days": usual_gap_days,
                "usual_amount": usual_amount,
                "told_on": today,
                "told_at": clock.now(),
                "by": by,
            },
        )
        refresh_facts([person.pk])
        request_grading(after_seconds=60)
    return memory


@dataclass(frozen=True)
class NewMemory:
    """What was remembered of one person among many."""

    person_id: int
    last_seen_on: date
    usual_gap_days: int | None
    usual_amount: Decimal


@transaction.atomic
def remember_many(told: Sequence[NewMemory], *, told_at: datetime, by_id: int | None = None) -> int:
    """Note what was remembered of many people; returns of how many. Safe to repeat: a later word of somebody stays.

    Who is no longer in the book, or is a collective name, is passed over. Five queries, and those of the facts.
    """
    ids = [one.person_id for one in told]
    here = set(Person.objects.gradable().filter(pk__in=ids).values_list("pk", flat=True))
    held = dict(Memory.objects.filter(person_id__in=ids).values_list("person_id", "told_at"))
    rows = [
        Memory(
            person_id=one.person_id,
            last_seen_on=min(one.last_seen_on, clock.local(told_at).date()),
            usual_gap_days=one.usual_gap_days,
            usual_amount=one.usual_amount,
            told_on=clock.local(told_at).date(),
            told_at=told_at,
            by_id=by_id,
        )
        for one in {one.person_id: one for one in told}.values()
        if one.person_id in here and (one.person_id not in held or held[one.person_id] < told_at)
    ]
    if rows:
        columns = ["last_seen_on", "usual_gap_days", "usual_amount", "told_on", "told_at", "by"]
        Memory.objects.bulk_create(rows, update_conflicts=True, unique_fields=["person"], update_fields=columns)
        refresh_facts([row.person_id for row in rows])
        request_grading(after_seconds=60)
    return len(rows)


def forget_memory(person: Person) -> None:
    """Take back what was remembered; orders, if there are any, speak alone again."""
    with transaction.atomic():
        if Memory.objects.filter(person=person).delete()[0]:
            refresh_facts([person.pk])
            request_grading(after_seconds=60)

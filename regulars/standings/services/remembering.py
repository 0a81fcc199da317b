"""What the owner remembers of people without orders: three taps."""

from __future__ import annotations

from datetime import date
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


def forget_memory(person: Person) -> None:
    """Take back what was remembered; orders, if there are any, speak alone again."""
    with transaction.atomic():
        if Memory.objects.filter(person=person).delete()[0]:
            refresh_facts([person.pk])
            request_grading(after_seconds=60)

"""What the business has grown into, asked once in ten minutes: by it the frame decides what stands in the rail.

This is the one place that says from when on an owner is shown more than the few rooms everybody needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, QuerySet

from regulars.kit.business import Business
from regulars.outreach.models import Mailing
from regulars.people.models import Person, PersonKind
from regulars.rapport.models import Enquiry
from regulars.rapport.queries.others import OTHERS
from regulars.staff.models import User

SEVERAL_PEOPLE = 100
MANY_PEOPLE = 200
TEAM = 2
SEVERAL = 5
KEPT_SECONDS = 600
KEY = "frame:growth"


@dataclass(frozen=True)
class Growth:
    """Each of these opens some rooms in the rail; a shop that begins has none of them.

    `has_several`: a hundred people, so that figures say something. `has_many`: two hundred, so that letters go by the
    batch. `is_team`: a second person works here. The others: five of a kind were written down, or a mailing has gone.
    """

    has_several: bool = False
    has_many: bool = False
    is_team: bool = False
    takes_enquiries: bool = False
    keeps_others: bool = False
    writes_to_many: bool = False


def growth() -> Growth:
    """As it was within the last ten minutes. One query at most, whatever the size: nothing is counted to its end."""
    found: Growth | None = cache.get(KEY)
    if found is None:
        found = measured()
        cache.set(KEY, found, KEPT_SECONDS)
    return found


def forget_growth() -> None:
    """Look anew next time."""
    cache.delete(KEY)


def measured() -> Growth:
    """Ask now. One query."""
    people = Person.objects.gradable()
    others = PersonKind.objects.filter(kind__in=OTHERS)
    row = (
        Business.objects.filter(pk=1)
        .values_list(
            _at_least(people, SEVERAL_PEOPLE),
            _at_least(people, MANY_PEOPLE),
            _at_least(User.objects.filter(is_active=True), TEAM),
            _at_least(Enquiry.objects.all(), SEVERAL),
            _at_least(others, SEVERAL),
            Exists(Mailing.objects.filter(began_at__isnull=False)),
        )
        .first()
    )
    return Growth(*map(bool, row)) if row else Growth()


def _at_least(rows: QuerySet[Any], n: int) -> Exists:
    return Exists(rows.order_by("pk")[n - 1 : n])

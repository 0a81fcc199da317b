"""Anniversaries as a customer: so many years since the first purchase, for people who still come."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.prepared import prepared
from regulars.purchases.models import PersonTotals
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.lines.quiet import not_printed, not_quiet
from regulars.today.lines.shape import Due, Kind, Line, Words
from regulars.today.lines.ways import MINUTES, cost_of, day_in_words, way_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

KEY = "anniversary"
AHEAD_DAYS = 3
LONGEST_YEARS = 60
STILL_COMES_DAYS = 730
WAYS = (EMAIL, CARD, CALL)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """People whose first purchase was whole years ago, within the next three days. At most 4 queries, each by index."""
    found: list[Due] = []
    for ahead in range(AHEAD_DAYS + 1):
        day = on + timedelta(days=ahead)
        found += [
            Due(KEY, pk, str(day.year), day, pk, {"years": day.year - first_on.year, "first_on": first_on})
            for pk, first_on in first_bought(day, on, limit - len(found), only)
        ]
        if len(found) >= limit:
            break
    return found[:limit]


@prepared
def first_bought(day: date, on: date, limit: int, only: Collection[int] | None) -> QuerySet[PersonTotals, Any]:
    rows = (
        PersonTotals.objects.filter(
            first_bought_on__in=same_days(day),
            last_bought_on__gte=on - timedelta(days=STILL_COMES_DAYS),
            person__is_bucket=False,
            person__merged_into=None,
            person__erased_at=None,
        )
        .filter(not_quiet(on), Decision.objects.open_lines(KEY, on, "person_id", str(day.year)))
        .filter(not_printed("=customer-anniversary", "person_id", day.year))
        .order_by("first_bought_on", "person_id")
    )
    if only is not None:
        rows = rows.filter(person_id__in=only)
    return rows.values_list("person_id", "first_bought_on")[:limit]


def same_days(day: date) -> list[date]:
    """The same day of every year before; in a common year 28 February stands for the 29th too."""
    days = []
    for year in range(day.year - LONGEST_YEARS, day.year):
        if (day.month, day.day) != (2, 29) or isleap(year):
            days.append(day.replace(year=year))
        if (day.month, day.day) == (2, 28) and isleap(year) and not isleap(day.year):
            days.append(date(year, 2, 29))
    return days


def words(dues: Sequence[Due], known: Mapping[int, Acquaintance]) -> Words:
    extras = {due.key: {"years": str(due.facts["years"])} for due in dues}
    return Words({due.key: "anniversary" for due in dues}, extras)


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0]) for due in dues]


def line(due: Due, person: Acquaintance) -> Line:
    way = person.way(WAYS)
    years = ngettext("%(years)d year", "%(years)d years", due.facts["years"]) % {"years": due.facts["years"]}
    return Line(
        due=due,
        person=person.name,
        what=way_in_words(way),
        why_person=person.in_words,
        why_now=_("%(years)s with us on %(day)s.") % {"years": years, "day": day_in_words(due.due_on)},
        minutes=MINUTES[way],
        cost_amount=cost_of(way),
        way=way,
        purpose="greeting",
        programme="customer-anniversary",
        draft=due.draft,
        phone=person.phone,
        phone_link=person.phone_link,
        address=person.address,
    )


KIND = Kind(KEY, gettext_lazy("Years with us"), gettext_lazy("since the first purchase"), due, compose, words, shown=5)

"""The others a business lives by: who they are, when we last spoke, what is owed, what comes next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count

from regulars.kit import clock
from regulars.people.bulk import among
from regulars.people.models import Kind, Occasion, Person, PersonKind, Reminder
from regulars.people.partial_dates import PartialDate
from regulars.rapport.models import Owed, Side, Tie
from regulars.rapport.queries.ties import Contact, contacts_of, months_for, rhythms

OTHERS = (
    Kind.SUPPLIER, Kind.DISTRIBUTOR, Kind.EMPLOYEE, Kind.REFERRAL_SOURCE, Kind.LANDLORD, Kind.NEIGHBOUR, Kind.OTHER,
)  # fmt: skip
PAGE = 50
FEW = 2000


@dataclass(frozen=True)
class Other:
    """One of them, as a line of the page."""

    person: Person
    kinds: list[str]
    contact: Contact
    every_months: int
    next_on: date | None
    is_late: bool
    we_owe: int = 0
    they_owe: int = 0
    promises: int = 0
    day: tuple[str, date] | None = None

    @property
    def we_owe_all(self) -> int:
        return self.we_owe + self.promises


@dataclass(frozen=True)
class OthersPage:
    rows: list[Other] = field(default_factory=list)
    has_more: bool = False


def kinds_in_use() -> list[str]:
    """The kinds of others there is anybody of, in their order. One query."""
    rows = PersonKind.objects.filter(kind__in=OTHERS, person__merged_into=None, person__erased_at=None)
    used = set(rows.filter(person__is_bucket=False).order_by().values_list("kind", flat=True).distinct())
    return [kind for kind in OTHERS if kind in used]


def others(kind: str = "", start: int = 0) -> OthersPage:
    """Fifty of them from the `start`-th on, by name. At most thirteen queries, whatever their number."""
    wanted = [kind] if kind in OTHERS else list(OTHERS)
    plays = PersonKind.objects.filter(kind__in=wanted).order_by().values_list("person_id", flat=True)
    few = set(plays[: FEW + 1])
    # Few are looked up one by one; only where they are many is it quicker to walk the names of everybody.
    are_these = {"pk__in": among(few)} if len(few) <= FEW else {"pk__in": plays}
    rows = Person.objects.gradable().filter(**are_these).order_by("sort_name", "pk")
    people = list(rows.prefetch_related("kinds", "phones", "emails")[start : start + PAGE + 1])
    return OthersPage(_lines(people[:PAGE]), len(people) > PAGE)


def _lines(people: list[Person]) -> list[Other]:
    ids, today, usual = [person.pk for person in people], clock.today(), rhythms()
    contacts, ties = contacts_of(ids), {tie.person_id: tie for tie in Tie.objects.filter(person_id__in=ids)}
    owed, promises, days = _owed(ids), _promises(ids), _days(people, today)
    lines = []
    for person in people:
        kinds = [row for row in person.kinds.all() if row.kind in OTHERS]
        months = months_for(ties.get(person.pk), [row.kind for row in person.kinds.all()], usual)
        next_on = contacts[person.pk].next_on(months, clock.local(person.added_at).date())
        lines.append(
            Other(
                person,
                [str(row.get_kind_display()) for row in kinds],
                contacts[person.pk],
                months,
                next_on,
                next_on is not None and next_on <= today,
                owed.get((person.pk, True), 0),
                owed.get((person.pk, False), 0),
                promises.get(person.pk, 0),
                days.get(person.pk),
            )
        )
    return lines


def _owed(ids: Collection[int]) -> dict[tuple[int, bool], int]:
    """Open things by person and whether it is our turn. One query."""
    found: dict[tuple[int, bool], int] = {}
    rows = Owed.objects.filter(person_id__in=ids, settled_at=None).order_by()
    for person_id, side, count in rows.values_list("person_id", "side").annotate(Count("pk")):
        whose = (person_id, side != Side.THEY)
        found[whose] = found.get(whose, 0) + count
    return found


def _promises(ids: Collection[int]) -> dict[int, int]:
    rows = Reminder.objects.filter(person_id__in=ids, done_at=None, kind=Reminder.Kind.PROMISE).order_by()
    return dict(rows.values_list("person_id").annotate(Count("pk")))


def _days(people: list[Person], today: date) -> dict[int, tuple[str, date]]:
    """The next day that matters of each, within a year. One query."""
    rules = {person.pk: person.feb29_rule for person in people}
    found: dict[int, tuple[str, date]] = {}
    for row in Occasion.objects.filter(person_id__in=list(rules), is_celebrated=True):
        day = PartialDate(row.month, row.day, row.year)
        on = next(
            one
            for year in (today.year, today.year + 1)
            if (one := day.observed_in(year, rules[row.person_id])) >= today
        )
        if on <= today + timedelta(days=366) and (row.person_id not in found or on < found[row.person_id][1]):
            found[row.person_id] = (row.label or str(row.get_kind_display()), on)
    return found

"""Who stands at a step for longer than usual: the same conditions for the page, the list of people and its count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.people.fields import Field
from regulars.people.models import Person, PersonKind
from regulars.people.queries import known_as
from regulars.purchases.models import PersonTotals
from regulars.rapport.models import LIVE, Enquiry
from regulars.standings.models import Step, StepCount
from regulars.standings.services.steps import Steps

COUNTED = 1000
NAMED = 5
STILL_COMING_DAYS = 365
LABELS = {
    Step.ASKED: _("asked, and has not bought"),
    Step.FIRST: _("bought once, and did not come back"),
    Step.SECOND: _("came twice, and not again"),
    Step.REGULAR: _("comes regularly, and sent nobody yet"),
}


def kept_steps() -> Steps | None:
    """The last count that was kept. One query."""
    row = StepCount.objects.filter(pk=1).first()
    return Steps(**row.counts) if row is not None else None


def limit_days(step: str, steps: Steps | None = None) -> int:
    """After how many days at a step somebody counts as stuck, by the last count kept."""
    found = steps or kept_steps() or Steps("")
    return found.limit_days(step)


def stuck_ids(step: str, on: date, limit: int) -> QuerySet[PersonTotals, int] | QuerySet[Person, int]:
    """The ids of those stuck at a step, whoever became so last first. Lazy."""
    since = on - timedelta(days=limit)
    if step == Step.ASKED:
        return _asked_ids(since)
    return _by_visits(Step(step), on, limit)


def _by_visits(step: Step, on: date, limit: int) -> QuerySet[PersonTotals, int]:
    """Those who came once, twice or regularly, and stand there longer than usual."""
    since = on - timedelta(days=limit)
    totals = PersonTotals.objects.filter(person__is_bucket=False)
    if step == Step.REGULAR:
        sent = Person.objects.here().filter(referred_by_id=OuterRef("person_id"))
        coming = totals.filter(buying_days__gte=3, last_bought_on__gte=on - timedelta(days=STILL_COMING_DAYS))
        return coming.filter(~Exists(sent)).order_by("-last_bought_on").values_list("person_id", flat=True)
    visits = {Step.FIRST: 1, Step.SECOND: 2}[step]
    rows = totals.filter(buying_days=visits, last_bought_on__lte=since)
    return rows.order_by("-last_bought_on").values_list("person_id", flat=True)


def _asked_ids(since: date) -> QuerySet[Person, int]:
    """The same people as `_asked`, out of the rows of those who ever asked: never through everybody in the book."""
    wishes = Enquiry.objects.filter(state__in=LIVE).order_by().values("person_id")
    leads = PersonKind.objects.filter(kind="lead").order_by().values("person_id")
    return _asked(since).filter(pk__in=wishes.union(leads))


def _asked(since: date) -> QuerySet[Person, int]:
    """Open wishes first asked by that day, and enquirers without one who came into the book by then."""
    bought = PersonTotals.objects.filter(person_id=OuterRef("pk"), orders__gte=1)
    wishes = Enquiry.objects.filter(person_id=OuterRef("pk"))
    live = wishes.filter(state__in=LIVE, asked_on__lte=since)
    lead = PersonKind.objects.filter(person_id=OuterRef("pk"), kind="lead")
    old_lead = Q(Exists(lead), ~Exists(wishes), added_at__lt=clock.end_of(since))
    people = Person.objects.gradable().filter(Q(Exists(live)) | old_lead).filter(~Exists(bought))
    return people.order_by("-pk").values_list("pk", flat=True)


@dataclass(frozen=True)
class Waiting:
    """Somebody who is stuck, and since when."""

    person: Person
    name: str
    since: date | None


@dataclass(frozen=True)
class Stuck:
    """How many are stuck at a step (up to a thousand is counted), and those who became so last."""

    count: int
    named: list[Waiting]

    @property
    def has_more_than_counted(self) -> bool:
        return self.count > COUNTED


def stuck_at(step: str, on: date, limit: int) -> Stuck:
    """Three bounded queries, five where some have no name."""
    ids = list(stuck_ids(step, on, limit)[: COUNTED + 1])
    named = ids[:NAMED]
    people = Person.objects.in_bulk(named)
    if step == Step.ASKED:
        rows = Enquiry.objects.filter(person_id__in=named, state__in=LIVE).order_by("-asked_on")
        days = dict(rows.values_list("person_id", "asked_on"))
        since = {pk: days.get(pk) or clock.local(people[pk].added_at).date() for pk in named}
    else:
        totals = PersonTotals.objects.filter(person_id__in=named)
        since = {pk: day for pk, day in totals.values_list("person_id", "last_bought_on") if day}
    names = known_as(people.values())
    return Stuck(len(ids), [Waiting(people[pk], names[pk], since.get(pk)) for pk in named])


def matches_stuck(op: str, value: str) -> Q:
    """Who is stuck at this step. One small query for what is usual here."""
    if value not in LABELS:
        return Q(pk__in=[])
    limit = limit_days(value)
    if value == Step.ASKED:
        return Q(Exists(_asked(clock.today() - timedelta(days=limit)).order_by().filter(pk=OuterRef("pk"))))
    totals = _by_visits(Step(value), clock.today(), limit)
    return Q(Exists(totals.order_by().filter(person_id=OuterRef("pk"))))


def ids_stuck(op: str, value: str) -> QuerySet[PersonTotals, int] | QuerySet[Person, int] | None:
    if value not in LABELS:
        return None
    return stuck_ids(value, clock.today(), limit_days(value))


FIELD = Field(
    key="step",
    label=_("Stuck at a step"),
    room="standings",
    kind="choice",
    matches=matches_stuck,
    choices=[(step.value, label) for step, label in LABELS.items()],
    ids=ids_stuck,
    order=12,
)

"""Plan the cards of the year, each once, a little before it must be made: whoever runs it how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business, in_our_language
from regulars.kit.errors import Refusal
from regulars.kit.schedules import every
from regulars.outreach.models import Channel, Purpose, Stationery, Touch, YearCover, YearDay
from regulars.outreach.queries import year
from regulars.outreach.queries.permission import may_receive
from regulars.outreach.queries.posting import PostDays
from regulars.outreach.queries.printing import AHEAD_DAYS
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.drafting import draft_for
from regulars.outreach.services.planning import NewTouch, plan_touches
from regulars.outreach.services.printing.pieces import addresses_for
from regulars.outreach.services.printing.stationery import post_days_of, stationery
from regulars.people import queries as people
from regulars.people.models import Person
from regulars.purchases.models import PersonTotals
from regulars.staff.models import User
from regulars.staff.services import note_audit

SLICE = 500
MORNING = time(9)
LATE_DAYS = 3
MINUTES_A_CARD = Decimal(2)


@dataclass(frozen=True)
class Reason:
    """One person's card for one day: the first four make its key in the ledger."""

    person_id: int
    programme: str
    occurrence: str
    on: date
    wording: str
    years: int = 0


def usual_days() -> list[YearDay]:
    """What a year begins with: everybody's own days, the new year for all, and two words that fill up to three."""
    kind = YearDay.Kind
    with in_our_language():
        return [
            YearDay(key="birthday", kind=kind.BIRTHDAY, name=_("Birthday"), wording="birthday"),
            YearDay(key="years-with-us", kind=kind.YEARS, name=_("Years with us"), wording="anniversary"),
            YearDay(key="new-year", kind=kind.SEASON, name=_("New Year"), month=1, day=1, wording="new-year"),
            YearDay(
                key="spring", kind=kind.SEASON, name=_("A word in spring"), month=4, day=10, wording="for-no-reason",
                is_for_all=False,
            ),
            YearDay(
                key="autumn", kind=kind.SEASON, name=_("A word in autumn"), month=9, day=20, wording="for-no-reason",
                is_for_all=False,
            ),
        ]  # fmt: skip


@transaction.atomic
def begin_year(by: User | None) -> int:
    """Begin a year of cards; safe to repeat. Returns how many days of the year are new."""
    before = YearDay.objects.count()
    YearDay.objects.bulk_create(usual_days(), ignore_conflicts=True)
    new = YearDay.objects.count() - before
    if new:
        note_audit(by, "begin_year", room="outreach", kind="year", object_id=1)
    return new


def change_day(day: YearDay, by: User | None, *, is_on: bool, month: int | None = None, on: int | None = None) -> None:
    """Switch a reason on or off, or move a day of the year. What is planned already stays."""
    if day.kind == YearDay.Kind.SEASON and month and on:
        try:
            date(2024, month, on)
        except ValueError:
            raise Refusal(_("There is no such day in the year."), field="day") from None
        YearDay.objects.filter(pk=day.pk).update(month=month, day=on)
    YearDay.objects.filter(pk=day.pk).update(is_on=is_on)
    note_audit(by, "change_year", room="outreach", kind="year", object_id=day.pk)


@every("a year of cards", cron="40 4 * * *")
def plan_and_count() -> None:
    """Plan what comes near, and count who is covered."""
    with in_our_language():
        plan_year(clock.today())
        count_again()


def count_again() -> None:
    """Count who is covered, for books too large to count while somebody waits."""
    if year.is_begun():
        now = clock.now()
        YearCover.objects.update_or_create(
            pk=1, defaults={"found": year.count(clock.local(now).date()), "counted_at": now}
        )


def plan_year(on: date) -> int:
    """Plan the cards that must be made within the next days; returns how many are new.

    In slices of people, a few queries each. A touch planned before, here or on Today, stays as it is.
    """
    kept = year.days_kept()
    paper = stationery()
    days = post_days_of(paper)
    new = 0
    for day in kept:
        for reasons in _sliced(_reasons(day, kept, on, days)):
            new += _plan(day, reasons, on, paper, days)
    return new


def _sliced(reasons: Iterable[Reason]) -> Iterator[list[Reason]]:
    part: list[Reason] = []
    for reason in reasons:
        part.append(reason)
        if len(part) == SLICE:
            yield part
            part = []
    if part:
        yield part


def horizon(on: date, days: PostDays) -> date:
    """The last day whose cards may have to be made within the next days, abroad too."""
    return on + timedelta(days=max(days.farthest() + AHEAD_DAYS, 12))


def _reasons(day: YearDay, kept: Sequence[YearDay], on: date, days: PostDays) -> Iterator[Reason]:
    last = horizon(on, days)
    if day.kind == YearDay.Kind.SEASON:
        for at in year.season_days(day, on, last):
            yield from _of_season(day, kept, at)
    elif day.kind == YearDay.Kind.YEARS:
        yield from _of_years(day, on, last)
    else:
        for each in people.occasions_between(on, last, [day.kind]):
            yield Reason(each.person_id, day.kind, f"{each.occasion_id}:{each.on.year}", each.on, day.wording)


def _of_season(day: YearDay, kept: Sequence[YearDay], at: date) -> Iterator[Reason]:
    """Everybody who gets it and has not got it planned, by number, a slice at a time."""
    programme, occurrence, after = f"season:{day.key}", str(at.year), 0
    planned = Touch.objects.filter(person=OuterRef("pk"), programme=programme, occurrence=occurrence)
    rows = year.gets_season(day, kept, at).filter(year.by_post() | year.by_email()).filter(~Exists(planned))
    while ids := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:SLICE]):
        after = ids[-1]
        for pk in ids:
            yield Reason(pk, programme, occurrence, at, day.wording)


def _of_years(day: YearDay, on: date, last: date) -> Iterator[Reason]:
    """Whose first purchase was whole years ago on a day of the stretch and who still comes. One query a day."""
    for ahead in range((last - on).days + 1):
        at = on + timedelta(days=ahead)
        rows = PersonTotals.objects.filter(
            first_bought_on__in=year.same_days(at),
            last_bought_on__gte=on - timedelta(days=year.STILL_COMES_DAYS),
        )
        for pk, first_on in rows.values_list("person_id", "first_bought_on"):
            if first_on:
                yield Reason(pk, day.kind, f"{pk}:{at.year}", at, day.wording, at.year - first_on.year)


def _plan(day: YearDay, reasons: Sequence[Reason], on: date, paper: Stationery, days: PostDays) -> int:
    """Plan one slice: those whose card must be made soon, who may have it, one a household for a day of the year."""
    home = business().country
    due = _unplanned(reasons)
    places = addresses_for({reason.person_id for reason in due})
    posted: list[tuple[Reason, date]] = []
    by_email: list[Reason] = []
    for reason in due:
        place = places.get(reason.person_id)
        is_abroad = bool(place and place.country and home and place.country != home)
        make_on = days.make_on(reason.on, is_abroad=is_abroad)
        if place is None or days.post_on(reason.on, is_abroad=is_abroad) < on:
            by_email += [reason] if day.kind == YearDay.Kind.SEASON and reason.on <= on + timedelta(AHEAD_DAYS) else []
        elif make_on <= on + timedelta(days=AHEAD_DAYS + 5):
            posted.append((reason, max(make_on, on)))
    if day.kind == YearDay.Kind.SEASON:
        chosen = _one_a_roof([reason.person_id for reason, _at in posted])
        posted = [(reason, at) for reason, at in posted if reason.person_id in chosen]
    cards = _allowed([reason for reason, _at in posted], Channel.CARD)
    letters = _allowed(by_email, Channel.EMAIL)
    touches = _touches([(r, at) for r, at in posted if r.person_id in cards], Channel.CARD, paper, places)
    touches += _touches([(r, r.on) for r in by_email if r.person_id in letters], Channel.EMAIL, paper, places)
    return plan_touches(touches).new


def _unplanned(reasons: Sequence[Reason]) -> list[Reason]:
    """Leave out what is in the ledger already, whoever planned it. One query."""
    keys = Touch.objects.filter(
        person_id__in={reason.person_id for reason in reasons},
        programme__in={reason.programme for reason in reasons},
        occurrence__in={reason.occurrence for reason in reasons},
    ).values_list("person_id", "programme", "occurrence")
    known = set(keys)
    return [reason for reason in reasons if (reason.person_id, reason.programme, reason.occurrence) not in known]


def _allowed(reasons: Sequence[Reason], channel: str) -> set[int]:
    """Who may have a greeting this way, now or a little later. At most ten queries."""
    if not reasons:
        return set()
    verdicts = may_receive([reason.person_id for reason in reasons], channel, Purpose.GREETING, clock.now())
    return {pk for pk, verdict in verdicts.items() if verdict.ok or verdict.until}


def _one_a_roof(person_ids: Sequence[int]) -> set[int]:
    """Of each household the first who may have a card, whoever of it is in this slice. A dozen queries."""
    roofs = dict(Person.objects.filter(pk__in=person_ids, household__isnull=False).values_list("pk", "household_id"))
    if not roofs:
        return set(person_ids)
    members = (
        year.customers().filter(year.by_post(), household_id__in=set(roofs.values())).order_by("household_id", "pk")
    )
    lived = list(members.values_list("pk", "household_id"))
    verdicts = may_receive([pk for pk, _roof in lived], Channel.CARD, Purpose.GREETING, clock.now())
    first: dict[int, int] = {}
    for pk, roof in lived:
        if roof and (verdicts[pk].ok or verdicts[pk].until):
            first.setdefault(roof, pk)
    return {pk for pk in person_ids if pk not in roofs or first.get(roofs[pk] or 0) == pk}


def _touches(
    reasons: Sequence[tuple[Reason, date]], channel: str, paper: Stationery, places: Mapping[int, object]
) -> list[NewTouch]:
    if not reasons:
        return []
    extras = {reason.person_id: {"years": str(reason.years)} for reason, _at in reasons if reason.years}
    version = latest(reasons[0][0].wording)
    drafts = draft_for(version, [reason.person_id for reason, _at in reasons], extras)
    found = []
    for reason, at in reasons:
        draft = drafts.ready.get(reason.person_id)
        if draft is None:
            continue
        is_card = channel == Channel.CARD
        found.append(
            NewTouch(
                person_id=reason.person_id,
                programme=reason.programme,
                occurrence=reason.occurrence,
                channel=channel,
                purpose=Purpose.GREETING,
                subject=draft.subject,
                body=draft.text,
                wording_version_id=version.pk,
                wording="" if version.pk else reason.wording,
                due_at=_morning(at),
                not_before=None if is_card else _morning(reason.on),
                not_after=_night(reason.on + timedelta(days=0 if reason.programme in year.OWN else LATE_DAYS)),
                minutes=MINUTES_A_CARD if is_card else Decimal("0.5"),
                cost_amount=_cost(places.get(reason.person_id), paper) if is_card else 0,
            )
        )
    return found


def _cost(place: object, paper: Stationery) -> Decimal:
    """A card and its stamp, in business currency."""
    shop = business()
    country = getattr(place, "country", "")
    is_abroad = bool(country and shop.country and country != shop.country)
    return paper.card_amount + (paper.abroad_amount if is_abroad else shop.postage_amount)


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING, clock.zone())


def _night(day: date) -> datetime:
    return datetime.combine(day, time.max, clock.zone())

"""A year of cards: who is reached, who gets nothing and why, what it costs month by month. Set-based: a handful of
queries for sixty people and for a million."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractMonth
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.outreach.models import Channel, Stationery, Suppression, Touch, YearCover, YearDay
from regulars.outreach.queries.permission_reads import address_hash
from regulars.people.bulk import among
from regulars.people.models import ConsentNow, Email, Kind, Occasion, Person, PersonKind, PostalAddress
from regulars.purchases.models import PersonTotals

LEAST = 3
COUNTED_LIVE = 20_000
STILL_COMES_DAYS = 730
LONGEST_YEARS = 60
DEAD = (Suppression.Reason.HARD_BOUNCE, Suppression.Reason.SOFT_BOUNCES)
OWN = (YearDay.Kind.BIRTHDAY, YearDay.Kind.NAME_DAY)


def days_kept() -> list[YearDay]:
    """The reasons of the year that are switched on. One query."""
    return list(YearDay.objects.filter(is_on=True))


def is_begun() -> bool:
    return YearDay.objects.exists()


def customers() -> QuerySet[Person]:
    """Everybody a card may go to: customers who are here."""
    kinds = PersonKind.objects.filter(person=OuterRef("pk"), kind=Kind.CUSTOMER)
    return Person.objects.gradable().filter(Exists(kinds))


def by_post() -> Q:
    """Has an address that works, their own or their household's, and has not said no to post."""
    own = PostalAddress.objects.postable().filter(person=OuterRef("pk"))
    shared = PostalAddress.objects.postable().filter(pk=OuterRef("household__place"))
    return (Q(Exists(own)) | Q(Exists(shared))) & ~_objects_to("post")


def by_email(left: Collection[int] = ()) -> Q:
    """Has an address that works and has not said no to letters; `left` are those who left by their address alone."""
    letters = Email.objects.filter(person=OuterRef("pk"), is_bad=False).exclude(normalised="")
    found = Q(Exists(letters)) & ~_objects_to("email")
    return found & ~Q(pk__in=among(left)) if left else found


def left_by_email(ids: Collection[int] | None = None) -> dict[int, str]:
    """Whose address must not be written to, with the reason; of these people, or of everybody. Three queries.

    Only the keyed hashes of such addresses are kept, so every address that works is hashed: seconds for a million.
    """
    shut = Suppression.objects.filter(channel=Channel.EMAIL, undone_at=None)
    shut = shut.filter(Q(scope=Suppression.Scope.EVERYTHING) | Q(reason__in=DEAD))
    emails = Email.objects.filter(is_bad=False, normalised__contains="@")
    if ids is not None:
        emails = emails.filter(person_id__in=ids)
        shut = shut.filter(address_hash__in={address_hash(one) for one in emails.values_list("normalised", flat=True)})
    reasons = dict(shut.values_list("address_hash", "reason"))
    if not reasons:
        return {}
    found: dict[int, str] = {}
    before = 0
    rows = emails.order_by("person_id", "-is_primary", "id").values_list("person_id", "normalised")
    for person_id, address in rows.iterator(chunk_size=5000):
        reason = reasons.get(address_hash(address)) if person_id != before else None
        before = person_id
        if reason:
            found[person_id] = reason
    return found


def is_small() -> bool:
    """Is the book small enough to count everybody while somebody waits? One query."""
    return Person.objects.gradable().values("pk")[: COUNTED_LIVE + 1].count() <= COUNTED_LIVE


def left_lately() -> Collection[int]:
    """Who left by their address, without making the owner of a large book wait: there, as counted last night."""
    if is_small():
        return left_by_email()
    row = YearCover.objects.filter(pk=1).first()
    return row.found.get("left", []) if row else []


def _objects_to(channel: str) -> Q:
    said = ConsentNow.objects.filter(person=OuterRef("pk"), channel=channel, purpose="care", is_given=False)
    return Q(Exists(said.filter(basis="objection")))


def own_days(kept: Iterable[YearDay], on: date) -> Any:
    """How many of these days of their own each person has, as a column."""
    kinds = {day.kind for day in kept}
    occasions = Occasion.objects.filter(
        person=OuterRef("pk"), is_celebrated=True, kind__in=[kind.value for kind in OWN if kind in kinds]
    )
    counted = occasions.order_by().values("person").annotate(n=Count("pk")).values("n")
    total: Any = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    if YearDay.Kind.YEARS in kinds:
        bought = PersonTotals.objects.filter(
            person=OuterRef("pk"), last_bought_on__gte=on - timedelta(days=STILL_COMES_DAYS)
        )
        total = total + Case(When(Exists(bought), then=1), default=0, output_field=IntegerField())
    return total


def seasons_in_order(kept: Iterable[YearDay]) -> tuple[list[YearDay], list[YearDay]]:
    """The days for everybody, and those that fill up to three, each in the order of the year."""
    seasons = [day for day in kept if day.kind == YearDay.Kind.SEASON]
    seasons.sort(key=lambda day: (day.month or 0, day.day or 0, day.pk))
    return [day for day in seasons if day.is_for_all], [day for day in seasons if not day.is_for_all]


def gets_season(day: YearDay, kept: Sequence[YearDay], on: date) -> QuerySet[Person]:
    """Who gets a day of the year: all, or those who would have fewer than three without it."""
    rows = customers()
    for_all, filling = seasons_in_order(kept)
    if day.is_for_all:
        return rows
    before = len(for_all) + [other.pk for other in filling].index(day.pk)
    return rows.annotate(own=own_days(kept, on)).filter(own__lt=LEAST - before)


@dataclass(frozen=True)
class Month:
    """What one month asks for: cards by post at home and abroad, and their cost in business currency."""

    month: int
    home: int
    abroad: int
    cost_amount: Decimal
    is_over: bool

    @property
    def cards(self) -> int:
        return self.home + self.abroad


@dataclass(frozen=True)
class Coverage:
    """`nothing` of `people` get nothing; the others by post, or by e-mail where there is no address."""

    people: int
    post: int
    email: int
    nothing: int
    months: Sequence[Month] = field(default_factory=tuple)
    counted_at: Any = None


def coverage(on: date, left: Collection[int] | None = None) -> Coverage:
    """Count anew where the book is small; of a large one, what was counted last night. About a dozen queries."""
    if is_small():
        return as_coverage(count(on, left), None)
    row = YearCover.objects.filter(pk=1).first()
    return as_coverage(row.found, row.counted_at) if row else Coverage(0, 0, 0, 0)


def count(on: date, left: Collection[int] | None = None) -> dict[str, Any]:
    """Count everybody, in sums; `left` where it is known already who left by their address."""
    kept = days_kept()
    rows = customers().order_by()
    left = list(left_by_email() if left is None else left)
    lettered = ~by_post() & by_email(left)
    reached = rows.aggregate(
        people=Count("pk"),
        post=Count("pk", filter=by_post()),
        email=Count("pk", filter=lettered),
    )
    if not seasons_in_order(kept)[0] and not seasons_in_order(kept)[1]:
        with_days = rows.annotate(own=own_days(kept, on)).filter(own__gt=0)
        reached |= with_days.aggregate(post=Count("pk", filter=by_post()), email=Count("pk", filter=lettered))
    return {**reached, "left": left, "months": _months(kept, on)}


def as_coverage(found: Mapping[str, Any], counted_at: Any) -> Coverage:
    paper = Stationery.objects.filter(pk=1).first() or Stationery()
    shop = business()
    home, abroad = paper.card_amount + shop.postage_amount, paper.card_amount + paper.abroad_amount
    months = []
    for month in range(1, 13):
        at_home, far = found.get("months", {}).get(str(month), [0, 0])
        cost = at_home * home + far * abroad
        is_over = paper.budget_amount is not None and cost > paper.budget_amount
        months.append(Month(month, at_home, far, cost, is_over))
    nothing = found["people"] - found["post"] - found["email"]
    return Coverage(found["people"], found["post"], found["email"], nothing, months, counted_at)


def _months(kept: Sequence[YearDay], on: date) -> dict[str, list[int]]:
    """Cards by post in each month of the day they are for: [at home, abroad]."""
    found = {str(month): [0, 0] for month in range(1, 13)}
    kinds = [day.kind for day in kept if day.kind in OWN]
    if kinds:
        days = Occasion.objects.filter(is_celebrated=True, kind__in=kinds, person__in=customers().filter(by_post()))
        _add(found, days.annotate(where=_country("person")).values_list("month", "where").annotate(n=Count("pk")))
    if any(day.kind == YearDay.Kind.YEARS for day in kept):
        still = PersonTotals.objects.filter(
            last_bought_on__gte=on - timedelta(days=STILL_COMES_DAYS), person__in=customers().filter(by_post())
        ).annotate(month=ExtractMonth("first_bought_on"), where=_country("person"))
        _add(found, still.values_list("month", "where").annotate(n=Count("pk")))
    for day in kept:
        if day.kind == YearDay.Kind.SEASON:
            people = gets_season(day, kept, on).filter(by_post()).annotate(where=_country("pk"))
            roofs = Count(Coalesce(F("household_id"), F("pk") * -1), distinct=True)
            rows = people.order_by().values("where").annotate(n=roofs).values_list("where", "n")
            _add(found, ((day.month, where, n) for where, n in rows))
    return found


def _country(person: str) -> Any:
    places = PostalAddress.objects.postable().filter(person=OuterRef(person)).order_by("-is_primary", "id")
    return Coalesce(Subquery(places.values("country")[:1]), Value(""))


def _add(found: dict[str, list[int]], rows: Iterable[Any]) -> None:
    home = business().country
    for month, where, n in rows:
        is_abroad = bool(where and home and where != home)
        found[str(month)][int(is_abroad)] += n


def gets_nothing(on: date, left: Collection[int] | None = None) -> QuerySet[Person]:
    """Who is out of reach of the year, by name."""
    kept = days_kept()
    rows = customers().order_by("sort_name", "pk")
    unreached = ~by_post() & ~by_email(left_lately() if left is None else left)
    if any(day.kind == YearDay.Kind.SEASON for day in kept):
        return rows.filter(unreached)
    return rows.annotate(own=own_days(kept, on)).filter(unreached | Q(own=0))


def why_nothing(people: Sequence[Person]) -> dict[int, str]:
    """What is missing, for those on the page. Five queries."""
    ids = [person.pk for person in people]
    good = PostalAddress.objects.postable().filter(person_id__in=ids).values_list("person_id", flat=True)
    bad = PostalAddress.objects.filter(person_id__in=ids, is_bad=True).values_list("person_id", flat=True)
    mailable = Email.objects.filter(person_id__in=ids, is_bad=False).exclude(normalised="")
    placed, returned, emailed = set(good), set(bad), set(mailable.values_list("person_id", flat=True))
    left = left_by_email(ids)
    found = {}
    for pk in ids:
        if pk in left and pk not in placed:
            reason = Suppression.Reason(left[pk]).label
            found[pk] = _("No postal address, and not written to by e-mail: %(reason)s.") % {"reason": reason}
        elif pk in placed or pk in emailed:
            found[pk] = (
                _("Asked not to be written to.") if is_begun() and days_kept() else _("No day of theirs is known.")
            )
        elif pk in returned:
            found[pk] = _("Post to the address we have came back.")
        else:
            found[pk] = _("No postal address and no e-mail address.")
    return found


@dataclass(frozen=True)
class Give:
    """One card to come for one person."""

    on: date
    name: str
    is_by_post: bool


def plan_of(person: Person, on: date) -> list[Give]:
    """What one person gets within a year, the soonest first. At most ten queries."""
    kept = days_kept()
    if not customers().filter(pk=person.pk).exists():
        return []
    posted = customers().filter(by_post(), pk=person.pk).exists()
    if not posted and not customers().filter(by_email(left_by_email([person.pk])), pk=person.pk).exists():
        return []
    last = on + timedelta(days=365)
    gives = [Give(day, name, posted) for day, name in _own_of(person, kept, on, last)]
    for day in kept:
        if day.kind == YearDay.Kind.SEASON and gets_season(day, kept, on).filter(pk=person.pk).exists():
            gives += [Give(at, day.name, posted) for at in season_days(day, on, last)]
    return sorted(gives, key=lambda give: give.on)


def _own_of(person: Person, kept: Sequence[YearDay], on: date, last: date) -> Iterator[tuple[date, str]]:
    from regulars.people.queries import coming_up

    kinds = {day.kind: day.name for day in kept}
    for day in coming_up(person, on):
        if day.kind in kinds:
            yield day.on, day.label or kinds[day.kind]
    totals = PersonTotals.objects.filter(person=person, first_bought_on__isnull=False).first()
    if YearDay.Kind.YEARS in kinds and totals and totals.first_bought_on:
        for year in (on.year, on.year + 1):
            day_on = observed(totals.first_bought_on.month, totals.first_bought_on.day, year)
            if on <= day_on <= last and year > totals.first_bought_on.year:
                yield day_on, kinds[YearDay.Kind.YEARS]


def season_days(day: YearDay, first: date, last: date) -> list[date]:
    """The days of a season between two days, over the turn of the year."""
    if not day.month or not day.day:
        return []
    days = (observed(day.month, day.day, year) for year in range(first.year, last.year + 1))
    return [at for at in days if first <= at <= last]


def same_days(at: date) -> list[date]:
    """The same day of every year before; in a common year 28 February stands for the 29th too."""
    found = []
    for before in range(at.year - LONGEST_YEARS, at.year):
        if (at.month, at.day) != (2, 29) or isleap(before):
            found.append(date(before, at.month, at.day))
        if (at.month, at.day) == (2, 28) and isleap(before) and not isleap(at.year):
            found.append(date(before, 2, 29))
    return found


def observed(month: int, day: int, year: int) -> date:
    """A day of the year; 29 February is 28 February in a common year."""
    return date(year, month, 28 if (month, day) == (2, 29) and not isleap(year) else day)


def given_to(person: Person) -> list[Touch]:
    """What was given before: cards, letters and greetings that reached them, the latest first. One query."""
    rows = Touch.objects.filter(person=person, sent_at__isnull=False).filter(
        Q(channel__in=(Channel.CARD, Channel.LETTER, Channel.BY_HAND)) | Q(purpose="greeting")
    )
    return list(rows.order_by("-sent_at")[:20])


def same_words_before(touches: Sequence[Touch]) -> set[int]:
    """Those of these cards whose very words the same person had before. One query."""
    marks = {(touch.person_id, touch.draft_hash): touch.pk for touch in touches}
    sent = Touch.objects.filter(
        person_id__in={touch.person_id for touch in touches},
        draft_hash__in={touch.draft_hash for touch in touches},
        sent_at__isnull=False,
    )
    return {marks[mark] for mark in sent.values_list("person_id", "draft_hash") if mark in marks}


def spent_this_month(on: date) -> Decimal:
    """What the cards and letters sent since the first of the month cost. One query."""
    since = clock.start_of(on.replace(day=1))
    rows = Touch.objects.filter(sent_at__gte=since, channel__in=(Channel.CARD, Channel.LETTER))
    return rows.aggregate(total=Sum("cost_amount"))["total"] or Decimal(0)

"""What people can be filtered by because of where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.money import roughly
from regulars.people.fields import Choices, Field
from regulars.purchases.models import Order
from regulars.standings.models import SIMPLE_GROUPS, Basis, Group, SimpleGroup, Standing, ToldShare
from regulars.standings.models.shares import ANSWER_DAYS, WITHIN_PERCENT, YEAR_DAYS
from regulars.standings.queries import SIMPLE_UNDER, finding, group_counts, in_group, is_small_shop

FEW = 5_000
HALF_PERCENT = 50
MOST = Decimal(10) ** 12
NOT_BOUGHT = (Group.WARM, Group.WAITING, Group.COLD)


def choices() -> Choices:
    """Four groups in a small shop, eleven in a larger one; then those who have not bought."""
    groups = list(SimpleGroup) if is_small_shop() else [group for group in Group if group not in NOT_BOUGHT]
    return [(group.value, group.label) for group in (*groups, *NOT_BOUGHT)]


def matches_group(op: str, value: str) -> Q:
    """A small group is looked up and sorted; of a large one the list finds a page by going along the names."""
    if value not in SIMPLE_GROUPS and value not in Group.values:
        return Q(pk__in=[])
    standings = Standing.objects.filter(in_group(value))
    if size_of(value) <= FEW:
        return Q(pk__in=standings.values("person_id"))
    return Q(Exists(standings.filter(person=OuterRef("pk"))))


def ids_in_group(op: str, value: str) -> QuerySet[Standing, int] | None:
    """The people of a group by its index."""
    if value not in SIMPLE_GROUPS and value not in Group.values:
        return None
    return Standing.objects.filter(in_group(value)).values_list("person_id", flat=True)


def last_here_as_told(ids: Sequence[int]) -> Mapping[int, date]:
    """The day on which people known from memory were here last, as it was told. One query by their key."""
    told = Standing.objects.filter(pk__in=ids, basis=Basis.MEMORY).exclude(last_on=None)
    return {pk: on for pk, on in told.values_list("pk", "last_on") if on is not None}


def size_of(value: str) -> int:
    """About how many people stand in a group, as of the last grading. One query."""
    counts = group_counts()
    return sum(counts.groups.get(group, 0) for group in SIMPLE_GROUPS.get(value, (value,))) if counts else 0


def matches_slipping(op: str, value: str) -> Q:
    slipped = Q(Exists(Standing.objects.slipped(clock.today()).filter(person=OuterRef("pk"))))
    return slipped if value == "yes" else ~slipped


def ids_slipping(op: str, value: str) -> QuerySet[Standing, int] | None:
    """Those who slip by the index of their day; everybody else is nearly everybody."""
    return Standing.objects.slipped(clock.today()).values_list("person_id", flat=True) if value == "yes" else None


STILL_HERE = {
    "likely": (_("very likely"), Q(p_alive__gte=0.8)),
    "unsure": (_("hard to say"), Q(p_alive__gte=0.3, p_alive__lt=0.8)),
    "unlikely": (_("rather not"), Q(p_alive__lt=0.3)),
}


def still_here_choices() -> Choices:
    """Three answers; none while there are too few people to tell by."""
    return [] if is_small_shop() else [(key, label) for key, (label, _condition) in STILL_HERE.items()]


def matches_still_here(op: str, value: str) -> Q:
    """How likely somebody still is a customer, as of the model card."""
    if value not in STILL_HERE:
        return Q(pk__in=[])
    return Q(Exists(Standing.objects.filter(STILL_HERE[value][1], person=OuterRef("pk"))))


def worth_choices() -> Choices:
    """From round amounts on, as the last grading found them; none while there are too few people to tell by."""
    found = finding("value")
    if found is None or found.n < SIMPLE_UNDER:
        return []
    currency, edges = business().currency, [row["from_amount"] for row in found.data["buckets"]]
    return [(edge, _("%(amount)s and more") % {"amount": roughly(Decimal(edge), currency)}) for edge in edges[1:]]


def matches_worth(op: str, value: str) -> Q:
    """What somebody may bring in twelve months, as of the model card: so much and more."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return Q(pk__in=[])
    if not amount.is_finite() or abs(amount) > MOST:
        return Q(pk__in=[])
    rich = Standing.objects.filter(value_amount__gte=amount.quantize(Decimal("0.001")))
    return Q(Exists(rich.filter(person=OuterRef("pk"))))


def room_choices() -> Choices:
    """Two answers, asked or estimated; none while there are too few people to tell by."""
    found = finding("room")
    if found is None or found.data.get("reason") or is_small_shop():
        return []
    return [("grow", _("room to grow")), ("full", _("has us already"))]


def matches_room(op: str, value: str) -> Q:
    """Who could buy more here: by their answer, else by what they spent in the last year beside those who spend most.

    The same as `room.room_of` says of one person. One small query.
    """
    if value not in ("grow", "full"):
        return Q(pk__in=[])
    today = clock.today()
    told = ToldShare.objects.filter(person=OuterRef("pk"), told_on__gt=today - timedelta(days=ANSWER_DAYS))
    step = HALF_PERCENT - WITHIN_PERCENT if value == "grow" else HALF_PERCENT + WITHIN_PERCENT
    said = Q(Exists(told.filter(percent__lt=step) if value == "grow" else told.filter(percent__gte=step)))
    peers = finding("peers")
    if peers is None or peers.data["top"] is None:
        return said
    half = Decimal(peers.data["top_low" if value == "grow" else "top_high"]) / 2
    spent = (
        Order.objects.purchases()
        .filter(person=OuterRef("pk"), bought_on__gt=today - timedelta(days=YEAR_DAYS), bought_on__lte=today)
        .order_by()
        .values("person")
        .annotate(spent=Sum("net_amount"))
        .filter(spent__gt=0)
    )
    edge = half.quantize(Decimal("0.001"))
    estimated = spent.filter(spent__lt=edge) if value == "grow" else spent.filter(spent__gte=edge)
    return said | (~Q(Exists(told)) & Q(Exists(estimated)))


FIELDS = (
    Field(
        key="group", label=_("Group"), room="standings", kind="choice", matches=matches_group, choices=choices,
        ids=ids_in_group, last_here=last_here_as_told, order=10,
    ),
    Field(
        key="slipping", label=_("Silent for longer than usual"), room="standings", kind="flag",
        matches=matches_slipping, ids=ids_slipping, order=11,
    ),
    Field(
        key="still_here", label=_("Still a customer"), room="standings", kind="choice", matches=matches_still_here,
        choices=still_here_choices, order=13,
    ),
    Field(
        key="worth", label=_("May bring in twelve months"), room="standings", kind="choice", matches=matches_worth,
        choices=worth_choices, order=14,
    ),
    Field(
        key="room", label=_("What they buy elsewhere"), room="standings", kind="choice", matches=matches_room,
        choices=room_choices, order=15,
    ),
)  # fmt: skip

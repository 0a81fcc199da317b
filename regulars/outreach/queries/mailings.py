"""What is said about mailings: the list, who is left out, how far one is, and what came of it without claiming why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncDate

from regulars.kit import clock
from regulars.outreach.models import OPEN, SETTLED, InboundMail, Mailing, Recipient, State, Touch
from regulars.outreach.queries.following import followed_by_step
from regulars.outreach.queries.literals import Word
from regulars.people.models import Person
from regulars.people.models.consents import Consent
from regulars.purchases.models import Order

SHOWN = 30
WAITING = (*OPEN, State.SENDING)
NAMES_SHOWN = 3
Z = 1.96
# A shop that looks for a difference wants to see it when one wording does half as well again as the other.
LIFT, POWER_Z = 0.5, 0.84
LEAST_RATE = 0.01


def latest_mailings(limit: int = SHOWN) -> list[tuple[Mailing, bool]]:
    """The newest first, each with whether something of it is still to go. One query."""
    ours = Concat(Value("mailing:"), Cast(OuterRef("pk"), CharField()))
    waits = Exists(Touch.objects.filter(programme=ours, state__in=WAITING))
    rows = Mailing.objects.annotate(waits=waits).order_by("-created_at", "-id")[:limit]
    return [(row, row.waits) for row in rows]


def is_waiting(mailing: Mailing) -> bool:
    """Is something of it still to go? One look into the index."""
    return Touch.objects.filter(programme=mailing.programme, state__in=WAITING).exists()


def left_out_of(mailing: Mailing, why: str | None = None, after: int = 0, limit: int = SHOWN) -> list[Recipient]:
    """Those left out, with their names, a page at a time. One query."""
    out = Word(str(Recipient.Way.OUT))
    rows = Recipient.objects.filter(mailing=mailing, edition=mailing.edition, way=out, pk__gt=after)
    if why is not None:
        rows = rows.filter(why=why)
    return list(rows.select_related("person").order_by("pk")[:limit])


def some_recipients(mailing: Mailing, limit: int = 5, way: str = Recipient.Way.FIRST) -> list[Person]:
    """A few who get it this way, to show what they will read. One query."""
    rows = Recipient.objects.filter(mailing=mailing, edition=mailing.edition, way=way)
    return [row.person for row in rows.select_related("person").order_by("pk")[:limit]]


def drawn_by_way(mailing: Mailing) -> dict[str, int]:
    """How many were drawn by lot to go first, by their way. One query over the few of them."""
    rows = Recipient.objects.filter(mailing=mailing, edition=mailing.edition, is_sample=True)
    return dict(rows.order_by().values_list("way").annotate(n=Count("pk")))


def first_recipients(mailing: Mailing, limit: int, way: str = Recipient.Way.FIRST, arm: str = "") -> list[int]:
    """The first of those who get it this way, of one arm where two wordings are compared. One query."""
    rows = Recipient.objects.filter(mailing=mailing, edition=mailing.edition, way=way)
    if arm:
        rows = rows.filter(arm=arm)
    return list(rows.order_by("pk").values_list("person_id", flat=True)[:limit])


def recipients_among(mailing: Mailing, person_ids: Iterable[int]) -> dict[int, Recipient]:
    """Which of these it is for, and how. One query."""
    rows = Recipient.objects.filter(mailing=mailing, edition=mailing.edition, person__in=list(person_ids))
    return {row.person_id: row for row in rows}


@dataclass(frozen=True)
class Came:
    """What came of one arm: `reached` people got it; of them so many answered, left, complained, bought.

    `bought_before` is how many of them had bought in as many days before it: what would stand beside it anyway.
    `is_open`: the days are not over for everybody.
    """

    arm: str
    planned: int = 0
    reached: int = 0
    waiting: int = 0
    astray: int = 0
    stopped: int = 0
    replied: int = 0
    complained: int = 0
    left: int = 0
    bought: int = 0
    bought_before: int = 0
    followed: int = 0
    is_open: bool = False


def what_came(mailing: Mailing) -> list[Came]:
    """Both arms of a mailing, or the one there is. Nine queries, whatever its size."""
    touches = Touch.objects.filter(programme=mailing.programme)
    reached = touches.filter(state__in=SETTLED, sent_at__isnull=False)
    states: dict[str, dict[str, int]] = {}
    for arm, state, n in touches.values_list("step", "state").annotate(n=Count("pk")).order_by():
        states.setdefault(arm, {})[state] = n
    answers = _answers(reached)
    left = _by_arm(reached.filter(Exists(_withdrawals())))
    bought, before = _bought(reached, mailing.window_days)
    followed = followed_by_step(mailing.programme)
    youngest = reached.order_by("-sent_at").values_list("sent_at", flat=True).first()
    is_open = youngest is not None and youngest + timedelta(days=mailing.window_days) > clock.now()
    return [
        Came(
            arm=arm,
            planned=sum(by_state.values()),
            reached=sum(by_state.get(state, 0) for state in (State.SENT, State.DELIVERED)),
            waiting=sum(
                by_state.get(s, 0) for s in (State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED, State.SENDING)
            ),
            astray=sum(by_state.get(state, 0) for state in (State.BOUNCED, State.FAILED, State.UNKNOWN)),
            stopped=sum(by_state.get(state, 0) for state in (State.CANCELLED, State.SUPPRESSED, State.EXPIRED)),
            replied=answers.get((arm, InboundMail.Kind.REPLY), 0),
            complained=answers.get((arm, InboundMail.Kind.COMPLAINT), 0),
            left=left.get(arm, 0),
            followed=followed.get(arm, 0),
            bought=bought.get(arm, 0),
            bought_before=before.get(arm, 0),
            is_open=is_open,
        )
        for arm, by_state in sorted(states.items())
    ]


def _by_arm(rows: QuerySet[Touch]) -> dict[str, int]:
    return dict(rows.values_list("step").annotate(n=Count("person", distinct=True)).order_by())


def _answers(reached: QuerySet[Touch]) -> dict[tuple[str, str], int]:
    mails = InboundMail.objects.filter(touch__in=reached.values("pk"))
    rows = mails.values_list("touch__step", "kind").annotate(n=Count("touch", distinct=True)).order_by()
    return {(arm, kind): n for arm, kind, n in rows}


def _withdrawals() -> QuerySet[Consent]:
    return Consent.objects.filter(person=OuterRef("person"), is_given=False, recorded_at__gte=OuterRef("sent_at"))


def _bought(reached: QuerySet[Touch], days: int) -> tuple[dict[str, int], dict[str, int]]:
    """Who bought on the day itself or in the days after it; and in as many days before."""
    span = timedelta(days=days)
    dated = reached.annotate(day=TruncDate("sent_at", tzinfo=clock.zone()))
    orders = Order.objects.filter(person=OuterRef("person"), is_purchase=True)
    after = orders.filter(bought_on__gte=OuterRef("day"), bought_on__lte=OuterRef("day") + span)
    before = orders.filter(bought_on__lt=OuterRef("day"), bought_on__gte=OuterRef("day") - span)
    return _by_arm(dated.filter(Exists(after))), _by_arm(dated.filter(Exists(before)))


def buying_rate(mailing: Mailing) -> float:
    """Of those who would get it, the part that bought in the last days: as many days as are looked at afterwards."""
    since = clock.today() - timedelta(days=mailing.window_days)
    rows = Recipient.objects.filter(mailing=mailing, edition=mailing.edition, way=Recipient.Way.FIRST)
    total = rows.count()
    orders = Order.objects.filter(person=OuterRef("person"), is_purchase=True, bought_on__gte=since)
    return rows.filter(Exists(orders)).count() / total if total else 0.0


def people_it_takes(rate: float) -> int:
    """How many people both arms need together, so that half as many buyers again would show in four of five cases.

    Two proportions, 5 % two-sided, power 80 % (Fleiss, without continuity correction).
    """
    p = min(max(rate, LEAST_RATE), 0.6)
    q = min(p * (1 + LIFT), 0.95)
    mean = (p + q) / 2
    arm = ((Z * math.sqrt(2 * mean * (1 - mean)) + POWER_Z * math.sqrt(p * (1 - p) + q * (1 - q))) / (q - p)) ** 2
    return 2 * math.ceil(arm)


@dataclass(frozen=True)
class Compared:
    """By how many of a hundred the second wording brought more buyers than the first, with its 95 % interval."""

    points: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        return self.low > 0 or self.high < 0


def compared(came: Sequence[Came]) -> Compared | None:
    """The difference between two arms by Newcombe's interval; None while there are not two, or days are not over."""
    if len(came) != 2 or not all(one.reached for one in came) or any(one.is_open or one.waiting for one in came):
        return None
    first, second = came
    p, low_p, high_p = _wilson(first.bought, first.reached)
    q, low_q, high_q = _wilson(second.bought, second.reached)
    low = (q - p) - math.hypot(q - low_q, high_p - p)
    high = (q - p) + math.hypot(high_q - q, p - low_p)
    return Compared(100 * (q - p), 100 * low, 100 * high)


def _wilson(count: int, total: int) -> tuple[float, float, float]:
    count = min(count, total)
    p = count / total
    centre = (count + Z * Z / 2) / (total + Z * Z)
    half = Z / (total + Z * Z) * math.sqrt(count * (total - count) / total + Z * Z / 4)
    return p, centre - half, centre + half

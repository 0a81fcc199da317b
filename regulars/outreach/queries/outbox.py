"""What waits, what went, what did not: lists by state, newest or next first, never counted to the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Left

from regulars.outreach.models import Batch, Channel, State, Touch
from regulars.outreach.queries.literals import Word, in_state

PAGE = 30
BEGINS = 120  # of a text as much as its line shows
COUNTED_TO = 100

TABS: dict[str, tuple[str, ...]] = {
    "unasked": (State.PLANNED,),
    "waiting": (State.APPROVED, State.CLAIMED, State.SENDING),
    "held": (State.HELD,),
    "unknown": (State.UNKNOWN,),
    "sent": (State.SENT, State.DELIVERED),
    "failed": (State.FAILED, State.BOUNCED),
    "stopped": (State.CANCELLED, State.SUPPRESSED, State.EXPIRED),
}


def outbox(*states: str) -> QuerySet[Touch]:
    """Touches in these states, the latest change first. The states of one tab together are read from its index."""
    return Touch.objects.filter(in_state(*states)).select_related("person").order_by("-changed_at", "-pk")


def waiting_to_go() -> QuerySet[Touch]:
    """What is approved, in the order in which it goes."""
    rows = Touch.objects.filter(in_state(*TABS["waiting"]))
    return rows.select_related("person").order_by("due_at", "pk")


def unasked() -> QuerySet[Touch]:
    """Letters by e-mail that wait for a yes, the next one first; what a hand or a printer does has pages of its own."""
    rows = Touch.objects.filter(in_state(State.PLANNED), channel=Word(str(Channel.EMAIL)))
    return rows.select_related("person").order_by("due_at", "pk")


def held() -> QuerySet[Touch]:
    """What is held, the next to be let go first."""
    return Touch.objects.filter(in_state(State.HELD)).select_related("person").order_by("held_until", "pk")


@dataclass(frozen=True)
class TouchPage:
    rows: Sequence[Touch]
    number: int
    has_more: bool


def page_of(tab: str, number: int, size: int = PAGE) -> TouchPage:
    """One page of a tab. Two queries; the last page is not known beforehand. What is passed over is not read."""
    number = min(max(number, 1), 10_000)
    ordered = {"unasked": unasked, "waiting": waiting_to_go, "held": held}
    rows = ordered[tab]() if tab in ordered else outbox(*TABS[tab])
    start = (number - 1) * size
    ids = list(rows.select_related(None).values_list("pk", flat=True)[start : start + size + 1])
    whole = Touch.objects.select_related("person")
    known = (whole if tab == "unasked" else whole.defer("body").annotate(begins=Left("body", BEGINS))).in_bulk(ids)
    found = [known[pk] for pk in ids if pk in known]
    return TouchPage(found[:size], number, len(found) > size)


def counts() -> dict[str, int]:
    """How many in the tabs where something may be asked of the owner; counted no further than a hundred."""
    found = {tab: _up_to(TABS[tab]) for tab in ("waiting", "held", "unknown", "failed")}
    return {"unasked": unasked().order_by().values("pk")[:COUNTED_TO].count(), **found}


def _up_to(states: Sequence[str]) -> int:
    rows = Touch.objects.filter(in_state(*states))
    return rows.order_by().values("pk")[:COUNTED_TO].count()


def needs_attention() -> int:
    """Letters of which nobody knows whether they arrived, for the number beside the room's name."""
    return _up_to(TABS["unknown"])


def touches_of(person_id: int) -> QuerySet[Touch]:
    """Everything planned for or sent to a person, the latest first."""
    return Touch.objects.filter(person_id=person_id).order_by("-changed_at", "-pk")


def open_batches() -> Sequence[Batch]:
    """Large batches whose rest still waits for the first hundred."""
    return list(Batch.objects.filter(released_at=None, size__gt=0).order_by("pk")[:5])

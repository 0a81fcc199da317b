"""Which cards are to be printed, and which runs there have been."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from regulars.kit import clock
from regulars.outreach.models import Channel, PrintPiece, PrintRun, State, Touch
from regulars.outreach.queries.literals import Word, in_state

ON_PAPER = (Channel.CARD, Channel.LETTER)
WAITING = (State.PLANNED, State.APPROVED)
AHEAD_DAYS = 7
SHOWN = 100
RUNS_SHOWN = 20


def to_print() -> QuerySet[Touch]:
    """Cards and letters that wait for the printer and are in no run, by when they are to be posted; one small index."""
    in_a_run = PrintPiece.objects.filter(touch=OuterRef("pk"), is_live=True)
    rows = Touch.objects.filter(in_state(*WAITING), Q(channel__in=[Word(str(way)) for way in ON_PAPER]))
    return rows.filter(~Exists(in_a_run)).order_by("due_at", "id")


def due_to_print(now: datetime, until: datetime, programme: str = "") -> QuerySet[Touch]:
    """Those to be made by then that are not too late already; of one programme, whenever they are due."""
    rows = to_print().filter(Q(not_after=None) | Q(not_after__gt=now))
    return rows.filter(programme=programme) if programme else rows.filter(due_at__lte=until)


def waiting_to_print(now: datetime, until: datetime, most: int = SHOWN) -> int:
    """How many, counted up to `most`. One query."""
    return due_to_print(now, until).order_by().values("pk")[:most].count()


def cards_waiting() -> int:
    """How many cards this week asks for, for the number beside the room's name."""
    now = clock.now()
    return waiting_to_print(now, now + timedelta(days=AHEAD_DAYS))


def open_runs() -> Sequence[PrintRun]:
    """Runs of which the owner has not said yet what came out. One query."""
    return list(PrintRun.objects.filter(state=PrintRun.State.OPEN).order_by("made_at", "id")[:RUNS_SHOWN])


def latest_runs(most: int = RUNS_SHOWN) -> Sequence[PrintRun]:
    return list(PrintRun.objects.exclude(state=PrintRun.State.OPEN).order_by("-made_at", "-id")[:most])

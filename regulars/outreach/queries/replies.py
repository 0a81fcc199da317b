"""What came in, for the page *Replies* and for *Today*."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from regulars.outreach.models import GOES_BY_ITSELF, InboundMail, Touch

PAGE = 30
COUNTED_TO = 100
MOST_IN_A_THREAD = 40
TABS = ("open", "all", "unclear")
OPEN = Q(is_for_you=True, settled_at=None)


def waiting_replies(only: Collection[int] | None = None) -> QuerySet[InboundMail]:
    """What nobody has answered or put aside yet, the oldest first. By its own small index."""
    rows = InboundMail.objects.filter(OPEN).order_by("received_at", "pk")
    return rows if only is None else rows.filter(pk__in=only)


def waiting_count() -> int:
    """How many wait, counted no further than a hundred."""
    return InboundMail.objects.filter(OPEN).order_by().values("pk")[:COUNTED_TO].count()


@dataclass(frozen=True)
class MailPage:
    rows: Sequence[InboundMail]
    number: int
    has_more: bool


def mails(tab: str, number: int, size: int = PAGE) -> MailPage:
    """One page of a tab. One query."""
    number = min(max(number, 1), 10_000)
    latest = InboundMail.objects.order_by("-received_at", "-pk")
    rows = {"open": waiting_replies(), "all": latest, "unclear": latest.filter(is_understood=False)}[tab]
    start = (number - 1) * size
    found = list(rows.select_related("person").defer("whole")[start : start + size + 1])
    return MailPage(found[:size], number, len(found) > size)


def thread_of(mail: InboundMail) -> list[InboundMail | Touch]:
    """What was written to and by this person around it, the oldest first. Two queries."""
    if mail.person_id is None:
        return [mail]
    theirs = InboundMail.objects.filter(person_id=mail.person_id).defer("whole").order_by("-received_at", "-pk")
    ours = Touch.objects.filter(person_id=mail.person_id, channel__in=GOES_BY_ITSELF, sent_at__isnull=False)
    rows: list[InboundMail | Touch] = [
        *theirs[:MOST_IN_A_THREAD],
        *ours.order_by("-changed_at", "-pk")[:MOST_IN_A_THREAD],
    ]
    return sorted(rows, key=_moment)[-MOST_IN_A_THREAD:]


def _moment(row: InboundMail | Touch) -> tuple[float, int]:
    at = row.received_at if isinstance(row, InboundMail) else row.sent_at
    return (at.timestamp() if at else 0.0, row.pk)

"""One thing a service said, in our own kinds: from anymail's normalised event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from anymail.signals import EventType, RejectReason
from django.http import HttpRequest, QueryDict

from regulars.outreach.channels.email.news.tellers import Teller
from regulars.outreach.inbound.kinds import HARD, Failure, Kind, Reason
from regulars.outreach.inbound.reasons import code_in, reason_of, status_in, weighed

TAKEN = "taken"  # the service has it: heard only of a letter of which nobody knew
PLAIN: Mapping[str, str] = {
    EventType.SENT: TAKEN,
    EventType.QUEUED: TAKEN,
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.DEFERRED: Kind.BOUNCE,
    EventType.BOUNCED: Kind.BOUNCE,
    EventType.REJECTED: Kind.BOUNCE,
    EventType.FAILED: Kind.BOUNCE,
    EventType.COMPLAINED: Kind.COMPLAINT,
    EventType.UNSUBSCRIBED: Kind.COMPLAINT,
    EventType.AUTORESPONDED: Kind.AUTO_REPLY,
}
# Why a service did not even try: what it knows of this person, beside the letter that did not go.
KNOWN_THERE: Mapping[str, str] = {RejectReason.SPAM: "abuse", RejectReason.UNSUBSCRIBED: "opt-out"}
NOT_THE_ADDRESS = frozenset(
    {RejectReason.BLOCKED, RejectReason.SPAM, RejectReason.UNSUBSCRIBED, RejectReason.TIMED_OUT}
)
FOR_GOOD = frozenset({RejectReason.INVALID, RejectReason.BOUNCED})


@dataclass(frozen=True)
class News:
    """`touch` and `letter` are what we sent along; `name` is what the service calls the letter."""

    kind: str
    event: str
    name: str = ""
    touch: str = ""
    letter: str = ""
    recipient: str = ""
    feedback: str = ""
    reason: str = ""
    said: str = ""
    is_delayed: bool = False
    at: str = ""

    @property
    def told(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def moment(self) -> datetime | None:
        return datetime.fromisoformat(self.at) if self.at else None

    @property
    def failure(self) -> Failure:
        reason = Reason(self.reason or Reason.NOT_SAID)
        return Failure(self.recipient, reason, status_in(self.said), code_in(self.said), self.said, self.is_delayed)


def news_of(event: Any, teller: Teller) -> Iterator[News]:
    """What an event means to us; nothing for what we do not ask for: opened, clicked, subscribed."""
    kind = PLAIN.get(event.event_type)
    if kind is None:
        return
    common = _common(event, teller)
    if kind == Kind.BOUNCE:
        is_delayed = event.event_type == EventType.DEFERRED
        yield News(Kind.BOUNCE, **common, reason=_reason(event, teller), is_delayed=is_delayed)
        feedback = KNOWN_THERE.get(event.reject_reason or "") if event.event_type == EventType.REJECTED else None
        if feedback:
            yield News(Kind.COMPLAINT, **common, feedback=feedback)
        return
    feedback = "opt-out" if event.event_type == EventType.UNSUBSCRIBED else "abuse" if kind == Kind.COMPLAINT else ""
    yield News(kind, **common, feedback=feedback)


def _common(event: Any, teller: Teller) -> dict[str, Any]:
    ours = event.metadata if isinstance(event.metadata, dict) else {}
    said = " ".join(str(event.mta_response or event.description or "").replace("\0", "").split())
    at = event.timestamp
    at = at if at is None or at.tzinfo else at.replace(tzinfo=UTC)
    return {
        "event": _name_of(event, teller),
        "name": str(event.message_id or "")[:200],
        "touch": str(ours.get("touch", ""))[:20],
        "letter": str(ours.get("letter", ""))[:200],
        "recipient": str(event.recipient or "").strip().lower()[:320],
        "said": said[:500],
        "at": at.isoformat() if at else "",
    }


def _name_of(event: Any, teller: Teller) -> str:
    """What tells this event from all others: its number there, else all that was said."""
    said = event.esp_event
    named = teller.named(said) if teller.named is not None else event.event_id
    if named:
        return str(named)[:300]
    whole = dict(said.lists()) if isinstance(said, QueryDict) else said
    whole = dict(whole.POST.lists()) if isinstance(whole, HttpRequest) else whole
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def _reason(event: Any, teller: Teller) -> str:
    """Why it did not arrive. Where the service tells, only "for good" is hard, and a filter's words never are."""
    said = str(event.mta_response or event.description or "")
    is_delayed = event.event_type == EventType.DEFERRED
    status = status_in(said)
    reason = reason_of(said, status, is_delayed=is_delayed)
    is_hard = _is_for_good(event, teller)
    if is_hard is None:
        return weighed(reason, said, status, said)
    if is_hard:
        # What the server said may still show a filter; what the service says in its own words explains nothing more.
        by_server = reason if event.mta_response else Reason.NOT_SAID
        return Reason.USER_UNKNOWN if by_server is Reason.NOT_SAID else by_server
    return Reason.FILTERED if reason in HARD else reason


def _is_for_good(event: Any, teller: Teller) -> bool | None:
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED} or event.reject_reason in NOT_THE_ADDRESS:
        return False
    if event.event_type == EventType.REJECTED:
        return event.reject_reason in FOR_GOOD
    said = event.esp_event
    return teller.is_hard(said) if isinstance(said, Mapping) and not isinstance(said, QueryDict) else None

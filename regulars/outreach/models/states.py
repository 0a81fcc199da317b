"""The states a touch can be in, and the only moves between them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    TEXT = "text", _("Text message")
    LETTER = "letter", _("Letter")
    CARD = "card", _("Card")
    CALL = "call", _("Call")
    BY_HAND = "by_hand", _("By hand")
    NOTICE = "notice", _("Notice on your page")
    SOCIAL = "social", _("Elsewhere")


# What the machine sends once it is approved; a text only where a provider is connected.
GOES_BY_ITSELF = frozenset({Channel.EMAIL, Channel.TEXT})


class Purpose(TextChoices):
    SERVICE = "service", _("Service")
    CARE = "care", _("Care")
    GREETING = "greeting", _("Greeting")
    FEEDBACK = "feedback", _("Asking how it was")
    MARKETING = "marketing", _("Offer")


class State(TextChoices):
    PLANNED = "planned", _("Waiting for your yes")
    HELD = "held", _("Held")
    APPROVED = "approved", _("Waiting to go")
    CLAIMED = "claimed", _("About to go")
    SENDING = "sending", _("Going out")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Arrived")
    FAILED = "failed", _("Did not go")
    BOUNCED = "bounced", _("Came back")
    SUPPRESSED = "suppressed", _("Not written to")
    EXPIRED = "expired", _("Too late")
    CANCELLED = "cancelled", _("Stopped")
    UNKNOWN = "unknown", _("Not known")
    WITHHELD = "withheld", _("Left out to compare")


class Outcome(TextChoices):
    """What came of a call, a card or a word by hand."""

    DONE = "done", _("Done")
    SPOKE = "spoke", _("Spoke")
    LEFT_MESSAGE = "left_message", _("Left a message")
    NO_ANSWER = "no_answer", _("No answer")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    NOT_NOW = "not_now", _("Not now")
    CALL_AGAIN = "call_again", _("Call again")


# Who waits when not everything may go: the higher number goes first.
PRIORITY: dict[str, int] = {
    Purpose.SERVICE: 50,
    Purpose.CARE: 40,
    Purpose.GREETING: 30,
    Purpose.FEEDBACK: 20,
    Purpose.MARKETING: 10,
}

_S = State
MOVES: dict[str, frozenset[str]] = {
    _S.PLANNED: frozenset(
        {_S.HELD, _S.APPROVED, _S.SENT, _S.EXPIRED, _S.CANCELLED, _S.SUPPRESSED, _S.WITHHELD, _S.FAILED}
    ),
    _S.HELD: frozenset({_S.PLANNED, _S.APPROVED, _S.EXPIRED, _S.CANCELLED, _S.SUPPRESSED}),
    _S.APPROVED: frozenset(
        {_S.PLANNED, _S.HELD, _S.CLAIMED, _S.SENT, _S.EXPIRED, _S.CANCELLED, _S.SUPPRESSED, _S.FAILED}
    ),
    _S.CLAIMED: frozenset({_S.APPROVED, _S.HELD, _S.SENDING, _S.EXPIRED, _S.CANCELLED, _S.SUPPRESSED, _S.FAILED}),
    # Back to approved only when the server is known not to have taken the letter.
    _S.SENDING: frozenset({_S.SENT, _S.FAILED, _S.BOUNCED, _S.UNKNOWN, _S.APPROVED}),
    _S.UNKNOWN: frozenset({_S.SENT, _S.APPROVED, _S.CANCELLED, _S.BOUNCED, _S.FAILED}),
    _S.SENT: frozenset({_S.DELIVERED, _S.BOUNCED}),
    _S.DELIVERED: frozenset({_S.BOUNCED}),
    _S.FAILED: frozenset({_S.APPROVED, _S.CANCELLED}),
    _S.BOUNCED: frozenset({_S.APPROVED, _S.CANCELLED}),
    _S.SUPPRESSED: frozenset({_S.PLANNED}),
    _S.CANCELLED: frozenset({_S.PLANNED}),
    _S.EXPIRED: frozenset(),
    _S.WITHHELD: frozenset(),
}

OPEN: frozenset[str] = frozenset({_S.PLANNED, _S.HELD, _S.APPROVED, _S.CLAIMED})
# What has reached, or may have reached, the person: it counts for politeness and keeps an import from being undone.
SETTLED: frozenset[str] = frozenset({_S.SENDING, _S.SENT, _S.DELIVERED, _S.BOUNCED, _S.UNKNOWN})

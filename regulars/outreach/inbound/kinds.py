"""What an inbound mail can be, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    BOUNCE = "bounce"  # a letter of ours did not arrive, or is late
    DELIVERED = "delivered"  # a machine says that it did arrive
    COMPLAINT = "complaint"  # somebody pressed "this is spam", or "leave" in their mail program
    REPORT = "report"  # a machine's report on authentication (DMARC): about nobody
    AUTO_REPLY = "auto_reply"  # away, holiday, "we have got your message"
    CHALLENGE = "challenge"  # "prove that you are a person"
    STOP = "stop"
    START = "start"
    HELP = "help"
    REPLY = "reply"  # a person wrote


class Reason(StrEnum):
    USER_UNKNOWN = "user_unknown"
    HOST_UNKNOWN = "host_unknown"
    TAKES_NO_MAIL = "takes_no_mail"
    MOVED = "moved"
    MAILBOX_FULL = "mailbox_full"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    TOO_BIG = "too_big"
    SPAM = "spam"
    BLOCKED = "blocked"
    AUTHENTICATION = "authentication"
    POLICY = "policy"
    NO_RELAY = "no_relay"
    TOO_MANY = "too_many"
    VIRUS = "virus"
    CONTENT = "content"
    EXPIRED = "expired"
    NETWORK = "network"
    SYSTEM = "system"
    NOT_SAID = "not_said"


# What will not change by itself: there is nobody at this address.
HARD: frozenset[Reason] = frozenset({Reason.USER_UNKNOWN, Reason.HOST_UNKNOWN, Reason.TAKES_NO_MAIL, Reason.MOVED})


@dataclass(frozen=True, slots=True)
class Failure:
    """One address and what its server said. `is_delayed`: it is still being tried, so that nothing is lost yet."""

    address: str
    reason: Reason
    status: str = ""
    code: str = ""
    said: str = ""
    is_delayed: bool = False

    @property
    def is_hard(self) -> bool:
        return self.reason in HARD and not self.is_delayed


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a mail is. `about` are the Message-IDs of the letters it speaks of, the nearest first."""

    kind: Kind
    failures: tuple[Failure, ...] = ()
    about: tuple[str, ...] = ()
    feedback: str = ""  # of a complaint or report: abuse, opt-out, auth-failure, ...
    addresses: tuple[str, ...] = ()  # of a complaint: who complained

    @property
    def is_hard(self) -> bool:
        return any(failure.is_hard for failure in self.failures)

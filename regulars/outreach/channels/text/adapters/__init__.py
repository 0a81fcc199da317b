"""Whoever takes text messages from us. One file each; all of them look like `Adapter`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from regulars.kit.outside import Reply
    from regulars.outreach.models import TextAccount

Kind = Literal["sent", "later", "refused", "no_such_number", "left", "unknown", "account"]
Mark = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text as plain values: an adapter works in a thread that has no database."""

    key: str
    to: str
    sender: str
    words: str
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. `unknown` only when the provider may have taken it and did not say so."""

    kind: Kind
    stage: str
    said: str = ""
    provider_id: str = ""
    code: str = ""


class Adapter(Protocol):
    """`is_idempotent`: the provider sends one key only once, so that asking again is safe.

    `mark` is told each stage before it begins, so that a killed worker leaves word of how far it got.
    """

    is_idempotent: bool

    def send(self, text: Outgoing, mark: Mark) -> Answer: ...


def adapter_of(account: TextAccount) -> Adapter:
    """The adapter of an account; refuses settings that cannot be used."""
    from regulars.outreach.channels.text.adapters.http import HttpProvider
    from regulars.outreach.channels.text.adapters.sandbox import Sandbox
    from regulars.outreach.channels.text.adapters.twilio import Twilio

    if account.provider == account.Provider.TWILIO:
        return Twilio.of(account)
    return HttpProvider.of(account) if account.provider == account.Provider.HTTP else Sandbox()


def unanswered(reply: Reply) -> Answer:
    """Before the last byte nobody can have it: it is tried again. After it, silence means that nobody knows."""
    kind: Kind = "unknown" if reply.stage == "handed over" else "later"
    return Answer(kind, reply.stage, reply.fault)

"""Services that print and post a card for us. All alike: create with our own key, call off while there is time.

The same key never makes two: a service that has seen it answers with what it made the first time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from regulars.outreach.channels.posted.lob import Lob
from regulars.outreach.channels.posted.orders import Declined, MailPiece, Place, Taken, Unclear

__all__ = ["ADAPTERS", "Declined", "MailPiece", "Place", "PrintAndMail", "Taken", "Unclear", "adapter_of"]


class PrintAndMail(Protocol):
    """What every such service can do."""

    def create(self, piece: MailPiece, key: str) -> Taken:
        """Have one card or letter printed and posted. Raises Declined or Unclear."""

    def cancel(self, provider_id: str) -> bool:
        """Call it off; False when it is too late. Raises Unclear."""


@dataclass(frozen=True)
class Adapter:
    """One service as the owner chooses it."""

    name: str
    address: str
    make: type[Lob]


ADAPTERS: dict[str, Adapter] = {"lob": Adapter("Lob", "https://api.lob.com/v1", Lob)}


def adapter_of(provider: str, address: str, api_key: str) -> PrintAndMail:
    return ADAPTERS[provider].make(address, api_key)

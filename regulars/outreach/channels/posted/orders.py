"""What goes to a service that prints and posts, and what comes back. Plain text and finished pages only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Place:
    """An address in the parts such services ask for."""

    name: str
    line1: str
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True)
class MailPiece:
    """One postcard (`is_card`: both its sides, as PDF) or one letter (its page, as PDF)."""

    to: Place
    sender: Place
    is_card: bool = True
    front: bytes = b""
    back: bytes = b""
    pdf: bytes = b""


@dataclass(frozen=True)
class Taken:
    """The service has it: its own number, the day it should arrive, and until when it can be called off."""

    provider_id: str
    expected_on: date | None = None
    cancel_until: datetime | None = None


class Declined(Exception):
    """The service said no: nothing was made."""


class Unclear(Exception):
    """No answer, or one that says nothing: it may have been made. Asking again with the same key tells."""

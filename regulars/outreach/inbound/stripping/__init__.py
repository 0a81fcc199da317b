"""What the writer of an answer wrote themselves: without what they quote, and without their signature.

Better a line too many than a word of theirs lost: where it is not clear, nothing is cut, and the whole mail stays at
hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.outreach.inbound.mail import Mail
from regulars.outreach.inbound.stripping.html import text_of_html
from regulars.outreach.inbound.stripping.quotes import without_quotes
from regulars.outreach.inbound.stripping.signatures import parted

__all__ = ["Stripped", "parted", "stripped", "stripped_html", "stripped_text", "without_quotes"]
LONGEST = 120_000


@dataclass(frozen=True, slots=True)
class Stripped:
    text: str
    signature: str = ""


def stripped(mail: Mail) -> Stripped:
    """The writer's own words of a mail."""
    if mail.plain.strip():
        return stripped_text(mail.plain)
    return stripped_html(mail.html)


def stripped_text(text: str) -> Stripped:
    """The writer's own words of a plain text."""
    return Stripped(*parted(without_quotes(text[:LONGEST])))


def stripped_html(html: str) -> Stripped:
    """The same of a page, as plain text."""
    text = text_of_html(html[:LONGEST])
    words = without_quotes(text)
    return Stripped(*parted(words if words != text.strip() else _without_last_quote(words)))


def _without_last_quote(text: str) -> str:
    """A block that a page marks as quoted, at the very end and under words of one's own."""
    lines = text.split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].startswith(">")):
        lines.pop()
    kept = "\n".join(lines).strip()
    return kept if kept and not kept.startswith(">") else text

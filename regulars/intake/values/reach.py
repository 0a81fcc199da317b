"""Ways to reach somebody: an e-mail address or a phone number out of what stands in a cell."""

from __future__ import annotations

import re
from email.utils import parseaddr

from regulars.people.addresses import normalised_email

SPLIT = re.compile(r"\s*(?::::|[;,\n])\s*|\s+\|\s+")
PHONE_PREFIX = re.compile(r"^(?:p|tel|phone|mob|mobile|t|m)\s*:\s*", re.IGNORECASE)
AS_A_NUMBER = re.compile(r"(\d{6,15})\.0+")  # a spreadsheet took it for an amount
UNSEEN = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))


def email(text: str) -> str | None:
    """Return the one address in a cell such as `Nea <nea@x.se>` or `mailto:nea@x.se`, or None when there is none."""
    if "@" not in text:
        return None
    clean = text.translate(UNSEEN).strip()
    if clean.startswith("'") and normalised_email(clean[1:]):
        return clean[1:]  # what keeps a spreadsheet from taking a cell for a number
    if normalised_email(clean):
        return clean
    clean = clean.strip("'\"").removeprefix("mailto:").removeprefix("MAILTO:").strip()
    if "<" in clean:
        clean = parseaddr(clean)[1] or clean
    clean = clean.strip("<>").rstrip(".")
    return clean if normalised_email(clean) else None


def emails(text: str) -> list[str] | None:
    """Return every address in a cell, or None if a part of it is none."""
    if whole := email(text):
        return [whole]
    found = [email(part) for part in SPLIT.split(text.strip()) if part] if "<" not in text else []
    return [address for address in found if address] if found and all(found) else None


def phones(text: str) -> list[str]:
    """Return the numbers in a cell as typed, without what only a program put there (p:, tel:, a leading apostrophe)."""
    parts = (PHONE_PREFIX.sub("", part.strip().lstrip("'")) for part in re.split(r"\s*(?::::|[;\n])\s*", text))
    found = (AS_A_NUMBER.sub(r"\1", part) if AS_A_NUMBER.fullmatch(part) else part for part in parts)
    return [part[:60] for part in found if sum(letter.isdigit() for letter in part) >= 3]

"""Ways to reach somebody: an e-mail address or a phone number out of what stands in a cell."""

from __future__ import annotations

import re
from email.utils import parseaddr

PLAIN = re.compile(
    r"[^\s@,;<>()\[\]\\\"\ufffd:]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]", re.UNICODE
)
SPLIT = re.compile(r"\s*(?::::|[;,\n])\s*|\s+\|\s+")
PHONE_PREFIX = re.compile(r"^(?:p|tel|phone|mob|mobile|t|m)\s*:\s*", re.IGNORECASE)


def email(text: str) -> str | None:
    """Return the one address in a cell such as `Nea <nea@x.se>` or `mailto:nea@x.se`, or None when there is none."""
    clean = text.strip().strip("'\"").removeprefix("mailto:").removeprefix("MAILTO:").strip()
    if "<" in clean:
        clean = parseaddr(clean)[1] or clean
    clean = clean.strip("<>").rstrip(".")
    if not PLAIN.fullmatch(clean):
        return None
    local = clean.rpartition("@")[0]
    return None if local.startswith(".") or local.endswith(".") or ".." in clean else clean


def emails(text: str) -> list[str] | None:
    """Return every address in a cell, or None if a part of it is none."""
    found = [email(part) for part in SPLIT.split(text.strip()) if part] if "<" not in text else [email(text)]
    return [address for address in found if address] if found and all(found) else None


def phones(text: str) -> list[str]:
    """Return the numbers in a cell as typed, without what only a program put there (p:, tel:, a leading apostrophe)."""
    parts = (PHONE_PREFIX.sub("", part.strip().lstrip("'")) for part in re.split(r"\s*(?::::|[;\n])\s*", text))
    return [part[:60] for part in parts if sum(letter.isdigit() for letter in part) >= 3]

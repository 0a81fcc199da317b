"""A web page packed into one file with all that belongs to it (.mht): some programs and Excel write lists like that."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

BEGINS = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,30}?mime-version:", re.IGNORECASE)
LARGEST_BYTES = 64 * 1024 * 1024
LETTER = "text/plain"  # a message with words of its own is an e-mail, and no list


def pages_of(path: Path) -> list[bytes]:
    """Return the pages in it that hold a table, in UTF-8; none for any other file."""
    with path.open("rb") as file:
        if not BEGINS.match(file.read(4096)) or path.stat().st_size > LARGEST_BYTES:
            return []
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    if any(part.get_content_type() == LETTER for part in parts):
        return []
    pages = [_in_utf_8(part) for part in parts if part.get_content_type() == "text/html"]
    return [page for page in pages if b"<tr" in page.lower()]


def _in_utf_8(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    charset = part.get_content_charset()
    try:
        return content.decode(charset).encode() if charset else content
    except (LookupError, UnicodeError):
        return content

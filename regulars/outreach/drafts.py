"""What makes the words of a draft fit to be sent, and the short name by which a yes is given to exactly these words."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

LONGEST_SUBJECT = 300


def draft_hash(channel: str, subject: str, body: str) -> str:
    """The short name of a draft: another word in it gives another name."""
    return hashlib.sha256("\0".join((channel, subject, body)).encode()).hexdigest()[:16]


def checked_words(channel: str, subject: str, body: str) -> tuple[str, str]:
    """Refuse a draft that could not be sent as it stands."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in subject):
        raise Refusal(_("The subject must be one line of plain words."), field="subject")
    if len(subject) > LONGEST_SUBJECT:
        raise Refusal(_("The subject is too long: at most 300 characters."), field="subject")
    if any(mark in subject + body for mark in ("{{", "}}", "{%", "%}")):
        raise Refusal(_("Curly brackets are left in the words. Write what they are to read instead."), field="body")
    return subject.strip(), body.replace("\r\n", "\n").strip()

"""What makes the words of a draft fit to be sent, and the short name by which a yes is given to exactly these words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

LONGEST_SUBJECT = 300
CONTROL_SIGNS = re.compile(r"[\x00-\x1f\x7f]")
BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")


def draft_hash(
    channel: str, subject: str, body: str, blocks: Mapping[str, Any] | None = None, files: Sequence[str] = ()
) -> str:
    """The short name of a draft: another word, picture, theme or file in it gives another name."""
    parts = [channel, subject, body]
    if blocks:
        parts.append(json.dumps(blocks, sort_keys=True))
    if files:
        parts.append(json.dumps(["files", *files]))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def checked_words(channel: str, subject: str, body: str) -> tuple[str, str]:
    """Refuse a draft that could not be sent as it stands."""
    if CONTROL_SIGNS.search(subject):
        raise Refusal(_("The subject must be one line of plain words."), field="subject")
    if len(subject) > LONGEST_SUBJECT:
        raise Refusal(_("The subject is too long: at most 300 characters."), field="subject")
    if BRACES.search(subject) or BRACES.search(body):
        raise Refusal(_("Curly brackets are left in the words. Write what they are to read instead."), field="body")
    return subject.strip(), body.replace("\r\n", "\n").strip()

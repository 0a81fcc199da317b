"""A label inside a sentence."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language

NOUNS_STAND_TALL = frozenset({"de"})


def in_a_sentence(label: str | Promise) -> str:
    """Begin a label small, where the language writes no nouns with a capital."""
    text = str(label)
    return text if (get_language() or "")[:2] in NOUNS_STAND_TALL else text[:1].lower() + text[1:]

"""Why a piece could not be printed, in a sentence for the owner."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from .elements import Item

EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")


def no_letters(signs: Iterable[str]) -> str:
    """Name the letters that no font here has."""
    shown = "".join(sorted(signs)[:8])
    if any(unicodedata.name(sign, "").startswith(EAST_ASIAN) for sign in signs):
        return _(
            "This machine has no font with the Chinese, Japanese or Korean letters %(letters)s. "
            "Install one (on Debian: fonts-noto-cjk), or write it in Latin letters."
        ) % {"letters": shown}
    codes = ", ".join(f"U+{ord(sign):04X}" for sign in sorted(signs)[:8])
    return _(
        "No font here has the letters %(letters)s (%(codes)s). Write it differently, or install a font that has them."
    ) % {
        "letters": shown,
        "codes": codes,
    }


def no_address() -> str:
    return _("There is no address to print. Add one to this person.")


def too_long_code() -> str:
    return _("The link for the square code is too long to be read from paper. Use a shorter one.")


def too_long(flow: Item) -> str:
    """Say which words are too long for their place, by the part with most of them."""
    parts = [part for part in flow["parts"] if "text" in part]
    most = max(parts, key=lambda part: sum(len(line) + 20 for lines in part["text"] for line in lines))
    sentences = {
        "address": _(
            "The address does not fit, even in letters of %(points)s points. Shorten a line or leave one out."
        ),
        "greeting": _("The greeting does not fit, even in letters of %(points)s points. Shorten it."),
        "signed": _("The signature does not fit, even in letters of %(points)s points. Shorten it."),
        "front_words": _("The words on the front do not fit, even in letters of %(points)s points. Shorten them."),
        "qr_says": _("The words at the square code do not fit, even in letters of %(points)s points. Shorten them."),
        "shop": _(
            "The name or address of the business does not fit, even in letters of %(points)s points. Shorten it."
        ),
    }
    words = _("The words do not fit, even in letters of %(points)s points. Shorten them.")
    return sentences.get(most["tag"], words) % {"points": f"{most['least']:.2g}"}

"""The words of the slip on the counter: what somebody signs, and what is kept as evidence of it.

Whoever changes a word here gives it the next version: what was signed must stay what is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.people.models import Channel, Purpose

VERSION = 1
WAYS = (Channel.EMAIL, Channel.TEXT, Channel.POST, Channel.CALL)
PURPOSES = (Purpose.CARE, Purpose.MARKETING)


@dataclass(frozen=True)
class Box:
    """One box to tick: a way and a purpose, and the sentence it stands for."""

    channel: str
    purpose: str
    sentence: str

    @property
    def name(self) -> str:
        return f"{self.channel}-{self.purpose}"


def question(business: str) -> str:
    return _("%(business)s may write to me or call me:") % {"business": business}


def leaving(business: str) -> str:
    """How somebody gets out again; it stands on every slip."""
    return _("I can change my mind at any time: a word at the counter or a short message is enough.")


def boxes(business: str) -> list[Box]:
    """Every box of the slip, in its order."""
    care = {
        Channel.EMAIL: _("Thanks and birthday wishes by e-mail"),
        Channel.TEXT: _("Thanks and birthday wishes by text message"),
        Channel.POST: _("Thanks and birthday wishes by post"),
        Channel.CALL: _("Thanks and birthday wishes by phone"),
    }
    news = {
        Channel.EMAIL: _("Offers and news by e-mail"),
        Channel.TEXT: _("Offers and news by text message"),
        Channel.POST: _("Offers and news by post"),
        Channel.CALL: _("Offers and news by phone"),
    }
    return [
        Box(way.value, purpose.value, (care if purpose == Purpose.CARE else news)[way])
        for way in WAYS
        for purpose in PURPOSES
    ]


def evidence_words(box: Box, business: str, language: str) -> str:
    """What was signed, with the version of its words."""
    return f"Slip {VERSION} ({language}): {question(business)} {box.sentence}. {leaving(business)}"[:300]

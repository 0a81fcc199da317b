"""Words and drawings of the page *Who may we write to?*"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.charts import Bar, Bars, Point, Series, Trend, bars, trend
from regulars.outreach.models import Channel, Purpose
from regulars.outreach.queries.who import Reach

# Fewer letters than these say nothing about a rate of one in a thousand.
LEAST_LETTERS = 300
# What large mailbox providers tolerate: their rules for senders name 0.1 % and 0.3 %; for bounces 2 % is usual.
SPAM_GOOD, SPAM_LIMIT, BOUNCE_GOOD = 0.001, 0.003, 0.02


@dataclass(frozen=True)
class Said:
    """One sentence and how it sounds: good, warm or alarm."""

    tone: str
    words: str

    @property
    def sign(self) -> str:
        return {"good": "circle-check", "alarm": "circle-x", "warm": "triangle-alert"}.get(self.tone, "info")


def ways_drawn(found: Reach, purpose: str) -> Bars:
    """How many may get it by each way; beside each, why the others may not."""
    label = _("How many may get offers") if purpose == Purpose.MARKETING else _("How many may get thanks and greetings")
    people = found.people or 0
    rows = [
        Bar(_way(way), float(sums.get("may", 0)), _shown(sums.get("may", 0), people), note=_why(way, purpose, sums))
        for way, sums in found.ways.get(purpose, {}).items()
    ]
    return bars(rows, label=label, top=float(people))


def growth_drawn(found: Reach) -> Trend | None:
    """Who said yes and no to offers, month by month; nothing where nobody said anything."""
    if not any(month["yes"] or month["no"] for month in found.months):
        return None
    labels = [date_format(date.fromisoformat(month["on"]), "M Y") for month in found.months]
    yes, no = (
        Series(name, tuple(Point(label, float(month[key])) for label, month in zip(labels, found.months, strict=True)))
        for key, name in (("yes", _("said yes")), ("no", _("said no")))
    )
    label = _("Who said yes and no to offers, month by month")
    return trend(yes, against=no, label=label, shown=_whole, is_whole=True)


def waiting_said(waiting: Mapping[str, int], *, has_mailbox: bool, has_texts: bool) -> list[Said]:
    """Who asked for offers in a form and has not confirmed it yet, by each way, and why nobody is asked."""
    found = []
    if n := waiting.get(Channel.EMAIL, 0):
        words = ngettext(
            "%(n)s person asked for offers by e-mail and has not confirmed it yet. Until then it does not count.",
            "%(n)s people asked for offers by e-mail and have not confirmed it yet. Until then it does not count.",
            n,
        ) % {"n": _whole(n)}
        found.append(_waits(words, "" if has_mailbox else _("No letter can ask them: connect a mailbox first.")))
    if n := waiting.get(Channel.TEXT, 0):
        words = ngettext(
            "%(n)s person asked for offers by text message and has not confirmed it yet. Until then it does not count.",
            "%(n)s people asked for offers by text message and have not confirmed it yet. "
            "Until then it does not count.",
            n,
        ) % {"n": _whole(n)}
        hint = _("No text asks them: when they tell you that it was them, note it on their page.")
        found.append(_waits(words, "" if has_texts else hint))
    return found


def _waits(words: str, hint: str) -> Said:
    return Said("warm", f"{words} {hint}") if hint else Said("", words)


def how_taken(found: Reach) -> list[Said]:
    """How the letters of the last thirty days were taken, held against what mailbox providers tolerate."""
    n = found.letters
    if n < LEAST_LETTERS:
        words = ngettext(
            "Too few to say: %(n)s letter in thirty days. A rate means something from about %(least)s letters on.",
            "Too few to say: %(n)s letters in thirty days. A rate means something from about %(least)s letters on.",
            n,
        )
        few = Said("", words % {"n": _whole(n), "least": _whole(LEAST_LETTERS)})
        return [few, *_counted(found)]
    return [_spam(found.complaints, n), _bounced(found.bounces, n)]


def _counted(found: Reach) -> list[Said]:
    """With few letters each single one counts by itself."""
    if not found.bounces and not found.complaints:
        return []
    words = _("Came back: %(bounces)s. Called spam: %(complaints)s.")
    return [Said("warm", words % {"bounces": _whole(found.bounces), "complaints": _whole(found.complaints)})]


def _spam(k: int, n: int) -> Said:
    rate = k / n
    told = {"share": _percent(rate), "k": _whole(k), "n": _whole(n)}
    if rate < SPAM_GOOD:
        return Said("good", _("Called spam: %(share)s (%(k)s of %(n)s). Below 0.1 %% is good.") % told)
    if rate < SPAM_LIMIT:
        words = _(
            "Called spam: %(share)s (%(k)s of %(n)s). Mailbox providers want less than 0.1 %%; from 0.3 %% on they put "
            "your letters among the spam. Write fewer offers, and only to those who like them."
        )
        return Said("warm", words % told)
    words = _(
        "Called spam: %(share)s (%(k)s of %(n)s). That is above the 0.3 %% that mailbox providers tolerate. Send no "
        "offers until it is lower."
    )
    return Said("alarm", words % told)


def _bounced(k: int, n: int) -> Said:
    rate = k / n
    told = {"share": _percent(rate), "k": _whole(k), "n": _whole(n)}
    if rate < BOUNCE_GOOD:
        return Said("good", _("Came back: %(share)s (%(k)s of %(n)s). Below 2 %% is good.") % told)
    words = _(
        "Came back: %(share)s (%(k)s of %(n)s). Mailbox providers expect less than 2 %%. Addresses that do not work "
        "are given up by themselves; old lists should be asked again before you write to all of them."
    )
    return Said("warm", words % told)


def _way(way: str) -> str:
    return {
        Channel.EMAIL: _("a letter by e-mail"),
        Channel.TEXT: _("a text message"),
        Channel.LETTER: _("a card by post"),
        Channel.CALL: _("a call"),
    }[Channel(way)]


def _why(way: str, purpose: str, sums: Mapping[str, int]) -> str:
    words = _reasons(way, purpose)
    told = sorted(((n, words[reason]) for reason, n in sums.items() if reason in words and n), reverse=True)
    return " · ".join(f"{_whole(n)} {why}" for n, why in told)


def _reasons(way: str, purpose: str) -> dict[str, str]:
    no_way = {
        Channel.EMAIL: _("without an e-mail address that works"),
        Channel.TEXT: _("without a mobile number"),
        Channel.LETTER: _("without a postal address"),
        Channel.CALL: _("without a telephone number"),
    }
    is_offer = purpose == Purpose.MARKETING
    return {
        "no_way": no_way[Channel(way)],
        "suppressed": _("not written to any more: it came back, or they left"),
        "said_no": _("said no"),
        "never_agreed": _("never agreed to offers"),
        "no_customer": _("not a customer") if is_offer else _("not a customer yet, and never agreed"),
        "quiet": _("left in peace for now"),
    }


def _shown(n: int, people: int) -> str:
    return _("%(n)s of %(people)s") % {"n": _whole(n), "people": _whole(people)}


def _whole(n: float) -> str:
    return number_format(round(n), 0, force_grouping=True)


def _percent(rate: float) -> str:
    return f"{number_format(rate * 100, 2)}\u00a0%"

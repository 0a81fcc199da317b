"""What to say now: one line before serving somebody. Who is unhappy or mourns comes first and sets the tone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, DateField, F, Q, Value
from django.db.models.functions import Cast
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.people.models import Occasion, Person, Preference, Reminder, Silence
from regulars.people.queries import coming_up
from regulars.rapport.models import Belonging, LifeEvent, Owed, Side

BIRTHDAY_DAYS = 5
SERVICE_DAYS = 21
RECENT_DAYS = 90
MOST_SENTENCES = 5  # beside the owner's own words


@dataclass(frozen=True)
class LastVisit:
    """When they were last here and what they took, as the room of purchases knows it."""

    on: date
    what: str = ""


@dataclass(frozen=True)
class Say:
    """One line of a few short sentences; tone "alarm" for a complaint, "warm" for somebody to be gentle with."""

    text: str
    tone: str = ""


class _Fact(NamedTuple):
    part: str
    words: str
    on: date | None


Facts = Mapping[str, Sequence[_Fact]]


def what_to_say(
    person: Person,
    *,
    last_visit: LastVisit | None = None,
    may_know_all: bool = True,
    suggestion: str = "",
    on: date | None = None,
) -> Say | None:
    """Compose the line, or None where there is nothing to say. Two queries.

    Without `may_know_all` no illness and no death is named, only that care is wanted. An owner's own words
    ("Ask about the ring") come before what is known by rule; nothing to sell is suggested to somebody who mourns.
    """
    day = on or clock.today()
    facts = _facts(person, day)
    tone, first = _tone(facts, may_know_all=may_know_all)
    own = [person.say.strip()] if person.say.strip() else []
    sentences = [*first, *_promised(facts, day), *own, *_birthday(person, day)]
    if not tone:
        sentences += (_happened(facts, day) or _wants_care(facts, day))[:1]
    sentences += _visit(last_visit, day)
    if not tone:
        sentences += _likes(facts)
        sentences += [suggestion] if suggestion else _ask_next(facts) if sentences else []
    said = [_ended(sentence) for sentence in sentences[: MOST_SENTENCES + len(own)]]
    return Say(" ".join(said), tone) if said else None


def _facts(person: Person, day: date) -> Facts:
    """Everything that may be said, in one query: a complaint, a loss, promises, news, things due, likes."""
    silences = Silence.objects.filter(Q(until=None) | Q(until__gte=day), person=person, lifted_at=None)
    promises = Reminder.objects.filter(person=person, done_at=None, kind=Reminder.Kind.PROMISE)
    owed = Owed.objects.filter(person=person, settled_at=None).exclude(side=Side.THEY)
    news = LifeEvent.objects.filter(person=person, show_on__gte=day - timedelta(days=RECENT_DAYS), show_on__lte=day)
    news = news.exclude(kind=LifeEvent.Kind.MOVED, answered_at__isnull=False)
    things = Belonging.objects.filter(
        person=person, gone_on=None, service_due_on__lte=day + timedelta(days=SERVICE_DAYS)
    )
    birthdays = Occasion.objects.filter(person=person, kind=Occasion.Kind.BIRTHDAY)
    tastes = Preference.objects.filter(person=person)
    parts = [
        _part(silences, "silence", F("kind"), F("until")),
        _part(promises, "promise", F("what"), F("due_on")),
        _part(owed, "promise", F("what"), F("due_on")),
        _part(news.exclude(kind=LifeEvent.Kind.OTHER), "news", F("kind"), F("on")),
        _part(news.filter(kind=LifeEvent.Kind.OTHER), "other_news", F("label"), F("on")),
        _part(things, "thing", F("what"), F("service_due_on")),
        _part(birthdays, "birthday", F("kind"), Value(None)),
        _part(tastes.filter(taste="like"), "like", F("text"), Value(None)),
        _part(tastes.filter(taste="dislike"), "dislike", F("text"), Value(None)),
    ]
    found: dict[str, list[_Fact]] = {}
    for row in parts[0].union(*parts[1:], all=True):
        found.setdefault(row[0], []).append(_Fact(*row))
    return found


def _part(rows: Any, part: str, words: Any, on: Any) -> Any:
    said = {"a_part": Value(part, CharField()), "its_words": Cast(words, CharField()), "its_day": Cast(on, DateField())}
    return rows.order_by().annotate(**said).values_list("a_part", "its_words", "its_day")


def _tone(facts: Facts, *, may_know_all: bool) -> tuple[str, list[str]]:
    kinds = {fact.words for fact in facts.get("silence", ())}
    news = {fact.words for fact in facts.get("news", ())}
    if Silence.Kind.COMPLAINT in kinds:
        words = _("A complaint of theirs is open: ask how it stands before anything else")
        return "alarm", [words]
    if Silence.Kind.BEREAVEMENT in kinds or LifeEvent.Kind.BEREAVEMENT in news:
        return "warm", [_("They lost somebody: a quiet word, and nothing to sell") if may_know_all else _go_gently()]
    if LifeEvent.Kind.ILLNESS in news:
        return "warm", [_("They have been ill: ask only how they are") if may_know_all else _go_gently()]
    if kinds & {Silence.Kind.NOT_NOW, Silence.Kind.ENDED}:
        return "warm", [_("They asked to be left alone: serve them well, ask for nothing")]
    return "", []


def _go_gently() -> str:
    return _("Go gently today, and nothing to sell")


def _promised(facts: Facts, day: date) -> list[str]:
    """The promise that is due first."""
    promises = sorted(facts.get("promise", ()), key=lambda fact: (fact.on or date.max, fact.words))
    if not promises:
        return []
    first = promises[0]
    words = {"what": first.words.strip().rstrip(".")}
    if first.on is None:
        return [_("Promised: %(what)s") % words]
    when = {**words, "day": day_words(first.on)}
    return [
        _("Promised for %(day)s and late: %(what)s") % when
        if first.on < day
        else _("Promised for %(day)s: %(what)s") % when
    ]


def _birthday(person: Person, day: date) -> list[str]:
    """A day within the next five, the soonest."""
    for one in coming_up(person, day, BIRTHDAY_DAYS):
        name = one.label or {"birthday": _("Birthday"), "name_day": _("Name day"), "anniversary": _("Anniversary")}.get(
            one.kind, _("A special day")
        )
        if one.on == day:
            return [_("%(occasion)s today") % {"occasion": name}]
        return [_("%(occasion)s on %(weekday)s") % {"occasion": name, "weekday": formats.date_format(one.on, "l")}]
    return []


def _happened(facts: Facts, day: date) -> list[str]:
    """The latest glad news."""
    words = {
        LifeEvent.Kind.BABY: _("Ask after the baby"),
        LifeEvent.Kind.WEDDING: _("Ask about the wedding"),
        LifeEvent.Kind.NEW_JOB: _("Ask about the new job"),
        LifeEvent.Kind.RETIRED: _("Has just retired: ask how it is"),
        LifeEvent.Kind.GRADUATION: _("Ask about the graduation"),
        LifeEvent.Kind.MOVED: _("Has moved: ask for the new address"),
    }
    for fact in sorted(facts.get("news", ()), key=lambda fact: fact.on or date.min, reverse=True):
        if fact.words in words:
            return [words[LifeEvent.Kind(fact.words)]]
    return [_("Ask about this: %(what)s") % {"what": fact.words} for fact in facts.get("other_news", ())[:1]]


def _wants_care(facts: Facts, day: date) -> list[str]:
    for fact in sorted(facts.get("thing", ()), key=lambda fact: fact.on or date.max)[:1]:
        if fact.on and fact.on < day - timedelta(days=RECENT_DAYS):
            return []
        return [_("%(thing)s: service due %(day)s") % {"thing": fact.words, "day": day_words(fact.on or day)}]
    return []


def _visit(visit: LastVisit | None, day: date) -> list[str]:
    if visit is None:
        return []
    if visit.on == day:
        return [
            _("Was here today already: %(what)s") % {"what": visit.what} if visit.what else _("Was here today already")
        ]
    words = {"day": day_words(visit.on, year=visit.on.year != day.year), "what": visit.what}
    return [_("Last here %(day)s: %(what)s") % words if visit.what else _("Last here %(day)s") % words]


def _likes(facts: Facts) -> list[str]:
    likes = [fact.words for fact in facts.get("like", ())][:3]
    dislikes = [fact.words for fact in facts.get("dislike", ())][:2]
    words = {"likes": ", ".join(likes), "dislikes": ", ".join(dislikes)}
    if likes and dislikes:
        return [_("Likes %(likes)s; rather not %(dislikes)s") % words]
    if likes:
        return [_("Likes %(likes)s") % words]
    return [_("Rather not %(dislikes)s") % words] if dislikes else []


def _ask_next(facts: Facts) -> list[str]:
    """One useful thing to learn about somebody who is more than a name."""
    if "like" not in facts and "dislike" not in facts:
        return [_("Worth asking: what they like")]
    return [] if "birthday" in facts else [_("Worth asking: when their birthday is")]


def day_words(day: date, *, year: bool = False) -> str:
    return formats.date_format(day, "DATE_FORMAT" if year else "MONTH_DAY_FORMAT")


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "…", "!")) else f"{sentence}."

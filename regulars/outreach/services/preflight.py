"""Words tried on a whole audience before anything is sent: who gets nothing, who reads a fallback and how it reads.

People are put together by what decides how a letter comes out: which of its fields they have, and the values it
compares. One of each kind is written to; so a hundred thousand people are a handful of letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from regulars.kit.errors import Refusal
from regulars.kit.labels import in_a_sentence
from regulars.outreach.models import Channel, WordingVersion
from regulars.outreach.queries.facts import FIELDS, Facts, Named, readers
from regulars.outreach.queries.variants import Variants, language_name, variants_of
from regulars.outreach.services.drafting import needed_fields, render
from regulars.outreach.services.liquid import EmptyField
from regulars.people.models import Person

CHUNK = 5_000
NAMES_SHOWN = 3
PEOPLE_KEPT = 20
LONG_VALUE = 1_000
NAMES = ("first_name", "last_name", "full_name")
TAG = re.compile(r"\{%-?\s*(\w+)(.*?)-?%\}|\{\{-?(.*?)-?\}\}", re.DOTALL)
WORD = re.compile(r"[a-z_]\w*")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
COMPARES = re.compile(r"[=<>]|\bcontains\b")
# Filters that give a text for any text: what the value is does not decide whether the letter can be written.
HARMLESS = frozenset("default capitalize downcase upcase strip append prepend truncate truncatewords".split())

# What is said of each way; paper that is a letter is a letter.
NOTHING: dict[str, Any] = {
    Channel.EMAIL: ngettext_lazy(
        "1 person has no “%(field)s” and would get no letter: %(who)s. Give the words a fallback.",
        "%(n)d people have no “%(field)s” and would get no letter: %(who)s. Give the words a fallback.",
        "n",
    ),
    Channel.TEXT: ngettext_lazy(
        "1 person has no “%(field)s” and would get no text message: %(who)s. Give the words a fallback.",
        "%(n)d people have no “%(field)s” and would get no text message: %(who)s. Give the words a fallback.",
        "n",
    ),
    Channel.CARD: ngettext_lazy(
        "1 person has no “%(field)s” and would get no card: %(who)s. Give the words a fallback.",
        "%(n)d people have no “%(field)s” and would get no card: %(who)s. Give the words a fallback.",
        "n",
    ),
}
WITHOUT: dict[str, Any] = {
    Channel.EMAIL: ngettext_lazy(
        "1 person has no “%(field)s”; the letter does without.",
        "%(n)d people have no “%(field)s”; the letter does without.",
        "n",
    ),
    Channel.TEXT: ngettext_lazy(
        "1 person has no “%(field)s”; the text message does without.",
        "%(n)d people have no “%(field)s”; the text message does without.",
        "n",
    ),
    Channel.CARD: ngettext_lazy(
        "1 person has no “%(field)s”; the card does without.",
        "%(n)d people have no “%(field)s”; the card does without.",
        "n",
    ),
}

Key = tuple[object, ...]
Extras = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Finding:
    """One thing to know before sending. `people` are the first it is about: id, name, how it begins."""

    kind: str
    count: int
    sentence: str
    people: tuple[tuple[int, str, str], ...] = ()


@dataclass
class Preflight:
    """What would happen if this wording went to all of them."""

    total: int = 0
    ready: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clear(self) -> bool:
        return self.ready == self.total

    @property
    def sentences(self) -> list[str]:
        return [finding.sentence for finding in self.findings]


@dataclass
class _Alike:
    """People whose letters come out the same way, and how."""

    count: int = 0
    lacks: frozenset[str] = frozenset()
    missing: str = ""
    problem: str = ""
    people: list[tuple[int, str, str]] = field(default_factory=list)


def preflight(
    version: WordingVersion,
    people: QuerySet[Person] | Sequence[int],
    extras: Extras | None = None,
    *,
    common: Mapping[str, str] | None = None,
    variants: Variants | None = None,
    named: Mapping[int, Named] | None = None,
) -> Preflight:
    """Try the wording on everybody: a QuerySet of people or their ids. Two queries for every five thousand of them.

    Whoever tries several wordings on the same people reads the `variants` and how people are `named` once.

    `extras` is what is known of this one or that beside the book, `common` what everybody will have when it is sent.
    """
    trial = _Trial(variants or variants_of(version), common or {}, named, _channel_of(version))
    for ids in _chunks(people):
        trial.take(ids, extras)
    return trial.result()


def _chunks(people: QuerySet[Person] | Sequence[int]) -> Iterator[list[int]]:
    if not isinstance(people, QuerySet):
        for start in range(0, len(people), CHUNK):
            yield list(people[start : start + CHUNK])
        return
    last = 0
    while ids := list(people.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield ids
        last = ids[-1]


class _Trial:
    def __init__(
        self, variants: Variants, common: Mapping[str, str], named: Mapping[int, Named] | None, channel: str
    ) -> None:
        self.common = common
        self.channel = channel
        self.named = named
        self.variants = variants
        self.fields = frozenset[str]().union(*(needed_fields(one) for one in self.variants.by_language.values()))
        self.asked = sorted(self.fields | ({"first_name"} if "greeting" in self.fields else set()))
        self.compared = sorted(frozenset[str]().union(*map(_compared, self.variants.by_language.values())))
        self.kinds: dict[Key, _Alike] = {}
        self.speak: dict[str, int] = {}
        self.total = 0

    def take(self, ids: Sequence[int], extras: Extras | None) -> None:
        self.total += len(ids)
        for group in readers(ids, extras, self.fields | {"full_name"}, self.variants.chosen, self.named):
            words = self.variants.by_language[group.language]
            for wanted in group.wanted.values():
                self.speak[wanted] = self.speak.get(wanted, 0) + 1
            for pk, known in group.facts.items():
                facts = {**self.common, **known} if self.common else known
                key: Key = (group.language, *(name in facts for name in self.asked), *map(facts.get, self.compared))
                if _is_odd(facts):
                    key = (pk,)
                kind = self.kinds.get(key)
                if kind is None:
                    kind = self.kinds[key] = self._tried(words, facts)
                kind.count += 1
                if (kind.lacks or kind.missing or kind.problem) and len(kind.people) < PEOPLE_KEPT:
                    kind.people.append((pk, facts.get("full_name", ""), self._begins(kind, words, facts)))

    def _tried(self, words: WordingVersion, facts: Facts) -> _Alike:
        lacks = frozenset(
            name for name in self.asked if name in FIELDS and not FIELDS[name].is_always and name not in facts
        )
        try:
            render(words, facts)
        except EmptyField as empty:
            return _Alike(lacks=lacks, missing=empty.name)
        except Refusal as refusal:
            return _Alike(lacks=lacks, problem=refusal.sentence)
        return _Alike(lacks=lacks)

    def _begins(self, kind: _Alike, words: WordingVersion, facts: Facts) -> str:
        if kind.missing or kind.problem:
            return ""
        try:
            return render(words, facts).text.split("\n", 1)[0]
        except Refusal:
            return ""

    def result(self) -> Preflight:
        kinds = list(self.kinds.values())
        ready = sum(kind.count for kind in kinds if not kind.missing and not kind.problem)
        return Preflight(
            self.total,
            ready,
            [
                *_lacking(kinds, self.channel),
                *_falling_back(kinds, self.channel),
                *_problems(kinds),
                *self._in_another(),
            ],
        )

    def _in_another(self) -> Iterator[Finding]:
        for wanted, count in sorted(self.speak.items(), key=lambda item: -item[1]):
            words = ngettext(
                "1 person speaks %(theirs)s; there are no words in it, so theirs are in %(ours)s.",
                "%(n)d people speak %(theirs)s; there are no words in it, so theirs are in %(ours)s.",
                count,
            )
            said = {"n": count, "theirs": language_name(wanted), "ours": language_name(self.variants.main)}
            yield Finding("language", count, words % said)


def _is_odd(facts: Facts) -> bool:
    return sum(map(len, facts.values())) > LONG_VALUE


def _compared(version: WordingVersion) -> frozenset[str]:
    """The fields whose value, and not only whether there is one, may decide how the letter comes out."""
    found: set[str] = set()
    for source in (version.subject, version.body):
        for name, inside, output in TAG.findall(source):
            expression = QUOTED.sub("", output or inside)
            filters = set(re.findall(r"\|\s*(\w+)", expression))
            is_plain = name in {"", "if", "elsif", "unless", "else", "endif", "endunless"}
            if not is_plain or COMPARES.search(expression) or filters - HARMLESS:
                found |= set(WORD.findall(expression))
    return frozenset(found & set(FIELDS))


def _channel_of(version: WordingVersion) -> str:
    """The way these words go; those that are only being tried may belong to none."""
    is_tried = not version.wording_id and not WordingVersion.wording.is_cached(version)
    channel = Channel.EMAIL if is_tried else version.wording.channel
    return channel if channel in NOTHING else Channel.EMAIL


def _lacking(kinds: Sequence[_Alike], channel: str) -> Iterator[Finding]:
    for name in sorted({kind.missing for kind in kinds if kind.missing}):
        mine = [kind for kind in kinds if kind.missing == name]
        count, people = sum(kind.count for kind in mine), _people(mine)
        who = ", ".join(full or _("somebody without a name") for _pk, full, _reads in people[:NAMES_SHOWN])
        said = {"n": count, "field": _label(name), "who": who + (" …" if count > NAMES_SHOWN else "")}
        yield Finding("missing", count, str(NOTHING[channel] % said), people)


def _falling_back(kinds: Sequence[_Alike], channel: str) -> Iterator[Finding]:
    good = [kind for kind in kinds if not kind.missing and not kind.problem]
    for name in sorted({name for kind in good for name in kind.lacks}):
        mine = [kind for kind in good if name in kind.lacks]
        count, people = sum(kind.count for kind in mine), _people(mine)
        said = {"n": count, "field": _label(name)}
        if name not in NAMES:
            yield Finding("without", count, str(WITHOUT[channel] % said), people)
            continue
        words = ngettext(
            "1 person has no “%(field)s”; the fallback reads: “%(reads)s”",
            "%(n)d people have no “%(field)s”; the fallback reads: “%(reads)s”",
            count,
        )
        yield Finding("fallback", count, words % {**said, "reads": people[0][2]}, people)


def _problems(kinds: Sequence[_Alike]) -> Iterator[Finding]:
    for sentence in dict.fromkeys(kind.problem for kind in kinds if kind.problem):
        mine = [kind for kind in kinds if kind.problem == sentence]
        yield Finding("problem", sum(kind.count for kind in mine), sentence, _people(mine))


def _people(kinds: Sequence[_Alike]) -> tuple[tuple[int, str, str], ...]:
    return tuple(person for kind in kinds for person in kind.people)[:PEOPLE_KEPT]


def _label(name: str) -> str:
    return in_a_sentence(FIELDS[name].label) if name in FIELDS else name

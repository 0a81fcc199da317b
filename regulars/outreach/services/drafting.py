"""From a wording and what is known of people to finished drafts: as each of them would get it, or what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.labels import in_a_sentence
from regulars.outreach.blocks import PLAIN, Layout, filled, layout_of, needed, text_of
from regulars.outreach.blocks.compiling import Frame, Look, html_of
from regulars.outreach.channels.email.letters import html_part
from regulars.outreach.models import WordingVersion
from regulars.outreach.queries.facts import FIELDS, Readers, facts_for, readers
from regulars.outreach.queries.variants import variants_of
from regulars.outreach.services.liquid import EmptyField, fields_in, rendered

PREFLIGHT_CHUNK = 1000
NAMES_SHOWN = 3
NAMES = ("first_name", "last_name", "full_name")


@dataclass(frozen=True)
class Draft:
    """The subject and the words as text; in blocks the same words as `layout`. `wanted` is the language missing."""

    subject: str
    text: str
    language: str = "en"
    layout: Layout = PLAIN
    wanted: str = ""
    version_id: int | None = None

    @property
    def html(self) -> str:
        """As it would be without footer and pictures."""
        if self.layout:
            return html_of(self.layout, Look(business().accent), Frame(self.language, self.subject), {})
        return html_part(self.text, [], self.language, self.subject)

    def for_touch(self) -> dict[str, Any]:
        """What a `NewTouch` needs to know of these words."""
        return {
            "subject": self.subject,
            "body": self.text,
            "blocks": self.layout.stored(),
            "language": self.language,
            "language_wanted": self.wanted,
            "wording_version_id": self.version_id,
        }


@dataclass
class Drafts:
    """Finished drafts by person, and for the others the field that is missing."""

    ready: dict[int, Draft] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)


@dataclass
class Preflight:
    """What would happen if this wording went to all of them."""

    total: int = 0
    ready: int = 0
    sentences: list[str] = field(default_factory=list)

    @property
    def is_clear(self) -> bool:
        return self.ready == self.total


def render(version: WordingVersion, facts: Mapping[str, str], language: str = "en", wanted: str = "") -> Draft:
    """Fill in one wording. Strict: a field without a value and without a fallback raises `EmptyField`."""
    subject = " ".join(rendered(version.subject, facts).split())
    layout = filled(layout_of(version.blocks), facts, rendered)
    text = text_of(layout) if layout else rendered(version.body, facts).strip()
    return Draft(subject, text, language, layout, wanted, version.pk)


def needed_fields(version: WordingVersion) -> frozenset[str]:
    """The fields these words speak of. Of blocks the body is the text, so that it names them all."""
    found = fields_in(version.subject)
    if not version.blocks:
        return found | fields_in(version.body)
    return found.union(*(fields_in(words) for _number, _slot, words in needed(layout_of(version.blocks))))


def draft_for(
    version: WordingVersion, person_ids: Collection[int], extras: Mapping[int, Mapping[str, str]] | None = None
) -> Drafts:
    """Draft for many people at once, each in their language where there are words in it.

    Nobody's missing field stops another's letter.
    """
    drafts = Drafts()
    variants = variants_of(version)
    fields = frozenset[str]().union(*(needed_fields(one) for one in variants.by_language.values()))
    for group in readers(person_ids, extras, fields, variants.chosen):
        words = variants.by_language[group.language]
        for pk, facts in group.facts.items():
            _draft_one(drafts, pk, words, facts, group)
    return drafts


def _draft_one(drafts: Drafts, pk: int, words: WordingVersion, facts: Mapping[str, str], group: Readers) -> None:
    try:
        drafts.ready[pk] = render(words, facts, group.language, group.wanted.get(pk, ""))
    except EmptyField as empty:
        drafts.missing[pk] = empty.name
    except Refusal as refusal:
        drafts.problems[pk] = refusal.sentence
        drafts.missing[pk] = refusal.sentence


def preflight(
    version: WordingVersion, person_ids: Sequence[int], extras: Mapping[int, Mapping[str, str]] | None = None
) -> Preflight:
    """Try the wording on everybody before anything is sent: who lacks what, and what they would read instead."""
    found = Preflight(total=len(person_ids))
    lacking: dict[str, list[str]] = {}
    fallbacks: dict[str, list[str]] = {}
    problems: dict[str, int] = {}
    for start in range(0, len(person_ids), PREFLIGHT_CHUNK):
        chunk = person_ids[start : start + PREFLIGHT_CHUNK]
        drafts = draft_for(version, chunk, extras)
        facts = facts_for(chunk, extras, needed_fields(version))
        found.ready += len(drafts.ready)
        for pk, name in drafts.missing.items():
            if pk not in drafts.problems:
                lacking.setdefault(name, []).append(facts[pk].get("full_name", _("somebody without a name")))
        for sentence in drafts.problems.values():
            problems[sentence] = problems.get(sentence, 0) + 1
        _note_fallbacks(version, drafts, facts, fallbacks)
    found.sentences = [
        *(_lacking(name, people) for name, people in lacking.items()),
        *(_falling_back(name, reads) for name, reads in fallbacks.items()),
        *problems,
    ]
    return found


def _note_fallbacks(
    version: WordingVersion, drafts: Drafts, facts: Mapping[int, Mapping[str, str]], fallbacks: dict[str, list[str]]
) -> None:
    """Remember the first line of those who read something else than the usual."""
    asked = needed_fields(version) | ({"first_name"} if "greeting" in needed_fields(version) else set())
    for pk, draft in drafts.ready.items():
        for name in asked:
            if name in FIELDS and not FIELDS[name].is_always and name not in facts[pk]:
                fallbacks.setdefault(name, []).append(draft.text.splitlines()[0] if draft.text else "")


def _lacking(name: str, people: Sequence[str]) -> str:
    label = in_a_sentence(FIELDS[name].label) if name in FIELDS else name
    who = ", ".join(people[:NAMES_SHOWN]) + (" …" if len(people) > NAMES_SHOWN else "")
    words = ngettext(
        "1 person has no “%(field)s” and would get no letter: %(who)s. Give the words a fallback.",
        "%(n)d people have no “%(field)s” and would get no letter: %(who)s. Give the words a fallback.",
        len(people),
    )
    return words % {"n": len(people), "field": label, "who": who}


def _falling_back(name: str, reads: Sequence[str]) -> str:
    label = in_a_sentence(FIELDS[name].label)
    if name not in NAMES:
        words = ngettext(
            "1 person has no “%(field)s”; the letter does without.",
            "%(n)d people have no “%(field)s”; the letter does without.",
            len(reads),
        )
        return words % {"n": len(reads), "field": label}
    words = ngettext(
        "1 person has no “%(field)s”; the fallback reads: “%(reads)s”",
        "%(n)d people have no “%(field)s”; the fallback reads: “%(reads)s”",
        len(reads),
    )
    return words % {"n": len(reads), "field": label, "reads": reads[0]}

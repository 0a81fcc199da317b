"""From a wording and what is known of people to finished drafts: as each of them would get it, or what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.blocks import PLAIN, Layout, filled, layout_of, needed, text_of
from regulars.outreach.blocks.compiling import Frame, Look, html_of
from regulars.outreach.channels.email.letters import html_part
from regulars.outreach.models import WordingVersion
from regulars.outreach.queries.facts import Named, Readers, readers
from regulars.outreach.queries.variants import Variants, variants_of
from regulars.outreach.services.liquid import EmptyField, fields_in, rendered


class Draft(NamedTuple):
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
            "blocks": self.layout,
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


def render(version: WordingVersion, facts: Mapping[str, str], language: str = "en", wanted: str = "") -> Draft:
    """Fill in one wording. Strict: a field without a value and without a fallback raises `EmptyField`."""
    return _filled_in(version, layout_of(version.blocks), facts, language, wanted)


def _filled_in(version: WordingVersion, blocks: Layout, facts: Mapping[str, str], language: str, wanted: str) -> Draft:
    subject = " ".join(rendered(version.subject, facts).split())
    layout = filled(blocks, facts, rendered) if blocks else PLAIN
    text = text_of(layout) if layout else rendered(version.body, facts).strip()
    return Draft(subject, text, language, layout, wanted, version.pk)


def needed_fields(version: WordingVersion) -> frozenset[str]:
    """The fields these words speak of. Of blocks the body is the text, so that it names them all."""
    found = fields_in(version.subject)
    if not version.blocks:
        return found | fields_in(version.body)
    return found.union(*(fields_in(words) for _number, _slot, words in needed(layout_of(version.blocks))))


def draft_for(
    version: WordingVersion,
    person_ids: Collection[int],
    extras: Mapping[int, Mapping[str, str]] | None = None,
    *,
    variants: Variants | None = None,
    people: Mapping[int, Named] | None = None,
) -> Drafts:
    """Draft for many people at once, each in their language where there are words in it.

    Nobody's missing field stops another's letter. Whoever drafts several wordings reads `variants` and `people` once.
    """
    drafts = Drafts()
    variants = variants or variants_of(version)
    fields = frozenset[str]().union(*(needed_fields(one) for one in variants.by_language.values()))
    for group in readers(person_ids, extras, fields, variants.chosen, people):
        _draft_group(drafts, variants.by_language[group.language], group)
    return drafts


def _draft_group(drafts: Drafts, words: WordingVersion, group: Readers) -> None:
    blocks = layout_of(words.blocks)
    for pk, facts in group.facts.items():
        try:
            drafts.ready[pk] = _filled_in(words, blocks, facts, group.language, group.wanted.get(pk, ""))
        except EmptyField as empty:
            drafts.missing[pk] = empty.name
        except Refusal as refusal:
            drafts.problems[pk] = refusal.sentence
            drafts.missing[pk] = refusal.sentence

"""How the words come out for those whose letters one yes would send: said before it, as before a mailing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from regulars.outreach.services import Finding, preflight
from regulars.today.lines import Line
from regulars.today.queries import Section

Letters = dict[int, dict[str, str]]


def tried(section: Section) -> Section:
    """The section with what should be known of its words, where one yes can send several letters."""
    return tried_each([section])[0]


def tried_each(sections: Sequence[Section]) -> list[Section]:
    """The same of several, with what was read to write the letters: two queries a wording that speaks of purchases."""
    return [
        replace(section, findings=tuple(_findings(section))) if len(section.letters) > 1 else section
        for section in sections
    ]


def _findings(section: Section) -> Iterator[Finding]:
    read = section.reading
    for wording, extras in sorted(_letters_by_wording(section.lines).items()):
        words, variants = read.versions[wording], read.variants[wording]
        yield from preflight(words, list(extras), extras, variants=variants, named=read.people).findings


def _letters_by_wording(lines: Sequence[Line]) -> dict[str, Letters]:
    """What the letters of each wording can say besides, by person. What the owner wrote by hand was read by hand."""
    found: dict[str, Letters] = {}
    for line in lines:
        draft, person_id = line.draft, line.due.person_id
        if line.way == "email" and person_id and draft and draft.wording and not draft.is_edited:
            found.setdefault(draft.wording, {})[person_id] = dict(draft.extras)
    return found

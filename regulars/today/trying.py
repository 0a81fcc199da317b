"""How the words come out for those whose letters one yes would send: said before it, as before a mailing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from regulars.outreach import queries as outreach
from regulars.outreach.queries.facts import named
from regulars.outreach.queries.variants import variants_of_each
from regulars.outreach.services import Finding, preflight
from regulars.today.lines import Line
from regulars.today.queries import Section

Letters = dict[int, dict[str, str]]


def tried(section: Section) -> Section:
    """The section with what should be known of its words, where one yes can send several letters."""
    return tried_each([section])[0]


def tried_each(sections: Sequence[Section]) -> list[Section]:
    """The same of several: three queries, and two more a wording that speaks of purchases, however many letters."""
    tries = [_letters_by_wording(section.lines) if len(section.letters) > 1 else {} for section in sections]
    versions = outreach.latest_of({wording for letters in tries for wording in letters})
    if not versions:
        return list(sections)
    variants = variants_of_each(versions)
    people = named({pk for letters in tries for extras in letters.values() for pk in extras})

    def findings(letters: Mapping[str, Letters]) -> Iterator[Finding]:
        for wording, extras in sorted(letters.items()):
            yield from preflight(
                versions[wording], list(extras), extras, variants=variants[wording], named=people
            ).findings

    return [
        replace(section, findings=tuple(findings(letters))) for section, letters in zip(sections, tries, strict=True)
    ]


def _letters_by_wording(lines: Sequence[Line]) -> dict[str, Letters]:
    """What the letters of each wording can say besides, by person. What the owner wrote by hand was read by hand."""
    found: dict[str, Letters] = {}
    for line in lines:
        draft, person_id = line.draft, line.due.person_id
        if line.way == "email" and person_id and draft and draft.wording and not draft.is_edited:
            found.setdefault(draft.wording, {})[person_id] = dict(draft.extras)
    return found

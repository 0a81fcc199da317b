"""How the words come out for those whose letters one yes would send: said before it, as before a mailing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from regulars.outreach import queries as outreach
from regulars.outreach.services import Finding, preflight
from regulars.today.lines import Line
from regulars.today.queries import Section


def tried(section: Section) -> Section:
    """The section with what should be known of its words, where one yes can send several letters.

    At most six queries a wording, whatever the number of letters. Letters the owner wrote by hand were read by hand.
    """
    return replace(section, findings=findings_of(section.lines)) if len(section.letters) > 1 else section


def findings_of(lines: Sequence[Line]) -> tuple[Finding, ...]:
    """Who lacks what these letters speak of, and how a fallback reads, wording by wording."""
    by_wording: dict[str, dict[int, dict[str, str]]] = {}
    for line in lines:
        draft, person_id = line.draft, line.due.person_id
        if line.way == "email" and person_id and draft and draft.wording and not draft.is_edited:
            by_wording.setdefault(draft.wording, {})[person_id] = dict(draft.extras)
    found: list[Finding] = []
    for wording, extras in sorted(by_wording.items()):
        found += preflight(outreach.latest(wording), list(extras), extras).findings
    return tuple(found)

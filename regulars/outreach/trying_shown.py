"""Letters that wait for one yes together: how their words come out, said by the same function as before a mailing."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.outreach.models import Channel, Touch, WordingVersion
from regulars.outreach.previewing import occasion_examples
from regulars.outreach.services.preflight import Finding, preflight


def findings_of(touches: Sequence[Touch]) -> tuple[Finding, ...]:
    """Who lacks what these letters speak of, and how a fallback reads. One query, and five a wording.

    Letters whose words the owner changed were read by the owner. What only the moment knew is in the letters already.
    """
    by_version: dict[int, set[int]] = {}
    for touch in touches:
        if touch.channel == Channel.EMAIL and touch.wording_version_id and not touch.is_edited:
            by_version.setdefault(touch.wording_version_id, set()).add(touch.person_id)
    versions = WordingVersion.objects.select_related("wording").in_bulk(list(by_version)) if by_version else {}
    found: list[Finding] = []
    for pk, people in sorted(by_version.items()):
        version = versions[pk]
        found += preflight(version, sorted(people), common=occasion_examples(version)).findings
    return tuple(found)

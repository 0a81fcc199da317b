"""The words under a line: the owner's own if they wrote some, else the wording in force, filled in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from django.utils.translation import gettext as _

from regulars.outreach import queries as outreach
from regulars.outreach import services as sending
from regulars.outreach.models import WordingVersion
from regulars.outreach.queries.enclosures import papers_of_versions
from regulars.outreach.queries.facts import Named, named
from regulars.outreach.queries.variants import Variants, variants_of_each
from regulars.today.lines.shape import Draft, Due
from regulars.today.models import Choice, Decision

Extras = Mapping[str, str]


@dataclass
class Reading:
    """The words in force by wording, their languages, and the people: read once to write letters and to try them."""

    versions: dict[str, WordingVersion] = field(default_factory=dict)
    variants: dict[str, Variants] = field(default_factory=dict)
    people: dict[int, Named] = field(default_factory=dict)

    def read(self, wordings: Collection[str], person_ids: Iterable[int]) -> None:
        """At most three queries."""
        self.versions = outreach.latest_of(set(wordings))
        self.variants = variants_of_each(self.versions)
        self.people = named(person_ids)


def drafts_for(
    dues: Sequence[Due], wording_of: Mapping[str, str], extras: Mapping[str, Extras], reading: Reading
) -> dict[str, Draft]:
    """Draft every line by its key: `wording_of` names the wording of each, `extras` what the letter can say besides.

    Five queries however many wordings are in use, and two for each that speaks of purchases. What was read stays in
    `reading`.
    """
    if not dues:
        return {}
    drafts = _own_words(dues, wording_of)
    reading.read(wording_of.values(), (due.person_id for due in dues if due.person_id))
    for wording, version in reading.versions.items():
        mine = [due for due in dues if wording_of.get(due.key) == wording and due.key not in drafts and due.person_id]
        write = partial(sending.draft_for, version, variants=reading.variants[wording], people=reading.people)
        drafts.update(_filled_in(write, wording, mine, extras))
    return _with_files(drafts, {wording: version.pk for wording, version in reading.versions.items() if version.pk})


def _with_files(drafts: dict[str, Draft], in_force: Mapping[str, int]) -> dict[str, Draft]:
    """The files of the words go with each letter, with the owner's own words as well."""
    ids = {key: draft.wording_version_id or in_force.get(draft.wording, 0) for key, draft in drafts.items()}
    papers = papers_of_versions(ids.values())
    return {
        key: replace(draft, files=papers[ids[key]]) if ids[key] in papers else draft for key, draft in drafts.items()
    }


def _drafted(made: sending.Draft, wording: str, extras: Extras) -> Draft:
    return Draft(
        made.subject,
        made.text,
        made.version_id,
        wording,
        blocks=made.layout.stored(),
        language=made.language,
        language_wanted=made.wanted,
        extras=extras,
    )


def _own_words(dues: Sequence[Due], wording_of: Mapping[str, str]) -> dict[str, Draft]:
    """What the owner wrote for this line alone; an offer in the words it began with is still in it."""
    written = Decision.objects.filter(
        kind__in={due.kind for due in dues}, subject_id__in={due.subject_id for due in dues}
    ).exclude(body="")
    drafts = {}
    for row in written.exclude(choice__in=[Choice.APPROVED, Choice.DONE]):
        key = f"{row.kind}:{row.subject_id}:{row.occurrence}"
        drafts[key] = Draft(row.subject, row.body, wording=wording_of.get(key, ""), is_edited=True)
    return drafts


def _filled_in(
    write: Callable[..., sending.Drafts], wording: str, dues: Sequence[Due], extras: Mapping[str, Extras]
) -> dict[str, Draft]:
    """Fill one wording in, set by set: a person who is due twice gets each line its own words."""
    drafts: dict[str, Draft] = {}
    waiting = list(dues)
    while waiting:
        turn: dict[int, Due] = {}
        later = []
        for due in waiting:
            if due.person_id in turn:
                later.append(due)
            elif due.person_id is not None:
                turn[due.person_id] = due
        made = write(list(turn), {pk: dict(extras.get(due.key, {})) for pk, due in turn.items()})
        for pk, due in turn.items():
            drafts[due.key] = (
                _drafted(made.ready[pk], wording, extras.get(due.key, {}))
                if pk in made.ready
                else Draft(
                    problem=_("Nothing is known for “%(field)s”: change the words.")
                    % {"field": made.missing.get(pk, "")},
                    wording=wording,
                    extras=extras.get(due.key, {}),
                )
            )
        waiting = later
    return drafts

"""Words as one person would get them, and what would happen if they went to many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from regulars.kit.business import in_our_language
from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.letters import paragraphs
from regulars.outreach.models import WordingVersion
from regulars.outreach.queries.facts import FIELDS
from regulars.outreach.services.drafting import draft_for, needed_fields, preflight, render
from regulars.outreach.services.wordings import check_words
from regulars.people.models import Person

TRIED_ON = 200


@dataclass(frozen=True)
class Preview:
    """`person` is empty when there is nobody yet: then the examples of the fields are used."""

    subject: str = ""
    paragraphs: list[str] = field(default_factory=list)
    person: Person | None = None
    problem: str = ""
    warnings: list[str] = field(default_factory=list)


def some_people(limit: int = 30) -> list[Person]:
    """A few people to try the words on: the latest ones. One query."""
    return list(Person.objects.gradable().exclude(full_name="").only("full_name").order_by("-pk")[:limit])


def sample_of(version: WordingVersion) -> str:
    """The words with the examples filled in, without the first line, for a list."""
    try:
        text = render(version, examples(FIELDS)).text
    except Refusal:
        return version.body
    return " ".join(paragraphs(text)[1:]) or text


def examples(fields: Iterable[str]) -> dict[str, str]:
    """What each field could say, in the language the letters are written in."""
    with in_our_language():
        return {key: str(FIELDS[key].example) for key in fields}


def preview_of(subject: str, body: str, person_id: int | None = None) -> Preview:
    """Fill the words in for one person (the latest when none is named) and try them on the latest two hundred."""
    version = WordingVersion(subject=subject, body=body)
    person = _somebody(person_id)
    try:
        check_words(subject or "-", body)
        if person is None:
            draft = render(version, examples(FIELDS))
            return Preview(draft.subject, paragraphs(draft.text))
        drafts = draft_for(version, [person.pk], {person.pk: _occasion_examples(version)})
    except Refusal as refusal:
        return Preview(person=person, problem=refusal.sentence)
    if person.pk not in drafts.ready:
        missing = drafts.missing[person.pk]
        label = FIELDS[missing].label if missing in FIELDS else missing
        words = _("There is no “%(field)s” for %(name)s, and the words have no fallback.")
        return Preview(person=person, problem=words % {"field": label, "name": person.full_name})
    draft = drafts.ready[person.pk]
    return Preview(draft.subject, paragraphs(draft.text), person, warnings=_warnings(version))


def _somebody(person_id: int | None) -> Person | None:
    people = Person.objects.gradable()
    chosen = people.filter(pk=person_id).first() if person_id else None
    return chosen or people.exclude(full_name="").order_by("-pk").first()


def _occasion_examples(version: WordingVersion) -> dict[str, str]:
    """What only the moment of sending knows (years, occasion, what was promised) is shown by its example."""
    return examples({"years", "occasion", "what", "due"} & needed_fields(version))


def _warnings(version: WordingVersion) -> list[str]:
    ids = list(Person.objects.gradable().order_by("-pk").values_list("pk", flat=True)[:TRIED_ON])
    examples = _occasion_examples(version)
    return preflight(version, ids, dict.fromkeys(ids, examples)).sentences

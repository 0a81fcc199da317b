"""Words as one person would get them, and what would happen if they went to many."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business, in_our_language
from regulars.kit.errors import Refusal
from regulars.outreach.blocks import layout_of
from regulars.outreach.channels.email.dress import for_a_screen
from regulars.outreach.channels.email.letters import Letter, Sender, WayOut, paragraphs, parts_of
from regulars.outreach.models import Channel, Purpose, Touch, Wording, WordingVersion
from regulars.outreach.queries.facts import FIELDS, signature_of
from regulars.outreach.services.drafting import Draft, draft_for, needed_fields, render
from regulars.outreach.services.preflight import Preflight, preflight
from regulars.outreach.services.wordings import check_layout, check_words
from regulars.people.models import Person
from regulars.people.queries import find_people

TRIED_ON = 200
OF_THE_MOMENT = frozenset({"years", "occasion", "what", "due", "friend", "asked_for", "asked_on"})
ASKS_FOR_DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")


@dataclass(frozen=True)
class Preview:
    """`person` is empty when there is nobody yet: then the examples of the fields are used."""

    subject: str = ""
    paragraphs: list[str] = field(default_factory=list)
    person: Person | None = None
    problem: str = ""
    warnings: list[str] = field(default_factory=list)
    draft: Draft | None = None


def some_people(who: str = "", limit: int = 30) -> list[Person]:
    """A few people to try the words on: those found by what was typed, else the latest ones. Few queries."""
    if who.strip():
        return list(find_people(who, limit))
    return list(Person.objects.gradable().exclude(full_name="").only("full_name").order_by("-pk")[:limit])


def sample_of(version: WordingVersion) -> str:
    """The words with the examples filled in, without the first line, for a list."""
    try:
        text = render(version, examples(FIELDS)).text
    except Refusal:
        return version.body
    return " ".join(paragraphs(text)[1:]) or text


def examples(fields: Iterable[str]) -> dict[str, str]:
    """What each field could say, in the language of the letters; the shop and its owner by their own names."""
    shop = business()
    ours = {"shop": shop.name, "owner": shop.owner_name, "signature": signature_of(shop)}
    with in_our_language():
        return {key: ours.get(key) or str(FIELDS[key].example) for key in fields}


def preview_of(version: WordingVersion, person: Person | None, *, with_warnings: bool = True) -> Preview:
    """Fill the words in for one person, or with the examples, and try them on the latest two hundred."""
    try:
        _check(version)
        if person is None:
            draft = render(version, examples(FIELDS), version.language or business().language)
            return Preview(draft.subject, paragraphs(draft.text), draft=draft)
        drafts = draft_for(version, [person.pk], {person.pk: occasion_examples(version)})
    except Refusal as refusal:
        return Preview(person=person, problem=refusal.sentence)
    if person.pk not in drafts.ready:
        return Preview(
            person=person, problem=drafts.problems.get(person.pk) or _lacks(drafts.missing[person.pk], person)
        )
    draft = drafts.ready[person.pk]
    warnings = _warnings(version) if with_warnings else []
    return Preview(draft.subject, paragraphs(draft.text), person, warnings=warnings, draft=draft)


def _check(version: WordingVersion) -> None:
    if version.blocks:
        check_layout(version.blocks)
    check_words(version.subject or "-", version.body)


def _lacks(name: str, person: Person) -> str:
    label = FIELDS[name].label if name in FIELDS else name
    words = _("There is no “%(field)s” for %(name)s, and the words have no fallback.")
    return words % {"field": label, "name": person.full_name}


def somebody(person_id: int | None, who: str = "") -> Person | None:
    """Whom the words are tried on: the one who was chosen, the first who was found, or the latest."""
    people = Person.objects.gradable()
    chosen = people.filter(pk=person_id).first() if person_id else None
    if chosen is None and who.strip():
        chosen = find_people(who, 1).first()
    return chosen or people.exclude(full_name="").order_by("-pk").first()


def occasion_examples(version: WordingVersion) -> dict[str, str]:
    """What only the moment of sending knows (years, occasion, what was promised) is shown by its example."""
    return examples(OF_THE_MOMENT & needed_fields(version))


def _warnings(version: WordingVersion) -> list[str]:
    ids = list(Person.objects.gradable().order_by("-pk").values_list("pk", flat=True)[:TRIED_ON])
    said = occasion_examples(version)
    return preflight(version, ids, dict.fromkeys(ids, said)).sentences


def everybody() -> QuerySet[Person]:
    return Person.objects.gradable()


def tried_on_everybody(version: WordingVersion) -> Preflight:
    """The whole audience there could be: everybody who is here. What only the moment knows is left to it."""
    return preflight(version, everybody(), common=occasion_examples(version))


def letter_on_screen(draft: Draft, purpose: str, scheme: str) -> str:
    """The letter's own HTML as a mail program would draw it, light or dark, its pictures in it."""
    shop = business()
    letter = Letter(
        message_id="<preview@letters.invalid>",
        to_name="",
        to_address="",
        subject=draft.subject,
        body=draft.text,
        at=clock.now(),
        sender=Sender(shop.name, ""),
        language=draft.language,
        shop=shop.name,
        postal_address=shop.postal_address,
        way_out=None if purpose == Purpose.SERVICE else WayOut(),
        dress=for_a_screen(draft.layout, shop) if draft.layout else None,
    )
    _text, html = parts_of(letter)
    return ASKS_FOR_DARK.sub("@media all" if scheme == "dark" else "@media not all", html)


def touch_on_screen(touch: Touch, scheme: str) -> str:
    """The same for a letter of the ledger: as it will look when it goes."""
    language = touch.language or business().language
    return letter_on_screen(Draft(touch.subject, touch.body, language, layout_of(touch.blocks)), touch.purpose, scheme)


def as_version(
    subject: str, body: str, blocks: dict[str, object], language: str = "", channel: str = Channel.EMAIL
) -> WordingVersion:
    """Words that are only being written, for trying."""
    wording = Wording(channel=channel)
    return WordingVersion(wording=wording, subject=subject, body=body, blocks=blocks, language=language)

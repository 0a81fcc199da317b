"""Every text of the library can be sent to anybody, in every language of the house, and reads like a person."""

from __future__ import annotations

import pytest

from regulars.kit.services import change_business
from regulars.outreach.library import TONES, LibraryText, languages, text_named, texts
from regulars.outreach.models import Channel, Purpose, WordingVersion
from regulars.outreach.services import check_words, draft_for
from regulars.outreach.tests.builders import a_person, a_shop

ALL = [text for language in languages() for text in texts(language)]
NAMES = [f"{text.language} {text.key}" for text in ALL]


def test_every_language_has_the_same_texts_each_once():
    keys = {language: [text.key for text in texts(language)] for language in languages()}
    assert {"en", "de", "es"} <= set(keys)
    assert len(set(keys["en"])) == len(keys["en"]) > 4
    assert all(sorted(found) == sorted(keys["en"]) for found in keys.values()), keys


def test_a_language_nobody_wrote_begins_in_english():
    assert texts("fr") == texts("en")
    german = text_named("birthday.email.warm", "de-AT")
    assert german is not None
    assert german.language == "de"
    assert text_named("nothing.email.warm", "de") is None


@pytest.mark.parametrize("text", ALL, ids=NAMES)
def test_every_text_is_of_a_channel_a_purpose_and_a_tone_we_know(text: LibraryText):
    assert (text.channel in Channel.values, text.purpose in Purpose.values, text.tone in TONES) == (True, True, True)
    check_words(text.subject, text.words, text.channel)
    assert text.name
    assert "!" not in text.subject


@pytest.mark.django_db
@pytest.mark.parametrize("language", languages())
def test_every_text_reads_well_for_everybody_also_without_any_facts(language: str):
    a_shop()
    change_business(language=language)
    people = [
        a_person("Anneke Noordman"),
        a_person("Ruth & Kofi Osei", given_name="", family_name=""),
        a_person("", "x@example.org"),
    ]
    for text in texts(language):
        version = WordingVersion(subject=text.subject, body=text.words)
        drafts = draft_for(version, [person.pk for person in people])
        assert drafts.missing == {}, text.key
        for draft in drafts.ready.values():
            assert not any(mark in draft.subject + draft.text for mark in ("{{", "{%", "  ", " ,", " .")), text.key
            assert draft.text, text.key


def test_there_are_texts_for_every_playbook_in_three_tones():
    by_playbook: dict[str, set[str]] = {}
    for text in texts("en"):
        if text.channel == "email":
            by_playbook.setdefault(text.playbook, set()).add(text.tone)
    assert len(by_playbook) >= 21
    assert all(tones == set(TONES) for tones in by_playbook.values()), by_playbook


def test_a_text_message_of_the_library_fits_two_parts():
    assert all(len(text.words) < 300 for text in ALL if text.channel == "text")

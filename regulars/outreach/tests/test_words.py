"""Templates that cannot do harm, and letters that cannot break."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest

from regulars.kit.errors import Refusal
from regulars.kit.services import set_up_business
from regulars.outreach import queries, services
from regulars.outreach.channels.email.letters import Letter, Sender, WayOut
from regulars.outreach.channels.email.wire import built
from regulars.outreach.models import Wording, WordingVersion
from regulars.outreach.previewing import examples
from regulars.outreach.services.liquid import EmptyField, rendered
from regulars.outreach.starters import STARTERS
from regulars.outreach.tests.builders import a_new_touch, a_person, a_shop, the_owner

BOMBS = {
    "a loop in a loop": "{% for i in (1..99999) %}{% for j in (1..99999) %}x{% endfor %}{% endfor %}",
    "a string that doubles": "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 40 + "{{ x }}",
    "a replacement that explodes": "{{ '" + "a" * 4000 + "' | replace: 'a', '" + "b" * 4000 + "' }}",
    "a number that grows": "{% assign x = 9999999 %}" + "{% assign x = x | times: x %}" * 60 + "{{ x }}",
    "ifs in ifs": "{% if a %}" * 50 + "{% endif %}" * 50,
    "too many words": "x" * 20_001,
}


@pytest.mark.django_db
def test_a_sample_letter_carries_the_shop_s_own_name_and_its_owner_s():
    set_up_business(name="Linden Lane", owner_name="Ruth", zone="Europe/Dublin", currency="EUR")
    said = examples(["shop", "owner", "signature", "first_name"])
    assert said == {"shop": "Linden Lane", "owner": "Ruth", "signature": "Ruth\nLinden Lane", "first_name": "Anneke"}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_in_a_sentence(bomb):
    with pytest.raises(Refusal) as refused:
        rendered(bomb, {"a": "1"})
    assert "never come to an end" in refused.value.sentence or "too long" in refused.value.sentence


@pytest.mark.parametrize(
    "source",
    [
        "{{ name.__class__ }}",
        "{{ name.upper }}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{{ 'now' | date: '%999999999d' }}",
        "{{ name | join }}",
    ],
)
def test_nothing_is_reachable_but_the_fields(source):
    with pytest.raises(Refusal):
        rendered(source, {"name": "Ann"})


def test_a_missing_field_is_named_and_a_fallback_is_used():
    with pytest.raises(EmptyField) as missing:
        rendered("Dear {{ first_name }}", {})
    assert missing.value.name == "first_name"
    assert rendered("Dear {{ first_name | default: 'friend' }}", {}) == "Dear friend"
    assert rendered("{% if bought %}For {{ bought }}{% endif %}", {}) == ""


def test_a_bracket_in_somebodys_name_never_reaches_the_letter_as_a_field():
    with pytest.raises(Refusal, match="curly"):
        rendered("Dear {{ name }}", {"name": "{{ secret }}"})


def test_an_error_says_the_line():
    with pytest.raises(Refusal, match="Line 2"):
        rendered("Dear\n{% frog %}", {})


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(STARTERS))
def test_every_starter_reads_well_for_everybody_also_without_any_facts(key):
    a_shop()
    named, whole, nobody = (
        a_person("Anneke Noordman"),
        a_person("Ruth & Kofi Osei", given_name="", family_name=""),
        a_person("", "x@example.org"),
    )
    drafts = services.draft_for(queries.latest(key), [named.pk, whole.pk, nobody.pk])
    assert drafts.missing == {}
    first_lines = [drafts.ready[person.pk].text.splitlines()[0] for person in (named, whole, nobody)]
    assert first_lines == ["Dear Anneke,", "Dear Ruth & Kofi Osei,", "Hello,"]
    assert all(draft.subject and "{{" not in draft.text and "  " not in draft.text for draft in drafts.ready.values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("full_name", "greeting"),
    [
        ("Ruth Osei", "Dear Ruth"),
        ("Osei, Ruth", "Dear Ruth"),
        ("Dr. Ruth Osei", "Dear Dr. Ruth Osei"),
        ("Osei Bakery Ltd", "Dear Osei Bakery Ltd"),
        ("R. Osei", "Dear R. Osei"),
        ("田中 太郎", "Dear 田中 太郎"),
    ],
)
def test_a_name_given_whole_is_greeted_by_its_first_name_only_where_that_is_plain(full_name, greeting):
    a_shop()
    person = a_person(full_name, given_name="", family_name="")
    assert queries.facts_for([person.pk])[person.pk]["greeting"] == greeting
    person.refresh_from_db()
    assert (person.full_name, person.given_name) == (full_name, "")


@pytest.mark.django_db
def test_preflight_says_who_lacks_what_and_what_they_would_read():
    a_shop()
    ids = [a_person("Ann Archer").pk, a_person("Ruth Osei", given_name="", salutation="Mrs", family_name="Osei").pk]
    strict = WordingVersion(subject="Hello", body="Dear {{ first_name }},\n\nhello.")
    assert "1 person has no “first name”" in services.preflight(strict, ids).sentences[0]
    gentle = WordingVersion(subject="Hello", body="{{ greeting }},\n\nhello.")
    found = services.preflight(gentle, ids)
    assert found.is_clear
    assert found.sentences == ["1 person has no “first name”; the fallback reads: “Dear Mrs Osei,”"]


@pytest.mark.django_db
def test_a_change_is_the_next_version_and_what_was_used_stays():
    a_shop()
    owner = the_owner()
    first = services.save_wording("thank-you", subject="Thanks", body="{{ greeting }},\n\nmy words.", by=owner)
    same = services.save_wording("thank-you", subject="Thanks", body="{{ greeting }},\n\nmy words.", by=owner)
    services.plan_touches([a_new_touch(a_person(), wording_version_id=first.pk)])
    second = services.save_wording("thank-you", subject="Thanks", body="{{ greeting }},\n\nother words.", by=owner)
    assert (first.version, same.pk, second.version) == (2, first.pk, 3)
    first.refresh_from_db()
    assert first.used_at is not None
    assert first.body.endswith("my words.")
    assert Wording.objects.get().versions.get(version=1).body == str(STARTERS["thank-you"].body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("subject", "body", "sentence"),
    [
        ("Hi", "Dear {{ frist_name }}", "no field called"),
        ("", "Words", "needs a subject"),
        ("Hi", "", "at least a sentence"),
        ("a\nb", "x", "one line"),
    ],
)
def test_words_that_could_not_be_sent_are_refused(subject, body, sentence):
    with pytest.raises(Refusal, match=sentence):
        services.save_wording("thank-you", subject=subject, body=body, by=None)


def a_letter(**changes):
    usual = {
        "message_id": "<1.ab@boutique.example>",
        "to_name": "Łukasz Żółć, the elder",
        "to_address": "lukasz@example.org",
        "subject": "Grüße für Łukasz – schön, dass Sie da waren, und bis bald in unserem Geschäft am Markt",
        "body": "Lieber Łukasz,\n\ndanke <b>sehr</b>. Siehe https://boutique.example/a?b=1&c=2\n.\nBis bald",
        "at": datetime(2026, 3, 4, tzinfo=UTC),
        "sender": Sender("Maya’s Boutique", "maya@boutique.example"),
        "way_out": WayOut("https://shop.example/leave/abc/", "maya@boutique.example"),
        "shop": "Maya’s Boutique",
        "postal_address": "Market 1\n10115 Berlin",
    }
    return Letter(**{**usual, **changes})


def parsed(letter):
    return email.message_from_bytes(built(letter), policy=email.policy.default)


def test_names_and_subjects_of_any_alphabet_arrive_as_written():
    message = parsed(a_letter())
    assert message["Subject"] == a_letter().subject
    assert message["To"].addresses[0].display_name == "Łukasz Żółć, the elder"
    assert message["From"].addresses[0].addr_spec == "maya@boutique.example"
    assert all(len(line) < 999 for line in built(a_letter()).split(b"\r\n"))


def test_text_and_html_say_the_same_and_nothing_in_them_is_markup():
    message = parsed(a_letter())
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "danke <b>sehr</b>." in text
    assert "danke &lt;b&gt;sehr&lt;/b&gt;." in html
    assert 'href="https://boutique.example/a?b=1&amp;c=2"' in html
    assert "Market 1, 10115 Berlin" in text
    assert "Market 1, 10115 Berlin" in html


def test_one_click_leaving_with_a_public_address_and_by_answer_without():
    with_link = parsed(a_letter())
    assert (
        with_link["List-Unsubscribe"]
        == "<https://shop.example/leave/abc/>, <mailto:maya@boutique.example?subject=STOP>"
    )
    assert with_link["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    without = parsed(a_letter(way_out=WayOut("", "maya@boutique.example")))
    assert without["List-Unsubscribe"] == "<mailto:maya@boutique.example?subject=STOP>"
    assert without["List-Unsubscribe-Post"] is None
    assert "word STOP" in without.get_body(("plain",)).get_content()
    assert parsed(a_letter(way_out=None))["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hi\r\nBcc: all@example.org"},
        {"to_name": "Ann\nBcc: all@example.org"},
        {"to_address": "ann@example.org\r\nBcc: all@example.org"},
        {"to_address": "ann@example.org, bo@example.org"},
        {"to_address": "łukasz@example.org"},
        {"message_id": "<1@a>\r\nBcc: x@example.org"},
    ],
)
def test_nothing_breaks_out_of_a_header(change):
    with pytest.raises(Refusal):
        built(a_letter(**change))


def test_a_domain_beyond_ascii_is_written_as_servers_take_it():
    assert b"<ann@xn--mller-kva.example>" in built(a_letter(to_address="ann@müller.example"))

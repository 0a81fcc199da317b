"""Hostile names through every starter, every text of the library, every header and the whole letter: nothing breaks out."""

from __future__ import annotations

import email
import email.policy
import re

import pytest

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach import queries, services
from regulars.outreach.channels.email.dress import Wardrobe
from regulars.outreach.channels.email.letters import Letter, Sender, WayOut
from regulars.outreach.channels.email.wire import built
from regulars.outreach.library import texts
from regulars.outreach.models import WordingVersion
from regulars.outreach.starters import STARTERS
from regulars.outreach.tests.builders import a_shop
from regulars.outreach.tests.test_blocks import NASTY, Reader, naughty
from regulars.people import services as people

pytestmark = pytest.mark.django_db
BREAKING = ["a\r\nBcc: all@example.org", "a\0b", "\x1b[31m", "{{ secret }}", "{% if x %}", "‮evil", "a\u2028Bcc: x"]
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "Content-Type", "MIME-Version"}


def named(names: list[str]) -> list[int]:
    new = [
        people.NewPerson(full_name=name, given_name=name, emails=(f"n{n}@example.org",)) for n, name in enumerate(names)
    ]
    return people.record_people(new, source="test").ids


def check(draft: services.Draft, name: str) -> None:
    """The letter as it would leave: its headers are ours, and no tag in it comes from a name."""
    dress = Wardrobe([draft.layout], business()).dress(draft.layout) if draft.layout else None
    letter = Letter("<1@a.example>", " ".join(name.split())[:60], "x@example.org", draft.subject, draft.text,
                    clock.now(), Sender("Maya", "maya@a.example"), way_out=WayOut("", "maya@a.example"), dress=dress)  # fmt: skip
    try:
        content = built(letter)
    except Refusal:
        assert not name.isprintable()
        content = built(Letter(**{**letter.__dict__, "to_name": ""}))
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert set(message.keys()) <= HEADERS, name
    part = message.get_body(("html",))
    assert part is not None
    read = Reader(part.get_content())
    allowed = {"html", "head", "meta", "title", "body", "div", "p", "br", "a"}
    allowed |= {"style", "table", "tbody", "tr", "td", "h2", "img"} if draft.layout else set()
    assert {tag for tag, _attrs in read.tags} <= allowed, name
    assert not [attr for _tag, attrs in read.tags for attr in attrs if attr.startswith("on")], name
    links = [str(attrs.get("href")) for tag, attrs in read.tags if tag == "a"]
    assert all(re.match(r"(https?|mailto|tel):", link) for link in links), (name, links)


def test_hostile_names_in_every_starter_and_every_text_of_the_library_break_nothing():
    a_shop()
    names = [*NASTY, *BREAKING]
    ids = named(names)
    versions = [queries.latest(key) for key in STARTERS]
    versions += [
        WordingVersion(subject=text.subject, body=text.words, blocks=text.layout.stored()) for text in texts("en")
    ]
    extras = {
        pk: {"friend": name, "what": name, "bought": name, "asked_for": name}
        for pk, name in zip(ids, names, strict=True)
    }
    for version in versions:
        drafts = services.draft_for(version, ids, extras)
        assert drafts.problems == {}
        for pk, draft in drafts.ready.items():
            assert not any(mark in draft.text + draft.subject for mark in ("{{", "}}", "{%", "\0", "\x1b", "‮"))
            assert draft.subject.isprintable()
            check(draft, names[ids.index(pk)])


def test_no_naughty_string_breaks_out_of_a_letter():
    names = [name for name in naughty() if len(name) <= 200]
    a_shop()
    ids = named(names)
    plain = queries.latest("birthday")
    theme = {
        "theme": "colour",
        "blocks": [{"kind": "heading", "text": "{{ first_name }}"}, {"kind": "text", "text": plain.body}],
    }
    for version in (plain, WordingVersion(subject=plain.subject, body=plain.body, blocks=theme)):
        drafts = services.draft_for(version, ids)
        assert drafts.problems == {}
        # Names of nothing but signs that steer a screen are no names.
        assert set(drafts.missing.values()) <= {"first_name"}
        assert len(drafts.ready) > len(ids) - 5
        for number, (pk, draft) in enumerate(drafts.ready.items()):
            if number % 3 == 0:
                check(draft, names[ids.index(pk)])

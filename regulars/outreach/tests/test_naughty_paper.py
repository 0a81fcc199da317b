"""Hostile names through every playbook's words and every way they leave: paper, text, call, by hand. Nothing breaks out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from regulars.outreach import services
from regulars.outreach.channels.paper import Look, Piece, make
from regulars.outreach.library import texts
from regulars.outreach.models import Channel, WordingVersion
from regulars.outreach.services.printing.pieces import parted
from regulars.outreach.tests.builders import a_shop
from regulars.outreach.tests.paper.pages import read
from regulars.outreach.tests.test_naughty_words import BREAKING, named

pytestmark = pytest.mark.django_db
MARKUP = [
    '#image("/etc/passwd")',
    "*bold* $x$ `raw` <label>",
    '#let x = read("/etc/hostname")',
    "\\ @ref [block] // no",
]
HOSTILE = [*MARKUP, *BREAKING, "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "%(name)s %s {0}", "😀 Łukasz رות"]
ALIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/URI", b"/AcroForm")
SHEETS = ("card-quarter-a4", "letter-a4", "envelope-c6", "label-l7160")


def drafted() -> Iterator[tuple[str, str, services.Draft]]:
    """The words of every playbook in every channel for every hostile name: channel, name, words."""
    ids = named(HOSTILE)
    extras = {
        pk: {"friend": name, "what": name, "bought": name, "asked_for": name}
        for pk, name in zip(ids, HOSTILE, strict=True)
    }
    for text in texts("en"):
        version = WordingVersion(subject=text.subject, body=text.words, blocks=text.layout.stored())
        drafts = services.draft_for(version, ids, extras)
        assert drafts.problems == {}, text.key
        for pk, draft in drafts.ready.items():
            yield text.channel, HOSTILE[ids.index(pk)], draft


def test_every_playbook_in_every_channel_with_hostile_names_stays_words():
    a_shop(name="Linden #strong[Lane]")
    pieces: list[Piece] = []
    channels = set()
    for channel, name, draft in drafted():
        channels.add(channel)
        said = draft.subject + draft.text
        assert not any(mark in said for mark in ("{{", "}}", "{%", "\0", "\x1b", "\u202e", "\u2028"))
        assert draft.subject.isprintable()
        assert "\n" not in draft.subject
        if channel == Channel.CARD and len(pieces) < 60:
            greeting, words, signed = parted(draft.text)
            lines = (name, f"{name} 5", "10178 Berlin")
            pieces.append(Piece(str(len(pieces)), lines, words, greeting, signed, f"tel:{name}"[:60], name[:60]))
    assert {playbook.playbook for playbook in texts("en")} >= {"birthday", "win-back", "referral-ask"}
    assert {Channel.EMAIL, Channel.TEXT, Channel.CARD, Channel.CALL} <= channels
    assert len(pieces) == 60
    look = Look(MARKUP[0], (MARKUP[1], "10178 Berlin"), '#2f5d50"); #read("x', "hand", motif='"><script>')
    for sheet in SHEETS:
        made = make(sheet, pieces, look)
        assert all("letters" in misfit.why or "fit" in misfit.why for misfit in made.misfits)
        assert len(made.misfits) < len(pieces) / 5
        assert not any(sign in made.pdf for sign in ALIVE)
        printed = "".join("".join(said.words for page in read(made.pdf)[:4] for said in page).split())
        for markup in MARKUP[:3]:
            assert "".join(markup.split()) in printed, (sheet, markup)

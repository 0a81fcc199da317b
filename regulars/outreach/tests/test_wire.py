"""What the house writes on the wire itself is what the email package would have written, byte by byte."""

from __future__ import annotations

import email
import re
from datetime import UTC, datetime
from email.policy import default

import pytest
from django.utils.html import escape, urlize
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.dress import Dress, Inside
from regulars.outreach.channels.email.files import Enclosed
from regulars.outreach.channels.email.letters import Letter, Sender, WayOut, html_part, parts_of
from regulars.outreach.channels.email.wire import built
from regulars.outreach.tests.plain_mime import plain_mime

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SENDER = Sender("Maya's Boutique", "maya@boutique.example", "hello@boutique.example")
BORDER = re.compile(rb'boundary="(=_(\w{3})_\w{8})"')
KINDS = {"alt": "alternative", "mix": "mixed", "rel": "related"}
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
ODD = st.lists(st.sampled_from(["a.com", "www.x", " ", "\n", "\n\n", "\r", ".", "me@x.de", "é", "=", "--", ")", "<b>", "&amp;", "http://x.y", "a:b", "z." * 40, "\t\n", "end. "])).map("".join)  # fmt: skip


class Shown(Dress):
    """Pictures without blocks around them."""

    def html(self, frame: object) -> str:
        return '<img src="cid:p"> ä'


def letter(body: str = "Dear Ann,\n\nthank you.\n\nMaya", **other: object) -> Letter:
    known = {"message_id": "<7.ab@boutique.example>", "to_name": "Ann", "to_address": "ann@example.org"}
    words = {**known, "subject": "Thank you", "body": body, "at": AT, "sender": SENDER, **other}
    return Letter(**words)  # type: ignore[arg-type]  # fields by name


def same(one: Letter) -> bytes:
    """The bytes, once they are what the email package writes with the same boundaries."""
    bytes_ = built(one)
    borders = {KINDS[kind.decode()]: mark.decode() for mark, kind in BORDER.findall(bytes_)}
    assert bytes_ == plain_mime(one, borders=borders)
    return bytes_


@settings(max_examples=150, deadline=None)
@given(WORDS | ODD, LINES, LINES, st.booleans())
def test_any_words_name_and_subject_give_the_same_bytes(body: str, subject: str, name: str, is_leaving: bool):
    way_out = WayOut("https://boutique.example/leave/abcdefgh", "maya@boutique.example") if is_leaving else None
    one = letter(body, subject=subject, to_name=name, way_out=way_out, shop="Boutique", postal_address="1 Way\nTown")
    try:
        expected = plain_mime(one)
    except (ValueError, UnicodeError):
        with pytest.raises(Refusal):
            built(one)
        return
    assert expected
    same(one)


@settings(max_examples=150, deadline=None)
@given(ODD)
def test_links_are_found_wherever_they_were_found_before(body: str):
    expected = [str(urlize(part.strip(), autoescape=True)) for part in re.split(r"\n\s*\n", body.strip())]
    page = html_part(body, [])
    for part in filter(None, expected):
        assert part.replace("\n", "<br>\n") in page


def test_a_letter_reads_as_it_was_written():
    one = letter("Grüße.\n.\nEnd ", subject="Für dich: 50 % = viel " + "lang " * 30, to_name='Ann "A" Ö')
    read = email.message_from_bytes(same(one), policy=default)
    text, html = parts_of(one)
    plain, shown = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text
    assert shown is not None
    assert shown.get_content().replace("\r\n", "\n") == html
    assert read["Subject"] == one.subject
    assert read["To"].addresses[0].display_name == one.to_name


def test_pictures_files_and_threads_give_the_same_bytes():
    files = (Enclosed("Rechnung März.pdf", "application/pdf", b"%PDF" * 99), Enclosed("a.txt", "text/plain", b"=_mix"))
    picture = Inside("p" * 20, "image/png", "iVBORw0KGgo=\n")
    dress = Shown(layout=None, look=None, shown={}, inside=(picture,))  # type: ignore[arg-type]  # neither is read
    thread = tuple(f"<{n}.{'x' * 30}@example.org>" for n in range(6))
    for one in (letter(enclosed=files), letter(dress=dress), letter(dress=dress, enclosed=files, thread=thread)):
        read = email.message_from_bytes(same(one), policy=default)
        assert [part.get_filename() for part in read.iter_attachments()] == [file.name for file in one.enclosed]
        assert not [part.defects for part in read.walk() if part.defects]


def test_no_border_stands_in_what_it_separates():
    mark = BORDER.findall(built(letter()))[0][0].decode()
    one = letter(f"--{mark}\n\n--{mark}--\n\n{escape(mark)}")
    read = email.message_from_bytes(same(one), policy=default)
    assert len(list(read.iter_parts())) == 2


@pytest.mark.parametrize("field", ["subject", "to_name", "message_id", "to_address"])
@pytest.mark.parametrize("end", ["\r\nBcc: all@example.org", "\nX: y", "\0"])
def test_nothing_breaks_out_of_a_header(field: str, end: str):
    one = letter(**{field: f"a@example.org{end}"})
    with pytest.raises(Refusal):
        built(one)

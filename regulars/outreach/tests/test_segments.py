"""Parts of a text message: the counts that phone companies bill by."""

from __future__ import annotations

import pytest

from regulars.outreach.channels.text.links import qr_of, sms_link, whatsapp_link
from regulars.outreach.channels.text.segments import BASIC, EXTENDED, measure, plainer


def test_the_alphabet_is_that_of_the_standard():
    assert len(BASIC) == 127  # 128 places, one of which is the escape
    assert len(EXTENDED) == 10


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments"),
    [
        ("", "gsm7", 0, 0),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("ä" * 160, "gsm7", 160, 1),
        ("á" * 70, "ucs2", 70, 1),
        ("á" * 71, "ucs2", 71, 2),
        ("á" * 134, "ucs2", 134, 2),
        ("á" * 135, "ucs2", 135, 3),
        ("\N{SPARKLES}" * 70, "ucs2", 70, 1),
        ("\N{PARTY POPPER}" * 35, "ucs2", 70, 1),
        ("\N{PARTY POPPER}" * 36, "ucs2", 72, 2),
    ],
)
def test_texts_are_counted_as_they_are_billed(text, alphabet, units, segments):
    measured = measure(text)
    assert (measured.alphabet, measured.units, measured.segments) == (alphabet, units, segments)


def test_no_sign_is_cut_in_two():
    # The euro needs two places; the last one of a part alone is left empty.
    assert measure("a" * 152 + "€" + "a" * 153).segments == 3
    assert measure("á" * 66 + "\N{PARTY POPPER}" + "á" * 66).segments == 3


def test_what_is_left_counts_the_place_in_the_last_part():
    assert measure("a" * 150).left == 10
    assert measure("a" * 161).left == 2 * 153 - 161


def test_one_curly_quote_is_named_with_what_it_costs():
    text = "It\u2019s ready for you" + "!" * 70
    measured = measure(text)
    assert (measured.alphabet, measured.segments, measured.odd) == ("ucs2", 2, ("\u2019",))
    assert measured.could_be_shorter
    assert measured.plain == "It's ready for you" + "!" * 70
    assert measured.plain_segments == 1


def test_accents_typed_apart_are_joined_and_can_be_left_out():
    assert measure("Ma\u0308rz").alphabet == "gsm7"
    assert plainer("¡Felicidades, José! – Maya") == "¡Felicidades, José! - Maya"
    assert plainer("Así está más cómodo…") == "Asi esta mas comodo..."


def test_a_sign_without_a_plain_form_makes_no_suggestion():
    measured = measure("Danke \N{SPARKLES}" + "x" * 80)
    assert (measured.plain, measured.could_be_shorter) == ("", False)


@pytest.mark.parametrize("words", ["Two lines\nand & = ? # %", 'He said: "5 € + 20 %"', "\N{PARTY POPPER} ñ 你好"])
def test_links_carry_the_words_whole(words):
    from urllib.parse import parse_qs, unquote, urlsplit

    sms = sms_link("+49 151 23456789", words)
    assert sms.startswith("sms:+4915123456789?&body=")
    assert unquote(sms.split("body=")[1]) == words
    assert not set("&?#\n \"'<>") & set(sms.split("body=")[1])
    chat = urlsplit(whatsapp_link("+49 151 23456789", words))
    assert (chat.netloc, chat.path) == ("wa.me", "/4915123456789")
    assert parse_qs(chat.query)["text"] == [words]


def test_the_drawing_holds_no_style_and_gives_up_on_a_novel():
    drawn = qr_of(sms_link("+4915123456789", "Your ring is ready."))
    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert qr_of(sms_link("+4915123456789", "x" * 4000)) == ""

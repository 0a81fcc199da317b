"""What the writer of an answer wrote themselves."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from regulars.outreach.inbound import opened
from regulars.outreach.inbound.stripping import parted, stripped, stripped_html, stripped_text, without_quotes
from regulars.outreach.inbound.stripping.html import text_of_html
from regulars.outreach.tests.real_mail import REPLIES, needs_replies

TALON = REPLIES / "talon"


@pytest.mark.parametrize(
    "border",
    [
        "On Mon, Apr 2, 2012 at 6:26 PM, Maya <m@b.example> wrote:",
        "Am 02.04.2012 um 18:26 schrieb Maya <m@b.example>:",
        "El lun, 2 abr 2012 a las 18:26, Maya (<m@b.example>) escribió:",
        "Le 2 avr. 2012 à 18:26, Maya <m@b.example> a écrit :",
        "Il giorno lun 2 apr 2012 alle ore 18:26 Maya <m@b.example> ha scritto:",
        "Op 2 apr. 2012 om 18:26 schreef Maya <m@b.example>:",
        "-----Ursprüngliche Nachricht-----\nVon: Maya\nGesendet: Montag\nAn: Ann\nBetreff: Danke",
        "________________________________\nDe: Maya\nEnviado: lunes\nPara: Ann\nAsunto: Gracias",
    ],
)
def test_the_quoted_letter_goes_in_many_languages(border):
    assert without_quotes(f"Lovely, thank you!\n\n{border}\n\n> Dear Ann,\n> thank you.\n") == "Lovely, thank you!"


def test_answers_between_the_quoted_lines_are_kept_whole():
    text = "On 1 May 2026, Maya wrote:\n> Which colour?\nThe blue one.\n> Which size?\nForty.\n> Thank you"
    assert without_quotes(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I come by.",
        "From: my heart. To: you.",
        "It costs > 20 and < 30",
        "Thanks for the dress\nit fits",
        "2 > 1",
    ],
)
def test_nothing_of_ones_own_is_lost(text):
    assert stripped_text(text).text == text


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("I come on Friday.\n\nViele Grüße\nAnn Archer\n030 1234", "Viele Grüße\nAnn Archer\n030 1234"),
        ("Vale.\n\nUn saludo\nAna", "Un saludo\nAna"),
        ("Yes.\n-- \nAnn", "-- \nAnn"),
        ("Yes.\n\nGesendet von meinem iPhone", "Gesendet von meinem iPhone"),
        ("Two things:\n\nThanks\nAnd do you have it in red?", ""),
    ],
)
def test_a_signature_is_parted_but_never_a_question(text, signature):
    assert parted(text)[1] == signature


def test_a_page_is_read_as_lines_without_what_its_program_marks_as_quoted():
    html = '<p>Yes, <b>please</b>.</p><style>p{}</style><div class="gmail_quote">On 1 May wrote:<blockquote>Dear</blockquote></div>'
    assert stripped_html(html).text == "Yes, please."


@needs_replies
def test_at_least_nine_in_ten_cases_of_another_project_come_out_alike():
    cases = json.loads((REPLIES / "talon_cases.json").read_text())
    right = sum(comes_out(case) for case in cases)
    assert right / len(cases) >= 0.9


def comes_out(case: dict[str, Any]) -> bool:
    wanted = case["expected"]
    if case["function"] == "extract_signature":
        return parted(case["input"]) == (wanted[0], wanted[1] or "")
    if case["function"] == "extract_from_html":
        return flat(stripped_html(case["input"]).text) == flat(text_of_html(wanted))
    return bool(without_quotes(case["input"]) == wanted.strip())


@needs_replies
def test_the_usual_mail_programs_leave_only_hello():
    for path in sorted((TALON / "standard_replies").glob("*.eml")):
        mail = opened(path.read_bytes())
        beside = path.with_name(f"{path.stem}_reply_text")
        wanted = beside.read_text() if beside.is_file() else "Hello"
        words = mail.plain if mail.plain.strip() else text_of_html(mail.html)
        assert flat(without_quotes(words)) == flat(wanted), path.name
        assert stripped(mail).text.startswith(("Hello", "Allo")), path.name


def flat(text: str) -> str:
    return re.sub(r"[\s>]+", "", text)

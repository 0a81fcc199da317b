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
        "At 2/4/2012 06:26 PM, you wrote:",
        "Maya <m@b.example> schrieb am Mo., 2.\nApr. 2012 um 18:26 Uhr:",
        'Am 02.04.2012 18:26 schrieb "Maya" <m@b.example\n>:',
        "Den 2. apr. 2012 kl. 18.26 skrev Maya <m@b.example<mailto:m@b.example>>:",
        "man. 2. apr. 2012 kl. 18:26 skrev Maya <m@b.example\n>:",
        "mån 2 apr. 2012 kl. 18:26 skrev Maya <m@b.example>:",
        "ma 2. huhtikuuta 2012 klo 18.26 Maya\n<m@b.example> kirjoitti:",
        "понедельник, 2 апреля 2012 г. пользователь Maya написал:",
        '2 апр. 2012 г. 18:26 пользователь "Maya" <\nm@b.example> написал:',
        '2 квіт. 2012 р. 18:26 "Maya" <m@b.example> пише:',
        "2012年4月2日(月) 18:26 マヤ <m@b.example>:",
        '06:26 PM, April 2, 2012, "Maya" <m@b.example>:',
        " ------------------------------\n\n*From:* Maya\n*Sent:* 2012-04-02\n*To:* Ann\n*Subject:* Thanks",
        "====\n\nMessage du : 02/04/2012 18:26\nDe : Maya\nA : ann@example.org\nCopie à :\nSujet : Merci",
        "-----Ursprüngliche Nachricht-----\nVon: Maya\nGesendet: Montag\nAn: Ann\nBetreff: Danke",
        "________________________________\nDe: Maya\nEnviado: lunes\nPara: Ann\nAsunto: Gracias",
    ],
)
def test_the_quoted_letter_goes_in_many_languages(border):
    assert without_quotes(f"Lovely, thank you!\n\n{border}\n\n> Dear Ann,\n> thank you.\n") == "Lovely, thank you!"


def test_a_line_of_ones_own_above_the_border_is_no_part_of_it():
    for own in ("On Thursday.", "Am heutigen Tage", "On this day"):
        for gap in ("\n", "\n\n"):
            text = f"{own}{gap}Am Mo., 2. Apr. 2012 um 18:26 Uhr schrieb Maya <m@b.example>:\n\n> Dear Ann"
            assert without_quotes(text) == own
            assert without_quotes(f"{own}{gap}> On 2 Apr 2012, at 18:26, Maya <m@b.example> wrote:\n>\n> When?") == own


def test_what_stands_below_the_border_is_all_there_is_and_stays():
    head = "Od: Ann <ann@example.org>\nWysłano: poniedziałek, 2 kwietnia 2012 18:26\nDo: Maya\nTemat: Re: Dzień dobry"
    border = "Dnia 2 kwietnia 2012 18:00 Maya <m@b.example> napisał(a):"
    assert without_quotes(f"{head}\n\nDzień dobry,\n\ntak.\n\n{border}\n> Czy tak?") == "Dzień dobry,\n\ntak."
    assert without_quotes("On 8 May 2017, Maya <m@b.example> wrote:\n\nYes, the blue one.") == "Yes, the blue one."
    assert without_quotes("On 8 May 2017, Maya <m@b.example> wrote:\n\n> Dear Ann,\n> thank you") == ""


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
        ("Yes.\n\nVon meinem Mobilgerät gesendet", "Von meinem Mobilgerät gesendet"),
        ("Oui.\n\nEnvoyé à partir de Outlook pour iOS", "Envoyé à partir de Outlook pour iOS"),
        ("Ja.\n\nKh\nAnn", "Kh\nAnn"),
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

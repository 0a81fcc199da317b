"""What an inbound mail is."""

from __future__ import annotations

import pytest

from regulars.outreach.inbound import Kind, Reason, opened, read
from regulars.outreach.inbound.stop_words import asked, looks_like_leaving
from regulars.outreach.tests.real_mail import BOUNCES, MAILDIR, REPLIES, expected, needs_bounces, needs_replies

# The labelled mails we read differently, each for a reason that stands in docs/house/inbound.md.
OTHERWISE = {"lhost-office365-04.eml", "lhost-opensmtpd-12.eml", "lhost-receivingses-01.eml"}

REPORT = """From: MAILER-DAEMON@mx.example.org
To: maya@boutique.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ann@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: message/rfc822

Message-ID: <touch.7@boutique.example>
To: ann@example.org
Subject: Thank you

Dear Ann
--b--
"""


def a_report(said: str, status: str = "5.0.0", action: str = "failed") -> bytes:
    return REPORT.format(said=said, status=status, action=action).encode()


def a_mail(body: str, subject: str = "Re: Thank you", **headers: str) -> bytes:
    lines = {"From": "Ann <ann@example.org>", "Subject": subject, "In-Reply-To": "<touch.7@boutique.example>"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return ("\n".join(f"{name}: {value}" for name, value in lines.items()) + f"\n\n{body}\n").encode()


def test_a_report_says_who_what_and_about_which_letter():
    got = read(a_report("550 5.1.1 <ann@example.org>: user unknown", "5.1.1"))
    (failure,) = got.failures
    assert (got.kind, failure.address, failure.reason) == (Kind.BOUNCE, "ann@example.org", Reason.USER_UNKNOWN)
    assert (failure.status, failure.code, failure.is_hard) == ("5.1.1", "550", True)
    assert got.about == ("<touch.7@boutique.example>",)


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("552 5.2.2 Mailbox full", "5.2.2", Reason.MAILBOX_FULL),
        ("550 5.7.1 Message rejected as spam", "5.7.1", Reason.SPAM),
        ("554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org", "5.7.1", Reason.BLOCKED),
        ("550 5.7.26 This mail is unauthenticated", "5.7.26", Reason.AUTHENTICATION),
        ("552 5.3.4 Message too large", "5.3.4", Reason.TOO_BIG),
        ("421 4.7.0 Try again later", "4.7.0", Reason.SYSTEM),
        ("550 5.2.1 The email account that you tried to reach is disabled", "5.2.1", Reason.SUSPENDED),
    ],
)
def test_what_is_only_for_now_or_about_us_is_never_hard(said, status, reason):
    (failure,) = read(a_report(said, status)).failures
    assert (failure.reason, failure.is_hard) == (reason, False)


def test_a_letter_that_is_late_is_not_lost():
    (failure,) = read(a_report("450 4.1.1 user unknown", "4.1.1", action="delayed")).failures
    assert failure.is_delayed
    assert not failure.is_hard


def test_a_report_that_it_arrived_is_no_bounce():
    assert read(a_report("250 2.1.5 Ok", "2.0.0", action="delivered")).kind == Kind.DELIVERED


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"])
def test_line_ends_do_not_matter(ends):
    raw = a_report("550 5.1.1 user unknown", "5.1.1")
    assert read(raw.replace(b"\n", ends)) == read(raw)


ARF = """From: feedback@example.org
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
Version: 1
Original-Rcpt-To: <ann@example.org>

--b
Content-Type: message/rfc822

Message-ID: <touch.7@boutique.example>
To: ann@example.org

Dear Ann
--b--
"""


@pytest.mark.parametrize("kind", ["abuse", "opt-out", "fraud"])
def test_a_complaint_says_who_complained_of_which_letter(kind):
    got = read(ARF.format(kind=kind).encode())
    assert (got.kind, got.feedback, got.addresses) == (Kind.COMPLAINT, kind, ("ann@example.org",))
    assert got.about == ("<touch.7@boutique.example>",)


@pytest.mark.parametrize("kind", ["auth-failure", "not-spam"])
def test_a_report_on_authentication_complains_of_nobody(kind):
    got = read(ARF.format(kind=kind).encode())
    assert (got.kind, got.addresses) == (Kind.REPORT, ())


@pytest.mark.parametrize(
    "mail",
    [
        a_mail("Back on Monday.", Auto_Submitted="auto-replied"),
        a_mail("Back on Monday.", X_Autoreply="yes"),
        a_mail("Ich bin bis zum 3. Mai im Urlaub und wieder ab Montag da.", "Abwesenheitsnotiz: Danke"),
        a_mail("", "Automatische Antwort: Danke"),
        a_mail("", "Respuesta automática: Gracias"),
        a_mail("", "Réponse automatique : Merci"),
        a_mail("I am currently out of the office.", "Re: Thank you"),
    ],
)
def test_a_machine_that_answers_is_no_answer_and_no_farewell(mail):
    assert read(mail).kind == Kind.AUTO_REPLY


def test_a_person_may_speak_of_holidays():
    assert read(a_mail("Thank you! We were on holiday in Italy, it was lovely.")).kind == Kind.REPLY


def test_a_machine_that_wants_proof_is_told_apart():
    body = "Please click the link below to confirm that you are a human and your message will be delivered."
    assert read(a_mail(body, "Sender verification", Auto_Submitted="auto-replied")).kind == Kind.CHALLENGE


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop! ", "UNSUBSCRIBE", "Abmelden", "BAJA", "Désinscription", "don't text me"]
)
def test_a_word_that_stands_alone_leaves(word):
    assert asked(word) == Kind.STOP
    assert read(a_mail(word)).kind == Kind.STOP


def test_stop_above_the_quoted_letter_leaves():
    assert (
        read(a_mail("STOP\n\nOn Mon, Apr 2, 2012 at 6:26 PM, Maya <m@b.example> wrote:\n\n> Dear Ann")).kind
        == Kind.STOP
    )


@pytest.mark.parametrize("quote", ["> until eight", "> Dear Ann,\n> until eight", ">from Monday\n\n>> until eight"])
def test_stop_above_a_line_or_two_that_nothing_introduces_leaves_too(quote):
    assert read(a_mail(f"STOP\n\n{quote}")).kind == Kind.STOP
    assert read(a_mail(f"{quote}\n\nStop!")).kind == Kind.STOP


def test_a_yes_below_what_was_asked_is_an_answer_and_no_coming_back():
    assert read(a_mail("> Shall I put it aside for you?\n\nYes")).kind == Kind.REPLY


@pytest.mark.parametrize("words", ["Please stop", "CANCEL PLEASE"])
def test_a_word_among_others_is_for_a_person_to_read(words):
    assert asked(words) is None
    assert looks_like_leaving(words)
    assert read(a_mail(words)).kind == Kind.REPLY


def test_the_words_of_our_own_letter_never_make_somebody_leave():
    assert (
        read(a_mail("Lovely!\n\n> If you would rather not hear from us, answer with the word\n> STOP")).kind
        == Kind.REPLY
    )


def test_nothing_at_all_is_a_reply_without_words_and_raises_nothing():
    for raw in (
        b"",
        b"\0" * 50,
        b"From: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
        b"Subject: =?x?q?=ff?=\n\n",
    ):
        assert read(raw).kind == Kind.REPLY


@needs_bounces
def test_at_least_98_in_100_labelled_mails_are_what_they_are():
    right = total = 0
    for name, rows in expected().items():
        wrong = wrong_rows(name, rows)
        total += len(rows)
        right += len(rows) - wrong
        assert not wrong or name in OTHERWISE, name
    assert total >= 340
    assert right / total >= 0.98


def wrong_rows(name: str, rows: list[dict[str, str]]) -> int:
    got = read((MAILDIR / "bsd" / name).read_bytes())
    if rows[0]["reason"] == "feedback":
        is_report = rows[0]["feedback_type"] == "auth-failure"
        kind = Kind.REPORT if is_report else Kind.COMPLAINT
        return 0 if (got.kind, got.feedback) == (kind, rows[0]["feedback_type"]) else len(rows)
    kinds = {"vacation": Kind.AUTO_REPLY, "delivered": Kind.DELIVERED}
    if got.kind != kinds.get(rows[0]["reason"], Kind.BOUNCE):
        return len(rows)
    hard = sum(row["hardbounce"] == "true" for row in rows)
    return abs(hard - sum(failure.is_hard for failure in got.failures))


@needs_bounces
@pytest.mark.parametrize("ends", ["dos", "mac"])
def test_copies_with_other_line_ends_are_read_alike(ends):
    for path in sorted((MAILDIR / ends).glob("*.eml")):
        twin = MAILDIR / "bsd" / path.name
        if twin.is_file():
            assert read(path.read_bytes()) == read(twin.read_bytes()), path.name


@needs_bounces
def test_what_is_no_bounce_has_no_failures():
    for path in [*(MAILDIR / "not").glob("*.eml"), BOUNCES / "espocrm" / "test_email_1.eml"]:
        got = read(path.read_bytes())
        assert (got.kind == Kind.BOUNCE, got.failures) == (False, ()), path.name


@needs_bounces
def test_broken_and_unlabelled_mails_raise_nothing_and_most_are_bounces():
    paths = [*MAILDIR.glob("*/*"), *(BOUNCES / "sisimai" / "mailbox").glob("*")]
    kinds = [read(path.read_bytes()).kind for path in paths if path.is_file()]
    assert len(kinds) > 700
    assert kinds.count(Kind.BOUNCE) / len(kinds) > 0.9


@needs_replies
def test_the_words_carriers_know_leave_return_or_help():
    wanted = {"opt out": Kind.STOP, "opt in": Kind.START, "help": Kind.HELP}
    for line in (REPLIES / "sms_optout_expected.csv").read_text().splitlines()[1:]:
        word, _comma, meaning = line.partition(",")
        known = next((kind for start, kind in wanted.items() if meaning.strip('"').lower().startswith(start)), None)
        assert asked(word) == known, word


def test_a_mail_is_opened_without_its_mbox_line():
    assert opened(b"From MAILER-DAEMON Sat Oct 4 08:00:09 2025\nSubject: Hi\n\nx").header("subject") == "Hi"

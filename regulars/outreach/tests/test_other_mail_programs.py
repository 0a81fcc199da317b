"""Mails as other servers and mail programs write them, in several languages: what is said is ours, the forms are theirs."""

from __future__ import annotations

import pytest

from regulars.outreach.inbound import Kind, Reason, opened, read
from regulars.outreach.inbound.stripping import stripped

ANN = "ann@example.org"
LETTER = (
    "Message-ID: <touch.7@boutique.example>\nFrom: Maya <maya@boutique.example>\n"
    f"To: {ANN}\nSubject: Thank you\n\nDear Ann,\n\nthank you for the scarf. Until soon\nMaya\n"
)


def a_form(sender: str, subject: str, words: str, fields: str = "", *, html: str = "", **headers: str) -> bytes:
    """A delivery report: the words for people, the fields for machines (left out by those who write none), the letter."""
    lines = [
        f"From: {sender}",
        "To: maya@boutique.example",
        f"Subject: {subject}",
        "Date: Mon, 5 Jan 2026 10:00:00 +0100",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    kind = "report; report-type=delivery-status" if fields else "mixed"
    parts = [f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{words}"]
    parts += [f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{html}"] if html else []
    parts += [f"Content-Type: message/delivery-status\n\n{fields}"] if fields else []
    parts += [f"Content-Type: message/rfc822\n\n{LETTER}"]
    body = "".join(f"--b\n{part}\n" for part in parts)
    return (
        "\n".join([*lines, "MIME-Version: 1.0", f'Content-Type: multipart/{kind}; boundary="b"']) + f"\n\n{body}--b--\n"
    ).encode()


def dsn(status: str, said: str, action: str = "failed", mta: str = "dns; mx.example.net", more: str = "") -> str:
    said = f"Diagnostic-Code: {said}\n" if said else ""
    return (
        f"Reporting-MTA: {mta}\n{more}\nFinal-Recipient: rfc822;{ANN}\nAction: {action}\nStatus: {status}\n"
        f"Remote-MTA: dns; mx.example.org\n{said}"
    )


def plain(sender: str, subject: str, words: str, **headers: str) -> bytes:
    lines = [f"From: {sender}", "To: maya@boutique.example", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    return ("\n".join(lines) + f"\n\n{words}").encode()


DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"
POSTFIX = "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\n"
HARD = {
    "postfix, a virtual mailbox": a_form(
        DAEMON, "Undelivered Mail Returned to Sender",
        f"{POSTFIX}<{ANN}>: host mx.example.org[192.0.2.7] said: 550 5.1.1\n    <{ANN}>: Recipient address rejected: User unknown in virtual mailbox\n    table (in reply to RCPT TO command)",
        dsn("5.1.1", f"smtp; 550 5.1.1 <{ANN}>: Recipient address rejected: User unknown\n    in virtual mailbox table"),
        Auto_Submitted="auto-replied", Return_Path="<>",
    ),
    "postfix, no such domain": a_form(
        DAEMON, "Undelivered Mail Returned to Sender",
        f"{POSTFIX}<{ANN}>: Host or domain name not found. Name service error for\n    name=example.org type=A: Host not found",
        dsn("5.4.4", "X-Postfix; Host or domain name not found. Name service error for\n    name=example.org type=A: Host not found"),
    ),
    "exim": a_form(
        DAEMON, "Mail delivery failed: returning message to sender",
        f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {ANN}\n    host mx.example.org [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO:<{ANN}>:\n    550 No Such User Here",
        dsn("5.0.0", "smtp; 550 No Such User Here"), X_Failed_Recipients=ANN, Auto_Submitted="auto-replied",
    ),
    "exim, its own domain": a_form(
        DAEMON, "Mail delivery failed: returning message to sender",
        f"A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {ANN}\n    Unrouteable address",
        dsn("5.0.0", ""), X_Failed_Recipients=ANN, Auto_Submitted="auto-replied",
    ),
    "microsoft 365 in German": a_form(
        "Microsoft Outlook <postmaster@example.org>", "Unzustellbar: Danke",
        f"Ihre Nachricht an {ANN} konnte nicht zugestellt werden.\n\nann wurde unter example.org nicht gefunden.\n\nOriginalnachrichtendetails\nFehlerdetails\nGemeldeter Fehler: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {ANN} not found by SMTP address lookup",
        dsn("5.1.10", f"smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {ANN} not found by SMTP address lookup", mta="dns;AM0PR01MB1234.eurprd01.prod.exchangelabs.com"),
    ),
    "microsoft 365 that knows its book": a_form(
        "Microsoft Outlook <postmaster@example.org>", "No se puede entregar: Gracias",
        f"No se ha podido entregar el mensaje a {ANN}.",
        dsn("5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. [DB5EUR03FT012.eop-EUR03.prod.protection.outlook.com]"),
    ),
    "gmail": a_form(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)",
        f"** Die Adresse wurde nicht gefunden **\n\nIhre Nachricht wurde nicht an {ANN} zugestellt, weil die Adresse nicht gefunden wurde oder keine E-Mails empfangen kann.\n\nDie Antwort lautete:\n\n550 5.1.1 The email account that you tried to reach does not exist.",
        dsn("5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking the recipient's email address for typos or\n 550 5.1.1 unnecessary spaces. https://support.google.com/mail/?p=NoSuchUser - gsmtp"),
        X_Failed_Recipients=ANN, Auto_Submitted="auto-replied",
    ),
    "qmail": plain(
        "MAILER-DAEMON@mx.example.net", "failure notice",
        f"Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{ANN}>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 5.1.1 {ANN} User unknown\nGiving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <maya@boutique.example>\n{LETTER}",
    ),
    "qmail with vpopmail": plain(
        "MAILER-DAEMON@mx.example.org", "failure notice",
        f"Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{ANN}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <maya@boutique.example>\n{LETTER}",
    ),
    "sendmail": a_form(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", "Returned mail: see transcript for details",
        f"The original message was received at Mon, 5 Jan 2026 10:00:00 +0100\nfrom localhost [127.0.0.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<{ANN}>\n    (reason: 550 5.1.1 <{ANN}>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.org.:\n>>> DATA\n<<< 550 5.1.1 <{ANN}>... User unknown\n550 5.1.1 <{ANN}>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)",
        dsn("5.1.1", f"SMTP; 550 5.1.1 <{ANN}>... User unknown"), Auto_Submitted="auto-generated (failure)",
    ),
    "groupwise": a_form(
        "Mailer-Daemon <postmaster@example.org>", "Message status - undeliverable",
        f"The message that you sent was undeliverable to the following:\n\t{ANN} (user not found)\n\nPossibly truncated original message follows:",
    ),
    "domino": a_form(
        "Postmaster@example.org", "DELIVERY FAILURE: User ann (ann@example.org) not listed in Domino Directory",
        f"Your message\n\n  Subject: Thank you\n\nwas not delivered to:\n\n  {ANN}\n\nbecause:\n\n  User ann ({ANN}) not listed in Domino Directory",
        dsn("5.1.1", f"X-Notes; User ann ({ANN}) not listed in Domino Directory"),
    ),
    "gmx": plain(
        "GMX Mailer Daemon <mailer-daemon@gmx.de>", "Mail delivery failed: returning message to sender",
        f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of\nits recipients. This is a permanent error. The following address(es)\nfailed:\n\n{ANN}:\nSMTP error from remote server for RCPT TO command, host: mx.example.org (192.0.2.7) reason: 550 5.1.1 User unknown\n\n\n--- The header of the original message is following. ---\n\n{LETTER}",
    ),
    "orange": a_form(
        DAEMON, "Undelivered Mail Returned to Sender",
        f"{POSTFIX}<{ANN}>: host smtp-in.orange.example[192.0.2.7] said: 550 5.1.1 Adresse d au\n    moins un destinataire invalide. Invalid recipient. OFR204_416 [416] (in\n    reply to RCPT TO command)",
        dsn("5.1.1", "smtp; 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]"),
    ),
    "yahoo": a_form(
        DAEMON, "Undelivered Mail Returned to Sender",
        f"{POSTFIX}<{ANN}>: host mta5.am0.yahoodns.example[192.0.2.7] said: 552 1\n    Requested mail action aborted, mailbox not found (in reply to end of DATA\n    command)",
        dsn("5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.com) [0] - mta4103.mail.example"),
    ),
    "a small server with a name of its own": a_form(
        "E550_SMTP_Mail_Service@example.net", "Returned Mail - Error During Delivery",
        f"------ Failed Recipients ------\n\n<{ANN}>: Requested action not taken: mailbox unavailable. [SMTP Error Code 550]\n",
    ),
    "mdaemon": a_form(
        "MDaemon@example.org", f"Warning: {ANN} - User unknown!",
        f"{ANN} - no such user here.\n\nThere is no user by that name at this server.", Precedence="bulk",
    ),
    "a scanner before the server": a_form(
        "gate@example.org", "Mail could not be delivered",
        f"****** Message from the mail gateway ******\n\n\nSent <<< RCPT TO:<{ANN}>\nReceived >>> 550 5.1.1 unknown user.\n\nUnable to deliver message to <{ANN}> (and other recipients in the same domain).\n",
    ),
    "postfix, a mailbox in two words": a_form(
        DAEMON, "Undelivered Mail Returned to Sender",
        f"{POSTFIX}<{ANN}>: host mx.example.org[192.0.2.7] said: 550 ** No\n    mail box available for this user ** (in reply to RCPT TO command)",
        dsn("5.0.0", "smtp; 550 ** No mail box available for this user **"), Auto_Submitted="auto-replied",
    ),
    "postfix, one word in capitals": a_form(
        DAEMON, "Undelivered Mail Returned to Sender",
        f"{POSTFIX}<{ANN}>: host mx.example.org[192.0.2.7] said: 550\n    BAD_RECIPIENT - see http://mx.example.org/why (in reply to RCPT TO command)",
        dsn("5.0.0", "smtp; 550 BAD_RECIPIENT - see http://mx.example.org/why"), Auto_Submitted="auto-replied",
    ),
}  # fmt: skip

SOFT = {
    "gmail, no more room": a_form(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)",
        f"** Recipient inbox full **\n\nYour message couldn't be delivered to {ANN}. Their inbox is full, or it's getting too much mail right now.",
        dsn("5.2.2", "smtp; 552-5.2.2 The recipient's inbox is out of storage space and inactive. Please\n 552-5.2.2 direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm - gsmtp"),
    ),
    "dovecot, no more room": a_form(
        "Mail Delivery Subsystem <postmaster@example.org>", "Automatically rejected mail",
        f"Your message to <{ANN}> was automatically rejected:\nQuota exceeded (mailbox for user is full)",
        dsn("5.2.2", "smtp; 552 5.2.2 Quota exceeded (mailbox for user is full)"), Auto_Submitted="auto-replied (rejected)",
    ),
    "la poste, no more room": a_form(
        DAEMON, "Courrier non remis", f"{POSTFIX}<{ANN}>: host smtp.laposte.example said: 552 5.2.2 Boîte du destinataire pleine",
        dsn("5.2.2", "smtp; 552 5.2.2 Boite du destinataire pleine. Recipient overquota"),
    ),
    "movistar, no more room": a_form(
        DAEMON, "Correo no entregado", f"<{ANN}>: 452 4.2.2 Buzon lleno",
        dsn("4.2.2", "smtp; 452 4.2.2 El buzón del usuario está lleno"),
    ),
    "exim, our address is on a list": a_form(
        DAEMON, "Mail delivery failed: returning message to sender",
        f"The following address(es) failed:\n\n  {ANN}\n    host mx.example.org [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO:<{ANN}>:\n    550 5.7.1 Service unavailable; client [198.51.100.7] blocked using zen.spamhaus.org",
        dsn("5.7.1", "smtp; 550 5.7.1 Service unavailable; client [198.51.100.7] blocked using zen.spamhaus.org"), X_Failed_Recipients=ANN,
    ),
    "microsoft, our address is on a list": a_form(
        "Microsoft Outlook <postmaster@example.org>", "Non remis : Merci", "Votre message n'a pas pu être remis.",
        dsn("5.7.606", "smtp;550 5.7.606 Access denied, banned sending IP [198.51.100.7]. To request removal from this list please visit https://sender.office.com/"),
    ),
    "gmail, not proved to be from us": a_form(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)",
        f"** Message blocked **\n\nYour message to {ANN} has been blocked.",
        dsn("5.7.26", "smtp; 550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n 550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM."),
    ),
    "t-online, we are unknown there": a_form(
        DAEMON, "Undelivered Mail Returned to Sender",
        f"{POSTFIX}<{ANN}>: host mx00.t-online.example[192.0.2.7] refused to talk to me: 554\n    IP=198.51.100.7 - A problem occurred. (Ask your postmaster for help or to\n    contact tosa@rx.t-online.example to clarify.)",
        dsn("4.0.0", "smtp; 554 IP=198.51.100.7 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.example to clarify.)"),
    ),
    "barracuda, looks like spam": a_form(
        DAEMON, "Undelivered Mail Returned to Sender", f"{POSTFIX}<{ANN}>: host said: 554 rejected due to spam content",
        dsn("5.0.0", "smtp; 554 rejected due to spam content"),
    ),
    "mdaemon, given up": a_form(
        "MDaemon@mx.example.net", "Permanent Delivery Failure",
        f"The attached message had PERMANENT fatal delivery errors!\n\nThe following addresses did NOT receive a copy of your message:\n\n> {ANN}\n\n--- Session Transcript ---\n <-- 552 Mailbox is over its quota\n--- End Transcript ---",
        Precedence="bulk",
    ),
}  # fmt: skip

LATE = {
    "postfix": a_form(
        DAEMON, "Delayed Mail (still being retried)",
        f"####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n####################################################################\n\nYour message could not be delivered for more than 4 hour(s).\n\n<{ANN}>: connect to mx.example.org[192.0.2.7]:25: Connection timed out",
        dsn("4.4.1", "X-Postfix; connect to mx.example.org[192.0.2.7]:25: Connection timed out", "delayed"),
    ),
    "sendmail": a_form(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", "Warning: could not send message for past 4 hours",
        f"    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n   ----- Transcript of session follows -----\n<{ANN}>... Deferred: Connection timed out with mx.example.org.\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old",
        dsn("4.4.2", "", "delayed"),
    ),
    "exim": plain(
        DAEMON, "Warning: message 1vabcd-0001Ab-2C delayed 24 hours",
        f"This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.net.\n\nThe address to which the message has not yet been delivered is:\n\n  {ANN}\n    Delay reason: Connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\nsome time.",
        Auto_Submitted="auto-replied",
    ),
    "gmail": a_form(
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Delay)",
        f"** Delivery incomplete **\n\nThere was a temporary problem delivering your message to {ANN}. Gmail will retry for 47 more hours.",
        dsn("4.4.1", "smtp; The recipient server did not accept our requests to connect.", "delayed"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("raw", HARD.values(), ids=HARD)
def test_nobody_lives_there(raw):
    got = read(raw)
    assert (got.kind, [(one.address, one.is_hard) for one in got.failures]) == (Kind.BOUNCE, [(ANN, True)])
    assert "<touch.7@boutique.example>" in got.about or b"message/rfc822" not in raw


@pytest.mark.parametrize("raw", SOFT.values(), ids=SOFT)
def test_what_may_be_better_tomorrow_is_not_for_good(raw):
    got = read(raw)
    assert (got.kind, [(one.address, one.is_hard, one.is_delayed) for one in got.failures]) == (
        Kind.BOUNCE,
        [(ANN, False, False)],
    )
    assert got.failures[0].reason is not Reason.NOT_SAID or b"t-online" in raw


@pytest.mark.parametrize("raw", LATE.values(), ids=LATE)
def test_a_warning_that_it_is_late_loses_nothing(raw):
    got = read(raw)
    assert (got.kind, [(one.address, one.is_delayed) for one in got.failures]) == (Kind.BOUNCE, [(ANN, True)])


MACHINES = {
    "gmail": plain(f"Ann <{ANN}>", "Bin bis Montag weg Re: Danke", "Ich lese meine Mails ab Montag wieder.", Auto_Submitted="auto-replied", Precedence="bulk", X_Autoreply="yes"),
    "exchange": plain(f"Ann <{ANN}>", "Automatische Antwort: Danke", "Guten Tag, ich bin ab dem 12.1. wieder da.", X_Auto_Response_Suppress="All", Auto_Submitted="auto-generated"),
    "exchange in Spanish": plain(f"Ann <{ANN}>", "Respuesta automática: Gracias", "Vuelvo el lunes.", X_Auto_Response_Suppress="All"),
    "exchange in French": plain(f"Ann <{ANN}>", "Réponse automatique : Merci", "Je suis absente jusqu'au 12."),
    "in Polish, in brackets": plain(f"Ann <{ANN}>", "[Automatyczna odpowiedź] Dziękujemy", "Wracam w poniedziałek."),
    "sieve": plain(f"Ann <{ANN}>", "Auto: Thank you", "I am away.", Auto_Submitted="auto-replied (vacation)"),
    "t-online": plain(f"Ann <{ANN}>", "Automatische Antwort auf Ihre Nachricht", "Ich bin vom 1. bis 9. Mai nicht erreichbar."),
    "without a sign but its words": plain(f"Ann <{ANN}>", "Re: Gracias", "Hola, estoy de vacaciones hasta el 5 de agosto."),
    "a help desk": plain(f"Support <{ANN}>", "[Ticket#4711] Ihre Anfrage ist eingegangen", "Wir melden uns.", Auto_Submitted="auto-replied", X_Auto_Response_Suppress="DR, RN, OOF, AutoReply"),
}  # fmt: skip


@pytest.mark.parametrize("raw", MACHINES.values(), ids=MACHINES)
def test_a_machine_answers(raw):
    assert read(raw).kind == Kind.AUTO_REPLY


NAMELESS = {
    "a scanner before the server": a_form(
        "gate@mx.example.org", "Mail could not be delivered",
        "****** Message from the mail gateway ******\n\nThe following mail could not be delivered.\nReason: Exceeded maximum delivery attempts.",
    ).replace(f"To: {ANN}\nSubject: Thank you".encode(), b"Subject: Thank you"),
    "a provider that says only the first half": plain(
        "MAILER-DAEMON@example.org", "Mail Delivery Problem",
        "Your mail to the following recipients could not be delivered because they are not accepting pictures:\n\n\tann\n",
        In_Reply_To="<touch.7@boutique.example>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("raw", NAMELESS.values(), ids=NAMELESS)
def test_a_letter_that_came_back_without_an_address_is_known_by_its_own_name(raw):
    got = read(raw)
    assert (got.kind, [(one.address, one.is_hard) for one in got.failures]) == (Kind.BOUNCE, [("", False)])
    assert "<touch.7@boutique.example>" in got.about


def test_somebody_who_passes_on_a_report_and_asks_about_it_has_written():
    words = f"Maya, this came back to me, what does it mean?\n\n> Message from example.org.\n> Unable to deliver message to the following address(es).\n>\n> <{ANN}>:\n> 550 user unknown\n"
    for subject, headers in (
        ("Fwd: failure notice", {}),
        ("failure notice", {"In_Reply_To": "<touch.7@boutique.example>"}),
    ):
        assert read(plain("Bea <bea@example.org>", subject, words, **headers)).kind == Kind.REPLY


def test_a_receipt_for_reading_is_no_answer():
    for subject, disposition in (("Gelesen: Danke", "displayed"), ("Not read: Thank you", "deleted")):
        raw = (
            f"From: Ann <{ANN}>\nTo: maya@boutique.example\nSubject: {subject}\nIn-Reply-To: <touch.7@boutique.example>\n"
            "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nYour message was read on Monday.\n\n"
            f"--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;{ANN}\n"
            f"Original-Message-ID: <touch.7@boutique.example>\nDisposition: manual-action/MDN-sent-manually; {disposition}\n\n--b--\n"
        )
        assert read(raw.encode()).kind == Kind.AUTO_REPLY


QUOTED = "> Liebe Ann,\n>\n> danke für den Schal.\n>\n> Bis bald\n> Maya\n"
BARE = "Liebe Ann,\n\ndanke für den Schal.\n\nBis bald\nMaya\n"
DE, ES, FR, EN = (
    "Danke, das Tuch ist wunderbar!\n\nHabt ihr es auch in Rot?",
    "¡Muchas gracias, el pañuelo es precioso!\n\n¿Lo tenéis en rojo?",
    "Merci, le foulard est magnifique !\n\nL'avez-vous en rouge ?",
    "Thank you, the scarf is lovely!\n\nDo you have it in red?",
)
MAYA = "Maya <maya@boutique.example>"
ANSWERS = {
    "outlook in German": (DE, f"Mit freundlichen Grüßen\n\nAnn Archer\n\nVon: {MAYA}\nGesendet: Montag, 5. Januar 2026 10:00\nAn: {ANN}\nBetreff: Danke\n\n{BARE}"),
    "outlook in Spanish": (ES, f"Un saludo,\nAnn\n\nDe: {MAYA}\nEnviado el: lunes, 5 de enero de 2026 10:00\nPara: {ANN}\nAsunto: Gracias\n\n{BARE}"),
    "outlook in French": (FR, f"Cordialement,\nAnn Archer\n\nDe\u00a0: {MAYA}\nEnvoyé\u00a0: lundi 5 janvier 2026 10:00\nÀ\u00a0: {ANN}\nObjet\u00a0: Merci\n\n{BARE}"),
    "outlook on the web in German": (DE, f"________________________________\nVon: {MAYA}\nGesendet: Montag, 5. Januar 2026 10:00:00\nAn: {ANN} <{ANN}>\nBetreff: Danke\n\n{BARE}"),
    "outlook on the phone in German": (DE, f"Holen Sie sich Outlook für iOS<https://aka.ms/o0ukef>\n________________________________\nVon: {MAYA}\nGesendet: Montag, Januar 5, 2026 10:00:00 AM\nAn: {ANN}\nBetreff: Danke\n\n{BARE}"),
    "outlook on the phone in Spanish": (ES, f"Obtener Outlook para Android<https://aka.ms/AAb9ysg>\n________________________________\nDe: {MAYA}\nEnviado: lunes, 5 de enero de 2026 10:00\nPara: {ANN}\nAsunto: Gracias\n\n{BARE}"),
    "outlook on the phone in French": (FR, f"Obtenir Outlook pour iOS<https://aka.ms/o0ukef>\n________________________________\nDe : {MAYA}\nEnvoyé : lundi 5 janvier 2026 10:00\nÀ : {ANN}\nObjet : Merci\n\n{BARE}"),
    "gmail in German": (DE, f"Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Maya <\nmaya@boutique.example>:\n\n{QUOTED}"),
    "gmail in Spanish": (ES, f"El lun, 5 ene 2026 a las 10:00, Maya (<maya@boutique.example>) escribió:\n\n{QUOTED}"),
    "gmail in French": (FR, f"Le lun. 5 janv. 2026 à 10:00, {MAYA} a écrit :\n\n{QUOTED}"),
    "gmail in English, broken": (EN, f"On Mon, Jan 5, 2026 at 10:00\u202fAM Maya <maya@boutique.example>\nwrote:\n\n{QUOTED}"),
    "thunderbird in German": (DE, f"Am 05.01.26 um 10:00 schrieb Maya:\n{QUOTED}"),
    "thunderbird in Spanish": (ES, f"El 5/1/26 a las 10:00, Maya escribió:\n{QUOTED}"),
    "thunderbird in French": (FR, f"Le 05/01/2026 à 10:00, Maya a écrit :\n{QUOTED}"),
    "iphone in German": (DE, f"Von meinem iPhone gesendet\n\n> Am 05.01.2026 um 10:00 schrieb {MAYA}:\n> \n> \ufeffLiebe Ann,\n> danke für den Schal.\n"),
    "iphone in Spanish": (ES, f"Enviado desde mi iPhone\n\n> El 5 ene 2026, a las 10:00, {MAYA} escribió:\n> \n> \ufeffLiebe Ann,\n> danke.\n"),
    "iphone in French": (FR, f"Envoyé de mon iPhone\n\n> Le 5 janv. 2026 à 10:00, {MAYA} a écrit :\n> \n> \ufeffLiebe Ann,\n> danke.\n"),
    "samsung in German": (DE, f"Von meinem Samsung Galaxy Smartphone gesendet.\n\n\n-------- Ursprüngliche Nachricht --------\nVon: {MAYA}\nDatum: 05.01.26 10:00 (GMT+01:00)\nAn: {ANN}\nBetreff: Danke\n\n{BARE}"),
    "samsung in Spanish": (ES, f"Enviado desde mi smartphone Samsung Galaxy.\n\n\n-------- Mensaje original --------\nDe: {MAYA}\nFecha: 5/1/26 10:00 (GMT+01:00)\nPara: {ANN}\nAsunto: Gracias\n\n{BARE}"),
    "samsung in French": (FR, f"Envoyé depuis mon appareil Galaxy\n\n\n-------- Message d'origine --------\nDe : {MAYA}\nDate : 05/01/2026 10:00 (GMT+01:00)\nÀ : {ANN}\nObjet : Merci\n\n{BARE}"),
    "gmx and web.de in the browser": (DE, f"Gesendet: Montag, 5. Januar 2026 um 10:00 Uhr\nVon: \"Maya\" <maya@boutique.example>\nAn: {ANN}\nBetreff: Danke\n\n{BARE}"),
    "gmx on the phone": (DE, f"--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\n\nAm 05.01.26, 10:00 schrieb {MAYA}:\n\n{QUOTED}"),
    "t-online": (DE, f"-----Original-Nachricht-----\nBetreff: Danke\nDatum: 2026-01-05T10:00:00+0100\nVon: \"Maya\" <maya@boutique.example>\nAn: \"Ann\" <{ANN}>\n\n{BARE}"),
    "orange": (FR, f"> Message du 05/01/26 10:00\n> De : \"Maya\" <maya@boutique.example>\n> A : {ANN}\n> Copie à : \n> Objet : Merci\n>\n{QUOTED}"),
    "yahoo in German": (DE, f"Am Montag, 5. Januar 2026 um 10:00:00 MEZ hat {MAYA} Folgendes geschrieben:\n\n{BARE}"),
    "yahoo in Spanish": (ES, f"En lunes, 5 de enero de 2026, 10:00:00 CET, {MAYA} escribió:\n\n{BARE}"),
    "yahoo in French": (FR, f"Le lundi 5 janvier 2026 à 10:00:00 UTC+1, {MAYA} a écrit :\n\n{BARE}"),
    "proton": (EN, f"Sent from Proton Mail for Android.\n\n-------- Original Message --------\nOn Monday, 01/05/26 at 10:00 {MAYA} wrote:\n\n{QUOTED}"),
    "fastmail": (EN, f"On Mon, 5 Jan 2026, at 10:00, Maya wrote:\n{QUOTED}"),
    "groupwise": (DE, f">>> {MAYA} 05.01.2026 10:00 >>>\n{BARE}"),
    "notes": (DE, f"-----{MAYA} schrieb: -----\n\nAn: {ANN}\nVon: {MAYA}\nDatum: 05.01.2026 10:00\nBetreff: Danke\n\n{BARE}"),
    "a phone's mark alone": (DE, "Gesendet mit der mobilen Mail App"),
}  # fmt: skip


@pytest.mark.parametrize(("own", "below"), ANSWERS.values(), ids=ANSWERS)
def test_only_what_they_wrote_themselves_is_left(own, below):
    mail = plain(f"Ann <{ANN}>", "Re: Danke", f"{own}\n\n{below}", In_Reply_To="<touch.7@boutique.example>")
    assert (stripped(opened(mail)).text, read(mail).kind) == (own, Kind.REPLY)

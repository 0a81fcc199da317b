"""Feedback reports (ARF, RFC 5965): "this is spam", "leave this list". A report on authentication is about nobody."""

from __future__ import annotations

import re
from email.message import Message

from regulars.outreach.inbound.delivery_reports import ADDRESS
from regulars.outreach.inbound.kinds import Inbound, Kind
from regulars.outreach.inbound.mail import MESSAGE_ID, Mail, text_of
from regulars.outreach.inbound.notifications import complainers_in

COMPLAINTS = frozenset({"abuse", "opt-out", "opt-out-list", "fraud", "complaint", "other", "not-spam", "virus"})
SAYS_THE_OPPOSITE = "not-spam"


def complaint_in(mail: Mail) -> Inbound | None:
    """Read a feedback report; None where there is none."""
    fields = _fields(mail)
    if fields is None:
        return _outlook_report(mail) or _unsubscribed_by_program(mail) or _told_by_amazon(mail)
    kind = fields.get("feedback-type", "").strip().lower() or "abuse"
    about, to = _letter(mail)
    who = [*ADDRESS.findall(fields.get("original-rcpt-to", "")), *ADDRESS.findall(fields.get("removal-recipient", ""))]
    who = [address.lower() for address in who] or to
    is_complaint = kind in COMPLAINTS and kind != SAYS_THE_OPPOSITE
    return Inbound(
        Kind.COMPLAINT if is_complaint else Kind.REPORT,
        about=about,
        feedback=kind,
        addresses=tuple(dict.fromkeys(who)) if is_complaint else (),
    )


def _fields(mail: Mail) -> dict[str, str] | None:
    for part in mail.parts:
        if part.get_content_type() == "message/feedback-report":
            return _lines(_words_of(part))
    for part in mail.parts:
        words = text_of(part) if not part.is_multipart() else ""
        is_report = part.get_content_maintype() != "text" or "feedback-report" in str(part.get("content-type", ""))
        if is_report and re.search(r"^feedback-type:", words, re.IGNORECASE | re.MULTILINE):
            return _lines(words)
    return None


def _words_of(part: Message) -> str:
    inside = part.get_payload()
    if isinstance(inside, list):
        return "\n".join(str(group) for group in inside)
    return text_of(part)


def _lines(text: str) -> dict[str, str]:
    """The fields of a report; of what stands more than once, all."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip():
            key = name.strip().lower()
            found[key] = f"{found[key]} {value.strip()}" if key in found else value.strip()
    return found


def _letter(mail: Mail) -> tuple[tuple[str, ...], list[str]]:
    """The Message-IDs and recipients of the letter complained of."""
    ids: list[str] = []
    to: list[str] = []
    for inner in mail.inner():
        ids += MESSAGE_ID.findall(str(inner.get("message-id", "")))
        to += [address.lower() for address in ADDRESS.findall(str(inner.get("to", "")))]
    return tuple(dict.fromkeys(ids)), to


def _outlook_report(mail: Mail) -> Inbound | None:
    """Outlook's own form: from staff@hotmail.com, "complaint about message from", the letter inside."""
    if not mail.sender.startswith("staff@hotmail") and not mail.header("subject").lower().startswith(
        "complaint about message from"
    ):
        return None
    about, to = _letter(mail)
    who = [
        address.lower()
        for inner in mail.inner()
        for address in ADDRESS.findall(str(inner.get("x-hmxmroriginalrecipient", "")))
    ]
    if not about and not who:
        return None
    return Inbound(Kind.COMPLAINT, about=about, feedback="abuse", addresses=tuple(dict.fromkeys(who or to)))


def _unsubscribed_by_program(mail: Mail) -> Inbound | None:
    """A mail program's own way out (`mailto:` of List-Unsubscribe): written on a press of its button."""
    is_programs = bool(mail.header("x-apple-unsubscribe")) or (
        bool(mail.header("auto-submitted")) and mail.header("subject").strip().lower() == "unsubscribe"
    )
    if not is_programs or not mail.sender:
        return None
    return Inbound(Kind.COMPLAINT, about=mail.answers, feedback="opt-out", addresses=(mail.sender,))


def _told_by_amazon(mail: Mail) -> Inbound | None:
    who = complainers_in(mail)
    return Inbound(Kind.COMPLAINT, feedback="abuse", addresses=tuple(who)) if who else None

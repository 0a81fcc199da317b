"""Say what an inbound mail is: the surest signs first, a person's answer last."""

from __future__ import annotations

from regulars.outreach.inbound.automatic import is_auto_reply, is_challenge, is_receipt_for_reading
from regulars.outreach.inbound.complaints import complaint_in
from regulars.outreach.inbound.delivery_reports import report_in
from regulars.outreach.inbound.kinds import Inbound, Kind
from regulars.outreach.inbound.mail import MESSAGE_ID, Mail, opened
from regulars.outreach.inbound.other_reports import other_report_in
from regulars.outreach.inbound.stop_words import asked_in


def read(raw: bytes | Mail) -> Inbound:
    """Classify one mail; never raises, whatever it is made of."""
    mail = raw if isinstance(raw, Mail) else opened(raw)
    complaint = complaint_in(mail)
    if complaint is not None:
        return complaint
    report = report_in(mail) or other_report_in(mail)
    if report is not None:
        about = tuple(dict.fromkeys((*report.about, *_inside(mail), *mail.answers)))
        if report.has_arrived:
            return Inbound(Kind.DELIVERED, about=about)
        return Inbound(Kind.BOUNCE, report.failures, about)
    if is_challenge(mail):
        return Inbound(Kind.CHALLENGE, about=mail.answers)
    if is_auto_reply(mail) or is_receipt_for_reading(mail):
        return Inbound(Kind.AUTO_REPLY, about=mail.answers)
    return Inbound(asked_in(mail) or Kind.REPLY, about=mail.answers)


def _inside(mail: Mail) -> list[str]:
    """The Message-IDs of the letters that lie inside."""
    found: list[str] = []
    for inner in mail.inner():
        for name in ("message-id", "references", "in-reply-to"):
            found += MESSAGE_ID.findall(str(inner.get(name, "")))
    return found

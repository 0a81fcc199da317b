"""Take in one mail: say what it is, whose it is, keep it once, and do what the policy says, all in one transaction."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from regulars.kit import clock
from regulars.outreach.inbound import Inbound, Kind, Mail, opened, read
from regulars.outreach.inbound.stripping import stripped
from regulars.outreach.inbound.stripping.html import text_of_html
from regulars.outreach.models import InboundMail, SendingAccount, Touch
from regulars.outreach.queries.matching import answered_letter, letter_of, people_with
from regulars.outreach.services.policy import carry_out

log = logging.getLogger(__name__)
ABOUT_A_LETTER = frozenset({Kind.BOUNCE, Kind.DELIVERED, Kind.COMPLAINT})
LONGEST = 20_000


def receive(raw: bytes, account: SendingAccount | None = None) -> InboundMail | None:
    """Take in one mail that concerns us; None for one seen before, or of no concern (it is then not kept at all).

    A letter to somebody who was erased since is of no concern.

    Safe to repeat and beside other workers: the mail's own name is unique, and whoever keeps it carries out what it
    asks in the same transaction.
    """
    mail = opened(raw)
    got = read(mail)
    if _is_our_own(mail, got, account):
        return None
    at = _moment(mail)
    touch = _letter(mail, got, at)
    if touch is not None and touch.person.erased_at is not None:
        if got.kind in ABOUT_A_LETTER:
            return None
        touch = None  # whoever writes may be in the book anew
    person_id = touch.person_id if touch else _sender(mail, got)
    is_of_no_concern = person_id is None or _is_to_many(mail)
    if touch is None and is_of_no_concern and got.kind not in ABOUT_A_LETTER - {Kind.DELIVERED}:
        return None
    row = _row(raw, mail, got, at, touch, person_id)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            carry_out(row, got, mail, touch)
    except IntegrityError:
        if InboundMail.objects.filter(key=row.key).exists():
            return None
        raise
    return row


def keep_unread(raw: bytes) -> None:
    """Keep a note of a mail that could not be read, so that somebody may look at it in the mailbox itself."""
    mail = opened(raw)
    row = _row(raw, mail, Inbound(Kind.REPLY), _moment(mail), None, None)
    row.words = row.whole = ""
    row.is_understood = row.is_for_you = False
    InboundMail.objects.bulk_create([row], ignore_conflicts=True)


def key_of(raw: bytes, mail: Mail) -> str:
    """The name under which a mail is kept once."""
    return hashlib.sha256(mail.message_id.encode() or raw).hexdigest()


def _row(raw: bytes, mail: Mail, got: Inbound, at: datetime, touch: Touch | None, person_id: int | None) -> InboundMail:
    is_reply = got.kind in InboundMail.FOR_YOU
    return InboundMail(
        key=key_of(raw, mail),
        message_id=_clean(mail.message_id),
        kind=got.kind.value,
        feedback=got.feedback[:20],
        person_id=person_id,
        touch=touch,
        from_address=_clean(mail.sender)[:320],
        from_name=_clean(mail.sender_name)[:200],
        subject=_clean(mail.header("subject"))[:300],
        words=_clean(stripped(mail).text)[:LONGEST],
        whole=_clean(mail.plain or text_of_html(mail.html))[:LONGEST],
        at=at,
        received_at=clock.now(),
        is_understood=touch is not None or person_id is not None,
        is_for_you=is_reply and got.feedback != "opt-out" and (touch is not None or person_id is not None),
    )


def _clean(text: str) -> str:
    """No signs that a database refuses."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _letter(mail: Mail, got: Inbound, at: datetime) -> Touch | None:
    if got.kind == Kind.BOUNCE:
        found = (letter_of(failure.address, got, at) for failure in got.failures)
        return next((touch for touch in found if touch is not None), None)
    if got.kind == Kind.COMPLAINT and got.addresses:
        return letter_of(got.addresses[0], got, at)
    return answered_letter(got, mail, at)


def _sender(mail: Mail, got: Inbound) -> int | None:
    """Whose mail it is where no letter of ours is answered: the one person who has the address."""
    if got.kind in {Kind.BOUNCE, Kind.DELIVERED, Kind.REPORT} or not mail.sender:
        return None
    people = people_with(mail.sender)
    return people[0] if people else None


def _is_our_own(mail: Mail, got: Inbound, account: SendingAccount | None) -> bool:
    """A copy of what we sent."""
    if account is None or got.kind in ABOUT_A_LETTER:
        return False
    return mail.sender == account.from_address.lower()


def _is_to_many(mail: Mail) -> bool:
    """A newsletter of somebody we know: not a word to us."""
    is_bulk = mail.header("precedence").lower() in {"bulk", "list", "junk"}
    return is_bulk or bool(mail.header("list-id") or mail.header("list-unsubscribe"))


def _moment(mail: Mail) -> datetime:
    """When it says it was written, if that can be; else now."""
    now = clock.now()
    at = mail.at
    if at is None:
        return now
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if now - timedelta(days=3650) < at <= now else now

"""Take in one text: keep it once and do what it asks, in one transaction. STOP is obeyed, and answered once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business, in_our_language
from regulars.outreach.channels.text.adapters import twilio
from regulars.outreach.channels.text.claiming import ANSWERS as PROGRAMME
from regulars.outreach.channels.text.leaving import come_back_by_number, has_left, leave_by_number, owners_of
from regulars.outreach.inbound.kinds import Kind
from regulars.outreach.inbound.stop_words import asked, bare_word
from regulars.outreach.models import Channel, InboundMail, Purpose, State, TextAccount, Touch
from regulars.outreach.services.confirming import take_text_answer
from regulars.outreach.services.moves import move
from regulars.outreach.services.planning import NewTouch, plan_touches
from regulars.outreach.services.policy import hear
from regulars.people.addresses import e164
from regulars.people.models import Person

LONGEST = 4_000
REMEMBERED = timedelta(days=60)


@dataclass(frozen=True)
class Incoming:
    """One text as a provider tells it. Without a name of its own it is known by all it says."""

    name: str
    sender: str
    words: str


def receive_text(account: TextAccount, text: Incoming) -> InboundMail | None:
    """Take it in; None for one seen before. Safe to repeat and beside others: its name is unique."""
    number = number_of(text.sender)
    words = text.words.replace("\0", "").strip()[:LONGEST]
    people = owners_of(number)
    touch = last_text_to(number, people)
    person_id = touch.person_id if touch else people[0] if people else None
    kind = _kind_of(words, number)
    row = InboundMail(
        channel=Channel.TEXT,
        key=hashlib.sha256(f"text {account.pk} {text.name}".encode()).hexdigest(),
        kind=kind.value,
        person_id=person_id,
        touch=touch,
        from_address=number or text.sender.replace("\0", "")[:60],
        words=words,
        at=clock.now(),
        received_at=clock.now(),
        is_understood=person_id is not None,
        is_for_you=kind in {Kind.REPLY, Kind.HELP},
    )
    try:
        with transaction.atomic(), in_our_language():
            row.save(force_insert=True)
            _carry_out(account, row, number)
    except IntegrityError:
        if InboundMail.objects.filter(key=row.key).exists():
            return None
        raise
    return row


def number_of(sender: str) -> str:
    """The sender's number in its full form, with or without its plus; "" for a name or a short code."""
    digits = "".join(sign for sign in sender if sign.isascii() and sign.isdigit())
    if sender.strip().startswith("+"):
        return e164(f"+{digits}", "")
    if len(digits) < 7 or any(sign.isalpha() for sign in sender):
        return ""
    abroad = e164(f"+{digits.lstrip('0')}", "") if not digits.startswith("0") or digits.startswith("00") else ""
    return abroad or e164(digits, business().country)


def last_text_to(number: str, people: Sequence[int]) -> Touch | None:
    """The last text that went to this number, if one did. One query over its owners' touches."""
    rows = Touch.objects.filter(
        person_id__in=people,
        channel=Channel.TEXT,
        sent_at__gt=clock.now() - REMEMBERED,
        to_address__in=(number, ""),
    )
    return rows.order_by("-sent_at", "-pk").first()


def _kind_of(words: str, number: str) -> Kind:
    """A "yes" brings back only who had left; else it is somebody's answer to a question."""
    kind = asked(words) or Kind.REPLY
    if kind == Kind.START and not has_left(number):
        return Kind.REPLY
    return kind


def _carry_out(account: TextAccount, row: InboundMail, number: str) -> None:
    kind = Kind(row.kind)
    if kind == Kind.STOP and number:
        is_new = leave_by_number(number, source=f"answered STOP, text {row.pk}", wording=row.words[:200])
        if is_new:
            _answer(account, row, "stop", _stop_words())
    elif kind == Kind.START and number:
        come_back_by_number(number, source=f"answered START, text {row.pk}", wording=row.words[:200])
        _answer(account, row, "start", _("You get text messages from %(shop)s again. STOP ends them.") % _shop())
    elif not take_text_answer(row):
        hear(row)
        if kind == Kind.HELP:
            _answer(account, row, f"help {clock.today():%Y-%m-%d}", _help_words())


def _shop() -> dict[str, str]:
    return {"shop": business().name}


def _stop_words() -> str:
    return _("You get no more text messages from %(shop)s. START brings them back.") % _shop()


def _help_words() -> str:
    words = _("This is %(shop)s. We have got your message and will answer. STOP ends our text messages.")
    return words % _shop()


def _answer(account: TextAccount, row: InboundMail, what: str, words: str) -> None:
    """Say so once, through the ledger like everything that leaves; not where the provider has said it already.

    A STOP is answered once until they come back, HELP once a day: the occasion is the key.
    """
    if account.answers_stop_itself and bare_word(row.words) in twilio.ITS_OWN_WORDS:
        return
    if row.person_id is None or not Person.objects.here().filter(pk=row.person_id).exists():
        return
    occasion = what if what.startswith("help") else f"{what} {row.pk}"
    planned = plan_touches(
        [
            NewTouch(
                row.person_id,
                PROGRAMME,
                occasion,
                channel=Channel.TEXT,
                purpose=Purpose.SERVICE,
                body=words,
                not_after=clock.now() + timedelta(hours=12),
            )
        ]
    )
    fields: dict[str, Any] = {"approved_at": clock.now(), "to_address": row.from_address}
    move(planned.ids, State.APPROVED, only_from=(State.PLANNED,), **fields)

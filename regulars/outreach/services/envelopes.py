"""Put letters into envelopes: bytes, sender and recipient, ready before anything is marked as sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.models import SendingAccount, Touch
from regulars.outreach.queries.reach import persons_of
from regulars.outreach.services.letters import Letter, Sender, built, wire_address
from regulars.outreach.services.local_outbox import name_for
from regulars.outreach.services.planning import checked_words
from regulars.outreach.services.wayout import ways_out

NOWHERE = "letters@outbox.invalid"


@dataclass(frozen=True)
class Envelope:
    touch_id: int
    sender: str
    recipient: str
    content: bytes
    kept_as: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


def sender_of(account: SendingAccount | None) -> Sender:
    if account is None:
        return Sender(business().name, NOWHERE)
    return Sender(account.from_name or business().name, account.from_address, account.reply_to)


def enveloped(rows: Sequence[Touch], account: SendingAccount | None) -> tuple[dict[int, Envelope], dict[int, Refusal]]:
    """Write every letter; what cannot be a letter comes back with the reason. At most five queries."""
    persons = persons_of(row.person_id for row in rows)
    ways, sender, shop = ways_out(rows, account), sender_of(account), business()
    ready: dict[int, Envelope] = {}
    unfit: dict[int, Refusal] = {}
    for row in rows:
        person = persons[row.person_id]
        try:
            subject, body = checked_words(row.channel, row.subject, row.body)
            content = built(
                Letter(
                    message_id=row.message_id,
                    to_name=" ".join(person.full_name.split()),
                    to_address=row.to_address,
                    subject=subject,
                    body=body,
                    at=clock.now(),
                    sender=sender,
                    language=person.language or shop.language,
                    shop=shop.name,
                    postal_address=shop.postal_address,
                    way_out=ways.get(row.pk),
                )
            )
            ready[row.pk] = _envelope(row, sender, content, account)
        except Refusal as refusal:
            unfit[row.pk] = refusal
    return ready, unfit


def _envelope(row: Touch, sender: Sender, content: bytes, account: SendingAccount | None) -> Envelope:
    kept_as = "" if account else name_for(row)
    evidence = {"kept_as": kept_as} if kept_as else {"host": account.host if account else ""}
    return Envelope(row.pk, wire_address(sender.address), wire_address(row.to_address), content, kept_as, evidence)

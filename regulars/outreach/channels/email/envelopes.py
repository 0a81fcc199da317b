"""Put letters into envelopes: bytes, sender and recipient, ready before anything is marked as sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.kit import clock
from regulars.kit.business import business
from regulars.outreach.blocks import layout_of
from regulars.outreach.channels.email.dress import Wardrobe
from regulars.outreach.channels.email.letters import Letter, Sender, built, checked, wire_address
from regulars.outreach.channels.email.local_outbox import name_for
from regulars.outreach.channels.email.wayout import ways_out
from regulars.outreach.drafts import checked_words
from regulars.outreach.models import SendingAccount, Touch
from regulars.outreach.queries.reach import persons_of

NOWHERE = "letters@outbox.invalid"


@dataclass(frozen=True)
class Envelope:
    touch_id: int
    sender: str
    recipient: str
    content: bytes
    kept_as: str = ""
    # For a service that writes the letter on the wire itself.
    letter: Letter | None = None


def sender_of(account: SendingAccount | None) -> Sender:
    if account is None:
        return Sender(business().name, NOWHERE)
    return Sender(account.from_name or business().name, account.from_address, account.reply_to)


def enveloped(letter: Letter, touch_id: int, account: SendingAccount | None, kept_as: str = "") -> Envelope:
    """Put a letter into its envelope: as bytes, or whole for a service that writes it on the wire itself."""
    ends = wire_address(letter.sender.address), wire_address(letter.to_address)
    if account is not None and account.is_web:
        return Envelope(touch_id, *ends, b"", letter=checked(letter))
    return Envelope(touch_id, *ends, built(letter), kept_as)


class Stationery:
    """What the letters of one batch have in common, read once; each letter is written when its turn comes."""

    def __init__(self, rows: Sequence[Touch], account: SendingAccount | None) -> None:
        self.persons = persons_of(row.person_id for row in rows)
        self.ways = ways_out(rows, account)
        self.sender, self.shop, self.account = sender_of(account), business(), account
        self.layouts = {row.pk: layout_of(row.blocks) for row in rows if row.blocks}
        self.wardrobe = Wardrobe(self.layouts.values(), self.shop) if self.layouts else None

    def envelope(self, row: Touch) -> Envelope:
        """Write one letter; refuses what cannot be a letter."""
        person = self.persons[row.person_id]
        subject, body = checked_words(row.channel, row.subject, row.body)
        letter = Letter(
            message_id=row.message_id,
            to_name=" ".join(person.full_name.split()),
            to_address=row.to_address,
            subject=subject,
            body=body,
            at=clock.now(),
            sender=self.sender,
            language=row.language or self.shop.language,
            shop=self.shop.name,
            postal_address=self.shop.postal_address,
            way_out=self.ways.get(row.pk),
            dress=self.wardrobe.dress(self.layouts[row.pk]) if self.wardrobe and row.pk in self.layouts else None,
        )
        return enveloped(letter, row.pk, self.account, "" if self.account else name_for(row))

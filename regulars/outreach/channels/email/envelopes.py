"""Put letters into envelopes: bytes, sender and recipient, ready before anything is marked as sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.blocks import layout_of
from regulars.outreach.channels.email.carrying import Envelope
from regulars.outreach.channels.email.dress import Wardrobe
from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.files import Enclosed, on_the_way
from regulars.outreach.channels.email.letters import Letter, Sender, checked, wire_address
from regulars.outreach.channels.email.links import CountedLinks
from regulars.outreach.channels.email.local_outbox import name_for
from regulars.outreach.channels.email.wayout import ways_out
from regulars.outreach.channels.email.wire import built
from regulars.outreach.drafts import checked_words
from regulars.outreach.models import SendingAccount, Touch
from regulars.outreach.queries.asked import CONFIRM
from regulars.outreach.queries.enclosures import File, enclosed_in
from regulars.outreach.queries.following import counted_among
from regulars.outreach.queries.reach import persons_of
from regulars.outreach.queries.threads import threads_of

LARGEST_MB = 10
NOWHERE = "letters@outbox.invalid"


def sender_of(account: SendingAccount | None) -> Sender:
    if account is None:
        return Sender(business().name, NOWHERE)
    return Sender(account.from_name or business().name, account.from_address, account.reply_to)


def enveloped(letter: Letter, touch_id: int, account: SendingAccount | None, kept_as: str = "") -> Envelope:
    """Put a letter into its envelope: as bytes, or whole for a service that writes it on the wire itself."""
    ends = wire_address(letter.sender.address), wire_address(letter.to_address)
    if account is not None and account.is_web:
        return Envelope(touch_id, *ends, b"", letter=_fit_for(account, checked(letter)))
    content = built(letter)
    _not_too_large(account, len(content))
    return Envelope(touch_id, *ends, content, kept_as)


def _fit_for(account: SendingAccount, letter: Letter) -> Letter:
    """Refuse what a service would take out of the letter, or not take at all."""
    pictures = letter.dress.inside if letter.dress else ()
    if pictures and not ESPS[account.preset].takes_pictures:
        words = _("%(service)s takes no pictures inside a letter. Link to them instead.")
        raise Refusal(words % {"service": account.name})
    files = sum(on_the_way(len(file.content)) for file in letter.enclosed)
    _not_too_large(account, sum(len(picture.lines) for picture in pictures) + files + 3 * len(letter.body))
    return letter


def _not_too_large(account: SendingAccount | None, size: int) -> None:
    """Mailboxes refuse large letters, and phones pay for them."""
    most = account.largest_mb if account else LARGEST_MB
    if size > most * 1_000_000:
        words = _("This letter is too large: %(size)s MB. At most %(most)s MB leave. Make pictures smaller.")
        raise Refusal(words % {"size": formats.number_format(size / 1_000_000, 1), "most": most})


def _shared(files: Mapping[int, Sequence[File]]) -> dict[int, tuple[Enclosed, ...]]:
    """Letters with the same file hold the same one: it is put into base64 once."""
    made: dict[File, Enclosed] = {}
    return {pk: tuple(made.setdefault(file, Enclosed(*file)) for file in mine) for pk, mine in files.items()}


class Stationery:
    """What the letters of one batch have in common, read once; each letter is written when its turn comes."""

    def __init__(self, rows: Sequence[Touch], account: SendingAccount | None) -> None:
        self.persons = persons_of(row.person_id for row in rows)
        self.ways, self.threads = ways_out(rows, account), threads_of(rows)
        self.enclosed = _shared(enclosed_in(rows))
        self.sender, self.shop, self.account = sender_of(account), business(), account
        self.public = self.shop.public_address.rstrip("/")
        self.counted = counted_among({row.programme for row in rows})
        self.layouts = {row.pk: layout_of(row.blocks) for row in rows if row.blocks}
        self.wardrobe = Wardrobe(self.layouts.values(), self.shop) if self.layouts else None

    def envelope(self, row: Touch) -> Envelope:
        """Write one letter; refuses what cannot be a letter."""
        return enveloped(self.letter(row), row.pk, self.account, "" if self.account else name_for(row))

    def letter(self, row: Touch) -> Letter:
        person = self.persons[row.person_id]
        subject, body = checked_words(row.channel, row.subject, row.body)
        return Letter(
            message_id=row.message_id,
            # Anybody may have typed the name beside an address that is only asked for.
            to_name="" if row.programme == CONFIRM else " ".join(person.full_name.split()),
            to_address=row.to_address,
            subject=subject,
            body=body,
            at=clock.now(),
            sender=self.sender,
            language=row.language or self.shop.language,
            shop=self.shop.name,
            postal_address=self.shop.postal_address,
            way_out=self.ways.get(row.pk),
            thread=self.threads.get(row.pk, ()),
            enclosed=self.enclosed.get(row.pk, ()),
            links=CountedLinks(row.pk, self.public) if row.programme in self.counted else None,
            dress=self.wardrobe.dress(self.layouts[row.pk]) if self.wardrobe and row.pk in self.layouts else None,
        )

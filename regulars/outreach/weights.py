"""What letters with files weigh: one of them as it is sent, and all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.kit.business import business
from regulars.outreach.channels.email.dress import Wardrobe
from regulars.outreach.channels.email.envelopes import LARGEST_MB, sender_of
from regulars.outreach.channels.email.files import on_the_way
from regulars.outreach.channels.email.letters import Letter, WayOut
from regulars.outreach.channels.email.wire import built
from regulars.outreach.models import SendingAccount
from regulars.outreach.queries.enclosures import Paper
from regulars.outreach.services.drafting import Draft
from regulars.outreach.services.resting import active_account

MB = 1_000_000
# Beyond these a link is kinder: to telephones, to full mailboxes, and to what the provider lets out.
HEAVY_LETTER, HEAVY_ALL, FEW = 2 * MB, 250 * MB, 5
FOR_THE_SIZE = "reader@weigh.invalid"


@dataclass(frozen=True)
class Weight:
    """`letter` is the bytes of one letter on the way, files in base64 included; `people` how many get one."""

    letter: int
    people: int
    most_mb: int = LARGEST_MB
    per_day: int | None = None
    is_connected: bool = False

    @property
    def is_too_heavy(self) -> bool:
        return self.letter > self.most_mb * MB

    @property
    def all_of_them(self) -> int:
        return self.letter * self.people

    @property
    def is_better_a_link(self) -> bool:
        return self.people > FEW and (self.letter > HEAVY_LETTER or self.all_of_them > HEAVY_ALL)

    @property
    def days(self) -> int:
        """How many days it takes at what the mailbox lets out a day."""
        return -(-self.people // self.per_day) if self.per_day else 1

    @property
    def sentences(self) -> list[str]:
        """What should be known before the yes."""
        words = ngettext(
            "%(each)s MB for %(n)d person.", "%(each)s MB for each of %(n)d people: %(total)s MB.", self.people
        )
        said = {"each": _mb(self.letter), "n": self.people, "total": _mb(self.all_of_them)}
        return [words % said, *filter(None, (self._lets_out(), self._advice()))]

    def _lets_out(self) -> str:
        if not self.is_connected:
            return ""
        if not self.per_day:
            return _("Your mailbox lets out letters of at most %(most)d MB.") % {"most": self.most_mb}
        words = ngettext(
            "Your mailbox lets out %(a_day)d letters a day of at most %(most)d MB: this takes one day.",
            "Your mailbox lets out %(a_day)d letters a day of at most %(most)d MB: this takes %(days)d days.",
            self.days,
        )
        return words % {"most": self.most_mb, "a_day": self.per_day, "days": self.days}

    def _advice(self) -> str:
        if self.is_too_heavy:
            words = _("A letter of %(each)s MB would not leave: at most %(most)d MB do. Make the file smaller.")
            return words % {"each": _mb(self.letter), "most": self.most_mb}
        if self.is_better_a_link:
            return _("That is a lot for telephones and full mailboxes. A link to the file is kinder.")
        return ""


def _mb(size: int) -> str:
    """One decimal where it tells something; a small letter is not nothing."""
    mb = max(size / MB, 0.1)
    return formats.number_format(mb, 1 if mb < 100 else 0)


def weight_of(draft: Draft, papers: Iterable[Paper], people: int) -> Weight:
    """Weigh one of these letters as it would be sent. Two queries, and those of its pictures."""
    account = active_account()
    size = letter_size(draft, papers, account)
    if account is None:
        return Weight(size, people)
    return Weight(size, people, account.largest_mb, account.per_day, is_connected=True)


def letter_size(draft: Draft, papers: Iterable[Paper], account: SendingAccount | None) -> int:
    """The bytes of such a letter; what is in its files is reckoned and not read."""
    shop = business()
    letter = Letter(
        message_id=f"<{'0' * 40}@weigh.invalid>",
        to_name="",
        to_address=FOR_THE_SIZE,
        subject=draft.subject,
        body=draft.text,
        at=clock.now(),
        sender=sender_of(account),
        language=draft.language,
        shop=shop.name,
        postal_address=shop.postal_address,
        way_out=WayOut("", FOR_THE_SIZE),
        dress=Wardrobe([draft.layout], shop).dress(draft.layout) if draft.layout else None,
    )
    return len(built(letter)) + sum(on_the_way(paper.size) for paper in papers)

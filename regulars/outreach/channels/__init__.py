"""The ways in which a word reaches somebody, all alike: does the machine send it, how long it takes, what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.outreach.models import Channel


@dataclass(frozen=True)
class Means:
    """One way. `minutes` is what it usually costs the owner; `needs` says what must be there before it works."""

    key: str
    is_sent_here: bool
    minutes: float
    needs: str | Promise

    @property
    def name(self) -> str:
        return str(Channel(self.key).label)


MEANS: dict[str, Means] = {
    means.key: means
    for means in (
        Means(Channel.EMAIL, True, 0.5, _("A connected mailbox, and an e-mail address of the person.")),
        Means(Channel.TEXT, True, 1, _("A mobile number of the person, and your own phone or a provider.")),
        Means(Channel.LETTER, False, 4, _("A printer, an envelope, and a postal address of the person.")),
        Means(Channel.CARD, False, 4, _("A printer or a card, and a postal address of the person.")),
        Means(Channel.CALL, False, 6, _("A telephone number of the person.")),
        Means(Channel.BY_HAND, False, 3, _("A moment when you see the person, or a place to leave it.")),
        Means(Channel.NOTICE, False, 2, _("A page of your own on the web.")),
        Means(Channel.SOCIAL, False, 2, _("Their profile elsewhere, and yours.")),
    )
}  # fmt: skip


def means_of(channel: str) -> Means:
    """The way behind a channel's key."""
    return MEANS[channel]

"""Letters and texts that ask whether a yes to offers was theirs: where they go, and whether they are still wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from regulars.outreach.models import Channel, SendingAccount, Suppression, TextAccount, Touch
from regulars.outreach.queries.permission import Verdict
from regulars.outreach.queries.permission_reads import address_hash
from regulars.people.addresses import normalised_email
from regulars.rapport.queries import waiting_for_a_yes

CONFIRM = "confirm-yes"
OCCURRENCE = "ask-"
LOOK_AGAIN = timedelta(days=1)


def ask_of(touch: Touch) -> int | None:
    """The ask that a letter is about; None for every other letter."""
    number = touch.occurrence.removeprefix(OCCURRENCE)
    return int(number) if touch.programme == CONFIRM and number.isdecimal() else None


def asked_addresses(touches: Sequence[Touch]) -> dict[int, str]:
    """Where each of them goes: to the address that was typed, whatever other addresses the person has. One query.

    No query where there is none of them; none for an ask that is settled or forgotten.
    """
    asks = {touch.pk: ask for touch in touches if (ask := ask_of(touch))}
    if not asks:
        return {}
    typed = dict(waiting_for_a_yes().filter(pk__in=asks.values()).values_list("pk", "address"))
    return {pk: typed[ask] for pk, ask in asks.items() if ask in typed}


def unwanted_asks(
    touches: Sequence[Touch], account: SendingAccount | TextAccount | None, now: datetime
) -> list[tuple[Touch, Verdict]]:
    """Those of one channel that must not go, or not now. Two queries; none where there is none of them."""
    rows = [touch for touch in touches if ask_of(touch)]
    if not rows:
        return []
    addresses = asked_addresses(rows)
    shut = unwritable(addresses.values(), rows[0].channel)
    found = []
    for touch in rows:
        address = addresses.get(touch.pk)
        if address is None:
            found.append((touch, Verdict(False, _("It is settled, or forgotten, by now."))))
        elif address in shut:
            found.append((touch, Verdict(False, _("Asked not to be written to."))))
        elif account is None:
            found.append((touch, Verdict(False, _("No mailbox is connected."), now + LOOK_AGAIN)))
    return found


def unwritable(addresses: Iterable[str], channel: str = Channel.EMAIL) -> set[str]:
    """Those of these addresses that left, complained or do not work: whatever for, nobody is asked there. One query."""
    is_email = channel == Channel.EMAIL
    names = {address_hash(normalised_email(one) if is_email else one): one for one in addresses}
    rows = Suppression.objects.filter(channel=channel, address_hash__in=names, undone_at=None)
    return {names[name] for name in rows.values_list("address_hash", flat=True)}

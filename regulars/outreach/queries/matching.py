"""Which letter of ours a mail is about, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from regulars.outreach.inbound import Inbound, Mail
from regulars.outreach.models import Channel, State, Touch
from regulars.people.addresses import normalised_email
from regulars.people.models import Email

# How long after a letter something about it, without its name, is still taken to be about it.
REMEMBERED = timedelta(days=14)
GONE = (State.SENT, State.DELIVERED, State.BOUNCED, State.UNKNOWN)
MOST_NAMES = 50


def letter_named(message_ids: Sequence[str]) -> Touch | None:
    """The letter that bears one of these Message-IDs, the first of them that does. At most two queries."""
    names = list(message_ids[:MOST_NAMES])
    rows = Touch.objects.exclude(message_id="").filter(message_id__in=names, channel=Channel.EMAIL)
    found = {row.message_id: row for row in rows.select_related("person")[:MOST_NAMES]}
    named = next((found[name] for name in names if name in found), None)
    return named or _named_by_a_service(names)


def _named_by_a_service(names: Sequence[str]) -> Touch | None:
    """Services give letters names of their own: `<0102…@eu-west-1.amazonses.com>` is the letter `0102…`."""
    short = {part for name in names for part in (name.strip("<>"), name.strip("<>").partition("@")[0], name) if part}
    rows = Touch.objects.exclude(provider_id="").filter(provider_id__in=short, channel=Channel.EMAIL)
    return rows.select_related("person").first()


def people_with(address: str) -> list[int]:
    """Who has this e-mail address. Two queries, each by an index."""
    wanted = normalised_email(address)
    if not wanted:
        return []
    ids: list[int] = []
    for is_key in (True, False):
        rows = Email.objects.filter(
            is_key=is_key, normalised=wanted, person__merged_into_id=None, person__erased_at=None
        )
        ids += rows.values_list("person_id", flat=True)[:20]
    return list(dict.fromkeys(ids))


def last_letter_to(address: str, at: datetime) -> Touch | None:
    """The last letter that went to this address in the fortnight before."""
    people = people_with(address)
    if not people:
        return None
    rows = Touch.objects.filter(
        person_id__in=people, channel=Channel.EMAIL, state__in=GONE, sent_at__gt=at - REMEMBERED, sent_at__lte=at
    )
    wanted = normalised_email(address)
    latest = rows.select_related("person").order_by("-sent_at", "-pk")[:20]
    return next((row for row in latest if normalised_email(row.to_address) == wanted), None)


def letter_of(address: str, got: Inbound, at: datetime) -> Touch | None:
    """The letter that an address did not get: by its name, else the last one that went there.

    A name counts for another address only if the report speaks of one alone: a letter that was passed on.
    """
    named = letter_named(got.about)
    is_alone = len(got.failures) <= 1
    if named is not None and (is_alone or normalised_email(named.to_address) == normalised_email(address)):
        return named
    return last_letter_to(address, at)


def answered_letter(got: Inbound, mail: Mail, at: datetime) -> Touch | None:
    """The letter somebody answers."""
    return letter_named(got.about) or (last_letter_to(mail.sender, at) if mail.sender else None)

"""Addresses that are not written to. Only their keyed hash is kept, so that it outlives the person's erasure."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Suppression
from regulars.outreach.queries.permission_reads import address_hash
from regulars.people.addresses import normalised_email
from regulars.staff.models import User


def suppress(
    address: str,
    reason: str,
    *,
    scope: str = Suppression.Scope.EVERYTHING,
    source: str = "",
    by: User | None = None,
    channel: str = Channel.EMAIL,
) -> None:
    """Write to this address, or this number in its full form, no more; safe to repeat."""
    Suppression.objects.bulk_create(
        [
            Suppression(
                channel=channel,
                address_hash=address_hash(_compared(address, channel)),
                scope=scope,
                reason=reason,
                source=source[:120],
                at=clock.now(),
                by=by,
            )
        ],
        ignore_conflicts=True,
    )


def _compared(address: str, channel: str) -> str:
    """An address as it is compared; a number is that already."""
    normalised = address if channel == Channel.TEXT else normalised_email(address)
    if not normalised:
        raise Refusal(_("This does not look like an e-mail address."), field="address")
    return normalised


def unsuppress(address: str, *, by: User | None, reasons: Collection[str] = (), channel: str = Channel.EMAIL) -> int:
    """Write to this address again: the rows stay as evidence, marked undone. Other than `reasons` stay standing."""
    name = address_hash(address if channel == Channel.TEXT else normalised_email(address))
    rows = Suppression.objects.filter(address_hash=name, channel=channel, undone_at=None)
    if reasons:
        rows = rows.filter(reason__in=reasons)
    return rows.update(undone_at=clock.now(), undone_by=by)

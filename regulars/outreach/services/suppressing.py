"""Addresses that are not written to. Only their keyed hash is kept, so that it outlives the person's erasure."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Suppression
from regulars.outreach.queries.permission import address_hash
from regulars.people.addresses import normalised_email
from regulars.staff.models import User


def suppress(
    address: str, reason: str, *, scope: str = Suppression.Scope.EVERYTHING, source: str = "", by: User | None = None
) -> None:
    """Write to this address no more; safe to repeat."""
    normalised = normalised_email(address)
    if not normalised:
        raise Refusal(_("This does not look like an e-mail address."), field="address")
    Suppression.objects.bulk_create(
        [
            Suppression(
                channel=Channel.EMAIL,
                address_hash=address_hash(normalised),
                scope=scope,
                reason=reason,
                source=source[:120],
                at=clock.now(),
                by=by,
            )
        ],
        ignore_conflicts=True,
    )


def unsuppress(address: str, *, by: User | None, reasons: Collection[str] = ()) -> int:
    """Write to this address again: the rows stay as evidence, marked undone. Other than `reasons` stay standing."""
    rows = Suppression.objects.filter(address_hash=address_hash(normalised_email(address)), undone_at=None)
    if reasons:
        rows = rows.filter(reason__in=reasons)
    return rows.update(undone_at=clock.now(), undone_by=by)

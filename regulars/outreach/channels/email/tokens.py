"""A token that is good now: the one we have, or a newer one fetched before the old one ends."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.channels.email import oauth
from regulars.outreach.models import MailAccess, SendingAccount

EARLY = timedelta(minutes=5)


def token_of(account: SendingAccount) -> str:
    """The token to sign in with; "" where there is a password instead. Refuses in words when none is to be had.

    Fetched outside any transaction. Two workers at once each fetch one; both are good.
    """
    access = MailAccess.objects.filter(account=account).first()
    if access is None:
        return ""
    if access.expires_at and access.expires_at - clock.now() > EARLY and access.access_token:
        return access.access_token
    return _renewed(access)


def _renewed(access: MailAccess) -> str:
    door = oauth.DOORS[access.preset]
    try:
        fresh = oauth.tokens_for_refresh(door, client_of(access), access.refresh_token)
    except oauth.Denied as no:
        words = _("%(provider)s does not let us in any more (%(said)s). Sign in there once more.")
        raise Refusal(words % {"provider": door.name, "said": no.said or no.code}) from no
    except oauth.Unreachable as fault:
        raise Refusal(_("%(provider)s cannot be reached to sign in.") % {"provider": door.name}) from fault
    was, access.access_token = access.expires_at, fresh.access
    access.expires_at = clock.now() + timedelta(seconds=fresh.seconds)
    rows = MailAccess.objects.filter(pk=access.pk, expires_at=was)
    rows.update(
        access_token=fresh.access,
        expires_at=access.expires_at,
        refresh_token=fresh.refresh or access.refresh_token,
    )
    return fresh.access


def client_of(access: MailAccess) -> oauth.Client:
    return oauth.Client(access.client_id, access.client_secret)

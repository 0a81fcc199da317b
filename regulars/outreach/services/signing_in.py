"""Connect a mailbox by signing in at its provider: begun, finished once, and then used like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.secrets import keyed_hash, new_token
from regulars.outreach.channels.email import oauth
from regulars.outreach.channels.email.letters import wire_address
from regulars.outreach.channels.email.tokens import client_of
from regulars.outreach.models import MailAccess, SendingAccount
from regulars.outreach.services.accounts import connect_account
from regulars.outreach.services.connecting import NewAccount
from regulars.staff.models import User

Answer = TypeVar("Answer")
GOOD_FOR = timedelta(minutes=30)
PURPOSE = "outreach.signing_in"


def begin_sign_in(
    preset: str, address: str, client_id: str, client_secret: str, back_to: str, *, by_code: bool
) -> tuple[str, MailAccess]:
    """Begin to sign in; returns where the owner goes ("" when a short code is typed elsewhere) and the attempt."""
    door = oauth.DOORS.get(preset)
    if door is None:
        raise Refusal(_("This provider wants a password."), field="preset")
    if not client_id.strip():
        raise Refusal(_("Enter the client id that the provider gave you."), field="client_id")
    state, verifier = new_token(), oauth.new_verifier()
    access = MailAccess(
        preset=preset,
        address=wire_address(address),
        client_id=client_id.strip(),
        client_secret=client_secret.strip(),
        state=keyed_hash(state, PURPOSE),
        verifier=verifier,
        begun_at=clock.now(),
    )
    url = ""
    if by_code and door.device:
        short = _told(door, lambda: oauth.short_code(door, client_of(access)))
        access.device_code, access.user_code, access.type_at = short.device_code, short.user_code, short.url[:200]
    else:
        url = oauth.asking_url(door, client_of(access), back_to, state, verifier, access.address)
    MailAccess.objects.filter(account=None, begun_at__lt=clock.now() - GOOD_FOR).delete()
    access.save()
    return url, access


def finish_by_code(state: str, code: str, back_to: str, by: User | None) -> SendingAccount:
    """Turn the code that came back into a mailbox. Refuses an attempt nobody began, or one that is over."""
    access = _open(MailAccess.objects.filter(state=keyed_hash(state, PURPOSE)).first() if state else None)
    door = oauth.DOORS[access.preset]
    tokens = _told(door, lambda: oauth.tokens_for_code(door, client_of(access), code, back_to, access.verifier))
    return _connected(access, tokens, by)


def finish_by_short_code(access_id: int, by: User | None) -> SendingAccount | None:
    """Ask whether the short code was typed; None while it was not."""
    access = _open(MailAccess.objects.filter(pk=access_id).exclude(user_code="").first())
    door = oauth.DOORS[access.preset]
    try:
        tokens = _told(door, lambda: oauth.tokens_for_short_code(door, client_of(access), access.device_code))
    except oauth.NotYet:
        return None
    return _connected(access, tokens, by)


def _open(access: MailAccess | None) -> MailAccess:
    if access is None or access.account_id or access.begun_at < clock.now() - GOOD_FOR:
        raise Refusal(_("This sign-in is over. Begin once more."))
    return access


def _told(door: oauth.Door, ask: Callable[[], Answer]) -> Answer:
    """Ask the provider; what goes wrong is said in words."""
    try:
        return ask()
    except oauth.Denied as no:
        words = _("%(provider)s did not agree: %(said)s")
        raise Refusal(words % {"provider": door.name, "said": no.said or no.code}) from no
    except oauth.Unreachable as fault:
        raise Refusal(_("%(provider)s cannot be reached to sign in.") % {"provider": door.name}) from fault


def _connected(access: MailAccess, tokens: oauth.Tokens, by: User | None) -> SendingAccount:
    if not tokens.refresh:
        raise Refusal(_("The provider gave no lasting right. Begin once more and agree to everything it asks."))
    new = NewAccount(access.address, access.preset, token=tokens.access)
    return connect_account(new, by, within=lambda account: _keep(access, account, tokens))


def _keep(access: MailAccess, account: SendingAccount, tokens: oauth.Tokens) -> None:
    MailAccess.objects.filter(pk=access.pk).update(
        account=account,
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        expires_at=clock.now() + timedelta(seconds=tokens.seconds),
        state="",
        verifier="",
        device_code="",
        user_code="",
    )

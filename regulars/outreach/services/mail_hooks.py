"""Make, show and close the address at which a sending service tells us what became of our letters."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.secrets import keyed_hash
from regulars.outreach.channels.email.news import TELLERS
from regulars.outreach.models import MailHook, SendingAccount
from regulars.staff.models import User
from regulars.staff.services import note_audit

USER = "regulars"


def hook_of(account: SendingAccount | None) -> MailHook | None:
    return MailHook.objects.filter(preset=account.preset).defer("signing_key").first() if account else None


def password_of(hook: MailHook) -> str:
    """What the service sends along as proof, beside the secret in the address."""
    return f"{USER}:{keyed_hash(hook.token, 'outreach.mail_hook')[:32]}"


def address_of(hook: MailHook) -> str:
    """The whole address with its proof, as the service wants it."""
    scheme, _sign, host = business().public_address.rstrip("/").partition("://")
    return f"{scheme}://{password_of(hook)}@{host}{reverse('outreach:mail-hook', args=[hook.token])}"


@transaction.atomic
def open_hook(account: SendingAccount, by: User | None, *, signing_key: str = "") -> MailHook:
    """Make the address, or give it the key of the service's signatures. Safe to repeat."""
    if account.preset not in TELLERS:
        raise Refusal(_("This way of sending tells us nothing by itself; letters that come back are read as mail."))
    if not business().public_address:
        raise Refusal(_("A service can only call us where the internet reaches us: enter your public address first."))
    made = {"token": secrets.token_urlsafe(32), "made_at": clock.now()}
    hook, is_made = MailHook.objects.get_or_create(preset=account.preset, defaults=made)
    key = signing_key.strip()
    if key:
        hook.signing_key = _checked(account.preset, key)
        hook.save(update_fields=["signing_key"])
    if is_made or key:
        note_audit(by, "open_mail_hook", room="outreach", kind="mailbox", object_id=account.pk, text=account.preset)
    return hook


def _checked(preset: str, key: str) -> str:
    """A key that no signature could be read with is told apart at once, not with the first call."""
    if not key.isascii() or len(key) > 1000:
        raise Refusal(_("This is no key of signatures. Copy it once more from the service."), field="signing_key")
    teller = TELLERS[preset]
    if not teller.signed_by:
        raise Refusal(_("This service does not sign what it says; no key is needed."), field="signing_key")
    try:
        teller.tracking(webhook_secret="a:b", **{teller.signed_by: key})  # noqa: S106  (no secret: it is only tried)
    except ValueError as fault:
        sentence = _("This is no key of signatures. Copy it once more from the service.")
        raise Refusal(sentence, field="signing_key") from fault
    return key


@transaction.atomic
def close_hook(account: SendingAccount, by: User | None) -> None:
    """Listen to this service no more. Safe to repeat."""
    if MailHook.objects.filter(preset=account.preset).delete()[0]:
        note_audit(by, "close_mail_hook", room="outreach", kind="mailbox", object_id=account.pk, text=account.preset)

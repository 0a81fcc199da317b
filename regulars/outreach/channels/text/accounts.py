"""Connect a provider of text messages: its secrets are encrypted, written only, and never shown again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import phonenumbers
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.channels.text.adapters.http import Options, checked
from regulars.outreach.channels.text.prices import read_prices
from regulars.outreach.models import TextAccount
from regulars.staff.services import note_audit

if TYPE_CHECKING:
    from regulars.staff.models import User

Provider = TextAccount.Provider
REST = timedelta(minutes=5)
SECRETS = ("password", "headers", "hook_secret")


@dataclass(frozen=True)
class NewTextAccount:
    """What the owner entered. A secret left empty keeps the one we have for the same provider and user."""

    provider: str
    sender: str = ""
    username: str = ""
    password: str = ""
    headers: str = ""
    hook_secret: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    prices: str = ""
    per_second: float = 1.0
    per_hour: int | None = None
    per_day: int | None = None
    answers_stop_itself: bool = False


def active_text_account() -> TextAccount | None:
    """The provider in use; None means that texts go from the owner's own phone."""
    return TextAccount.objects.filter(is_active=True).defer(*SECRETS).first()


@transaction.atomic
def connect_texts(new: NewTextAccount, by: User | None) -> TextAccount:
    """Send texts through this provider from now on. What was approved before stays with the owner's own phone."""
    if new.provider not in Provider.values:
        raise Refusal(_("Please choose one of the providers listed."), field="provider")
    before = TextAccount.objects.select_for_update().filter(is_active=True).first()
    kept = {name: _kept(new, before, name) for name in SECRETS}
    _check(new, kept)
    values = {
        "sender": _sender(new),
        "username": new.username.strip(),
        "options": Options.of(new.options).__dict__ if new.provider == Provider.HTTP else {},
        "prices": read_prices(new.prices),
        "per_second": new.per_second,
        "per_hour": new.per_hour,
        "per_day": new.per_day,
        "answers_stop_itself": new.answers_stop_itself,
        **kept,
    }
    if before is not None and before.provider == new.provider:
        for name, value in values.items():
            setattr(before, name, value)
        before.resting_until, before.resting_why = None, ""
        before.save()
        account = before
    else:
        TextAccount.objects.filter(is_active=True).update(is_active=False, password="", headers="", hook_secret="")
        account = TextAccount.objects.create(provider=new.provider, hook=secrets.token_urlsafe(18), **values)
    note_audit(by, "connect_texts", room="outreach", kind="text_account", object_id=account.pk, text=account.provider)
    return account


def _kept(new: NewTextAccount, before: TextAccount | None, name: str) -> str:
    entered = str(getattr(new, name)).strip()
    is_same = before is not None and (before.provider, before.username) == (new.provider, new.username.strip())
    return entered or (str(getattr(before, name)) if is_same else "")


def _check(new: NewTextAccount, kept: Mapping[str, str]) -> None:
    if new.per_second <= 0 or new.per_second > 100:
        raise Refusal(_("Between one in a while and a hundred a second."), field="per_second")
    if new.provider == Provider.TWILIO:
        if not new.username.strip().startswith("AC"):
            raise Refusal(_("Enter the Account SID; it begins with AC."), field="username")
        if not kept["password"]:
            raise Refusal(_("Enter the auth token of the account."), field="password")
        if not _sender(new):
            raise Refusal(_("Enter the number or messaging service the texts come from."), field="sender")
    if new.provider == Provider.HTTP:
        checked(Options.of(new.options), kept["headers"])


def _sender(new: NewTextAccount) -> str:
    """A number in its full form, a messaging service, or a name of up to eleven letters."""
    sender = new.sender.strip()
    if any(ord(sign) < 32 for sign in sender) or len(sender) > 40:
        raise Refusal(_("Enter the number or messaging service the texts come from."), field="sender")
    try:
        number = phonenumbers.parse(sender, business().country or None)
    except phonenumbers.NumberParseException:
        return sender
    is_number = phonenumbers.is_possible_number(number) and not sender[:1].isalpha()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_number else sender


@transaction.atomic
def disconnect_texts(by: User | None) -> None:
    """Send texts from one's own phone again. The secrets are forgotten."""
    account = active_text_account()
    if account is None:
        return
    rows = TextAccount.objects.filter(pk=account.pk)
    rows.update(is_active=False, password="", headers="", hook_secret="")
    note_audit(by, "disconnect_texts", room="outreach", kind="text_account", object_id=account.pk)


def rest_texts(account: TextAccount, said: str) -> None:
    """Let the account rest for five minutes and say why on the page."""
    why = _("The provider did not let us in: %(said)s") % {"said": said[:200]}
    TextAccount.objects.filter(pk=account.pk).update(resting_until=clock.now() + REST, resting_why=why[:300])


def hook_address(account: TextAccount, place: str) -> str:
    """Where the provider calls us; "" while we have no public address."""
    public = business().public_address.rstrip("/")
    return f"{public}{reverse(f'outreach:text-{place}', args=[account.hook])}" if public.startswith("https://") else ""


def callback_of(account: TextAccount, key: str) -> str:
    """Where the provider tells us of this one text: the key in it proves which, even if its answer never came."""
    address = hook_address(account, "receipts")
    return f"{address}?key={key}" if address else ""

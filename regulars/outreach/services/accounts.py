"""Connect a mailbox: tried before it is kept, its password encrypted and never shown again."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business, in_our_language
from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.carrying import Result
from regulars.outreach.channels.email.envelopes import LARGEST_MB, enveloped, sender_of
from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.letters import Letter, wire_address
from regulars.outreach.channels.email.providers import PROVIDERS
from regulars.outreach.channels.email.smtp import Line, Way
from regulars.outreach.channels.email.switchboard import carrier
from regulars.outreach.channels.email.ways import AnyWay, WebWay, way_of
from regulars.outreach.models import Inbox, MailAccess, SendingAccount
from regulars.outreach.services.connecting import Given, NewAccount, a_service, try_service
from regulars.outreach.services.explain import connection_fault
from regulars.outreach.services.identity import check_identity, look_up_sender
from regulars.outreach.services.resting import active_account
from regulars.staff.models import User
from regulars.staff.services import note_audit

PATIENCE_SECONDS = 15
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def connect_account(
    new: NewAccount,
    by: User | None,
    *,
    patience: float = PATIENCE_SECONDS,
    within: Callable[[SendingAccount], object] | None = None,
) -> SendingAccount:
    """Sign in and, if that works, send through it from now on. Refuses with what went wrong in words.

    `within` is done in the same transaction.
    """
    given = a_service(new, patience) if new.preset in ESPS else _a_mailbox(new, patience)
    try_sign_in(given.way)
    with transaction.atomic():
        SendingAccount.objects.filter(is_active=True).update(is_active=False)
        account = SendingAccount.objects.create(
            preset=new.preset,
            from_name=" ".join(new.from_name.split()),
            from_address=wire_address(new.from_address),
            reply_to=wire_address(new.reply_to) if new.reply_to.strip() else "",
            per_hour=new.per_hour,
            per_day=given.per_day if new.per_day is None else new.per_day,
            per_second=given.per_second if new.per_second is None else new.per_second,
            connections=new.connections or given.connections,
            largest_mb=new.largest_mb or LARGEST_MB,
            warms_up_from=_warming_since(new) if new.starts_gently else None,
            is_paced=new.starts_gently,
            tested_at=clock.now(),
            **given.fields,
        )
        if within is not None:
            within(account)
        look_up_sender.enqueue(account.pk)
        note_audit(
            by, "connect_mailbox", room="outreach", kind="mailbox", object_id=account.pk, text=account.from_address
        )
    return account


def _warming_since(new: NewAccount) -> date:
    """Connecting the same address anew does not begin again."""
    known = SendingAccount.objects.filter(from_address__iexact=new.from_address.strip(), preset=new.preset)
    began = known.filter(warms_up_from__isnull=False).order_by("-pk").values_list("warms_up_from", flat=True).first()
    return began or clock.today()


def _a_mailbox(new: NewAccount, patience: float) -> Given:
    entered = _filled_from_preset(new)
    provider = PROVIDERS[entered.preset]
    password = "" if new.token else _password(entered)
    way = Way(entered.host, entered.port, entered.security, entered.username, password, patience, new.token)
    fields = {
        "name": str(provider.name),
        "host": way.host,
        "port": way.port,
        "security": way.security,
        "username": way.username,
        "password": way.password,
    }
    return Given(way, fields, provider.per_day, provider.per_second, provider.connections)


def _filled_from_preset(new: NewAccount) -> NewAccount:
    provider = PROVIDERS.get(new.preset)
    if provider is None:
        raise Refusal(_("Please choose one of the providers listed."), field="preset")
    if new.security not in SendingAccount.Security.values:
        raise Refusal(_("Please choose one of the kinds of encryption listed."), field="security")
    address = wire_address(new.from_address)
    if provider.regions:
        host = provider.host.format(region=_region(new.region, provider.regions))
        new = replace(new, host=host, port=provider.port, security=provider.security)
    elif provider.host:
        new = replace(new, host=provider.host, port=provider.port, security=provider.security)
        new = replace(new, username=new.username.strip() or address, password="".join(new.password.split()))
    host = new.host.strip().lower().rstrip(".")
    if not host or any(sign.isspace() or sign in "/@\\" for sign in host):
        raise Refusal(_("Enter the server's name as your provider gives it, such as mail.example.com."), field="host")
    is_secret = bool(new.username.strip() or new.password)
    if new.security == SendingAccount.Security.NONE and is_secret and host not in LOCAL_HOSTS:
        raise Refusal(_("A password is never sent without encryption. Choose STARTTLS or TLS."), field="security")
    # A password without a name is that of the mailbox itself: most servers call the user by the address.
    return replace(new, host=host, username=new.username.strip() or (address if new.password else ""))


def _region(chosen: str, known: Sequence[str]) -> str:
    if chosen not in known:
        raise Refusal(_("Please choose one of the regions listed."), field="region")
    return chosen


def _password(new: NewAccount) -> str:
    """The password entered, or the one kept for the same server and user."""
    if new.password or not new.username:
        return new.password
    known = SendingAccount.objects.filter(host=new.host, username=new.username).order_by("-pk").first()
    if known is None or not known.password:
        raise Refusal(_("Enter the password of this mailbox."), field="password")
    return known.password


def try_sign_in(way: AnyWay) -> None:
    """Connect and sign in, then hang up; refuses in words."""
    if isinstance(way, WebWay):
        try_service(way)
        return
    line = Line(way)
    try:
        line.open()
    except (OSError, smtplib.SMTPException, UnicodeError) as fault:
        raise Refusal(connection_fault(fault, way), field=_field_of(fault)) from fault
    finally:
        line.close()


def _field_of(fault: BaseException) -> str:
    return "password" if isinstance(fault, smtplib.SMTPAuthenticationError) else "host"


def test_letter(account: SendingAccount, to: str, *, patience: float = PATIENCE_SECONDS) -> str:  # noqa: PT028  (a service)
    """Send one letter to the owner at once, past the ledger, and return what the server said."""
    shop = business()
    with in_our_language():
        subject = _("A test letter from %(shop)s") % {"shop": shop.name}
        body = _("This letter came through the mailbox you connected. Everything works.\n\nRegulars")
    try_sign_in(way_of(account, timeout=patience))
    result = post_at_once(account, to, subject, body, name="test", patience=patience)
    if result.kind != "sent":
        raise Refusal(test_failed(result), field="to")
    now = clock.now()
    SendingAccount.objects.filter(pk=account.pk).update(
        tested_at=now, letter_at=now, resting_until=None, resting_why=""
    )
    return result.said


def post_at_once(
    account: SendingAccount, to: str, subject: str, body: str, *, name: str, patience: float = PATIENCE_SECONDS
) -> Result:
    """Hand plain words of the house over at once, past the ledger: to staff, never to a customer."""
    letter = Letter(
        message_id=f"<{name}.{clock.now():%Y%m%d%H%M%S%f}@{account.from_address.rpartition('@')[2]}>",
        to_name="",
        to_address=wire_address(to),
        subject=subject,
        body=body,
        at=clock.now(),
        sender=sender_of(account),
        language=business().language,
    )
    return carry_at_once(account, letter, patience=patience)


def carry_at_once(account: SendingAccount, letter: Letter, *, patience: float = PATIENCE_SECONDS) -> Result:
    """Hand one letter over at once, past the ledger: to staff, never to a customer."""
    line = carrier(way_of(account, timeout=patience))
    try:
        return line.carry(enveloped(letter, 0, account), lambda stage: None)
    finally:
        line.close()


test_letter.__test__ = False  # type: ignore[attr-defined]  # a service, not a test


@transaction.atomic
def start_gently(account: SendingAccount, by: User | None, *, is_on: bool) -> None:
    """Let a sender that is new write a little more each day, or no longer. Safe to repeat."""
    if (account.warms_up_from is not None) == is_on:
        return
    since = clock.today() if is_on else None
    SendingAccount.objects.filter(pk=account.pk).update(warms_up_from=since, is_paced=is_on)
    verb = "warm_up_on" if is_on else "warm_up_off"
    note_audit(by, verb, room="outreach", kind="mailbox", object_id=account.pk, text=account.from_address)


def check_account(account: SendingAccount, selector: str | None = None, *, patience: float = PATIENCE_SECONDS) -> None:
    """Sign in once more, which ends a rest, and look the sender up. Refuses with what went wrong in words."""
    check_identity(account, selector=selector)
    try_sign_in(way_of(account, timeout=patience))
    SendingAccount.objects.filter(pk=account.pk).update(tested_at=clock.now(), resting_until=None, resting_why="")


def test_failed(result: Result) -> str:
    if result.stage == "sender" or (result.kind == "account" and result.code):
        words = _(
            "The server does not let you write as this sender. Use the address of the mailbox itself. It said: %(said)s"
        )
    elif result.stage == "recipient":
        words = _("The server does not take letters to this address. It said: %(said)s")
    else:
        words = _("The test letter did not go. The server said: %(said)s")
    return words % {"said": f"{result.code or ''} {result.said}".strip()}


def disconnect(by: User | None) -> None:
    """Use no mailbox any more: letters are kept as files. The password is forgotten."""
    account = active_account()
    if account is None:
        return
    with transaction.atomic():
        SendingAccount.objects.filter(pk=account.pk).update(is_active=False, password="", keys="")
        MailAccess.objects.filter(account=account).delete()
        Inbox.objects.filter(account=account).delete()
        note_audit(by, "disconnect_mailbox", room="outreach", kind="mailbox", object_id=account.pk)

"""The mailbox in use, and its rest when it cannot be used: nothing is tried again and again against a closed door."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.channels.email.carrying import Result
from regulars.outreach.models import SendingAccount

REST = timedelta(minutes=5)


def active_account() -> SendingAccount | None:
    """The connected mailbox; None means that letters are kept as files."""
    return SendingAccount.objects.filter(is_active=True).defer("password", "keys").first()


def has_mailbox() -> bool:
    """Is a mailbox connected? One query."""
    return SendingAccount.objects.filter(is_active=True).exists()


def rest(account: SendingAccount, fault: Result) -> None:
    """Let the mailbox rest for five minutes and say why on the page."""
    said = f"{fault.code or ''} {fault.said}".strip()
    account.resting_until = clock.now() + REST
    words = (
        _("This computer could not go on: %(said)s")
        if fault.kind == "here"
        else _("%(host)s did not let us in: %(said)s")
    )
    account.resting_why = words % {"host": account.host, "said": said[:200]}
    account.save(update_fields=["resting_until", "resting_why"])


def wake(account: SendingAccount) -> None:
    """End the rest: the owner mended something."""
    SendingAccount.objects.filter(pk=account.pk).update(resting_until=None, resting_why="")

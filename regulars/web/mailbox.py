"""Letters of the house itself to its staff, through the mailbox that outreach keeps."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from regulars.kit import effects
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.models import SendingAccount
from regulars.outreach.services import post_at_once
from regulars.staff.links import password_link
from regulars.staff.models import User
from regulars.staff.services import note_audit


def is_connected() -> bool:
    """Can a link be sent: a mailbox, and an address of our own to put into it? One query.

    The address a visitor's browser claims is never used: whoever asks could claim their own and catch the link.
    """
    return bool(business().public_address) and SendingAccount.objects.filter(is_active=True).exists()


def send_password_link(request: HttpRequest, user: User) -> None:
    """Write to a colleague with a one-time link. What goes wrong stays in the log, not on a stranger's screen."""
    account = SendingAccount.objects.filter(is_active=True).first()
    if account is None:
        return
    link = f"{business().public_address.rstrip('/')}{password_link(user)}"
    text = render_to_string("web/letters/password_link.txt", {"person": user, "link": link, "business": business()})
    letter = EmailMessage(
        _("A new password for %(name)s") % {"name": business().name}, text, account.from_address, [user.email]
    )
    try:
        effects.perform("staff letter", lambda: _post(account, letter), instead=None, to=user.email)
    except OSError as fault:
        note_audit(None, "password_link_failed", room="staff", kind="user", object_id=user.pk, text=str(fault)[:300])
    else:
        note_audit(None, "password_link_sent", room="staff", kind="user", object_id=user.pk)


def _post(account: SendingAccount, letter: EmailMessage) -> None:
    try:
        result = post_at_once(account, letter.to[0], str(letter.subject), str(letter.body), name="house")
    except Refusal as refusal:
        raise OSError(refusal.sentence) from refusal
    if result.kind != "sent":
        raise OSError(result.said)

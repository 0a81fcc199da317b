"""Connect the folder in which answers arrive, and read it every few minutes."""

from __future__ import annotations

import imaplib
import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import in_our_language
from regulars.kit.errors import Refusal
from regulars.kit.schedules import every
from regulars.outreach.channels.email.tokens import token_of
from regulars.outreach.models import Inbox, SendingAccount
from regulars.outreach.services.imap import FAULTS, Door, Reader
from regulars.outreach.services.receiving import keep_unread, receive
from regulars.staff.models import User
from regulars.staff.services import note_audit

log = logging.getLogger(__name__)
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
RESTS = timedelta(minutes=15)
READ_BACK = timedelta(days=14)
# Where the usual providers keep their mail.
HOSTS = {
    "gmail": "imap.gmail.com",
    "google_workspace": "imap.gmail.com",
    "microsoft": "outlook.office365.com",
    "icloud": "imap.mail.me.com",
    "yahoo": "imap.mail.yahoo.com",
}


@dataclass(frozen=True)
class NewInbox:
    """What the owner entered. Empty: as with sending, and where the provider keeps its mail."""

    host: str = ""
    port: int = 993
    security: str = "tls"
    username: str = ""
    password: str = ""
    folder: str = "INBOX"


def guessed_host(account: SendingAccount) -> str:
    """Where the answers to this mailbox can probably be read."""
    known = HOSTS.get(account.preset)
    name, dot, rest = account.host.partition(".")
    return known or (f"imap.{rest}" if dot and name in {"smtp", "mail", "send", "out"} else account.host)


def connect_inbox(account: SendingAccount, new: NewInbox, by: User | None) -> Inbox:
    """Look into the folder once and, if that works, read it from now on. Refuses with what went wrong in words."""
    door = _door(account, new)
    try:
        with Reader(door):
            pass
    except FAULTS as fault:
        raise Refusal(why_not(fault, door), field=_field_of(fault)) from fault
    values = {
        "host": door.host,
        "port": door.port,
        "security": door.security,
        "username": door.username,
        "password": door.password,
        "folder": door.folder,
        "since_on": clock.today() - READ_BACK,
        "uid_validity": None,
        "last_uid": 0,
        "resting_until": None,
        "resting_why": "",
    }
    with transaction.atomic():
        inbox, _is_new = Inbox.objects.update_or_create(account=account, defaults=values)
        note_audit(by, "connect_inbox", room="outreach", kind="mailbox", object_id=account.pk, text=door.host)
    return inbox


def disconnect_inbox(account: SendingAccount, by: User | None) -> None:
    """Read no answers any more; the password is forgotten."""
    with transaction.atomic():
        if Inbox.objects.filter(account=account).delete()[0]:
            note_audit(by, "disconnect_inbox", room="outreach", kind="mailbox", object_id=account.pk)


def _door(account: SendingAccount, new: NewInbox) -> Door:
    host = (new.host.strip() or guessed_host(account)).lower().rstrip(".")
    if any(sign.isspace() or sign in "/@\\" for sign in host):
        raise Refusal(
            _("Enter the server's name as your provider gives it, such as imap.example.com."), field="imap_host"
        )
    if new.security not in SendingAccount.Security.values:
        raise Refusal(_("Please choose one of the kinds of encryption listed."), field="imap_security")
    if new.security == SendingAccount.Security.NONE and host not in LOCAL_HOSTS:
        raise Refusal(_("A password is never sent without encryption. Choose STARTTLS or TLS."), field="imap_security")
    username = new.username.strip() or account.username or account.from_address
    door = Door(host, new.port, new.security, username, new.password, new.folder.strip() or "INBOX", timeout=15)
    if door.password:
        return door
    if door.username == account.username and (token := token_of(account)):
        return replace(door, token=token)
    return replace(door, password=_kept_password(account, door))


def _kept_password(account: SendingAccount, door: Door) -> str:
    """The one kept for the same server and user, else the one of sending, which providers share."""
    known = Inbox.objects.filter(account=account, host=door.host, username=door.username).first()
    if known is not None and known.password:
        return known.password
    is_theirs = door.host == guessed_host(account) and door.username == account.username
    if not is_theirs or not account.password:
        raise Refusal(_("Enter the password of this mailbox."), field="imap_password")
    return account.password


def why_not(fault: BaseException, door: Door) -> str:
    """Say in words why a mailbox cannot be read."""
    if isinstance(fault, imaplib.IMAP4.error) and not isinstance(fault, imaplib.IMAP4.abort):
        said = str(fault).removeprefix("b'").strip("'")[:160]
        if "no folder" in said:
            return _("There is no folder “%(folder)s” in this mailbox.") % {"folder": door.folder}
        return _(
            "The server did not let us in. Check user name and password; some providers want an app password. "
            "It said: %(said)s"
        ) % {"said": said}
    words = _("The server %(host)s could not be reached on port %(port)s. Check both.")
    return words % {"host": door.host, "port": door.port}


def _field_of(fault: BaseException) -> str:
    return "imap_host" if isinstance(fault, OSError) and not isinstance(fault, imaplib.IMAP4.error) else "imap_password"


@every("read answers", cron="*/5 * * * *")
def read_answers() -> None:
    """Read what came in since the last time. Safe to repeat and beside other workers: each mail counts once."""
    now = clock.now()
    for inbox in Inbox.objects.filter(account__is_active=True).select_related("account"):
        if inbox.resting_until and inbox.resting_until > now:
            continue
        with in_our_language():
            read_inbox(inbox)


def read_inbox(inbox: Inbox) -> int:
    """Read one folder; returns how many mails concerned us. A fault rests it for a while and says why."""
    try:
        door = door_of(inbox)
    except Refusal as refusal:
        _rest(inbox, refusal.sentence)
        return 0
    try:
        with Reader(door) as reader:
            kept = _read(inbox, reader)
    except FAULTS as fault:
        log.warning("inbox %s: %s", inbox.pk, fault)
        _rest(inbox, why_not(fault, door))
        return 0
    Inbox.objects.filter(pk=inbox.pk).update(looked_at=clock.now(), resting_until=None, resting_why="")
    return kept


def door_of(inbox: Inbox) -> Door:
    """How to get in now; refuses when the provider gives no token any more."""
    door = Door.of(inbox)
    return door if door.password else replace(door, token=token_of(inbox.account))


def _rest(inbox: Inbox, why: str) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(resting_until=clock.now() + RESTS, resting_why=why[:300])


def _read(inbox: Inbox, reader: Reader) -> int:
    after = inbox.last_uid if inbox.uid_validity == reader.uid_validity else 0
    if not after:
        # The numbers are new: read the last fortnight again. What is known already is known by its own name.
        Inbox.objects.filter(pk=inbox.pk).exclude(uid_validity=reader.uid_validity).update(
            uid_validity=reader.uid_validity, last_uid=0
        )
    since = max(inbox.since_on, clock.today() - READ_BACK)
    kept = 0
    for number, raw in reader.mails(reader.numbers(after, since)):
        kept += _take(raw, inbox.account)
        mark = Inbox.objects.filter(pk=inbox.pk, uid_validity=reader.uid_validity, last_uid__lt=number)
        mark.update(last_uid=number)
    return kept


def _take(raw: bytes, account: SendingAccount) -> int:
    """Take in one mail; one that trips us is noted and left where it lies, and the next one is read."""
    try:
        return int(receive(raw, account) is not None)
    except Exception:
        log.exception("a mail could not be taken in")
        keep_unread(raw)
        return 0

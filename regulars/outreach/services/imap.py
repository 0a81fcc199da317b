"""Read a mailbox over IMAP: opened for reading only, so that nothing in it is ever marked, moved or deleted."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from regulars.outreach.channels.email.bearer import bearer
from regulars.outreach.inbound.mail import LARGEST
from regulars.outreach.models import Inbox, SendingAccount

MOST_AT_ONCE = 500
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FAULTS = (OSError, imaplib.IMAP4.error, UnicodeError, ValueError)


@dataclass(frozen=True)
class Door:
    """How to get into a mailbox."""

    host: str
    port: int = 993
    security: str = "tls"
    username: str = ""
    password: str = ""
    folder: str = "INBOX"
    timeout: float = 30
    token: str = ""

    @classmethod
    def of(cls, inbox: Inbox) -> Door:
        return cls(inbox.host, inbox.port, inbox.security, inbox.username, inbox.password, inbox.folder)


class Reader:
    """One look into one folder; use it as a context."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.uid_validity = 0
        self._line: imaplib.IMAP4 | None = None

    def __enter__(self) -> Reader:
        door = self.door
        safe = ssl.create_default_context()
        if door.security == SendingAccount.Security.TLS:
            line: imaplib.IMAP4 = imaplib.IMAP4_SSL(door.host, door.port, ssl_context=safe, timeout=door.timeout)
        else:
            line = imaplib.IMAP4(door.host, door.port, timeout=door.timeout)
        self._line = line
        try:
            if door.security == SendingAccount.Security.STARTTLS:
                line.starttls(safe)
            if door.token:
                line.authenticate("XOAUTH2", lambda _question: bearer(door.username, door.token).encode())
            else:
                line.login(door.username, door.password)
            self._open_folder(line)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_fault: object) -> None:
        line, self._line = self._line, None
        if line is not None:
            try:
                line.logout()
            except FAULTS:
                line.shutdown()

    def _open_folder(self, line: imaplib.IMAP4) -> None:
        name = self.door.folder.replace("\\", "\\\\").replace('"', '\\"')
        kind, _said = line.select(f'"{name}"', readonly=True)
        if kind != "OK":
            raise imaplib.IMAP4.error(f"no folder {self.door.folder}")
        _kind, said = line.response("UIDVALIDITY")
        self.uid_validity = int(said[0] or 0) if said and said[0] else 0

    def numbers(self, after: int, since: date) -> list[int]:
        """The numbers of the mails after this one, or since a day where none is known; the oldest first."""
        asked = f"UID {after + 1}:*" if after else f"SINCE {since.day:02}-{MONTHS[since.month - 1]}-{since.year}"
        _kind, said = self._asked().uid("SEARCH", asked)
        words = (said[0] or b"").split() if said else []
        # "5:*" names the last mail also where its number is lower than 5.
        return sorted(number for number in map(int, words) if number > after)[:MOST_AT_ONCE]

    def mails(self, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
        """The mails of these numbers, as bytes, without marking them as read."""
        for number in numbers:
            _kind, said = self._asked().uid("FETCH", str(number), f"(BODY.PEEK[]<0.{LARGEST}>)")
            for part in said or ():
                if isinstance(part, tuple) and re.search(rb"BODY\[\]", part[0]):
                    yield number, part[1]

    def _asked(self) -> imaplib.IMAP4:
        if self._line is None:
            raise imaplib.IMAP4.error("not connected")
        return self._line

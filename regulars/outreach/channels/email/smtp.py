"""One kept-open connection to a mail server: strictly one letter in flight, and an exact account of how far it got."""

from __future__ import annotations

import contextlib
import functools
import smtplib
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

from regulars.outreach.channels.email.bearer import bearer
from regulars.outreach.channels.email.carrying import Envelope, Kind, Mark, Result, Stage
from regulars.outreach.channels.email.journal import JournalFull
from regulars.outreach.models import SendingAccount

TIMEOUT_SECONDS = 60
LETTERS_A_CONNECTION = 200
IDLE_SECONDS = 25

# A refusal: at which stage, the code and the words.
No = tuple[Stage, int, bytes]
GOOD: dict[Stage, frozenset[int]] = {
    "sender": frozenset({250}),
    "recipient": frozenset({250, 251}),
    "data": frozenset({354}),
}


@dataclass(frozen=True)
class Way:
    """Where letters go, as plain values: a connection lives in a thread that has no database."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = ""
    timeout: float = TIMEOUT_SECONDS
    # Given by the provider for a while, instead of a password.
    token: str = ""


class Line:
    """One connection. `deliver` opens it when needed and leaves it open for the next letter."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self._smtp: smtplib.SMTP | None = None
        self._used = 0
        self._idle_since = 0.0

    def open(self) -> None:
        """Connect, encrypt and sign in; raises what `explain.connection_fault` puts into words."""
        way = self.way
        if way.security == SendingAccount.Security.TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(way.host, way.port, timeout=way.timeout, context=_safe())
        else:
            smtp = smtplib.SMTP(way.host, way.port, timeout=way.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if way.security == SendingAccount.Security.STARTTLS:
                smtp.starttls(context=_safe())
                smtp.ehlo()
            if way.token:
                _sign_in_with_token(smtp, way)
            elif way.username:
                smtp.login(way.username, way.password)
        except BaseException:
            smtp.close()
            raise
        if smtp.sock is not None:
            # The full stop that ends a letter is a packet of its own and must not wait for the one before.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._smtp, self._used = smtp, 0

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    @property
    def is_stale(self) -> bool:
        return self._smtp is not None and time.monotonic() - self._idle_since > IDLE_SECONDS

    def carry(self, envelope: Envelope, mark: Mark) -> Result:
        return self.deliver(envelope.sender, envelope.recipient, envelope.content, mark)

    def deliver(self, sender: str, recipient: str, letter: bytes, mark: Mark) -> Result:
        """Hand over one letter. `mark` is told each stage before it begins."""
        if self._smtp is not None and (self.is_stale or self._used >= LETTERS_A_CONNECTION):
            self.close()
        was_open = self._smtp is not None
        result = self._attempt(sender, recipient, letter, mark)
        if was_open and result.kind == "later" and result.code in {0, 421} and result.stage == "sender":
            # The server had closed the idle connection: nothing of this letter had been said yet.
            result = self._attempt(sender, recipient, letter, mark)
        self._idle_since = time.monotonic()
        return result

    def _attempt(self, sender: str, recipient: str, letter: bytes, mark: Mark) -> Result:
        mark("connecting")
        if self._smtp is None:
            try:
                self.open()
            except (OSError, smtplib.SMTPException) as fault:
                return Result("account", "connecting", getattr(fault, "smtp_code", 0), _words(fault))
        try:
            return self._converse(_Talk(self._smtp, mark), sender, recipient, letter)
        finally:
            self._used += 1

    def _converse(self, talk: _Talk, sender: str, recipient: str, letter: bytes) -> Result:
        smtp = talk.smtp
        try:
            # Both addresses come from `wire_address`: nothing in them could end the command.
            asked: dict[Stage, str] = {
                "sender": f"MAIL FROM:<{sender}>",
                "recipient": f"RCPT TO:<{recipient}>",
                "data": "DATA",
            }
            ask = talk.ask_at_once if smtp.has_extn("pipelining") else talk.ask_one_by_one
            if (no := ask(asked)) is not None:
                return self._declined(*no)
            talk.hand_over(letter)
            code, answer = smtp.getreply()
        except JournalFull:
            # What it could not note did not begin: before the full stop nothing was taken.
            self._drop()
            raise
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            kind: Kind = "unknown" if talk.stage == "handed over" else "later"
            return Result(kind, talk.stage, 0, _words(fault))
        talk.stage = "answered"
        said = answer.decode(errors="replace")
        if code != 250:
            return self._declined("answered", code, said)
        return Result("sent", "answered", code, said, _name_given(self.way.host, said))

    def _declined(self, stage: Stage, code: int, said: str | bytes) -> Result:
        """Sort a refusal; clear the line for the next letter."""
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        if code == 421:
            self._drop()
        else:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self._smtp is not None:
                    self._smtp.rset()
        return Result(_kind_of(stage, code, words), stage, code, words[:300])

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


class _Talk:
    def __init__(self, smtp: smtplib.SMTP | None, mark: Mark) -> None:
        assert smtp is not None
        self.smtp, self._mark = smtp, mark
        self.stage: Stage = "greeted"

    def ask_one_by_one(self, asked: Mapping[Stage, str]) -> No | None:
        """Ask for leave to hand over a letter; returns the first refusal."""
        for stage, command in asked.items():
            self.stage = stage
            self._mark(stage)
            code, answer = self.smtp.docmd(command)
            if code not in GOOD[stage]:
                return stage, code, answer
        return None

    def ask_at_once(self, asked: Mapping[Stage, str]) -> No | None:
        """The same in one packet, where the server offers PIPELINING (RFC 2920): two ways there and back are saved."""
        self.stage = "sender"
        self._mark("data")
        self.smtp.send("".join(f"{command}\r\n" for command in asked.values()))
        no: No | None = None
        for stage in asked:
            if no is None:
                self.stage = stage
            try:
                code, answer = self.smtp.getreply()
                if no is not None and code == 354:
                    # It waits for a letter that it has refused: an empty one to nobody ends that.
                    self.smtp.send(b".\r\n")
                    self.smtp.getreply()
            except (OSError, smtplib.SMTPException):
                if no is None:
                    raise
                self.smtp.close()
                return no
            if no is None and code not in GOOD[stage]:
                no = stage, code, answer
                if code == 421:
                    return no
        return no

    def hand_over(self, letter: bytes) -> None:
        """Send the words, then the full stop. Before the full stop no server can have taken the letter."""
        self.stage = "handing over"
        self._mark("handing over")
        self.smtp.send(_stuffed(letter))
        self.stage = "handed over"
        self._mark("handed over")
        self.smtp.send(b".\r\n")


@functools.cache
def _safe() -> ssl.SSLContext:
    """Read once: to load what the system trusts takes as long as sending thirty letters."""
    return ssl.create_default_context()


def _sign_in_with_token(smtp: smtplib.SMTP, way: Way) -> None:
    """XOAUTH2. A refusal comes as a question that wants an empty answer before the server says no."""
    if "XOAUTH2" not in smtp.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("The server takes no XOAUTH2.")
    smtp.auth("XOAUTH2", lambda question=None: bearer(way.username, way.token) if question is None else "")


def _name_given(host: str, said: str) -> str:
    """Amazon SES puts a name of its own into the letter and tells it: "Ok 0102…"."""
    words = said.split()
    return words[-1] if host.endswith(".amazonaws.com") and len(words) > 1 else ""


def _stuffed(letter: bytes) -> bytes:
    """Double the dots that begin a line, and end with a line end (RFC 5321, 4.5.2)."""
    body = letter if letter.endswith(b"\r\n") else letter + b"\r\n"
    doubled = body.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled


def _kind_of(stage: Stage, code: int, said: str) -> Kind:
    if stage == "sender" and (code >= 500 or code in {450, 451, 452, 454}):
        return "account"
    if 400 <= code < 500:
        return "later"
    if code < 400:
        return "unknown" if stage == "answered" else "later"
    if code == 530 or "5.7.60" in said or "5.7.57" in said:
        return "account"
    return "no_such_address" if _is_about_the_address(code, said, stage) else "refused"


GONE = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.310")
GONE_WORDS = (
    "user unknown",
    "unknown user",
    "no such user",
    "does not exist",
    "mailbox unavailable",
    "no mailbox here",
)


def _is_about_the_address(code: int, said: str, stage: Stage) -> bool:
    """Tell "nobody lives here" from "not from you" and "not this letter"; only the first ends an address."""
    lower = said.lower()
    if any(f"{status} " in f"{lower} " for status in GONE):
        return True
    if "5.7." in lower or "spam" in lower or "policy" in lower or "block" in lower:
        return False
    return (
        code in {550, 551, 553} and stage in {"recipient", "answered"} and any(words in lower for words in GONE_WORDS)
    )


def _words(fault: BaseException) -> str:
    said = getattr(fault, "smtp_error", b"")
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return (text or str(fault) or type(fault).__name__)[:300]

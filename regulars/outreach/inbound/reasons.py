"""Why a letter came back, from what the server said: its words first, then its codes."""

from __future__ import annotations

import re

from regulars.outreach.inbound.kinds import Reason
from regulars.outreach.inbound.server_words import SAID
from regulars.outreach.inbound.transcripts import stage_in

MOST = 4_000  # signs of what was said that are looked at
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
CODE = re.compile(
    r"(?<![\d.#-])([45][0-5]\d)(?=[\s\-#,;:>)']|$)(?!\s*(?:bytes|kb|mb|seconds|days|hours))", re.IGNORECASE
)

BY_STATUS: tuple[tuple[str, Reason], ...] = (
    (r"[45]\.1\.[0136]$", Reason.USER_UNKNOWN),
    (r"5\.1\.(2|4)$", Reason.HOST_UNKNOWN),
    (r"5\.1\.10$|5\.4\.14$", Reason.TAKES_NO_MAIL),
    (r"5\.1\.6$", Reason.MOVED),
    (r"[45]\.2\.2$", Reason.MAILBOX_FULL),
    (r"5\.2\.3$|[45]\.3\.4$", Reason.TOO_BIG),
    (r"[45]\.2\.1$", Reason.SUSPENDED),
    (r"5\.4\.4$|5\.4\.310$", Reason.HOST_UNKNOWN),
    (r"[45]\.4\.7$", Reason.EXPIRED),
    (r"[45]\.4\.\d+$", Reason.NETWORK),
    (r"[45]\.3\.\d+$", Reason.SYSTEM),
    (r"[45]\.6\.\d+$", Reason.CONTENT),
    (r"[45]\.7\.(8|9|2[0-9]|509)$", Reason.AUTHENTICATION),
    (r"[45]\.7\.\d+$", Reason.POLICY),
)
_BY_STATUS = tuple((re.compile(pattern), reason) for pattern, reason in BY_STATUS)


def reason_in_words(said: str) -> Reason | None:
    """The reason these words give, or None where they give none."""
    words = " ".join(said[:MOST].lower().replace("\u2019", "'").split())
    for pattern, reason in SAID:
        if pattern.search(words):
            return reason
    return None


def reason_of_status(status: str) -> Reason | None:
    """The reason an enhanced status code (RFC 3463) gives."""
    for pattern, reason in _BY_STATUS:
        if pattern.match(status):
            return reason
    return None


def reason_of(said: str, status: str = "", beside: str = "", *, is_delayed: bool = False) -> Reason:
    """The reason for one address: what its server said, then its status, then what stands beside it in the mail."""
    in_words = reason_in_words(said)
    if in_words is not None:
        return in_words
    inner = status_in(said)
    for code in dict.fromkeys((inner, status)):
        by_status = reason_of_status(code) if code else None
        if by_status is not None and not _says_nothing(code):
            return by_status
    near = reason_in_words(beside)
    if near is not None:
        return near
    return Reason.EXPIRED if is_delayed or status.startswith("4") else Reason.NOT_SAID


def _says_nothing(code: str) -> bool:
    return code.endswith(".0.0") or code == "5.1.0"


def status_in(said: str) -> str:
    """The first enhanced status code in a sentence, such as 5.1.1."""
    found = STATUS.search(said)
    return ".".join(found.groups()) if found else ""


def code_in(said: str) -> str:
    """The first reply code of SMTP in a sentence, such as 550."""
    found = CODE.search(said)
    return found.group(1) if found else ""


# Statuses that are about the address; 5.4.1 and 5.5.0 are how Microsoft and others refuse one.
ADDRESS_STATUS = re.compile(r"[45]\.(1\.([1-46]|10|351)|4\.1|5\.0)$")
BY_NAME = re.compile(r"(user|person) doesn't have an? \S+ account", re.IGNORECASE)
# What a machine says of its own book, without another server that could have said it for a filter's sake.
BY_ITS_BOOK = re.compile(r"\bunrouteable (mail )?address|\(user not found\)", re.IGNORECASE)


def weighed(reason: Reason, said: str, status: str, near: str, *, by_gateway: bool = False) -> Reason:
    """Is "user unknown" proved? Filters say it too, of letters they do not like.

    It counts where a status of the address (5.1.1 and its like) stands with it, where the server said it to the address
    (RCPT), and where a gateway says it in its own words. As a bare "550" to the letter or to we know not what, it does
    not: the address is tried again.
    """
    if reason is not Reason.USER_UNKNOWN or BY_NAME.search(said) or (not said and BY_ITS_BOOK.search(near)):
        return reason
    stage = stage_in(said, near)
    code = status_in(said) or status
    if stage == "rcpt" or any(ADDRESS_STATUS.match(one) for one in (code, status)):
        return reason
    if stage == "data" or code.startswith(("5.2.", "4.2.")):
        return Reason.FILTERED
    is_bare = (bool(code_in(said)) and bool(said)) or code.endswith(".0.0")
    return Reason.FILTERED if is_bare and not by_gateway else reason

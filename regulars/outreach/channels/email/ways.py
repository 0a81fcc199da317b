"""By which way an account's letters leave, as plain values: a connection lives in a thread that has no database."""

from __future__ import annotations

import json
from dataclasses import dataclass

from regulars.outreach.channels.email.esps import ESPS, Esp
from regulars.outreach.channels.email.smtp import TIMEOUT_SECONDS, Way
from regulars.outreach.channels.email.tokens import token_of
from regulars.outreach.models import SendingAccount


@dataclass(frozen=True)
class WebWay:
    """A service on the web: which, what it was told to know us by, and where it is."""

    esp: str
    told: tuple[tuple[str, str], ...]
    url: str
    timeout: float = TIMEOUT_SECONDS

    @property
    def of(self) -> Esp:
        return ESPS[self.esp]


AnyWay = Way | WebWay


def way_of(account: SendingAccount, timeout: float = TIMEOUT_SECONDS) -> AnyWay:
    """Refuses when the stored password was closed under another key, or a token is not to be had."""
    if account.is_web:
        return WebWay(account.preset, told_by(account), account.service_url, timeout)
    token = token_of(account)
    password = "" if token else account.password
    return Way(account.host, account.port, account.security, account.username, password, timeout, token)


def told_by(account: SendingAccount) -> tuple[tuple[str, str], ...]:
    """What a service knows us by."""
    return tuple(sorted(json.loads(account.keys or "{}").items()))

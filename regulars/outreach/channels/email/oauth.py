"""Sign in at Google or Microsoft without a password: codes for tokens, tokens for newer ones. Plain requests, no state.

The owner brings a client id of their own. Google hands codes back to an address of ours (on the same machine that may
be http://localhost); Microsoft also lets one type a short code elsewhere, for a machine nobody can reach.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests

SECONDS = 15


@dataclass(frozen=True)
class Door:
    """Where one provider gives out tokens. Without a `device` address there is no short code."""

    key: str
    name: str
    ask: str
    token: str
    scope: str
    device: str = ""
    more: tuple[tuple[str, str], ...] = ()


_GOOGLE = Door(
    "gmail",
    "Google",
    "https://accounts.google.com/o/oauth2/v2/auth",
    "https://oauth2.googleapis.com/token",
    "https://mail.google.com/",
    more=(("access_type", "offline"), ("prompt", "consent")),
)
_MICROSOFT = Door(
    "microsoft",
    "Microsoft",
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    "https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
    device="https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
)
DOORS: dict[str, Door] = {"gmail": _GOOGLE, "google_workspace": _GOOGLE, "microsoft": _MICROSOFT}


@dataclass(frozen=True)
class Client:
    """Our name at the provider. A secret is not always wanted."""

    id: str
    secret: str = ""

    def fields(self) -> dict[str, str]:
        return {"client_id": self.id} | ({"client_secret": self.secret} if self.secret else {})


@dataclass(frozen=True)
class Tokens:
    access: str
    seconds: int
    refresh: str = ""


class NotYet(Exception):
    """Nobody has typed the code yet."""


class Denied(Exception):
    """The provider says no; `code` is its word for it, `said` its sentence."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(f"{code}: {said}")
        self.code, self.said = code, said


class Unreachable(Exception):
    """Nobody answered, or not in a way one could read."""


def new_verifier() -> str:
    """What proves later that whoever brings the code also asked for it (PKCE, RFC 7636)."""
    return secrets.token_urlsafe(48)


def asking_url(door: Door, client: Client, back_to: str, state: str, verifier: str, address: str) -> str:
    """Where the owner signs in."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client.id,
        "response_type": "code",
        "redirect_uri": back_to,
        "scope": door.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "login_hint": address,
        **dict(door.more),
    }
    return f"{door.ask}?{urlencode(asked)}"


def tokens_for_code(door: Door, client: Client, code: str, back_to: str, verifier: str) -> Tokens:
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": verifier}
    return _tokens(_post(door.token, {**client.fields(), **told}))


def tokens_for_refresh(door: Door, client: Client, refresh: str) -> Tokens:
    return _tokens(_post(door.token, {**client.fields(), "grant_type": "refresh_token", "refresh_token": refresh}))


@dataclass(frozen=True)
class Short:
    """A short code to type at an address, and the long one that asks for what came of it."""

    device_code: str
    user_code: str
    url: str


def short_code(door: Door, client: Client) -> Short:
    told = _post(door.device, {"client_id": client.id, "scope": door.scope})
    url = told.get("verification_uri") or told.get("verification_url") or ""
    return Short(str(told.get("device_code", "")), str(told.get("user_code", "")), str(url))


def tokens_for_short_code(door: Door, client: Client, device_code: str) -> Tokens:
    """Raises NotYet until somebody has typed the code."""
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    try:
        return _tokens(_post(door.token, {**client.fields(), "grant_type": grant, "device_code": device_code}))
    except Denied as no:
        if no.code in {"authorization_pending", "slow_down"}:
            raise NotYet from no
        raise


def _post(url: str, told: dict[str, str]) -> dict[str, Any]:
    try:
        reply = requests.post(url, data=told, timeout=SECONDS, allow_redirects=False)
        said = reply.json()
    except (requests.RequestException, ValueError) as fault:
        raise Unreachable(str(fault)[:200]) from fault
    if not isinstance(said, dict):
        raise Unreachable("no answer one could read")
    if not reply.ok or "error" in said:
        raise Denied(str(said.get("error", reply.status_code)), str(said.get("error_description", ""))[:200])
    return said


def _tokens(said: dict[str, Any]) -> Tokens:
    access = str(said.get("access_token", ""))
    if not access:
        raise Unreachable("no token in the answer")
    return Tokens(access, int(said.get("expires_in") or 3600), str(said.get("refresh_token", "")))

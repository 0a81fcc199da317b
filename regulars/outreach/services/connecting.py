"""What is to be connected, once the owner has said it; and services on the web, tried before they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.channels.email.carrying import Result
from regulars.outreach.channels.email.esps import ESPS, Esp
from regulars.outreach.channels.email.ways import AnyWay, WebWay, told_by
from regulars.outreach.models import SendingAccount

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class NewAccount:
    """What the owner entered. An empty password keeps the one we have for the same server and user.

    For a service on the web `keys` is what it knows us by, and `region` where it keeps its letters.
    """

    from_address: str
    preset: str = "host"
    from_name: str = ""
    reply_to: str = ""
    host: str = ""
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    region: str = ""
    service_url: str = ""
    per_day: int | None = None
    per_hour: int | None = None
    per_second: float | None = None
    connections: int | None = None
    largest_mb: int | None = None
    starts_gently: bool = False
    # Given by the provider instead of a password; whoever has it keeps it (services.signing_in).
    token: str = ""


@dataclass(frozen=True)
class Given:
    """A way in, the columns that keep it, and what the provider lets out."""

    way: AnyWay
    fields: dict[str, Any]
    per_day: int | None
    per_second: float
    connections: int


def a_service(new: NewAccount, patience: float) -> Given:
    """A service on the web, filled from what we know of it. Refuses what is missing."""
    esp = ESPS[new.preset]
    url = _checked_url(new.service_url) if new.service_url else esp.url_of(new.region)
    told = {**_kept(esp, url), **{key: value for key, value in esp.secrets_of(new.keys).items() if value}}
    for ask in esp.asks:
        if not told.get(ask.key):
            raise Refusal(_("%(service)s asks for this.") % {"service": esp.name}, field=ask.key)
        if any(sign.isspace() or ord(sign) < 32 for sign in told[ask.key]):
            raise Refusal(_("There is a blank in the middle of it. Copy it once more."), field=ask.key)
    way = WebWay(esp.key, tuple(sorted(told.items())), url, patience)
    fields = {
        "kind": SendingAccount.Kind.WEB,
        "name": esp.name,
        "host": urlsplit(url).netloc[:253],
        "port": 443,
        "security": SendingAccount.Security.TLS,
        "keys": json.dumps(told),
        "service_url": url,
    }
    return Given(way, fields, None, esp.per_second, esp.connections)


def _kept(esp: Esp, url: str) -> dict[str, str]:
    """What we were told before, for the same service at the same place."""
    known = SendingAccount.objects.filter(preset=esp.key, service_url=url, is_active=True).first()
    return dict(told_by(known)) if known else {}


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOCAL_HOSTS:
        raise Refusal(_("A key is never sent without encryption. The address must begin with https://."))
    return url if url.endswith("/") else f"{url}/"


def try_service(way: WebWay) -> None:
    """Ask the service whether it knows us; refuses in words."""
    from regulars.outreach.channels.email.web import look_in

    result = look_in(way)
    if result.kind != "sent":
        raise Refusal(service_fault(result, way.of.name), field=way.of.asks[0].key if result.code else "")


def service_fault(result: Result, name: str) -> str:
    """Put a failed look into a sentence fit for the owner."""
    words = {"service": name, "said": result.said[:160], "code": result.code}
    if not result.code:
        return _("%(service)s cannot be reached. Is this machine online? (%(said)s)") % words
    if result.code in {401, 403}:
        return _("%(service)s does not know this key. Copy it there once more, as a whole. It said: %(said)s") % words
    if result.code == 404:
        return _("%(service)s does not know this domain. It may be entered in the other region.") % words
    return _("%(service)s answered %(code)d: %(said)s") % words

"""One request to somebody else's server: never into the house, never further than asked, with an account of its way.

The name is looked up once and every address it has must be a public one; the connection goes to the address that was
checked, so that a second answer of the name server changes nothing. A forwarding is not followed. What lies on the own
network (a modem in the shop) is reached only if REGULARS_CALL_INSIDE names it.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

TIMEOUT_SECONDS = 20.0
# Patience with a server that answers one sign at a time, as a multiple of the patience for one sign.
IN_ALL = 3
LONGEST_ANSWER = 256 * 1024
LONGEST_ADDRESS = 2000
METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
# "connecting" and "handing over": the server cannot have the whole request. "handed over": it may have acted on it.
Mark = Callable[[str], None]
Stage = Literal["connecting", "handing over", "handed over", "answered"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Without an answer `status` is 0 and `fault` says what went wrong, `stage` how far it got."""

    stage: Stage
    status: int = 0
    body: str = ""
    fault: str = ""

    @property
    def was_answered(self) -> bool:
        return self.stage == "answered"


@dataclass(frozen=True, slots=True)
class Door:
    """Where a request may go: an address that was checked, and the name that its certificate must bear."""

    host: str
    port: int
    is_secure: bool
    path: str
    addresses: tuple[str, ...]


def checked_address(url: str) -> None:
    """Refuse an address nothing may be sent to, without looking its name up."""
    _parts_of(url)


def call(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"",
    timeout: float = TIMEOUT_SECONDS, mark: Mark = lambda stage: None,
) -> Reply:  # fmt: skip
    """Make one request. Never raises for what a server or the network does; refuses what must not be called.

    `mark` is told each stage before it begins, for those who must know how far a killed process got.
    """
    if method not in METHODS:
        raise Refusal(_("This kind of request is not made."))
    told = _checked_headers(headers or {})
    mark("connecting")
    try:
        door = door_to(url)
    except OSError as fault:
        return Reply("connecting", fault=_words(fault))
    return _converse(door, method, told, body, timeout, mark)


def door_to(url: str) -> Door:
    """Look the name up and refuse addresses inside the house. Raises OSError where the name is not known."""
    scheme, host, port, path = _parts_of(url)
    addresses = _addresses_of(host, port)
    if not is_allowed_inside(host) and not all(is_public(address) for address in addresses):
        raise Refusal(_("%(host)s lies inside a network. Only servers on the internet are called.") % {"host": host})
    return Door(host, port, scheme == "https", path, addresses)


def _addresses_of(host: str, port: int) -> tuple[str, ...]:
    with contextlib.suppress(ValueError):
        return (str(ipaddress.ip_address(host)),)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))


def is_public(address: str) -> bool:
    """Is this an address on the internet, whatever its dress? IPv4 inside IPv6 counts as the IPv4 it is."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or _through_nat64(number)
        if number.teredo is not None:
            return False
        if inner is not None:
            return is_public(str(inner))
    return number.is_global and not number.is_multicast and not number.is_reserved


def _through_nat64(number: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF) if number in ipaddress.ip_network("64:ff9b::/96") else None


def is_allowed_inside(host: str) -> bool:
    """Did whoever runs this house name that host as one of their own?"""
    return host in settings.CALL_INSIDE


def _parts_of(url: str) -> tuple[str, str, int, str]:
    if len(url) > LONGEST_ADDRESS or any(ord(sign) <= 32 or ord(sign) >= 127 for sign in url):
        raise Refusal(_("This is not an address of a server: it has signs no address has."), field="url")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or parts.scheme not in {"http", "https"}:
        raise Refusal(_("Enter the whole address, beginning with https://"), field="url")
    if parts.username or parts.password:
        raise Refusal(_("Put user name and password into a header, not into the address."), field="url")
    if parts.scheme == "http" and not is_allowed_inside(host):
        raise Refusal(_("Only encrypted addresses are called: it must begin with https://"), field="url")
    if _is_odd_number(host):
        raise Refusal(_("Enter the server's name as its makers give it."), field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path


def _is_odd_number(host: str) -> bool:
    """An address of four numbers in a dress that programs read differently: 0x7f.1, 2130706433, 017700000001."""
    last = host.rpartition(".")[2].lower()
    if ":" in host or not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not name or not all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in name):
            raise Refusal(_("“%(name)s” is not the name of a header.") % {"name": name[:60]}, field="headers")
        if any(sign in value for sign in "\r\n\0") or not value.isascii():
            raise Refusal(_("The header “%(name)s” must be one plain line.") % {"name": name}, field="headers")
        if name.lower() in {"host", "content-length", "transfer-encoding", "connection"}:
            raise Refusal(_("The header “%(name)s” is set by us.") % {"name": name}, field="headers")
    return dict(headers)


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked; the certificate is the name's."""

    def __init__(self, door: Door, timeout: float) -> None:
        super().__init__(door.host, door.port, timeout=timeout)
        self.door = door

    def connect(self) -> None:
        last: OSError | None = None
        for address in self.door.addresses[:4]:
            try:
                raw = socket.create_connection((address, self.door.port), self.timeout)
            except OSError as fault:
                last = fault
                continue
            safe = ssl.create_default_context() if self.door.is_secure else None
            self.sock = safe.wrap_socket(raw, server_hostname=self.door.host) if safe else raw
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return
        raise last or OSError(f"{self.door.host} has no address")

    def hang_up(self) -> None:
        """End the talk from outside; whoever reads from it is told at once."""
        with contextlib.suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _converse(door: Door, method: str, headers: Mapping[str, str], body: bytes, timeout: float, mark: Mark) -> Reply:
    stage: Stage = "connecting"
    link = _Pinned(door, timeout)
    watch = threading.Timer(IN_ALL * timeout, link.hang_up)
    watch.daemon = True
    watch.start()
    try:
        link.connect()
        link.putrequest(method, door.path, skip_accept_encoding=True)
        for name, value in {"Accept": "application/json", **headers}.items():
            link.putheader(name, value)
        link.putheader("Connection", "close")
        if body or method != "GET":
            link.putheader("Content-Length", str(len(body)))
        begins: Stage = "handing over" if body else "handed over"
        mark(begins)
        stage = begins
        link.endheaders()
        if body:
            # Before its last byte no server can have the whole request.
            link.send(body[:-1])
            mark("handed over")
            stage = "handed over"
            link.send(body[-1:])
        answer = link.getresponse()
        said = answer.read(LONGEST_ANSWER)
    except (OSError, http.client.HTTPException) as fault:
        return Reply(stage, fault=_words(fault))
    finally:
        watch.cancel()
        with contextlib.suppress(OSError):
            link.close()
    return Reply("answered", answer.status, said.decode("utf-8", "replace"))


def _words(fault: BaseException) -> str:
    return (str(fault) or type(fault).__name__)[:300]

"""Ask the domain name system: what is there, that nothing is there, or that nobody answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import dns.exception
import dns.resolver

SECONDS = 3.0


class NoAnswer(Exception):
    """Nobody could be asked; that says nothing about what is there."""


class Resolver(Protocol):
    """`txt` gives each record as one text, `addresses` and `exchangers` names; nothing there is an empty list."""

    def txt(self, name: str) -> list[str]: ...

    def addresses(self, name: str) -> list[str]: ...

    def exchangers(self, name: str) -> list[str]: ...


class Dns:
    """The resolver of this machine, or another one: `Dns(nameservers=["127.0.0.1"], port=5353)`."""

    def __init__(self, nameservers: list[str] | None = None, port: int = 53, seconds: float = SECONDS) -> None:
        self._asked = dns.resolver.Resolver(configure=nameservers is None)
        if nameservers is not None:
            self._asked.nameservers = nameservers
            self._asked.port = port
        self._asked.lifetime = self._asked.timeout = seconds

    def txt(self, name: str) -> list[str]:
        return self._ask(name, "TXT", lambda row: b"".join(row.strings).decode("utf-8", "replace"))  # type: ignore[attr-defined]

    def addresses(self, name: str) -> list[str]:
        return [*self._ask(name, "A", str), *self._ask(name, "AAAA", str)]

    def exchangers(self, name: str) -> list[str]:
        return self._ask(name, "MX", lambda row: str(row.exchange).rstrip("."))  # type: ignore[attr-defined]

    def _ask(self, name: str, kind: str, put: Callable[[object], str]) -> list[str]:
        try:
            return [put(row) for row in self._asked.resolve(name, kind)]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as fault:
            raise NoAnswer(name) from fault

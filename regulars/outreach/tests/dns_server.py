"""A name server for tests: answers over UDP what it was told, or nothing at all."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from regulars.outreach.channels.email.identity import Dns


class Names:
    """`zone` is {(name, type): [texts]}; names in `silent` are answered with a failure."""

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[str]] = {}
        self.silent: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.port = 0

    def put(self, name: str, *values: str, kind: str = "TXT") -> None:
        self.zone[name.lower(), kind] = list(values)

    @property
    def resolver(self) -> Dns:
        return Dns(["127.0.0.1"], self.port, seconds=2)

    def answer(self, raw: bytes) -> bytes:
        query = dns.message.from_wire(raw)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        reply = dns.message.make_response(query)
        if name in self.silent:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        at = question.name
        if alias := self.zone.get((name, "CNAME")):
            reply.answer.append(dns.rrset.from_text(at, 60, "IN", "CNAME", f"{alias[0]}."))
            name = alias[0]
            at = dns.name.from_text(name)
        values = self.zone.get((name, kind), [])
        if values:
            texts = [_quoted(value) if kind == "TXT" else value for value in values]
            reply.answer.append(dns.rrset.from_text(at, 60, "IN", kind, *texts))
        elif not any(known == name for known, _kind in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


def _quoted(text: str) -> str:
    """A long text goes over the wire in pieces of 255, as DKIM keys do."""
    pieces = [text[start : start + 250] for start in range(0, len(text), 250)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


@contextlib.contextmanager
def running() -> Iterator[Names]:
    names = Names()

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            raw, socket = self.request
            socket.sendto(names.answer(raw), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Udp) as server:
        names.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield names
        server.shutdown()

"""Sending services for tests, all on one local HTTP server: each answers in its own way, and misbehaves on request.

What it does is said by the recipient's name: `gone-…` and `from-…` are refused as the service itself words it, `busy-…`
is put off, `mute-…` is taken without an answer, `broken-…` is taken and answered with an error, `odd-…` is answered with
something that is no answer.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "right-key"
ADDRESS = re.compile(r"([a-z0-9-]+@example\.org)")


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: str

    @property
    def to(self) -> str:
        """The recipient; nobody else's address is at example.org."""
        return next(iter(ADDRESS.findall(plain(self.body))), "")


@dataclass
class Service:
    """`asked` holds every request; `sent` the recipients it took, each time it did."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    is_mute_once: bool = False

    def url(self, esp: str) -> str:
        return f"http://127.0.0.1:{self.port}/{esp}/"


# How each service says yes, that the address is no address, and that the sender may not send.
YES: dict[str, Any] = {
    "postmark": lambda to: {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1", "To": to},
    "brevo": lambda to: {"messageId": "<br-1@smtp-relay.mailin.fr>"},
    "mailgun": lambda to: {"id": "<mg-1@mg.boutique.example>", "message": "Queued. Thank you."},
    "mailjet": lambda to: {
        "Messages": [{"Status": "success", "To": [{"Email": to, "MessageID": 77, "MessageUUID": "u"}]}]
    },
    "resend": lambda to: {"id": "re-1"},
    "sendgrid": lambda to: {},
    "sparkpost": lambda to: {"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": "sp-1"}},
    "mailtrap": lambda to: {"success": True, "message_ids": ["mt-1"]},
    "mandrill": lambda to: [{"email": to, "status": "sent", "_id": "md-1"}],
}
GONE: dict[str, tuple[int, Any]] = {
    "postmark": (
        422,
        {
            "ErrorCode": 406,
            "Message": "You tried to send to a recipient that has been marked as inactive.\nFound inactive addresses: {to}.\nInactive recipients are ones that have generated a hard bounce or a spam complaint.",
        },
    ),
    "brevo": (400, {"code": "invalid_parameter", "message": "email is not valid in to"}),
    "mailgun": (400, {"message": "'to' parameter is not a valid address. please check documentation"}),
    "mailjet": (
        400,
        {
            "Messages": [
                {
                    "Status": "error",
                    "Errors": [
                        {
                            "ErrorCode": "mj-0013",
                            "StatusCode": 400,
                            "ErrorMessage": '"x" is an invalid email address.',
                            "ErrorRelatedTo": ["To[0].Email"],
                        }
                    ],
                }
            ]
        },
    ),
    "resend": (
        422,
        {
            "name": "validation_error",
            "message": "Invalid `to` field. The email address needs to follow the `email@example.com` format.",
        },
    ),
    "sendgrid": (
        400,
        {"errors": [{"message": "Does not contain a valid address.", "field": "personalizations.0.to.0.email"}]},
    ),
    "sparkpost": (
        400,
        {
            "errors": [
                {
                    "message": "At least one valid recipient is required",
                    "code": "5002",
                    "description": "no valid recipients",
                }
            ]
        },
    ),
    "mailtrap": (400, {"errors": ["'to' address is invalid"], "success": False}),
    "mandrill": (200, [{"email": "{to}", "status": "rejected", "reject_reason": "hard-bounce", "_id": "md-2"}]),
}
FROM: dict[str, tuple[int, Any]] = {
    "postmark": (422, {"ErrorCode": 400, "Message": "The 'From' address you supplied (maya@boutique.example) is not a Sender Signature on your account."}),
    "brevo": (400, {"code": "invalid_parameter", "message": "Sending has been rejected because the sender you used maya@boutique.example is not valid."}),
    "mailgun": (404, {"message": "Domain not found: mg.boutique.example"}),
    "mailjet": (400, {"Messages": [{"Status": "error", "Errors": [{"ErrorCode": "send-0008", "StatusCode": 403, "ErrorMessage": '"maya@boutique.example" is not an authorized sender email address for your account.', "ErrorRelatedTo": ["From"]}]}]}),
    "resend": (403, {"name": "validation_error", "message": "The boutique.example domain is not verified."}),
    "sendgrid": (403, {"errors": [{"message": "The from address does not match a verified Sender Identity.", "field": "from"}]}),
    "sparkpost": (400, {"errors": [{"message": "Invalid domain", "description": "Unconfigured Sending Domain <boutique.example>", "code": "7001"}]}),
    "mailtrap": (401, {"errors": ["Unauthorized"], "success": False}),
    "mandrill": (500, {"status": "error", "code": 10, "name": "PaymentRequired", "message": "This feature is only available for accounts with a positive balance."}),
}  # fmt: skip


def proof_of(asked: Asked) -> bool:
    """Does the request carry the right key, wherever its service wants it?"""
    import base64

    told = " ".join(asked.headers.values()) + asked.body
    basic = asked.headers.get("authorization", "")
    if basic.startswith("Basic "):
        told += base64.b64decode(basic.removeprefix("Basic ")).decode()
    return KEY in told


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        self._answer_to("")

    def do_POST(self) -> None:
        self._answer_to(self.rfile.read(int(self.headers.get("content-length") or 0)).decode(errors="replace"))

    def _answer_to(self, body: str) -> None:
        service = self.service
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        service.asked.append(asked)
        esp = self.path.split("/")[1]
        if not proof_of(asked):
            return self._say(401, {"message": "Bad or missing API token"})
        if not asked.to:
            return self._say(200, {})
        return self._letter(esp, asked)

    def _letter(self, esp: str, asked: Asked) -> None:
        service, name = self.service, asked.to.partition("-")[0]
        if name in {"gone", "from"}:
            code, said = (GONE if name == "gone" else FROM)[esp]
            return self._say(code, json.loads(json.dumps(said).replace("{to}", asked.to)))
        if name == "busy":
            return self._say(429, {"message": "Too many requests"})
        same = asked.headers.get("idempotency-key", "")
        if not same or same not in service.known:
            service.sent.append(asked.to)
        if same:
            service.known[same] = service.known.get(same, 0) + 1
        if name == "mute" or (service.is_mute_once and service.known.get(same, 0) == 1):
            self.close_connection = True
            self.connection.close()
            return None
        if name == "broken":
            return self._say(502, {"message": "Bad gateway"})
        if name == "odd":
            return self._say(200, None)
        return self._say(202 if esp == "sendgrid" else 200, YES[esp](asked.to))

    def _say(self, code: int, told: Any) -> None:
        raw = b"<html>" if told is None else json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@contextlib.contextmanager
def running() -> Iterator[Service]:
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()


def plain(form: str) -> str:
    """A form's body as it was before it was put on the wire."""
    from urllib.parse import unquote_plus

    return unquote_plus(form)

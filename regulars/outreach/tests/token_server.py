"""A provider's sign-in for tests: gives tokens for codes, newer ones for old ones, and notes what it was told."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from regulars.outreach.channels.email.oauth import Door


@dataclass
class Provider:
    """`challenge` is what came with the sign-in; `is_typed` says whether the short code was."""

    port: int = 0
    told: list[dict[str, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    is_typed: bool = False
    is_closed: bool = False
    lasts_seconds: int = 3600

    def door(self) -> Door:
        here = f"http://127.0.0.1:{self.port}"
        return Door("microsoft", "Microsoft", f"{here}/ask", f"{here}/token", "mail offline", f"{here}/device")

    def answer(self, path: str, told: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.told.append(told)
        if path == "/device":
            return 200, {
                "device_code": "long",
                "user_code": "ABCD-1234",
                "verification_uri": "https://example.org/type",
            }
        if self.is_closed:
            return 400, {"error": "invalid_grant", "error_description": "The right was taken back."}
        if told["grant_type"].endswith("device_code") and not self.is_typed:
            return 400, {"error": "authorization_pending"}
        if told["grant_type"] == "authorization_code" and told["code"] != "right":
            return 400, {"error": "invalid_grant", "error_description": "This code is not known."}
        self.given.append(f"token-{len(self.given) + 1}")
        return 200, {"access_token": self.given[-1], "expires_in": self.lasts_seconds, "refresh_token": "lasting"}


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Tests are quiet."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            code, said = provider.answer(self.path, dict(parse_qsl(body)))
            raw = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()

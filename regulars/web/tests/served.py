"""Replies of the test client, served to a browser with the rooms' files: it keeps the files from page to page."""

from __future__ import annotations

import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from django.contrib.staticfiles import finders

HOST = "shop.test"


class Served:
    """One page after the other at `address`, each once; a browser finds it with the words `browser_words`.

    Whatever else a page asks for, but for the files, is answered with nothing: pictures, what scripts fetch, and a
    page in a frame of itself, which would have a frame in which it is shown, and so on without end.
    """

    def __init__(self) -> None:
        self.waiting: Any = None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.address = f"http://{HOST}:{self.server.server_port}/page/"
        self.browser_words = f"--host-resolver-rules=MAP {HOST} 127.0.0.1"

    def __enter__(self) -> Served:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def show(self, page: Any, reply: Any) -> None:
        """Let the browser's page go to this reply."""
        self.waiting = reply
        page.goto(self.address, wait_until="load")
        assert self.waiting is None

    def answer(self, path: str) -> tuple[bytes, dict[str, str]]:
        """The body and its headers."""
        if path == "/page/" and (reply := self.waiting) is not None:
            self.waiting = None
            # A letter is shut up in a sandbox, in which no script may look at it either; the rest of its policy stands.
            rules = reply["Content-Security-Policy"].split(";")
            policy = ";".join(rule for rule in rules if rule.strip() != "sandbox")
            return reply.content, {
                "Content-Type": "text/html",
                "Content-Security-Policy": policy,
                "Cache-Control": "no-store",
            }
        if path.startswith("/static/"):
            found = finders.find(path.split("?")[0].removeprefix("/static/"))
            kind = mimetypes.guess_type(path.split("?")[0])[0] or "application/octet-stream"
            body = Path(str(found)).read_bytes() if found else b""
            return body, {"Content-Type": kind, "Cache-Control": "max-age=3600"}
        return b"", {"Content-Type": "text/plain", "Cache-Control": "no-store"}


def _handler_of(served: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # the line stays open from page to page

        def do_GET(self) -> None:
            body, headers = served.answer(self.path)
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is told of what a browser asks for."""

    return Handler

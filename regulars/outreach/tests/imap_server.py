"""A small IMAP server on this machine, for tests: it keeps mails, lets them be read, and notes whoever would change one."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from collections.abc import Collection
from typing import Any


class ImapServer(socketserver.ThreadingTCPServer):
    """One folder, INBOX. `asked` holds every command; `uid_validity` may be changed as a server does after a move."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, password: str = "secret") -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: dict[int, bytes] = {}
        self.password = password
        self.tokens: Collection[str] = ()
        self.uid_validity = 7
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def put(self, raw: bytes) -> int:
        number = max(self.mails, default=0) + 1
        self.mails[number] = raw
        return number

    def __enter__(self) -> ImapServer:
        self._thread.start()
        return self

    def __exit__(self, *_fault: Any) -> None:
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _space, rest = line.decode().strip().partition(" ")
            self.server.asked.append(rest)
            word = rest.split(" ")[0].upper()
            answer = getattr(self, f"do_{word.lower()}", self.do_unknown)(rest)
            self._say(f"{tag} {answer}")
            if word == "LOGOUT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def do_unknown(self, rest: str) -> str:
        return "BAD what"

    def do_capability(self, rest: str) -> str:
        self._say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
        return "OK done"

    def do_login(self, rest: str) -> str:
        return "OK done" if rest.endswith(f'"{self.server.password}"') else "NO [AUTHENTICATIONFAILED] wrong password"

    def do_authenticate(self, rest: str) -> str:
        self._say("+")
        bearer = base64.b64decode(self.rfile.readline()).decode()
        return (
            "OK done" if any(f"auth=Bearer {token}\1" in bearer for token in self.server.tokens) else "NO wrong token"
        )

    def do_examine(self, rest: str) -> str:
        if '"INBOX"' not in rest:
            return "NO no such folder"
        self._say(f"* {len(self.server.mails)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.server.uid_validity}] valid")
        return "OK [READ-ONLY] done"

    def do_logout(self, rest: str) -> str:
        self._say("* BYE")
        return "OK done"

    def do_uid(self, rest: str) -> str:
        return self._search(rest) if " SEARCH " in rest.upper() else self._fetch(rest)

    def _search(self, rest: str) -> str:
        begin = re.search(r"UID (\d+):\*", rest.upper().partition("SEARCH")[2])
        numbers = sorted(self.server.mails)
        if begin:
            # As servers do: "9:*" names the last mail even if its number is lower.
            numbers = [n for n in numbers if n >= int(begin.group(1))] or numbers[-1:]
        self._say("* SEARCH " + " ".join(map(str, numbers)))
        return "OK done"

    def _fetch(self, rest: str) -> str:
        number = int(rest.split()[2])
        raw = self.server.mails[number]
        self._say(f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}")
        self.wfile.write(raw + b")\r\n")
        return "OK done"

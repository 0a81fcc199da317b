"""A real mail server for tests and benches: it writes down what it accepted, and misbehaves on request.

What it does is said by the recipient's name: `later-…` is put off at RCPT, `gone-…` does not exist, `spam-…` is refused
after the letter, `hangup-…` drops the line in the middle of the letter, `mute-…` accepts the letter and drops the line
instead of answering. Run as a program it prints its port: `python sink.py RECORD [DELAY_MS] [DROPS_PER_THOUSAND]`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
import sys
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD = "shop", "right"


@dataclass
class Sink:
    """`record` gets a line of JSON for every letter accepted, written before the answer is given."""

    record: Path
    delay_ms: float = 0
    drops_per_thousand: int = 0
    wants_password: bool = False
    sender_refused: bool = False
    offers_pipelining: bool = False
    tokens: Collection[str] = ()
    port: int = 0
    connections: int = 0
    most_at_once: int = 0
    letters: list[str] = field(default_factory=list)
    _open: int = 0

    async def serve(self, ready: threading.Event | None = None) -> None:
        server = await asyncio.start_server(self._client, "127.0.0.1", self.port, limit=2**22)
        self.port = server.sockets[0].getsockname()[1]
        if ready:
            ready.set()
        else:
            sys.stdout.write(f"{self.port}\n")
            sys.stdout.flush()
        async with server:
            await server.serve_forever()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            await _Talk(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open -= 1
            writer.close()

    def accept(self, recipient: str, letter: str) -> None:
        head = letter.partition("\n\n")[0]
        number = next(
            line.partition(":")[2].strip() for line in head.splitlines() if line.lower().startswith("message-id")
        )
        self.letters.append(letter)
        with self.record.open("a") as file:
            file.write(json.dumps({"message_id": number, "to": recipient}) + "\n")


class _Talk:
    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sink, self.reader, self.writer = sink, reader, writer
        self.recipient, self.is_refused = "", False
        self.is_known = not sink.wants_password

    async def say(self, words: str) -> None:
        self.writer.write(f"{words}\r\n".encode())
        await self.writer.drain()

    async def run(self) -> None:
        await self.say("220 sink ready")
        while line := (await self.reader.readline()).decode(errors="replace").strip():
            verb = line.split(maxsplit=1)[0].upper()
            if verb == "QUIT":
                await self.say("221 bye")
                return
            if not await self._answer(verb, line):
                return

    async def _answer(self, verb: str, line: str) -> bool:
        if verb in {"EHLO", "HELO"}:
            more = "250-PIPELINING\r\n" if self.sink.offers_pipelining else ""
            await self.say(f"250-sink\r\n{more}250-AUTH PLAIN XOAUTH2\r\n250 8BITMIME")
        elif verb == "AUTH":
            await self._sign_in(line)
        elif verb == "MAIL":
            self.is_refused = self.sink.sender_refused or not self.is_known
            await self.say("553 5.7.60 not your address" if self.is_refused else "250 2.1.0 ok")
        elif verb == "RCPT":
            await self._recipient(line)
        elif verb == "DATA":
            return await (self._nothing() if self.is_refused else self._letter())
        else:
            await self.say("250 2.0.0 ok" if verb in {"RSET", "NOOP"} else "502 5.5.2 what?")
        return True

    async def _sign_in(self, line: str) -> None:
        if line.split()[1].upper() == "XOAUTH2":
            await self._sign_in_with_token(line)
            return
        _nothing, user, password = base64.b64decode(line.split()[-1]).decode().split("\0")
        self.is_known = (user, password) == (USER, PASSWORD)
        await self.say("235 2.7.0 welcome" if self.is_known else "535 5.7.8 bad credentials")

    async def _sign_in_with_token(self, line: str) -> None:
        user, bearer = base64.b64decode(line.split()[-1]).decode().rstrip("\1").split("\1")
        self.is_known = user.startswith("user=") and bearer.removeprefix("auth=Bearer ") in self.sink.tokens
        if not self.is_known:
            await self.say("334 " + base64.b64encode(b'{"status":"401"}').decode())
            await self.reader.readline()
        await self.say("235 2.7.0 welcome" if self.is_known else "535 5.7.8 token not accepted")

    async def _recipient(self, line: str) -> None:
        self.recipient = line.partition("<")[2].partition(">")[0]
        name = self.recipient.partition("-")[0]
        self.is_refused = self.is_refused or name in {"later", "gone"}
        answers = {"later": "451 4.7.1 not now", "gone": "550 5.1.1 user unknown"}
        await self.say(answers.get(name, "250 2.1.5 ok"))

    async def _nothing(self) -> bool:
        """Some servers ask for the letter although there is nobody to have it (RFC 2920, 3.1)."""
        await self.say("354 go ahead")
        is_empty = await self.reader.readline() == b".\r\n"
        await self.say("554 5.5.1 no valid recipients" if is_empty else "451 not expected")
        return is_empty

    async def _letter(self) -> bool:
        await self.say("354 go ahead")
        name = self.recipient.partition("-")[0]
        is_dropped = random.randrange(1000) < self.sink.drops_per_thousand
        if name == "hangup":
            await self.reader.read(200)
            self.writer.transport.abort()
            return False
        raw = await self.reader.readuntil(b"\r\n.\r\n")
        letter = raw[:-3].decode().replace("\r\n", "\n").replace("\n..", "\n.")
        if self.sink.delay_ms:
            await asyncio.sleep(self.sink.delay_ms * random.uniform(0.5, 1.5) / 1000)
        if name == "spam":
            await self.say("554 5.7.1 this looks like spam")
            return True
        if is_dropped and random.random() < 0.5:
            self.writer.transport.abort()
            return False
        self.sink.accept(self.recipient, letter)
        if name == "mute" or is_dropped:
            self.writer.transport.abort()
            return False
        await self.say("250 2.0.0 queued as 4F2A")
        return True


@contextlib.contextmanager
def running(record: Path, **options: object) -> Iterator[Sink]:
    """Serve in a thread of this process."""
    sink, ready = Sink(record, **options), threading.Event()  # type: ignore[arg-type]  # options are fields
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await sink.serve(ready)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    ready.wait(60)
    yield sink
    loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
    thread.join(60)
    loop.close()


if __name__ == "__main__":
    delay, drops = (float(sys.argv[2]) if len(sys.argv) > 2 else 0), (int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    asyncio.run(Sink(Path(sys.argv[1]), delay_ms=delay, drops_per_thousand=drops).serve())

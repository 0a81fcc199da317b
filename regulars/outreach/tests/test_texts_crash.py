"""Texts never twice, never lost: the provider kills the worker that calls it, before, while and after it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings as house

from regulars.outreach.channels.text import accounts
from regulars.outreach.models import State, Touch
from regulars.outreach.tests import text_worker
from regulars.outreach.tests.builders import a_person, a_shop, an_approved_touch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

LANES, PATIENCE_SECONDS, LEASE_SECONDS = 2, 240, 1.5
# At which call the worker dies, and what the provider has done of it by then.
DEATHS = {3: "nothing", 7: "taken", 11: "answered", 15: "taken", 18: "nothing"}
MOVING = (State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED, State.SENDING)


class Provider:
    """Takes texts on this machine, writes down every key, and kills whoever calls at the calls of `DEATHS`."""

    def __init__(self, *, knows_keys: bool) -> None:
        self.knows_keys, self.calls, self.taken = knows_keys, 0, Counter[str]()
        self.numbers = Counter[str]()
        self.worker: subprocess.Popen[bytes] | None = None
        self.guard, self.is_over = threading.Lock(), False

    def hire(self) -> None:
        command = [sys.executable, text_worker.__file__, str(LEASE_SECONDS)]
        environment = {**os.environ, "PYTHONPATH": str(house.BASE_DIR.parent)}
        self.worker = subprocess.Popen(command, env=environment)

    def bury(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        said = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self.guard:
            self.calls += 1
            death = DEATHS.get(self.calls, "")
            if death != "nothing" and not (self.knows_keys and said["key"] in self.taken):
                self.taken[said["key"]] += 1
                self.numbers[said["to"]] += 1
            if death in {"", "answered"}:
                _answer(handler, said["key"])
            if death:
                self.bury()
                self.hire()


def _answer(handler: BaseHTTPRequestHandler, key: str) -> None:
    body = json.dumps({"id": key}).encode()
    try:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
    except OSError:
        handler.close_connection = True  # the caller died meanwhile


@contextmanager
def a_provider(*, knows_keys: bool) -> Iterator[tuple[Provider, str]]:
    provider = Provider(knows_keys=knows_keys)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            provider.take(self)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider, f"http://127.0.0.1:{server.server_port}/send"
    finally:
        provider.bury()
        server.shutdown()
        server.server_close()


def the_texts(count: int) -> list[Touch]:
    people = [a_person(f"P {n}", phones=(f"+49151234{n:05d}",)) for n in range(count)]
    return [an_approved_touch(person, channel="text", subject="", body="Hello") for person in people]


def settled(provider: Provider, texts: list[Touch]) -> list[Touch]:
    """Let workers go until nothing moves any more."""
    provider.hire()
    until = time.monotonic() + PATIENCE_SECONDS
    while Touch.objects.filter(state__in=MOVING).exists() or provider.calls < max(DEATHS):
        assert time.monotonic() < until, Counter(Touch.objects.values_list("state", flat=True))
        time.sleep(0.1)
    return list(Touch.objects.filter(pk__in=[touch.pk for touch in texts]).select_related("text_message"))


def connected(address: str, **options: object) -> None:
    told = {"url": address, "body": '{"to": "{to}", "key": "{key}", "text": "{text}"}', "id_path": "id", **options}
    accounts.connect_texts(accounts.NewTextAccount("http", per_second=100, options=told), None)


@pytest.fixture(autouse=True)
def _shop(settings):
    settings.CALL_INSIDE = frozenset({"127.0.0.1"})
    a_shop(country="DE")


def test_workers_killed_while_the_provider_answers_send_nothing_twice_and_lose_nothing():
    with a_provider(knows_keys=False) as (provider, address):
        connected(address)
        rows = settled(provider, the_texts(24))
    taken = {row.pk for row in rows if provider.taken[row.text_message.key]}
    assert {row.state for row in rows} == {State.SENT, State.UNKNOWN}
    assert max(provider.taken.values()) == max(provider.numbers.values()) == 1
    assert {row.pk for row in rows if row.state == State.SENT} <= taken
    unknown = [row for row in rows if row.state == State.UNKNOWN]
    assert 1 <= len(unknown) <= LANES * len(DEATHS)
    assert {row.pk for row in rows} - taken <= {row.pk for row in unknown}
    assert all(row.why for row in unknown), "the owner is told why it is asked"


def test_a_provider_that_knows_its_keys_is_asked_again_and_nobody_gets_two():
    with a_provider(knows_keys=True) as (provider, address):
        connected(address, is_idempotent=True)
        rows = settled(provider, the_texts(24))
    assert {row.state for row in rows} == {State.SENT}
    assert max(provider.numbers.values()) == 1
    assert len(provider.numbers) == 24

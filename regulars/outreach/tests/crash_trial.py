"""Kill workers at random moments and compare what a real mail server accepted with what the ledger says."""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from regulars.outreach import services
from regulars.outreach.channels.email.journal import leftovers
from regulars.outreach.models import State, Touch, TouchChange
from regulars.outreach.queries import open_batches
from regulars.outreach.services.approving import go_on
from regulars.outreach.services.tidying import recover
from regulars.outreach.tests import crash_worker, sink
from regulars.outreach.tests.builders import a_new_touch, many_people
from regulars.outreach.tests.crash_worker import PHASES, PLACE

LEASE_SECONDS = 1.5
URGENT, SLOW = 40, 30
WISHES = PHASES[1:]
MOVING = (State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED, State.SENDING)


@dataclass(frozen=True)
class Report:
    """`lost`: neither sent nor not known. `false_sent`: sent by the ledger, not by the server's record."""

    letters: int
    kills: int
    workers: int
    connections: int
    seconds: float
    accepted: int
    sent: int
    unknown: int
    unknown_accepted: int
    other: int
    sent_twice: int
    lost: int
    false_sent: int
    most_unknown_a_worker: int
    taken_up_again: int
    proved_by_the_journal: int
    journals_left: int
    made_room: int
    died_while: dict[str, int]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def start_server(folder: Path, delay_ms: float, drops: int) -> tuple[subprocess.Popen[str], int]:
    """Start the mail server as a process of its own: nothing that happens to a worker happens to it."""
    command = [sys.executable, sink.__file__, str(folder / "accepted.jsonl"), str(delay_ms), str(drops)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, int(server.stdout.readline())


def run(
    folder: Path,
    more: Callable[[], list[int]],
    *,
    kills: int,
    workers: int,
    connections: int,
    patience: float,
    seed: int = 1,
) -> Report:
    """Work until every letter is settled, killing workers at random points of their work; then compare the two books.

    `more` approves further letters and is asked whenever they run short before the last kill. Each kill is meant for one kind of step, in turn; what the worker really was doing is read after its death.
    """
    chance, started_at, killed = random.Random(seed), time.monotonic(), 0
    ids, least = more(), 6 * workers * connections
    crew, phases = Crew(folder, workers), Counter[str]()
    try:
        while (left := _moving(ids)) or killed < kills:
            if left < least and killed < kills:
                ids += more()
            if time.monotonic() - started_at > patience:
                raise AssertionError(f"not settled: {_counts(ids)}")
            if killed >= kills:
                time.sleep(0.05)
                continue
            place = chance.randrange(workers)
            crew.wait_for(place, WISHES[killed % len(WISHES)], chance.uniform(0.1, 0.4))
            time.sleep(chance.choice((0, 0, chance.uniform(0, 0.004))))
            phases.update(crew.kill(place))
            killed += 1
    finally:
        crew.end()
    recover()  # what the next worker does first: it sweeps the journals of those just killed
    seconds = time.monotonic() - started_at
    return _compare(folder, ids, killed, workers, connections, seconds, dict(phases))


class Crew:
    """Forked workers, and the file in which each notes what it is doing."""

    def __init__(self, folder: Path, size: int) -> None:
        self.file = folder / "phases"
        self.file.write_bytes(bytes(PLACE * size))
        place = str(settings.BASE_DIR.parent)
        self.nursery = subprocess.Popen(
            [sys.executable, crash_worker.__file__, str(self.file), str(LEASE_SECONDS)],
            env={**os.environ, "PYTHONPATH": place},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pids = [self._hire(n) for n in range(size)]
        with self.file.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)

    def _hire(self, place: int) -> int:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(f"new {place}\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def wait_for(self, place: int, wish: str, seconds: float) -> None:
        """Look until the worker does what is wished for, or has had its time."""
        ends_at, sign = time.monotonic() + seconds, PHASES.index(wish)
        while time.monotonic() < ends_at and sign not in self._map[place * PLACE : (place + 1) * PLACE]:
            time.sleep(0.0002)

    def kill(self, place: int) -> list[str]:
        """Kill without warning and hire another; returns what it died doing."""
        os.kill(self.pids[place], signal.SIGKILL)
        while Path(f"/proc/{self.pids[place]}").exists():
            time.sleep(0.0005)
        died = set(self._map[place * PLACE : (place + 1) * PLACE])
        self.pids[place] = self._hire(place)
        return [PHASES[sign] for sign in died if sign] or [PHASES[0]]

    def end(self) -> None:
        self.nursery.kill()  # its workers go with it
        self.nursery.wait()
        for pid in self.pids:
            while Path(f"/proc/{pid}").exists():
                time.sleep(0.001)


def _moving(ids: list[int]) -> int:
    """How many are not settled yet, counted no further than needed."""
    try:
        return Touch.objects.filter(pk__gte=ids[0], state__in=MOVING).order_by()[:1000].count()
    except OperationalError:
        return 1000


def _proved(ids: list[int]) -> int:
    """Letters whose good answer only the journal had: sent, without the worker that sent them having said so."""
    changes = TouchChange.objects.filter(touch_id__gte=ids[0], to_state=State.SENT, why__startswith="250")
    return changes.filter(touch__evidence__proof="journal").count()


def _counts(ids: list[int]) -> Counter[str]:
    return Counter(Touch.objects.filter(pk__gte=ids[0]).values_list("state", flat=True))


def _compare(
    folder: Path,
    ids: list[int],
    killed: int,
    workers: int,
    connections: int,
    seconds: float,
    died_while: dict[str, int],
) -> Report:
    record = (folder / "accepted.jsonl").read_text().splitlines()
    accepted = Counter(json.loads(line)["message_id"] for line in record)
    rows = list(Touch.objects.filter(pk__gte=ids[0]).values_list("message_id", "state", "evidence"))
    assert len(rows) == len(ids)
    unknown = [(number, evidence) for number, state, evidence in rows if state == State.UNKNOWN]
    by_worker = Counter(evidence.get("worker") for _number, evidence in unknown if evidence.get("worker"))
    return Report(
        letters=len(ids),
        kills=killed,
        workers=workers,
        connections=connections,
        seconds=round(seconds, 1),
        accepted=len(accepted),
        sent=sum(state == State.SENT for _number, state, _evidence in rows),
        unknown=len(unknown),
        unknown_accepted=sum(number in accepted for number, _evidence in unknown),
        other=sum(state not in {State.SENT, State.UNKNOWN} for _number, state, _evidence in rows),
        sent_twice=sum(times > 1 for times in accepted.values()),
        lost=sum(state not in {State.SENT, State.UNKNOWN} and number not in accepted for number, state, _e in rows),
        false_sent=sum(state == State.SENT and number not in accepted for number, state, _evidence in rows),
        most_unknown_a_worker=max(by_worker.values(), default=0),
        taken_up_again=TouchChange.objects.filter(
            touch_id__gte=ids[0],
            from_state=State.SENDING,
            to_state=State.APPROVED,
            why__startswith="The worker stopped",
        ).count(),
        proved_by_the_journal=_proved(ids),
        journals_left=len(leftovers()),
        made_room=TouchChange.objects.filter(touch_id__gte=ids[0], why__startswith="It made room").count(),
        died_while=died_while,
    )


def letters_for(n: int) -> Callable[[], list[int]]:
    """Approve `n` more letters to as many new people, each time it is called.

    Nine in ten can wait. The tenth, approved when they are on their way, overtakes them.
    """

    def more() -> list[int]:
        new = [a_new_touch(pk, priority=URGENT if place % 10 == 9 else SLOW) for place, pk in enumerate(many_people(n))]
        ids = services.plan_touches(new).ids
        hashes = dict(Touch.objects.filter(pk__in=ids).values_list("pk", "draft_hash"))
        services.approve([pk for place, pk in enumerate(ids) if place % 10 != 9], None, hashes)
        for batch in open_batches():
            go_on(batch, None)
        for pk in ids[9::10]:
            services.approve([pk], None, hashes)
        return ids

    return more

"""Kill workers at random moments and compare what a real mail server accepted with what the ledger says."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from regulars.outreach.channels.email.journal import leftovers
from regulars.outreach.models import State, Touch, TouchChange
from regulars.outreach.services.tidying import recover
from regulars.outreach.tests import crash_worker, sink

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
    journals_left: int

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def start_server(folder: Path, delay_ms: float, drops: int) -> tuple[subprocess.Popen[str], int]:
    """Start the mail server as a process of its own: nothing that happens to a worker happens to it."""
    command = [sys.executable, sink.__file__, str(folder / "accepted.jsonl"), str(delay_ms), str(drops)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, int(server.stdout.readline())


def run(
    folder: Path, ids: list[int], *, kills: int, workers: int, connections: int, patience: float, seed: int = 1
) -> Report:
    """Work until every letter is settled, killing workers in the middle of sending; then compare the two books."""
    chance, started_at, killed = random.Random(seed), time.monotonic(), 0
    ripe_at = len(ids) // (kills + 1) // 2
    crew = [_hire() for _ in range(workers)]
    try:
        while _is_moving(ids):
            if time.monotonic() - started_at > patience:
                raise AssertionError(f"not settled: {_counts(ids)}")
            time.sleep(chance.uniform(0.005, 0.03))
            place = _in_the_middle(crew, ids) if killed < kills and _sent(ids) >= ripe_at else None
            if place is not None:
                time.sleep(chance.uniform(0, 0.05))
                crew[place].kill()
                crew[place].wait()
                crew[place] = _hire()
                killed += 1
                # A fresh worker is still saying hello: mostly wait until it, too, has letters in the server's hands.
                ripe_at = _sent(ids) + chance.randrange(len(ids) // (kills + 1))
    finally:
        for worker in crew:
            worker.kill()
            worker.wait()
    recover()  # what the next worker does first: it sweeps the journals of those just killed
    return _compare(folder, ids, killed, workers, connections, time.monotonic() - started_at)


def _hire() -> subprocess.Popen[bytes]:
    place = str(settings.BASE_DIR.parent)
    return subprocess.Popen([sys.executable, crash_worker.__file__, "2"], env={**os.environ, "PYTHONPATH": place})


def _in_the_middle(crew: list[subprocess.Popen[bytes]], ids: list[int]) -> int | None:
    """Find a worker that has letters on their way just now; a worker's name holds its process number."""
    try:
        names = set(Touch.objects.filter(pk__in=ids, state=State.SENDING).values_list("leased_by", flat=True))
    except OperationalError:
        return None
    return next((n for n, worker in enumerate(crew) if any(f"-{worker.pid}-" in name for name in names)), None)


def _sent(ids: list[int]) -> int:
    try:
        return Touch.objects.filter(pk__in=ids, state=State.SENT).count()
    except OperationalError:
        return 0


def _is_moving(ids: list[int]) -> bool:
    try:
        return Touch.objects.filter(pk__in=ids, state__in=MOVING).exists()
    except OperationalError:
        return True


def _counts(ids: list[int]) -> Counter[str]:
    return Counter(Touch.objects.filter(pk__in=ids).values_list("state", flat=True))


def _compare(folder: Path, ids: list[int], killed: int, workers: int, connections: int, seconds: float) -> Report:
    record = (folder / "accepted.jsonl").read_text().splitlines()
    accepted = Counter(json.loads(line)["message_id"] for line in record)
    rows = list(Touch.objects.filter(pk__in=ids).values_list("message_id", "state", "evidence"))
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
            touch_id__in=ids, from_state=State.SENDING, to_state=State.APPROVED, why__startswith="The worker stopped"
        ).count(),
        journals_left=len(leftovers()),
    )

"""Half of `bench/mailing.py`: does a thank-you ever wait for a mailing, what do the pages take, how fast is the brake?

Looked up, the mailing begins beside one worker, then the owner lets the rest go, then three more workers come. In each
of these phases a thank-you is approved every few seconds; its wait is from the yes to the moment the ledger knows that
the mail server took it. At last the four verbs are pressed on the pages while all workers send.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

    from regulars.outreach.models import Mailing

ROOT = Path(__file__).resolve().parent.parent
EVERY_SECONDS = 2.0
PATIENCE_SECONDS = 300
LOOKS = 12
CREW = 4


@dataclass
class Crew:
    """Workers as processes of their own, and the mail server that writes down what it took."""

    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)

    def hire(self, count: int) -> None:
        """Start so many more, and wait until each of them has begun."""
        from regulars.kit.models import Heartbeat

        for _number in range(count):
            before = Heartbeat.objects.count()
            command = [sys.executable, "-m", "regulars", "work"]
            self.workers.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
            _until(lambda before=before: Heartbeat.objects.count() > before, "a worker begins")

    def memory_mb(self) -> list[int]:
        """The most that each worker held."""
        return [_status(worker.pid, "VmHWM") for worker in self.workers]

    def cpu_seconds(self) -> float:
        return sum(_cpu(worker.pid) for worker in self.workers)

    def end(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _until(is_so: Callable[[], bool], what: str, patience: float = PATIENCE_SECONDS) -> float:
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > patience:
            raise AssertionError(f"Waited {patience} seconds until {what}.")
        time.sleep(0.02)
    return time.monotonic() - began


def measure(mailing: Mailing, seconds: float, delay_ms: float = 0) -> dict[str, Any]:
    """All phases one after the other; `mailing` is ready for its yes."""
    from regulars.outreach.services import mailings
    from regulars.outreach.services.approving import go_on
    from regulars.outreach.tests.builders import a_mailbox

    folder = Path(os.environ["REGULARS_DATA_DIR"])
    found: dict[str, Any] = {}
    with _mail_server(folder, delay_ms) as port, _crew(folder) as crew:
        a_mailbox(port, connections=8)
        crew.hire(1)
        found["alone"] = _thank_yous(5, lambda: False)
        mailings.begin_mailing(mailing, None)
        began = time.monotonic()
        found["while_it_is_written"] = _thank_yous(3600, lambda: _stage(mailing) == "gone")
        found["written_beside_sending_seconds"] = round(time.monotonic() - began, 1)
        found["pages_while_it_is_held"] = pages(mailing)
        mailing.refresh_from_db()
        if mailing.batch is not None:
            found["let_go_answers_seconds"] = _took(lambda: go_on(mailing.batch, None))
        for hands in (1, CREW):
            crew.hire(hands - len(crew.workers))
            sent, cpu = _sent(mailing), crew.cpu_seconds()
            phase = _thank_yous(seconds, lambda: False)
            phase |= {"letters_of_the_mailing": _sent(mailing) - sent}
            phase |= {"workers_cpu_seconds": round(crew.cpu_seconds() - cpu, 1)}
            found[f"while_it_goes_with_{hands}"] = phase
        found["pages_while_it_goes"] = pages(mailing)
        found["verbs"] = verbs(mailing)
        found["workers_memory_mb"] = crew.memory_mb()
    found["books"] = _books(folder, mailing)
    return found


def _stage(mailing: Mailing) -> str:
    mailing.refresh_from_db()
    return str(mailing.stage)


def _took(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return round(time.monotonic() - began, 2)


@contextlib.contextmanager
def _mail_server(folder: Path, delay_ms: float) -> Iterator[int]:
    from regulars.outreach.tests import crash_trial

    server, port = crash_trial.start_server(folder, delay_ms, 0)
    try:
        yield port
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def _crew(folder: Path) -> Iterator[Crew]:
    crew = Crew(folder)
    try:
        yield crew
    finally:
        crew.end()


_numbers = iter(range(1, 1_000_000))


def _thank_yous(seconds: float, is_over: Callable[[], bool]) -> dict[str, Any]:
    """Approve one every few seconds."""
    until, waits, yeses = time.monotonic() + seconds, [], []
    while time.monotonic() < until and not is_over():
        began = time.monotonic()
        yes, waited = _a_thank_you(next(_numbers))
        yeses.append(yes)
        waits.append(waited)
        time.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))
    return {
        "thank_yous": len(waits),
        "waited_most_seconds": round(max(waits, default=0), 2),
        "waited_median_seconds": round(statistics.median(waits or [0]), 2),
        "yes_most_seconds": round(max(yeses, default=0), 2),
    }


def _a_thank_you(number: int) -> tuple[float, float]:
    """Plan and approve one; seconds that the yes took, and until it left."""
    from regulars.outreach import services
    from regulars.outreach.models import State, Touch

    words = {"subject": "Thank you", "body": "Dear Guest,\n\nthank you."}
    began = time.monotonic()
    new = services.NewTouch(1 + number * 7, "thank-you", f"order-{number}", **words)
    (pk,) = services.plan_touches([new]).ids
    row = Touch.objects.get(pk=pk)
    services.approve([pk], None, {pk: row.draft_hash})
    yes = time.monotonic() - began
    left = Touch.objects.filter(pk=pk, state__in=(State.SENT, State.DELIVERED))
    _until(left.exists, f"thank-you {pk} leaves")
    return yes, time.monotonic() - began


def _sent(mailing: Mailing) -> int:
    from regulars.outreach.models import State, Touch

    return int(Touch.objects.filter(programme=mailing.programme, state=State.SENT).count())


def _client() -> Client:
    from django.conf import settings
    from django.test import Client

    from regulars.outreach.tests.builders import the_owner

    client = Client()
    client.force_login(the_owner(), backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def pages(mailing: Mailing) -> dict[str, dict[str, float]]:
    """Of each page the slowest but one of some looks, their median, and what this process worked for one of them."""
    client, programme = _client(), mailing.programme
    paths = {
        "nothing": "/healthz",
        "today": "/today/",
        "outbox": "/outbox/",
        "outbox_held": "/outbox/?tab=held",
        "outbox_sent": "/outbox/?tab=sent",
        "mailings": "/mailings/",
        "mailing": f"/mailings/{mailing.pk}/",
        "left_out": f"/mailings/{mailing.pk}/left-out/",
        "programme": f"/outbox/programmes/{programme}/",
        "before_a_stop": f"/outbox/programmes/{programme}/cancel/",
        "person": "/people/8/",
        "mailbox": "/mailbox/",
        "reach": "/reach/",
        "calls": "/calls/",
        "sending": "/settings/sending/",
    }
    return {name: _looks(client, path) for name, path in paths.items()}


def _looks(client: Any, path: str) -> dict[str, float]:
    took: list[tuple[float, float]] = []
    for _again in range(LOOKS + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        reply = client.get(path)
        took.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
        assert reply.status_code == 200, (path, reply.status_code)
    walls, cpus = sorted(one for one, _cpu in took[1:]), [one for _wall, one in took[1:]]
    return {
        "p95_ms": round(walls[-2], 1),
        "median_ms": round(statistics.median(walls), 1),
        "cpu_ms": round(statistics.median(cpus), 1),
    }


def verbs(mailing: Mailing) -> dict[str, Any]:
    """Press pause, go on, finish and stop, each on its page while all workers send."""
    client, found = _client(), {}
    for verb in ("pause", "resume", "drain", "cancel"):
        before = _sent(mailing)
        answered = _press(client, mailing, verb)
        at_the_answer = _sent(mailing)
        found[verb] = {"answers_seconds": answered, "left_meanwhile": at_the_answer - before}
        if verb in {"pause", "cancel"}:
            found[verb] |= _stands_still(mailing, at_the_answer)
        elif _waits(mailing):
            moves = _until(lambda at=at_the_answer: _sent(mailing) > at, "it goes on")
            found[verb]["goes_on_after_seconds"] = round(moves, 2)
    began = time.monotonic()
    thanks = _thank_yous(3600, lambda: not _waits(mailing))
    found["cancel"] |= {"all_put_away_seconds": round(time.monotonic() - began, 1), "thank_yous_meanwhile": thanks}
    return found


def _press(client: Any, mailing: Mailing, verb: str) -> float:
    began = time.monotonic()
    reply = client.post(f"/outbox/programmes/{mailing.programme}/{verb}/")
    assert reply.status_code == 303, (verb, reply.status_code)
    return round(time.monotonic() - began, 2)


def _stands_still(mailing: Mailing, at_the_answer: int) -> dict[str, int]:
    """What was on its way at the answer arrives; after that nothing of it leaves."""
    time.sleep(3)
    soon = _sent(mailing)
    time.sleep(5)
    return {"were_on_their_way": soon - at_the_answer, "left_later": _sent(mailing) - soon}


def _waits(mailing: Mailing) -> bool:
    from regulars.outreach.models import State, Touch

    still = (State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED, State.SENDING)
    return bool(Touch.objects.filter(programme=mailing.programme, state__in=still).exists())


def _books(folder: Path, mailing: Mailing) -> dict[str, Any]:
    """What the mail server took beside what the ledger says."""
    from django.db.models import Count

    from regulars.outreach.models import State, Touch

    numbers = Counter(json.loads(line)["message_id"] for line in (folder / "accepted.jsonl").open())
    known = set(Touch.objects.filter(state=State.SENT).values_list("message_id", flat=True).iterator())
    rows = Touch.objects.filter(programme=mailing.programme).values_list("state").annotate(n=Count("pk")).order_by()
    return {
        "accepted": len(numbers),
        "twice": sum(n > 1 for n in numbers.values()),
        "sent_and_not_accepted": len(known - set(numbers)),
        "accepted_and_not_sent": len(set(numbers) - known),
        "mailing": dict(rows),
    }

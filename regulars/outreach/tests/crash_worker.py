"""A nursery of workers for the crash trial: everything is loaded once, then each worker is a fork of it.

Run as a program: `python crash_worker.py PHASES LEASE_SECONDS`. It reads "new N" lines and answers with the process
number of a worker in place N. Workers only send. Each writes what it does into its place in the file PHASES, a byte for
the thread that talks to the database and one for each lane, so that after a SIGKILL one can read what it died doing.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import smtplib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

LANES = 15
PLACE = LANES + 1
PHASES = (
    "idle",
    "claiming",
    "rendering",
    "recording and beginning",
    "committing",
    "connecting",
    "talking before DATA",
    "during DATA",
    "before the reply",
    "after the reply",
)
STAGES = {
    "connecting": "connecting",
    "sender": "talking before DATA",
    "recipient": "talking before DATA",
    "data": "talking before DATA",
    "handing over": "during DATA",
    "handed over": "before the reply",
}
PR_SET_PDEATHSIG = 1


def main(phases: Path, lease_seconds: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    import django

    django.setup()
    import regulars.outreach.services  # noqa: F401  (everything a worker needs is loaded here, once)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed bury themselves
    nursery = os.getpid()
    for line in sys.stdin:
        place = int(line.split()[1])
        child = os.fork()
        if child == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == nursery:
                _work(Note(phases, place), lease_seconds)
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


class Note:
    """A worker's place in the shared file."""

    def __init__(self, phases: Path, place: int) -> None:
        with phases.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._start = place * PLACE
        self._map[self._start : self._start + PLACE] = bytes(PLACE)

    def put(self, lane: int, phase: str) -> None:
        self._map[self._start + lane] = PHASES.index(phase)


def _work(note: Note, lease_seconds: float) -> None:
    from regulars.kit.worker import worker_name
    from regulars.outreach.services import send_due

    _watch(note)
    name = worker_name()
    while True:
        if not send_due(50, lease_seconds=lease_seconds, worker=name):
            time.sleep(0.02)


def _watch(note: Note) -> None:
    """Let every step say that it begins; the house itself knows nothing of this."""
    import threading

    from django.db import connection

    from regulars.outreach.channels.email.journal import Journal
    from regulars.outreach.channels.email.switchboard import Switchboard
    from regulars.outreach.services import claiming, running, supply

    mine = threading.local()
    mail, book, board_of, run, waiting = (
        cast(Any, kind) for kind in (smtplib.SMTP, Journal, Switchboard, running.Run, supply.Waiting)
    )
    house, claims = cast(Any, connection), cast(Any, claiming)

    def told(phase: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def doing(*args: Any, **kwargs: Any) -> Any:
            note.put(0, phase)
            try:
                return act(*args, **kwargs)
            finally:
                note.put(0, "idle")

        return doing

    numbers = iter(range(1, LANES + 1))

    def staged(journal: Journal, touch_id: int, stage: str) -> None:
        if not hasattr(mine, "lane") and threading.current_thread() is not threading.main_thread():
            mine.lane = next(numbers, LANES)
        if phase := STAGES.get(stage):
            note.put(mine.lane, phase)
        real_note(journal, touch_id, stage)

    def delivered(board: Any, envelope: Any, journal: Journal) -> Any:
        try:
            return real_deliver(board, envelope, journal)
        finally:
            note.put(getattr(mine, "lane", LANES), "idle")

    def answered(journal: Journal, *args: Any) -> None:
        note.put(mine.lane, "after the reply")
        time.sleep(0.001)
        real_accepted(journal, *args)

    def in_two_parts(smtp: smtplib.SMTP, said: Any) -> None:
        """The words of a letter take their time, as on a slow line."""
        if len(said) < 500:
            real_send(smtp, said)
            return
        real_send(smtp, said[:400])
        time.sleep(0.002)
        real_send(smtp, said[400:])

    # A worker of the trial does not live for long.
    running.OVERTAKE_SECONDS = 0.03
    real_send, mail.send = mail.send, in_two_parts
    real_note, real_accepted, real_deliver = book.note, book.note_accepted, board_of.deliver
    book.note, book.note_accepted, board_of.deliver = staged, answered, delivered
    claims.claim_letters = told("claiming", claims.claim_letters)
    waiting.envelope = told("rendering", waiting.envelope)
    run._entry = told("recording and beginning", run._entry)
    house._commit = told("committing", house._commit)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))

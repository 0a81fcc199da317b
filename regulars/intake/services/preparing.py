"""A second process prepares the units of a big file while this one writes them: two cores for one file.

It reads the staging beside us and never touches the book, so it can be lost at any moment: the run goes on from its
cursor. The process is `regulars.intake.preparer`; it writes portions to its output, each with its length first.
"""

from __future__ import annotations

import json
import marshal
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO

from django.utils import translation

from regulars.intake.services import collecting
from regulars.intake.services.first_lot import Lot, Places, lots
from regulars.intake.services.people_of import Manner
from regulars.intake.services.units import COLLECT_EVERY, Portion, portions_after
from regulars.intake.staging.pipeline import reading_room

LENGTHS = struct.Struct("<QQ")
AHEAD = 8


class Preparer:
    """The process beside us. Begun before the file is staged, so that it is ready by then, and waits for its task."""

    def __init__(self) -> None:
        settings = os.environ.get("DJANGO_SETTINGS_MODULE", "regulars.settings")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "regulars.intake.preparer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings},
        )

    @contextmanager
    def portions(
        self,
        folder: Path,
        cursor: int,
        total: int,
        manner: Manner,
        *,
        is_about_sales: bool,
        places: Places | None = None,
    ) -> Iterator[Iterator[Portion | Lot]]:
        """Portions of the units after `cursor`, from the staging in `folder`, which nobody may be writing; as lots
        where `places` are reserved for them."""
        assert self.process.stdin
        assert self.process.stdout
        told = {"folder": str(folder), "cursor": cursor, "total": total, "manner": asdict(manner)}
        told |= {"is_about_sales": is_about_sales, "language": translation.get_language()}
        told |= {"places": asdict(places) if places else None}
        self.process.stdin.write(json.dumps(told).encode())
        self.process.stdin.close()
        waiting: Queue[tuple[bytes, bytes] | None] = Queue(AHEAD)
        listener = Thread(target=_listen, args=(self.process.stdout, waiting), daemon=True)
        listener.start()
        try:
            yield _unpacked(waiting)
            if self.process.wait():
                raise RuntimeError(f"The process that prepares what is written ended with {self.process.returncode}.")
        finally:
            self.end()
            _let_go_of(listener, waiting)

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe and not pipe.closed:
                with suppress(OSError):
                    pipe.close()


def _let_go_of(listener: Thread, waiting: Queue[tuple[bytes, bytes] | None]) -> None:
    while listener.is_alive():
        if not waiting.empty():
            waiting.get()
        listener.join(0.01)


@contextmanager
def preparer(*, is_wanted: bool) -> Iterator[Preparer | None]:
    """A process beside us for a big file; none for a small one."""
    if not is_wanted:
        yield None
        return
    beside = Preparer()
    try:
        yield beside
    finally:
        beside.end()


def _listen(pipe: IO[bytes], waiting: Queue[tuple[bytes, bytes] | None]) -> None:
    """Take what comes, a few portions ahead of the writing; None where it ends."""
    while len(head := pipe.read(LENGTHS.size)) == LENGTHS.size:
        first, second = LENGTHS.unpack(head)
        found = pipe.read(first), pipe.read(second)
        if len(found[1]) < second:
            break
        waiting.put(found)
    waiting.put(None)


def _unpacked(waiting: Queue[tuple[bytes, bytes] | None]) -> Iterator[Portion | Lot]:
    """Our own child wrote these, and nobody else has its pipe."""
    while found := waiting.get():
        plain, people = marshal.loads(found[0]), pickle.loads(found[1])  # noqa: S301, S302
        yield Lot.unpacked(plain, people) if isinstance(plain, tuple) else (plain, people)


def _hand_over(portion: Portion | Lot, out: IO[bytes]) -> None:
    """Numbers and texts by marshal, in a third of the time; people, who hold days and moments, by pickle."""
    plain, people = portion.packed() if isinstance(portion, Lot) else portion
    first, second = marshal.dumps(plain), pickle.dumps(people, pickle.HIGHEST_PROTOCOL)
    out.write(LENGTHS.pack(len(first), len(second)))
    out.write(first)
    out.write(second)
    out.flush()


def prepare(task: IO[bytes], out: IO[bytes]) -> None:
    """The child's part: read slice after slice and hand each over, until all are read or nobody takes them."""
    if not (wanted := task.read()):
        return
    told = json.loads(wanted)
    con = reading_room(Path(told["folder"]))
    with translation.override(told["language"]), collecting.seldom():
        manner, cursor = Manner(**told["manner"]), told["cursor"]
        portions: Iterator[Portion | Lot] = (
            lots(con, cursor, manner, Places(**told["places"]))
            if told["places"]
            else portions_after(con, cursor, told["total"], manner, is_about_sales=told["is_about_sales"])
        )
        for turn, portion in enumerate(portions):
            collecting.now_and_then(turn, COLLECT_EVERY)
            _hand_over(portion, out)

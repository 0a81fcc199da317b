"""How far each letter in flight got, written beside the database: evidence that outlives the worker.

What it says is believed when it could not have missed anything. A line is in the system's memory before the step it
names begins, so that killing the worker loses none; only a machine that went down may have. Hence the first line names
this running of the machine. The worker locks its file while it uses it: a slow worker is not taken for a dead one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

if sys.platform != "win32":
    import fcntl

FOLDER = "under-way"
ABOUT_TO_BEGIN = "about to begin"
# The server's good answer, noted before the ledger hears of it: a proof that it took the letter.
ACCEPTED = "accepted"
# Nothing of the letter itself had been said to the server when the worker died in one of these.
NOTHING_HANDED_OVER = frozenset({ABOUT_TO_BEGIN, "connecting", "sender", "recipient", "data"})


def _folder() -> Path:
    return Path(settings.OUTBOX_DIR) / FOLDER


def _name(worker: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-." else "_" for sign in worker) + ".log"


class JournalFull(OSError):
    """A step could not be noted, so it did not begin."""


class Journal:
    """One file a worker. A line is one `write`, so that lines of several connections never mix."""

    def __init__(self, worker: str) -> None:
        self._where = _folder() / _name(worker)
        self._where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._opened()
        if os.fstat(self._file).st_size == 0:
            self._write(this_running())

    def _opened(self) -> int:
        """Open and lock the file; once more when a sweep took it away in between."""
        while True:
            file = os.open(self._where, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            if _locked(file, wait=True) is False or _is_in_place(file, self._where):
                return file
            os.close(file)

    def note(self, touch_id: int, stage: str) -> None:
        self._write(f"\n{touch_id} {stage}")

    def _write(self, line: str) -> None:
        """Half a line is no evidence: then the letter does not go on. The next line begins on its own."""
        said = line.encode()
        try:
            written = os.write(self._file, said)
        except OSError as fault:
            raise JournalFull(f"The journal of letters could not be written: {fault.strerror}.") from fault
        if written != len(said):
            raise JournalFull("The journal of letters could not be written: the disk is full.")

    def note_accepted(self, touch_id: int, code: int, said: str, provider_id: str) -> None:
        """Keep the good answer. Without it the ledger still hears of it, unless the worker dies this very moment."""
        with suppress(OSError):
            self.note(touch_id, f"{ACCEPTED} {code} {provider_id or '-'} {' '.join(said.split())[:200]}")

    def leave(self) -> None:
        """The run broke off: what it wrote stays for whoever looks at its letters."""
        os.close(self._file)

    def close(self) -> None:
        """Nothing is under way any more: the file goes."""
        self._where.unlink(missing_ok=True)
        os.close(self._file)


def accepted(stage: str) -> tuple[int, str, str] | None:
    """Read a good answer: code, the service's name for the letter, what was said; None for every other stage."""
    word, _space, rest = stage.partition(" ")
    code, _space, rest = rest.partition(" ")
    name, _space, said = rest.partition(" ")
    if word != ACCEPTED or not code.isdigit():
        return None
    return int(code), "" if name == "-" else name, said


def last_stages(worker: str, touch_ids: Iterable[int]) -> dict[int, str]:
    """Read how far a worker's letters got; a worker on another machine has left nothing here."""
    wanted = set(touch_ids)
    stages: dict[int, str] = {}
    for line in _lines(_folder() / _name(worker)):
        number, _space, stage = line.partition(" ")
        if number.isdigit() and int(number) in wanted:
            stages[int(number)] = stage
    return stages


@contextmanager
def trusted(worker: str) -> Iterator[bool]:
    """May this journal be believed? The worker is dead for certain, and the machine has run ever since.

    While the body runs the file stays locked, so that nobody else reads, sweeps or writes it.
    """
    where = _folder() / _name(worker)
    with _held(where) as is_ours:
        lines = _lines(where) if is_ours else []
        yield bool(lines) and bool(this_running()) and lines[0] == this_running()


def sweep(busy_workers: Collection[str]) -> int:
    """Remove what dead workers left, once none of their letters is under way; returns how many files went."""
    keep = {_name(worker) for worker in busy_workers}
    swept = 0
    for where in leftovers():
        if where.name not in keep:
            with _held(where) as is_ours:
                if is_ours:
                    where.unlink(missing_ok=True)
                    swept += 1
    return swept


def leftovers() -> list[Path]:
    """Every journal there is: of workers at work, and of those that died."""
    try:
        return sorted(_folder().glob("*.log"))
    except OSError:
        return []


def this_running() -> str:
    """The name of this running of the machine, another one after each start; "" where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _lines(where: Path) -> list[str]:
    try:
        return where.read_text(errors="replace").splitlines()
    except OSError:
        return []


@contextmanager
def _held(where: Path) -> Iterator[bool]:
    """Hold a journal whose worker is gone; False when it still lives, or nobody can tell."""
    try:
        file = os.open(where, os.O_RDWR)
    except OSError:
        yield False
        return
    try:
        yield bool(_locked(file, wait=False)) and _is_in_place(file, where)
    finally:
        os.close(file)


def _locked(file: int, *, wait: bool) -> bool:
    if sys.platform == "win32":
        return False  # it knows no such lock: there nothing is proved, and the owner is asked
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_in_place(file: int, where: Path) -> bool:
    """Is what we opened still what stands under the name?"""
    try:
        return os.path.samestat(os.fstat(file), where.stat())
    except OSError:
        return False

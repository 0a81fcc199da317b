"""How far each letter in flight got, written beside the database: evidence that outlives the worker."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

FOLDER = "under-way"


def _path(worker: str) -> Path:
    safe = "".join(sign if sign.isalnum() or sign in "-." else "_" for sign in worker)
    return Path(settings.OUTBOX_DIR) / FOLDER / f"{safe}.log"


class Journal:
    """One file a worker. A line is one `write`, so that lines of several connections never mix."""

    def __init__(self, worker: str) -> None:
        self._where = _path(worker)
        self._where.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self._where, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, touch_id: int, stage: str) -> None:
        os.write(self._file, f"{touch_id} {stage}\n".encode())

    def close(self) -> None:
        """Nothing is under way any more: the file goes."""
        os.close(self._file)
        self._where.unlink(missing_ok=True)


def last_stages(worker: str, touch_ids: Iterable[int]) -> dict[int, str]:
    """Read how far a dead worker's letters got; a worker on another machine has left nothing here."""
    wanted = set(touch_ids)
    stages: dict[int, str] = {}
    try:
        lines = _path(worker).read_text(errors="replace").splitlines()
    except OSError:
        return {}
    for line in lines:
        number, _space, stage = line.partition(" ")
        if number.isdigit() and int(number) in wanted:
            stages[int(number)] = stage
    return stages

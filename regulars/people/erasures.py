"""The erasures of this house, kept beside the database too, so that a restored backup cannot bring anybody back.

The table is what counts; the file `erased.jsonl` in the data folder is its copy, one line an erasure: a number and
keyed hashes, which say nothing to anybody without the key. When a backup is restored, the erasures of the database that
is replaced and those of the file are carried over and done again.
"""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from regulars.people.models import Erasure

FILE = "erased.jsonl"
Told = dict[str, Any]


def write_down(folder: Path | None = None) -> None:
    """Bring the file up to date with the table: what is missing in it is added."""
    path = (folder or _home()) / FILE
    known = {one["mark"] for one in _read(path)}
    missing = [row for row in Erasure.objects.order_by("pk").iterator() if row.mark not in known]
    if not missing:
        return
    lines = "".join(json.dumps(_told(row)) + "\n" for row in missing)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _home() -> Path:
    """The folder of the database in use: during a restore into another folder that is not this process's own."""
    name = Path(str(connection.settings_dict["NAME"]))
    return name.parent if connection.vendor == "sqlite" and name.is_absolute() else Path(settings.DATA_DIR)


def _told(row: Erasure) -> Told:
    return {
        "person_id": row.person_id,
        "mark": row.mark,
        "hashes": row.hashes,
        "erased_at": row.erased_at.astimezone(UTC).isoformat(),
    }


def _read(path: Path) -> list[Told]:
    """Return what the file says; half a line, of a power cut, is passed over."""
    found = []
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [one for one in found if isinstance(one, dict) and one.keys() >= {"person_id", "mark", "hashes"}]


def collect(home: Path) -> list[Told]:
    """Return every erasure known before a restore: of the database there and of the file, each once."""
    found = _read(home / FILE)
    if home != Path(settings.DATA_DIR):
        found += _read(Path(settings.DATA_DIR) / FILE)
    if Erasure._meta.db_table in connection.introspection.table_names():
        found += [_told(row) for row in Erasure.objects.all()]
    return list({one["mark"]: one for one in found}.values())

"""From one database to the other: writers held, every row counted on both sides, and the old house closed behind."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, connections
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import backups, clock, tables
from regulars.kit.errors import Refusal
from regulars.kit.standing_by import LOCK

MOVED_AT = "moved_at"
BEFORE_MOVE = "before move"
OF_THE_DATABASE = ("REGULARS_DATABASE_URL", "REGULARS_DATABASE_URL_FILE")


@dataclass(frozen=True, slots=True)
class Moved:
    """Where everything is now: rows by table as counted on both sides, and the file that holds the state before."""

    database: str
    counts: dict[str, int]
    kept: Path


def move(target: str, folder: Path | None = None) -> Moved:
    """Bring everything to `target`: a postgresql:// address, or "sqlite" for a file in the data folder (or `folder`).

    Refuses while anybody works here, a target that is lived in, and a difference in any table's count. Nothing can be
    written here meanwhile or afterwards: the old database is marked as left and no command opens it again, until
    `stay` takes the mark away. Broken off in the middle, everything still stands here and it can be run again.
    """
    home = Path(folder or settings.DATA_DIR).expanduser().resolve()
    _must_be_elsewhere(target, home)
    with _nobody_at_work(), _writers_held() as mark:
        kept = backups.next_backup_path(BEFORE_MOVE)
        info = backups.write_backup(kept)
        aside = _set_aside(home) if target == "sqlite" else None
        try:
            there = _fill(target, home, kept)
            _must_be_equal(info.counts, there)
        except BaseException:
            _put_back(home, aside)
            raise
        mark()
    return Moved(_plainly(target, home), info.counts, kept)


def stay() -> bool:
    """Take back the mark of having left, so that this database is lived in again; says whether there was one."""
    from regulars.kit.models import Counter

    return bool(Counter.objects.filter(name=MOVED_AT).delete()[0])


def left_on() -> datetime | None:
    """When everything moved out of this database, if it did. One query."""
    from regulars.kit.models import Counter

    if Counter._meta.db_table not in connection.introspection.table_names():
        return None
    value = Counter.objects.filter(name=MOVED_AT).values_list("value", flat=True).first()
    return datetime.fromtimestamp(value, UTC) if value else None


def _must_be_elsewhere(target: str, home: Path) -> None:
    is_address = urlsplit(target).scheme in {"postgresql", "postgres"}
    if target != "sqlite" and not is_address:
        raise Refusal(_("Say where to: a postgresql://… address, or sqlite."))
    if is_address and target == settings.DATABASE_URL:
        raise Refusal(_("Everything is in that database already."))
    if target == "sqlite" and not settings.DATABASE_URL and home == settings.DATA_DIR:
        raise Refusal(_("Everything is in that file already."))


@contextmanager
def _nobody_at_work() -> Iterator[None]:
    """Hold the place of this folder's worker, and see that nobody else is connected to a server's database."""
    handle = os.open(settings.DATA_DIR / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(_("Regulars is running on this folder. Stop it, move, and start it again.")) from None
        if others := _others_connected():
            raise Refusal(
                ngettext(
                    "Somebody else is connected to the database (%(n)s connection). Stop every `regulars serve` and "
                    "`regulars work`, and move then.",
                    "Others are connected to the database (%(n)s connections). Stop every `regulars serve` and "
                    "`regulars work`, and move then.",
                    others,
                )
                % {"n": others}
            )
        yield
    finally:
        os.close(handle)


def _others_connected() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


MARK = (
    "INSERT INTO kit_counter (name, value) VALUES ('moved_at', {})"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


@contextmanager
def _writers_held() -> Iterator[Callable[[], object]]:
    """Keep everybody from writing while the rows are read; yields the act that marks this database as left."""
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            beside = connections.create_connection("default")
            stack.callback(beside.close)
            cursor = stack.enter_context(beside.cursor())
            begin = f"LOCK TABLE {_all_tables()} IN EXCLUSIVE MODE"
            do: Callable[..., object] = cursor.execute
            mark, value = MARK.format("%s"), _now()
            do("BEGIN")
            do(begin)
        else:
            name = str(connection.settings_dict["NAME"])
            link = stack.enter_context(closing(sqlite3.connect(name, timeout=20, isolation_level=None)))
            do, mark, value = link.execute, MARK.format("?"), _now()
            do("BEGIN IMMEDIATE")
        try:
            yield lambda: do(mark, [value])
        except BaseException:
            do("ROLLBACK")
            raise
        do("COMMIT")


def _all_tables() -> str:
    return ", ".join(connection.ops.quote_name(table.name) for table in tables.postgres_tables())


def _now() -> int:
    return int(clock.now().timestamp())


def _fill(target: str, home: Path, kept: Path) -> dict[str, int]:
    """Restore the file that was just written into the target, by a process whose settings point there."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THE_DATABASE}
    environment["REGULARS_DATA_DIR"] = str(home)
    if target != "sqlite":
        environment["REGULARS_DATABASE_URL"] = target
    command = [sys.executable, "-m", "regulars", "restore", str(kept), "--as-a-move", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [_("it ended without a word")]
        raise Refusal(_("Nothing was moved. At the new place: %(why)s") % {"why": lines[-1]})
    counts: dict[str, int] = json.loads(done.stdout)["counts"]
    return counts


def _must_be_equal(here: Mapping[str, int], there: Mapping[str, int]) -> None:
    for name in sorted({*here, *there}):
        if here.get(name) != there.get(name):
            raise Refusal(
                _("%(table)s has %(here)s rows here and %(there)s at the new place. Nothing was moved.")
                % {"table": name, "here": here.get(name, 0), "there": there.get(name, 0)}
            )


def _set_aside(home: Path) -> Path | None:
    """A file at the target that everything moved out of earlier makes room; any other stays and is refused."""
    path = home / "regulars.sqlite3"
    if not path.exists():
        return None
    if _holds_nothing(path):
        _remove(path)
        return None
    with closing(sqlite3.connect(path, timeout=20)) as link:
        try:
            was_left = link.execute("SELECT 1 FROM kit_counter WHERE name = 'moved_at'").fetchone()
        except sqlite3.DatabaseError:
            was_left = None
        if not was_left:
            raise Refusal(_("There is a business in %(path)s already. Choose another folder.") % {"path": path})
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = path.with_name(f"regulars-left-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.sqlite3")
    path.rename(aside)
    _remove(path)
    return aside


def _holds_nothing(path: Path) -> bool:
    """A file without a single table is what a restore leaves that was refused; it is no business."""
    with closing(sqlite3.connect(path, timeout=20)) as link:
        try:
            return link.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None
        except sqlite3.DatabaseError:
            return False


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _put_back(home: Path, aside: Path | None) -> None:
    if aside:
        aside.replace(home / "regulars.sqlite3")


def _plainly(target: str, home: Path) -> str:
    """The new place without its password."""
    if target == "sqlite":
        return str(home / "regulars.sqlite3")
    parts = urlsplit(target)
    return f"postgresql://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"

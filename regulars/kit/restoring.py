"""Putting a backup back: into either database, proved row for row before anything of the target is replaced."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

import regulars
from regulars.kit import changes, clock, moving_house, tables
from regulars.kit.errors import Refusal
from regulars.kit.parcels import unpack
from regulars.kit.standing_by import is_somebody_at_work


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: rows by table, as they were when the backup was taken; `again`: what was done once more since."""

    counts: dict[str, int]
    taken_at: datetime
    version: str
    again: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What must outlive a restore: collected from the folder and database before, done again in what came back."""

    collect: Callable[[Path], Any]
    replay: Callable[[Path, Any], int]


_carried: dict[str, CarriedOver] = {}


def carry_over(name: str, collect: Callable[[Path], Any], replay: Callable[[Path, Any], int]) -> None:
    """Let something outlive a restore, such as erasures. A room says so when the house starts."""
    _carried[name] = CarriedOver(collect, replay)


def restore(
    source: Path | str,
    passphrase: str | None = None,
    into: Path | str | None = None,
    *,
    force: bool = False,
    is_move: bool = False,
) -> Restored:
    """Put everything back from a backup, of SQLite or PostgreSQL, into this installation or the folder `into`.

    Refuses while Regulars runs here, a backup of a newer version, a damaged one, another passphrase, and a target
    that is lived in unless `force`d (then a backup of the target is kept first). Counts every table and refuses a
    difference. Sending is stopped afterwards: what left the house since the backup was taken is not known here, and
    nobody gets it twice. Not so with `is_move`: then the mover holds every writer, nothing left since, and it goes on.
    """
    source, home = Path(source).expanduser().resolve(), Path(into or settings.DATA_DIR).expanduser().resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not is_move and is_somebody_at_work(home):
        raise Refusal(_("Regulars is running on this folder. Stop it, restore, and start it again."))
    with _pointed_at(home):
        is_empty = _is_empty()
        may_replace = force or (is_move and moving_house.left_on() is not None)
        if not is_empty and not may_replace:
            raise Refusal(_("There is a business in this installation already. It is replaced only if you force it."))
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=home) as folder:
            parcel = Path(folder)
            about, manifest = unpack(source, passphrase, parcel, _must_not_be_newer)
            key = (parcel / "key").read_text()
            _key_must_fit(key, home)
            known = {name: one.collect(home) for name, one in _carried.items()}
            if not is_empty:
                _keep_what_is_there()
            counts = _put_back(about, manifest, parcel)
            _put_media_back(parcel / "media", home / "media")
            _write_key(key, home)
        _begin_again(stops_sending=not is_move)
        with _under_key(key):
            again = {name: one.replay(home, known[name]) for name, one in _carried.items()}
    return Restored(counts, datetime.fromisoformat(about["taken_at"]), about["version"], again)


@contextmanager
def _under_key(key: str) -> Iterator[None]:
    """What is hashed and sealed in here is so for the house that came back, whatever key this process began with."""
    before = settings.SECRET_KEY
    settings.SECRET_KEY = key
    try:
        yield
    finally:
        settings.SECRET_KEY = before


@contextmanager
def _pointed_at(home: Path) -> Iterator[None]:
    """Let the default connection stand on the database of another folder (SQLite); PostgreSQL has but one."""
    name = str(connection.settings_dict["NAME"])
    elsewhere = str(home / "regulars.sqlite3")
    if connection.vendor != "sqlite" or name == elsewhere or home == settings.DATA_DIR:
        yield
        return
    here = connections["default"]
    there = connections.create_connection("default")
    there.settings_dict = {**here.settings_dict, "NAME": elsewhere}
    connections["default"] = there
    try:
        yield
    finally:
        there.close()
        connections["default"] = here


def _is_empty() -> bool:
    from django.contrib.auth import get_user_model

    from regulars.kit.business import Business

    there = set(connection.introspection.table_names())
    lived_in = [model for model in (Business, get_user_model()) if model._meta.db_table in there]
    return not any(model._base_manager.exists() for model in lived_in)


def _must_not_be_newer(about: dict[str, Any]) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    unknown = [f"{app} {name}" for app, name in about["migrations"] if (app, name) not in known]
    if _version(about["version"]) > _version(regulars.__version__):
        raise Refusal(
            _(
                "This backup was made by a newer Regulars: by %(theirs)s, and this is %(ours)s. Upgrade first, then"
                " restore."
            )
            % {"theirs": about["version"], "ours": regulars.__version__}
        )
    if unknown:
        raise Refusal(
            _(
                "This backup was made by a newer Regulars: its book has a shape that this one does not know yet"
                " (%(step)s). Upgrade first, then restore."
            )
            % {"step": unknown[-1]}
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _key_must_fit(key: str, home: Path) -> None:
    from_environment = os.environ.get("REGULARS_SECRET_KEY") or os.environ.get("REGULARS_SECRET_KEY_FILE")
    if from_environment and home == settings.DATA_DIR and key != settings.SECRET_KEY:
        raise Refusal(_("REGULARS_SECRET_KEY is not the key of this backup. Set that key, or leave the setting out."))


def _keep_what_is_there() -> None:
    from regulars.kit.backups import BEFORE_RESTORE, back_up, next_backup_path

    back_up(next_backup_path(BEFORE_RESTORE), why=BEFORE_RESTORE)


def _put_back(about: dict[str, Any], manifest: dict[str, Any], parcel: Path) -> dict[str, int]:
    wanted = {
        name: (tables.Table(name, tuple(table["columns"])), int(table["rows"]))
        for name, table in manifest["tables"].items()
    }
    if connection.vendor == "postgresql":
        _into_postgres(about, wanted, parcel)
    else:
        _into_sqlite(about, wanted, parcel)
    return {name: rows for name, (_table, rows) in wanted.items()}


Wanted = dict[str, tuple[tables.Table, int]]


def _into_postgres(about: dict[str, Any], wanted: Wanted, parcel: Path) -> None:
    """Build the schema of the backup's own version unless it stands, fill it in one transaction, count, migrate on."""
    if _applied() != {(app, name) for app, name in about["migrations"]}:
        _drop_postgres_tables()
        _migrate_to(about["migrations"])
    with transaction.atomic():
        with connection.cursor() as cursor:
            names = ", ".join(connection.ops.quote_name(table.name) for table in tables.postgres_tables())
            cursor.execute(f"TRUNCATE {names} CASCADE")
        for table, rows in wanted.values():
            tables.copy_in(table, _lines(about, table, parcel))
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table.quoted()[0]}")
                _must_equal(table.name, cursor.fetchone()[0], rows)
    call_command("migrate", interactive=False, verbosity=0)


def _lines(about: dict[str, Any], table: tables.Table, parcel: Path) -> Iterator[bytes]:
    """The lines of a table. Types are looked up now: while COPY runs, its connection answers nothing else."""
    if about["database"] == "sqlite":
        return tables.sqlite_lines(parcel / "database.sqlite3", table, tables.postgres_types(table.name))
    return tables.file_lines(parcel / "tables" / table.name)


def _into_sqlite(about: dict[str, Any], wanted: Wanted, parcel: Path) -> None:
    """Prepare and prove the whole database beside the target, then copy it over in one transaction of SQLite's."""
    path = parcel / "database.sqlite3"
    if about["database"] != "sqlite":
        _build_sqlite(about, wanted, parcel, path)
    with closing(sqlite3.connect(path)) as ready:
        sound = ready.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            raise Refusal(_("The database in this backup is damaged: %(why)s.") % {"why": sound})
        _must_hold(ready, wanted)
        connections["default"].close()
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as target:
            ready.backup(target)
            target.execute("PRAGMA journal_mode=WAL")
            _must_hold(target, wanted)
    call_command("migrate", interactive=False, verbosity=0)


def _build_sqlite(about: dict[str, Any], wanted: Wanted, parcel: Path, path: Path) -> None:
    """A SQLite database out of PostgreSQL's tables, on the schema of the backup's own version."""
    here = connections["default"]
    beside = connections.create_connection("default")
    beside.settings_dict = {**here.settings_dict, "NAME": str(path)}
    connections["default"] = beside
    try:
        _migrate_to(about["migrations"])
    finally:
        beside.close()
        connections["default"] = here
    with closing(sqlite3.connect(path)) as link:
        link.execute("PRAGMA foreign_keys=OFF")
        for table in tables.sqlite_tables(link):
            link.execute(f'DELETE FROM "{table.name}"')
        for table, _rows in wanted.values():
            tables.fill_sqlite(link, table, _lines(about, table, parcel))
        link.commit()
        broken = link.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise Refusal(
                _("The backup does not hang together: a row of %(table)s points nowhere.") % {"table": broken[0]}
            )
        link.execute("PRAGMA journal_mode=DELETE")


def _must_hold(link: sqlite3.Connection, wanted: Wanted) -> None:
    for table, rows in wanted.values():
        _must_equal(table.name, link.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0], rows)


def _must_equal(table: str, found: int, rows: int) -> None:
    if found != rows:
        raise Refusal(
            _("%(table)s came back with %(found)s rows of %(rows)s. Nothing was kept.")
            % {"table": table, "found": found, "rows": rows}
        )


def _applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def _drop_postgres_tables() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables.postgres_tables():
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table.name)} CASCADE")


def _migrate_to(migrations: list[list[str]]) -> None:
    """Bring an empty database to the schema that knew exactly these migrations, in one plan."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    taken = {(app, name) for app, name in migrations} & set(graph.nodes)
    followed = {
        key for key in taken for child in graph.node_map[key].children if child.key in taken and child.key[0] == key[0]
    }
    executor.migrate(sorted(taken - followed))


def _put_media_back(source: Path, target: Path) -> None:
    if target.exists():
        shutil.rmtree(target)
    if source.exists():
        shutil.move(source, target)


def _write_key(key: str, home: Path) -> None:
    path = home / "key"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)


def _begin_again(*, stops_sending: bool) -> None:
    """Numbers go on above all restored ones, and nothing is sent until a person says so, unless it is known what was.

    Old leases run out by themselves.
    """
    from django.apps import apps

    from regulars.kit.business import Business, forget_business
    from regulars.kit.models import Counter, HandlerCursor, Heartbeat, Notice

    numbered = [
        model._base_manager.order_by("-change_number").values_list("change_number", flat=True).first() or 0
        for model in apps.get_models()
        if any(field.name == "change_number" for field in model._meta.fields)
    ]
    counted = [row.value for row in Counter.objects.all()]
    placed = [
        place
        for model in (Notice, HandlerCursor)
        for place in model._base_manager.order_by("-position").values_list("position", flat=True)[:1]
    ]
    changes.begin_epoch(max([0, *numbered, *counted, *placed]))
    Heartbeat.objects.all().delete()
    if stops_sending:
        Business.objects.filter(is_sending_stopped=False).update(
            is_sending_stopped=True, stopped_at=clock.now(), stopped_by_name=_("the restore")
        )
    forget_business()

"""One file that holds everything (database, media, key), taken while the house is open, and the way back."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

import regulars
from regulars.kit import clock, tables
from regulars.kit.errors import Refusal
from regulars.kit.models import BackupRecord
from regulars.kit.parcels import ABOUT, MANIFEST, Packer, packing
from regulars.kit.schedules import every

__all__ = ["BackupInfo", "back_up", "back_up_nightly", "next_backup_path", "prune", "write_backup"]
log = logging.getLogger("regulars.backups")

ENDING = ".regulars"
BY_HAND, NIGHTLY, BEFORE_UPGRADE, BEFORE_RESTORE = "by hand", "nightly", "before upgrade", "before restore"


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """What a backup holds: rows by table, when it was taken, by which version."""

    path: Path
    taken_at: datetime
    version: str
    counts: dict[str, int]
    size_bytes: int
    is_encrypted: bool


def next_backup_path(why: str = BY_HAND) -> Path:
    """A dated file in the backups folder that does not exist yet."""
    settings.BACKUP_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = f"{why.replace(' ', '-')}-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
    free = (settings.BACKUP_DIR / f"{stem}{more}{ENDING}" for more in ["", *(f"-{n}" for n in range(2, 1000))])
    return next(path for path in free if not path.exists())


def back_up(target: Path | str, passphrase: str | None = None, *, why: str = BY_HAND) -> BackupInfo:
    """Write everything to one file while the house is open; the database as it was at one moment.

    Without a passphrase the file holds the installation's key in plain: keep it like the key of the shop.
    """
    target = Path(target).expanduser().resolve()
    try:
        info = write_backup(target, passphrase)
    except (OSError, sqlite3.Error, Refusal) as fault:
        BackupRecord.objects.create(why=why, path=str(target), error=str(fault)[:2000])
        if isinstance(fault, Refusal):
            raise
        raise Refusal(_("The backup could not be written: %(why)s.") % {"why": fault}) from fault
    BackupRecord.objects.create(
        why=why, path=str(target), size_bytes=info.size_bytes, is_encrypted=info.is_encrypted, at=info.taken_at
    )
    return info


def write_backup(target: Path, passphrase: str | None = None) -> BackupInfo:
    """The same without a record of it: for an upgrade, when the table of records may not be there yet."""
    if target.exists():
        raise Refusal(_("%(path)s is there already. Choose another name.") % {"path": target})
    target.parent.mkdir(parents=True, exist_ok=True)
    _must_have_room(target.parent)
    taken_at = clock.now()
    about = {
        "product": "regulars",
        "version": regulars.__version__,
        "taken_at": taken_at.isoformat(),
        "database": connection.vendor,
        "migrations": applied_migrations(),
    }
    with (
        tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder,
        packing(target, passphrase) as packer,
    ):
        packer.add_json(ABOUT, about)
        pack = _pack_postgres if connection.vendor == "postgresql" else _pack_sqlite
        rows = pack(packer, Path(folder))
        _pack_media(packer)
        packer.add_bytes("key", settings.SECRET_KEY.encode())
        packer.add_json(MANIFEST, {"tables": rows, "sha256": packer.sha256.copy()})
    counts = {name: int(table["rows"]) for name, table in rows.items()}
    return BackupInfo(
        target, taken_at, regulars.__version__, counts, target.stat().st_size, is_encrypted=bool(passphrase)
    )


def applied_migrations() -> list[list[str]]:
    from django.db.migrations.recorder import MigrationRecorder

    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def _must_have_room(folder: Path) -> None:
    if connection.vendor != "sqlite":
        return
    needed = 2 * Path(connection.settings_dict["NAME"]).stat().st_size
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refusal(
            _("A backup needs %(needed)s MB of free disk, and there are %(free)s MB.")
            % {"needed": needed // 1_000_000 + 1, "free": free // 1_000_000}
        )


def _pack_sqlite(packer: Packer, folder: Path) -> dict[str, dict[str, Any]]:
    """SQLite copies itself page by page in one reading transaction; writers go on meanwhile."""
    path = folder / "database.sqlite3"
    name = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(name, timeout=20)) as live, closing(sqlite3.connect(path)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        rows: dict[str, dict[str, Any]] = {}
        for table in tables.sqlite_tables(copy):
            count = copy.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]
            rows[table.name] = {"columns": table.columns, "rows": count}
    packer.add_file("database.sqlite3", path)
    return rows


def _pack_postgres(packer: Packer, folder: Path) -> dict[str, dict[str, Any]]:
    """Every table by COPY in one snapshot."""
    rows: dict[str, dict[str, Any]] = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in tables.postgres_tables():
            path = folder / "table"
            with path.open("wb") as file:
                count = tables.copy_out(table, file)
            packer.add_file(f"tables/{table.name}", path)
            rows[table.name] = {"columns": table.columns, "rows": count}
    return rows


def _pack_media(packer: Packer) -> None:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_file():
            packer.add_file(f"media/{path.relative_to(root)}", path)


@every("nightly backup", cron="40 2 * * *", heavy=True)
def back_up_nightly() -> None:
    """Keep the last few nights; a night without power is made good when the house opens."""
    back_up(next_backup_path(NIGHTLY), why=NIGHTLY)
    prune(NIGHTLY)


def prune(why: str) -> int:
    """Remove the oldest automatic backups of one kind beyond BACKUPS_KEPT; those by hand stay."""
    if why == BY_HAND:
        return 0
    ours = sorted(settings.BACKUP_DIR.glob(f"{why.replace(' ', '-')}-*{ENDING}"), reverse=True)
    for path in ours[settings.BACKUPS_KEPT :]:
        path.unlink(missing_ok=True)
    return len(ours[settings.BACKUPS_KEPT :])

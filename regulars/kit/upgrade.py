"""Bringing the database to this version: a backup first, one process at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.formats import date_format
from django.utils.translation import gettext as _

import regulars
from regulars.kit import backups, bulletin, clock, moving_house, schedules
from regulars.kit.errors import Refusal
from regulars.kit.laying_out import lay_out

LOCK_NUMBER = 726_585_711  # any number; PostgreSQL's advisory lock for upgrades of this product


def pending_migrations() -> list[str]:
    """What has to be done to the database before this version can use it."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label} {migration.name}" for migration, _backwards in plan]


def migrate_safely(begins: Callable[[bool], None] | None = None) -> bool:
    """Apply what is pending; a database with content is backed up before. Returns whether anything was applied.

    `begins` hears that there is something to do, and whether the database is new, before it is done.

    Any number of processes may call this at once: one does it, the others wait and find it done.
    """
    with _alone():
        is_new = not connection.introspection.table_names()
        if not is_new:
            _must_not_be_newer()
            _must_not_be_left()
        pending = pending_migrations()
        if pending:
            if begins is not None:
                begins(is_new)
            if is_new:
                lay_out()
            else:
                _keep_what_is_there()
                call_command("migrate", interactive=False, verbosity=0)
        bulletin.enrol()
        schedules.enrol()
    return bool(pending)


def unknown_migrations() -> list[str]:
    """What a newer version has done to this database and this one does not know."""
    loader = MigrationExecutor(connection).loader
    known = set(loader.disk_migrations) | {key for step in loader.disk_migrations.values() for key in step.replaces}
    ours = {app for app, _name in known}
    return sorted(
        f"{app} {name}" for app, name in loader.applied_migrations if app in ours and (app, name) not in known
    )


def _must_not_be_newer() -> None:
    if unknown := unknown_migrations():
        raise Refusal(
            _(
                "This data was last used by a newer Regulars than this one (%(ours)s), which does not know %(what)s. "
                "Start the newer one, or restore the backup from before that upgrade (%(folder)s)."
            )
            % {"ours": regulars.__version__, "what": unknown[0], "folder": settings.BACKUP_DIR}
        )


def _must_not_be_left() -> None:
    if left := moving_house.left_on():
        place = _("REGULARS_DATABASE_URL") if connection.vendor == "sqlite" else _("the data folder")
        raise Refusal(
            _(
                "Everything moved out of this database on %(day)s. Start Regulars on the new one (%(place)s), or open "
                "this old state again with `regulars move --stay`."
            )
            % {"day": date_format(clock.local(left), "DATETIME_FORMAT"), "place": place}
        )


def _keep_what_is_there() -> None:
    """The backup of the old version. Its record is written afterwards, since its table may be among the new ones."""
    path = backups.next_backup_path(backups.BEFORE_UPGRADE)
    backups.write_backup(path)
    backups.prune(backups.BEFORE_UPGRADE)


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])
        return
    handle = os.open(settings.DATA_DIR / "upgrade.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

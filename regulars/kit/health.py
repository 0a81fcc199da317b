"""Is everything in order? Each finding is a sentence for the owner, and says what to do when it is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import bulletin, clock, upgrade
from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.kit.models import BackupRecord, HandlerCursor, Heartbeat, Job, Schedule, SecondPlace
from regulars.kit.secrets import decrypt

LEAST_FREE_MB = 500
WORKER_SILENT_AFTER = timedelta(minutes=2)
BACKUP_OLD_AFTER = timedelta(hours=50)
SECOND_OLD_AFTER = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `key` is for programs, `sentence` for people."""

    key: str
    is_fine: bool
    sentence: str


def check(*, thoroughly: bool = True) -> list[Finding]:
    """Look at everything, the worst first. `thoroughly` also reads the whole database for damage (SQLite)."""
    is_ready = _looked_at("migrations", _migrations).is_fine
    found = [_looked_at(key, look) for key, look in LOOKS.items() if is_ready or key in WITHOUT_TABLES]
    if thoroughly:
        found.append(_looked_at("database", _integrity))
    return sorted(found, key=lambda finding: finding.is_fine)


Look = Callable[[], tuple[bool, str]]


def _looked_at(key: str, look: Look) -> Finding:
    try:
        is_fine, sentence = look()
    except (DatabaseError, OSError) as fault:
        is_fine, sentence = False, _("%(what)s could not be looked at: %(why)s") % {"what": key, "why": fault}
    return Finding(key, is_fine, sentence)


def _integrity() -> tuple[bool, str]:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True, _("The database answers.")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        said = cursor.fetchone()[0]
        cursor.execute("PRAGMA foreign_key_check")
        stray = cursor.fetchone()
    if said != "ok":
        return False, _("The database is damaged (%(said)s). Stop Regulars and restore the last backup.") % {
            "said": said
        }
    if stray:
        return False, _("A row of %(table)s points nowhere. Restore the last backup.") % {"table": stray[0]}
    return True, _("The database is sound.")


def _migrations() -> tuple[bool, str]:
    pending = upgrade.pending_migrations()
    if pending:
        return False, ngettext(
            "%(n)s change to the database is waiting. Start Regulars again.",
            "%(n)s changes to the database are waiting. Start Regulars again.",
            len(pending),
        ) % {"n": len(pending)}
    return True, _("The database is at this version.")


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(settings.DATA_DIR).free // 1_000_000
    size = Path(connection.settings_dict["NAME"]).stat().st_size // 1_000_000 if connection.vendor == "sqlite" else 0
    if free < max(LEAST_FREE_MB, 3 * size):
        return False, _("Only %(free)s MB of disk space are left. Make room, or backups will fail.") % {"free": free}
    return True, _("%(free)s GB of disk space are free.") % {"free": number_format(free / 1000, 1)}


def disk() -> Finding:
    """Is there room to go on and to back up? No query."""
    return _looked_at("disk", _disk)


def _worker() -> tuple[bool, str]:
    last = Heartbeat.objects.order_by("-beat_at").first()
    if last is None:
        return False, _("The worker has never run. Start `regulars serve` or `regulars work`.")
    when = _when(last.beat_at)
    if clock.now() - last.beat_at > WORKER_SILENT_AFTER:
        return False, _("The worker last ran at %(when)s. Start `regulars serve` or `regulars work`.") % {"when": when}
    if last.last_error:
        return False, _("The worker runs, but something went wrong: %(error)s") % {"error": last.last_error}
    return True, _("The worker last ran at %(when)s.") % {"when": when}


def _notices() -> tuple[bool, str]:
    waiting = len(bulletin.set_aside_notices())
    if waiting:
        return False, ngettext(
            "%(n)s piece of news could not be taken in and was set aside. Try it again or let it go.",
            "%(n)s pieces of news could not be taken in and were set aside. Try them again or let them go.",
            waiting,
        ) % {"n": waiting}
    stuck = HandlerCursor.objects.exclude(last_error="").values_list("name", "last_error").first()
    if stuck:
        return False, _("News is held up at %(handler)s: %(error)s") % {"handler": stuck[0], "error": stuck[1]}
    return True, _("All news is delivered.")


def _jobs() -> tuple[bool, str]:
    lately = clock.now() - timedelta(days=7)
    failed = Job.objects.filter(state__in=[Job.FAILED, Job.SET_ASIDE], due_at__gte=lately).order_by("-id").first()
    if failed:
        name = failed.task_path.rsplit(".", 1)[-1]
        return False, _("The job %(name)s failed at %(when)s: %(error)s") % {
            "name": name, "when": _when(failed.due_at), "error": failed.last_error,
        }  # fmt: skip
    return True, _("No job has failed in the last 7 days.")


def _schedules() -> tuple[bool, str]:
    late = Schedule.objects.filter(next_at__lt=clock.now() - timedelta(hours=1)).order_by("next_at").first()
    if late:
        return False, _("“%(name)s” was due at %(when)s and waits for a worker.") % {
            "name": late.name, "when": _when(late.next_at),
        }  # fmt: skip
    return True, _("Everything that recurs is on time.")


def _backup() -> tuple[bool, str]:
    last = BackupRecord.objects.order_by("-at", "-id").first()
    good = BackupRecord.objects.filter(error="").order_by("-at", "-id").first()
    if last and last.error:
        return False, _("The last backup failed: %(why)s") % {"why": last.error}
    if good is None:
        young = (
            Business.objects.filter(set_up_at__gt=clock.now() - BACKUP_OLD_AFTER).exists()
            or not Business.objects.exists()
        )
        return young, _("There is no backup yet. The first is made tonight.")
    if clock.now() - good.at > BACKUP_OLD_AFTER:
        return False, _("The last backup is of %(when)s. Make one now: `regulars backup`.") % {"when": _when(good.at)}
    return True, _("The last backup is of %(when)s, %(size)s MB.") % {
        "when": _when(good.at), "size": good.size_bytes // 1_000_000 + 1,
    }  # fmt: skip


def _second_place() -> tuple[bool, str]:
    place = SecondPlace.objects.filter(pk=1).first()
    if place is None:
        return True, _("There is no second place for backups yet. A stick or another disk would be one.")
    if place.error:
        return False, place.error
    last = place.copied_at or place.chosen_at
    if clock.now() - last > SECOND_OLD_AFTER:
        return False, _(
            "The last copy in %(folder)s is of %(when)s. Plug the stick in; the copy is made within the hour."
        ) % {"folder": place.folder, "when": _when(last)}
    if place.copied_at is None:
        return True, _("The first copy to %(folder)s is made within the hour.") % {"folder": place.folder}
    return True, _("The last copy in %(folder)s is of %(when)s.") % {"folder": place.folder, "when": _when(last)}


def _proof() -> tuple[bool, str]:
    last = BackupRecord.objects.exclude(proved_at=None).order_by("-proved_at").first()
    if last is None or last.proved_at is None:
        return True, _("On Sunday night the newest backup is put back on trial.")
    return True, _("The backup of %(when)s was put back on trial on %(day)s: every row arrived.") % {
        "when": _when(last.at), "day": _when(last.proved_at),
    }  # fmt: skip


def _key() -> tuple[bool, str]:
    proof = Business.objects.values_list("key_proof", flat=True).first()
    try:
        if proof:
            decrypt(proof)
    except Refusal:
        return False, _(
            "The key does not fit the database. Put the key of this installation back, or restore a backup."
        )
    return True, _("The key fits.")


def _when(at: datetime) -> str:
    return date_format(clock.local(at), "DATETIME_FORMAT")


WITHOUT_TABLES = frozenset({"migrations", "disk"})
LOOKS: dict[str, Look] = {
    "migrations": _migrations,
    "key": _key,
    "disk": _disk,
    "worker": _worker,
    "news": _notices,
    "jobs": _jobs,
    "schedules": _schedules,
    "backup": _backup,
    "second place": _second_place,
    "proof": _proof,
}

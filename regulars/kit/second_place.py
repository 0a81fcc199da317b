"""A copy of each night's backup on a stick or in another folder, locked with a passphrase, seven of them."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import backups, clock, parcels
from regulars.kit.errors import Refusal
from regulars.kit.models import BackupRecord, SecondPlace
from regulars.kit.schedules import every

KEPT = 7
LEAST_LETTERS = 12
TRY_AGAIN_AFTER = timedelta(hours=20)


def choose(folder: str, passphrase: str = "") -> SecondPlace:
    """Say where the copies go. Without a new passphrase the one given before stays; a first one is needed.

    Refuses a folder that is not there, that cannot be written, and the folder of the business itself.
    """
    path = Path(folder.strip()).expanduser()
    before = SecondPlace.objects.filter(pk=1).first()
    if not path.is_absolute() or not path.is_dir():
        raise Refusal(_("There is no folder %(path)s. Is the stick plugged in?") % {"path": path}, field="folder")
    if path.resolve().is_relative_to(settings.DATA_DIR.resolve()):
        raise Refusal(_("That is inside the folder of the business itself. Choose another disk."), field="folder")
    if not os.access(path, os.W_OK):
        raise Refusal(_("Regulars may not write into %(path)s.") % {"path": path}, field="folder")
    words = passphrase or (before.passphrase if before else "")
    if len(words) < LEAST_LETTERS:
        raise Refusal(_("Choose a passphrase of at least %(n)d letters.") % {"n": LEAST_LETTERS}, field="passphrase")
    values = {"folder": str(path), "passphrase": words, "chosen_at": clock.now(), "error": ""}
    with transaction.atomic():
        place, _is_new = SecondPlace.objects.update_or_create(pk=1, defaults=values)
    return place


def forget() -> None:
    """No more copies; those that are there stay."""
    SecondPlace.objects.filter(pk=1).delete()


def copy_now() -> Path:
    """Take a backup's newest file to the second place, locked; the oldest beyond seven go. Returns where it lies."""
    place = SecondPlace.objects.filter(pk=1).first()
    if place is None:
        raise Refusal(_("Choose a second place first."))
    source = newest()
    if source is None:
        source = backups.back_up(backups.next_backup_path(backups.NIGHTLY), why=backups.NIGHTLY).path
    try:
        target = _carry(source, Path(place.folder), place.passphrase)
    except OSError as fault:
        sentence = _("The copy could not be written to %(path)s: %(why)s") % {"path": place.folder, "why": fault}
        SecondPlace.objects.filter(pk=1).update(error=sentence[:2000])
        raise Refusal(sentence) from fault
    SecondPlace.objects.filter(pk=1).update(copied_at=clock.now(), copied_name=target.name, error="")
    return target


def newest() -> Path | None:
    """The last backup in plain that is whole and still there."""
    rows = BackupRecord.objects.filter(error="", is_encrypted=False).order_by("-at", "-id")[:20]
    return next((Path(row.path) for row in rows if Path(row.path).is_file()), None)


def _carry(source: Path, folder: Path, passphrase: str) -> Path:
    if not folder.is_dir():
        raise FileNotFoundError(_("the folder is not there"))
    free, needed = shutil.disk_usage(folder).free, source.stat().st_size
    if free < needed + 1_000_000:
        raise OSError(_("only %(free)s MB are free there") % {"free": free // 1_000_000})
    target = folder / f"regulars-{source.stem}{backups.ENDING}"
    if not target.exists():
        parcels.seal(source, target, passphrase)
    ours = sorted(folder.glob(f"regulars-*{backups.ENDING}"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in ours[KEPT:]:
        path.unlink(missing_ok=True)
    return target


@every("copy to the second place", cron="25 * * * *", heavy=True)
def copy_when_due() -> None:
    """Once a day, in the first hour in which the stick is there. A stick that is out is no error, only late."""
    place = SecondPlace.objects.filter(pk=1).first()
    if place is None or not Path(place.folder).is_dir():
        return
    if place.copied_at and clock.now() - place.copied_at < TRY_AGAIN_AFTER and place.copied_at > place.chosen_at:
        return
    copy_now()

"""Putting a backup back on trial: into a folder that is thrown away afterwards, every row counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit import clock, second_place
from regulars.kit.errors import Refusal
from regulars.kit.models import BackupRecord
from regulars.kit.schedules import every

LEFT_OUT = ("REGULARS_DATABASE_URL", "REGULARS_DATABASE_URL_FILE", "REGULARS_SECRET_KEY", "REGULARS_SECRET_KEY_FILE")


def rehearse(source: Path, passphrase: str | None = None) -> dict[str, int]:
    """Restore a backup as a new computer would, into an empty folder, and throw that away. Returns rows by table.

    Refuses with what the new computer would have said. Nothing here is touched; needs room for the whole once more.
    """
    with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=settings.DATA_DIR) as folder:
        environment = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        environment["REGULARS_DATA_DIR"] = folder
        if passphrase:
            environment["REGULARS_BACKUP_PASSPHRASE"] = passphrase
        else:
            environment.pop("REGULARS_BACKUP_PASSPHRASE", None)
        command = [sys.executable, "-m", "regulars", "restore", str(source.resolve()), "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [_("it ended without a word")])[-1]
        raise Refusal(_("%(path)s cannot be put back: %(why)s") % {"path": source, "why": said})
    counts: dict[str, int] = json.loads(done.stdout)["counts"]
    return counts


@every("backup put back on trial", cron="50 3 * * 0", heavy=True)
def rehearse_the_newest() -> None:
    """On Sundays the newest backup is put back on trial, and its record says so."""
    source = second_place.newest()
    if source is None:
        return
    record = BackupRecord.objects.filter(path=str(source), error="")
    try:
        rehearse(source)
    except Refusal as refusal:
        record.update(error=refusal.sentence[:2000])
        raise
    record.update(proved_at=clock.now())

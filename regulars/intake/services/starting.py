"""A file comes in: checked, stored under the number of its run, whatever it was called; nothing is taken in yet."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services.opening import opened, sheets_worth_taking
from regulars.intake.services.running import digest_of, folder_of
from regulars.intake.services.unpacking import Part, unpacked
from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.purchases.models import Order
from regulars.staff.models import User

LARGEST_BYTES = 500 * 1024 * 1024
STORED_AS = "file"


def receive(upload: UploadedFile[Any], by: User | None = None) -> ImportRun:
    """Store an uploaded file and begin a run that waits for a look. The name it came with is only ever shown."""
    name = shown_name(upload.name)
    _check_size(upload, name)
    return start_run(upload, name, by)


def _check_size(upload: UploadedFile[Any], name: str) -> None:
    if upload.size is None or upload.size > LARGEST_BYTES:
        raise Refusal(
            _("%(file)s is larger than %(limit)d MB. Export it in two parts, year by year for example.")
            % {"file": name, "limit": LARGEST_BYTES // (1024 * 1024)},
            field="file",
        )


def receive_all(upload: UploadedFile[Any], by: User | None = None) -> list[ImportRun]:
    """The same for whatever the file holds: a run for each file that is packed in it and each sheet that is of use."""
    name = shown_name(upload.name)
    _check_size(upload, name)
    with TemporaryDirectory(prefix="regulars-") as room:
        path = Path(room) / STORED_AS
        with path.open("wb") as stored:
            for block in upload.chunks():
                stored.write(block)
        with unpacked(path, name) as parts:
            return _runs_of(parts, by)


def _runs_of(parts: list[Part], by: User | None) -> list[ImportRun]:
    """Refused when none can be read; one that cannot beside others that can stands among the runs with its reason."""
    runs: list[ImportRun] = []
    refused: list[tuple[Part, Refusal]] = []
    for part in parts:
        try:
            for name, options in sheets_worth_taking(part.path, part.name, ImportOptions()):
                with part.path.open("rb") as file:
                    runs.append(start_run(File(file), shown_name(name), by, options))
        except Refusal as refusal:
            refused.append((part, Refusal(in_its_own_name(refusal.sentence, part.name), field="file")))
    if not runs:
        raise refused[0][1]
    for part, why in refused:
        ImportRun.objects.create(
            name=part.name[:255], state=ImportRun.State.FAILED, error=why.sentence, added_at=clock.now(), by=by,
            by_name=by.display_name if by else "",
        )  # fmt: skip
    return runs


def start_run(file: File[Any], name: str, by: User | None = None, options: ImportOptions | None = None) -> ImportRun:
    """Keep a file and begin a run that waits for the owner's look. Refused when nothing can be read."""
    by_name = by.display_name if by else ""
    run = ImportRun.objects.create(name=name[:255], stored_as=STORED_AS, added_at=clock.now(), by=by, by_name=by_name)
    path = path_of(run, must_exist=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stored:
        for block in file.chunks():
            stored.write(block)
    chosen = options or ImportOptions()
    try:
        opened(path, chosen)
    except Refusal as refusal:
        run.delete()
        shutil.rmtree(path.parent, ignore_errors=True)
        raise Refusal(in_its_own_name(refusal.sentence, name), field="file") from refusal
    run.digest, run.was_first, run.options = digest_of(path), not Order.objects.exists(), chosen.as_json()
    run.save()
    return run


def path_of(run: ImportRun, *, must_exist: bool = True) -> Path:
    """Where the file of a waiting run is kept; refused when it is gone."""
    path = folder_of(run) / STORED_AS
    if must_exist and not path.is_file():
        raise Refusal(_("The file of this run is no longer here. Choose it again."))
    return path


def let_go(run: ImportRun) -> None:
    """Forget a file that was not taken in. Refused once it is."""
    gone, _rows = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.WAITING).delete()
    if not gone:
        raise Refusal(_("This file is being taken in already."))
    shutil.rmtree(folder_of(run), ignore_errors=True)


def shown_name(name: str | None) -> str:
    """A file's name as it may be shown: without folders and without letters that cannot be seen."""
    bare = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in bare if letter.isprintable()).strip()[:200] or _("a file without a name")


def in_its_own_name(sentence: str, name: str) -> str:
    """A sentence about our stored file, about the file as its owner knows it."""
    return f"{name}: {sentence.removeprefix(STORED_AS).removeprefix(':').strip()}" if name else sentence

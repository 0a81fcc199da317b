"""A file comes in through the page: checked, stored under the number of its run, whatever it was called."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun
from regulars.intake.services.looking import start_run
from regulars.kit.errors import Refusal
from regulars.staff.models import User

LARGEST_BYTES = 500 * 1024 * 1024


def receive(upload: UploadedFile, by: User | None = None) -> ImportRun:
    """Store an uploaded file and begin a run that waits for a look. The name it came with is only ever shown."""
    name = shown_name(upload.name)
    if upload.size is None or upload.size > LARGEST_BYTES:
        raise Refusal(
            _("%(file)s is larger than %(limit)d MB. Export it in two parts, year by year for example.")
            % {"file": name, "limit": LARGEST_BYTES // (1024 * 1024)},
            field="file",
        )
    return start_run(upload, name, by)


def shown_name(name: str | None) -> str:
    """A file's name as it may be shown: without folders and without letters that cannot be seen."""
    bare = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in bare if letter.isprintable()).strip()[:200] or _("a file without a name")

"""Pictures for letters: looked into, cleaned of what a camera wrote into them, kept once however often they come."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from regulars.kit import clock, pictures
from regulars.kit.errors import Refusal
from regulars.outreach.models import Picture
from regulars.staff.models import User
from regulars.staff.services import note_audit

LARGEST_BYTES = 400_000


def keep_picture(upload: UploadedFile[Any], shows: str, by: User | None) -> Picture:
    """Keep a picture under the name of its content; the same one twice is one. At most 400 kB."""
    if not upload.size or upload.size > LARGEST_BYTES:
        raise Refusal(
            _("The picture is larger than 400 kB. A letter carries it to everybody: save a smaller copy."), field="file"
        )
    picture = pictures.without_remarks(pictures.checked(upload.read(), field="file"))
    name = hashlib.sha256(picture.content).hexdigest()[:32]
    row = Picture(
        name=name,
        ending=picture.ending,
        content=picture.content,
        width=picture.width,
        height=picture.height,
        shows=shows.strip()[:200],
        added_at=clock.now(),
        added_by=by,
    )
    Picture.objects.bulk_create([row], ignore_conflicts=True)
    kept = Picture.objects.get(name=name)
    note_audit(by, "keep_picture", room="outreach", kind="picture", object_id=kept.pk, text=kept.shows)
    return kept

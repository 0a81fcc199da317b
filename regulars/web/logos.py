"""The shop's logo: only what is truly a PNG or JPEG picture of a sensible size is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from regulars.kit import pictures
from regulars.kit.errors import Refusal
from regulars.kit.secrets import new_token

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

LARGEST_BYTES = 2 * 1024 * 1024


def checked(upload: UploadedFile[Any]) -> ContentFile[bytes]:
    """Return the picture under a name of our own; refuse anything else by what is in it, whatever it is called."""
    if not upload.size or upload.size > LARGEST_BYTES:
        raise Refusal(_("The picture is larger than 2 MB. Please save a smaller copy."), field="logo")
    picture = pictures.checked(upload.read(), field="logo")
    return ContentFile(picture.content, name=f"logo-{new_token()[:12]}.{picture.ending}")

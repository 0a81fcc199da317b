"""Files that were handed in: only to staff, only pictures, only from inside the media folder."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest
from django.utils._os import safe_join
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from regulars.staff.doors import requires

CONTENT_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


@requires("house.enter")
@require_safe
@cache_control(private=True, max_age=86400)
def media(request: HttpRequest, name: str) -> FileResponse:
    """Send one picture; the kind comes from our own list, never from the file or the visitor."""
    kind = CONTENT_TYPES.get(Path(name).suffix)
    try:
        path = Path(safe_join(settings.MEDIA_ROOT, name))
    except SuspiciousFileOperation as outside:
        raise Http404 from outside
    if kind is None or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type=kind)

"""Static files straight from the rooms: no collecting step, and addresses that change when the content does."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@lru_cache(maxsize=2048)
def _fingerprint(path: str, changed_ns: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


class FingerprintedStorage(StaticFilesStorage):
    """Append `?v=<content>`: a browser may keep a file for a year and still gets the new one after an upgrade."""

    def url(self, name: str | None, *args: object, **kwargs: object) -> str:
        address = super().url(name or "")
        found = finders.find(name) if name else None
        if not isinstance(found, str):
            return address
        return f"{address}?v={_fingerprint(found, Path(found).stat().st_mtime_ns)}"

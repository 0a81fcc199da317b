"""What a database or a disk says when it fails, in a sentence that tells what to do. Asks the database nothing."""

from __future__ import annotations

import errno

from django.conf import settings
from django.utils.translation import gettext as _

DAMAGED = ("malformed", "not a database", "disk i/o error", "invalid page")
FULL = ("disk is full", "no space left", "could not extend file")


def in_words(fault: BaseException | None) -> str:
    """The sentence for this fault or what caused it; "" where there is nothing better to say than what it says."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        said = str(fault).lower()
        if (isinstance(fault, OSError) and fault.errno == errno.ENOSPC) or any(word in said for word in FULL):
            return full()
        if any(word in said for word in DAMAGED):
            return damaged()
        fault = fault.__cause__ or fault.__context__
    return ""


def full() -> str:
    return _(
        "The disk is full. What was just asked for was not kept; everything before is. Make room, and try again: "
        "empty the bin, or move pictures and films to another disk."
    )


def damaged() -> str:
    """Names the newest backup, which is looked up in the folder and not in the database."""
    newest = max(settings.BACKUP_DIR.glob("*.regulars"), key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        return _("The database file is damaged, and there is no backup in %(folder)s. Look for a copy on a stick.") % {
            "folder": settings.BACKUP_DIR
        }
    return _(
        "The database file is damaged. Stop Regulars and put the newest backup back in a terminal: "
        "regulars restore %(path)s --force"
    ) % {"path": newest}

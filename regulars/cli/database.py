"""Before a command works, its folder holds a database of this version."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import available_timezones


def require_current_database(*, is_told: bool = False) -> None:
    """Make the database if the folder is new, and bring it up to this version (a backup comes first) if it is older."""
    from regulars.kit.upgrade import migrate_safely

    migrate_safely(_say_what_begins if is_told else None)


def _say_what_begins(is_new: bool) -> None:
    """So that nobody looks at an empty screen while the first pages are long in coming."""
    words = "Laying out a new book ..." if is_new else "Bringing the book up to this version, after a backup ..."
    print(words, flush=True)


def require_business(currency: str | None = None) -> None:
    """Where nobody set up a business yet, make one with this machine's zone; the first page names it later.

    The currency is a guess until the first order: a file that says its own changes it.
    """
    from regulars.kit.business import exists
    from regulars.kit.services import set_up_business

    if not exists():
        set_up_business(name="My business", zone=machine_zone(), currency=currency or "EUR")


def machine_zone() -> str:
    """The zone this machine's clock is set to, or UTC where it does not say."""
    named = os.environ.get("TZ", "").lstrip(":")
    link = Path("/etc/localtime")
    found = named or (str(link.resolve()).rpartition("zoneinfo/")[2] if link.is_symlink() else "")
    return found if found in available_timezones() else "UTC"

"""The rooms as the owner sees them in the frame: names, icons, addresses, how much waits inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.outreach.queries import needs_attention
from regulars.outreach.queries.hands import due_count
from regulars.outreach.queries.printing import cards_waiting
from regulars.rapport.queries import waiting_now
from regulars.staff.models import User
from regulars.staff.permissions import may
from regulars.today.queries import kept_count, waiting_count

COUNT_KEPT_SECONDS = 15
COUNTED_HERE_SECONDS = 60


@dataclass(frozen=True)
class Room:
    """One entry of the frame's list, as one reader sees it."""

    name: str
    label: str | Promise
    icon: str
    url: str
    count: int | None
    is_current: bool
    is_main: bool


@dataclass(frozen=True)
class Entry:
    """One entry as it is planned; the main ones stand under the thumb on a phone."""

    name: str
    label: str | Promise
    icon: str
    route: str
    action: str
    is_main: bool = False
    count: Callable[[], int] | None = None
    is_kept: bool = False  # the room keeps the number itself


def _lines_waiting() -> int:
    """As the worker and the answers keep it; where they did not yet, every page of a minute shares one count."""
    on = clock.today()
    kept = kept_count(on)
    if kept is not None:
        return kept
    return cache.get_or_set(f"frame:today:{on}", lambda: waiting_count(on), COUNTED_HERE_SECONDS) or 0


def _askers_waiting() -> int:
    return waiting_now().count


ENTRIES = (
    Entry("today", _("Today"), "sun", "today:today", "today.see", is_main=True, count=_lines_waiting, is_kept=True),
    Entry("people", _("People"), "users", "people:list", "people.see", is_main=True),
    Entry("sales", _("Sales"), "receipt-text", "purchases:list", "purchases.see", is_main=True),
    Entry("groups", _("How we do"), "sprout", "standings:groups", "standings.see", is_main=True),
    Entry("others", _("Others we live by"), "handshake", "ties:others", "rapport.see"),
    Entry("enquiries", _("Enquiries"), "inbox", "enquiries:list", "rapport.see", count=_askers_waiting),
    Entry("log", _("Log"), "notebook-pen", "enquiries:log", "rapport.record"),
    Entry("hands", _("Calls"), "phone", "outreach:hands", "outreach.see", count=due_count),
    Entry("outbox", _("Outbox"), "mail", "outreach:outbox", "outreach.see", count=needs_attention),
    Entry("mailings", _("Mailings"), "send", "outreach:mailings", "outreach.see"),
    Entry("cards", _("Cards to print"), "printer", "outreach:cards", "outreach.see", count=cards_waiting),
    Entry("words", _("Words"), "pencil", "outreach:wordings", "outreach.write"),
    Entry("intake", _("Take in a file"), "upload", "intake:start", "intake.run"),
    Entry("settings", _("Settings"), "settings", "web:settings", "house.enter"),
)


def rooms_for(user: User, path: str, known: Mapping[str, int] | None = None) -> list[Room]:
    """List the rooms this user may enter; no query but what a count needs, and those are remembered.

    `known` are numbers the page itself has found, by the name of the room.
    """
    return [
        Room(entry.name, entry.label, entry.icon, url, _count(entry, known or {}), path.startswith(url), entry.is_main)
        for entry in ENTRIES
        if may(user, entry.action) and (url := reverse(entry.route))
    ]


def _count(entry: Entry, known: Mapping[str, int]) -> int | None:
    """Ask at most four times a minute; a frame need not be exact to the second."""
    if entry.name in known or entry.count is None:
        return known.get(entry.name)
    if entry.is_kept:
        return entry.count()
    return cache.get_or_set(f"frame:{entry.name}:{clock.today()}", entry.count, COUNT_KEPT_SECONDS)

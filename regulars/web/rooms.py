"""The rooms as the owner sees them: few in the rail, the rest on one page, and more in the rail as the business grows.

`ENTRIES` is the whole list. The main ones are for everybody and stand under the thumb on a phone; another stands in
the rail beside a page once `grown` says so (see `growth`), and until then under *Write* or *More*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from regulars.web.growth import Growth, growth

COUNT_KEPT_SECONDS = 15
COUNTED_HERE_SECONDS = 60
WRITE, KNOW, HOUSE = "write", "know", "house"
GROUPS: dict[str, str | Promise] = {
    WRITE: _("Write and ring"),
    KNOW: _("Know and look up"),
    HOUSE: _("The house"),
}


@dataclass(frozen=True)
class Room:
    """One room, as one reader sees it. `is_within`: the page is in a room that this one leads to."""

    name: str
    label: str | Promise
    icon: str
    url: str
    count: int | None = None
    is_current: bool = False
    is_main: bool = False
    is_within: bool = False
    about: str | Promise = ""
    group: str = ""


def _never(_grown: Growth) -> bool:
    return False


@dataclass(frozen=True)
class Entry:
    """One room as it is planned. `group`: where it is found as long as it is not in the rail."""

    name: str
    label: str | Promise
    icon: str
    route: str
    action: str
    about: str | Promise = ""
    is_main: bool = False
    group: str = ""
    grown: Callable[[Growth], bool] = _never
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


def _by_the_batch(grown: Growth) -> bool:
    return grown.has_many or grown.is_team


MORE = "more"
ENTRIES = (
    Entry("today", _("Today"), "sun", "today:today", "today.see", is_main=True, count=_lines_waiting, is_kept=True),
    Entry("people", _("People"), "users", "people:list", "people.see", is_main=True),
    Entry("sales", _("Sales"), "receipt-text", "purchases:list", "purchases.see", is_main=True),
    Entry("write", _("Write"), "pencil", "web:write", "outreach.see", is_main=True),
    Entry("hands", _("Calls and notes"), "phone", "outreach:hands", "outreach.see", group=WRITE, grown=_by_the_batch,
          count=due_count, about=_("What you do with your own voice and hand: ring, text, write.")),
    Entry("cards", _("Cards to print"), "printer", "outreach:cards", "outreach.see", group=WRITE, grown=_by_the_batch,
          count=cards_waiting, about=_("Cards and letters on paper, ready to print, fold and sign.")),
    Entry("outbox", _("Outbox"), "mail", "outreach:outbox", "outreach.see", group=WRITE, grown=_by_the_batch,
          count=needs_attention, about=_("What is about to leave, what left, and what needs you.")),
    Entry("replies", _("Replies"), "inbox", "outreach:replies", "outreach.see", group=WRITE, grown=_by_the_batch,
          about=_("What people wrote back, and what could not be delivered.")),
    Entry("mailings", _("Mailings"), "send", "outreach:mailings", "outreach.see", group=WRITE,
          grown=lambda grown: grown.writes_to_many, about=_("One message to many, each in their own words.")),
    Entry("year", _("A year of cards"), "calendar", "outreach:year", "outreach.see", group=WRITE,
          about=_("Three kind words a year for everybody: who is covered, and what it costs.")),
    Entry("words", _("Words"), "book-open", "outreach:wordings", "outreach.write", group=WRITE,
          grown=lambda grown: grown.is_team and grown.has_many, about=_("What your letters say, written once.")),
    Entry("reach", _("Who may we write to?"), "badge-check", "outreach:reach", "outreach.see", group=WRITE,
          about=_("Who said yes, who is out of reach, and how that has changed.")),
    Entry("groups", _("How we do"), "sprout", "standings:groups", "standings.see", group=KNOW,
          grown=lambda grown: grown.has_several, about=_("Who comes often, who is slipping away, who is new.")),
    Entry("enquiries", _("Enquiries"), "message-circle", "enquiries:list", "rapport.see", group=KNOW,
          grown=lambda grown: grown.takes_enquiries, count=_askers_waiting,
          about=_("Who asked for something and has not bought yet.")),
    Entry("log", _("Log"), "notebook-pen", "enquiries:log", "rapport.record", group=KNOW,
          grown=lambda grown: grown.is_team, about=_("Note in seconds who rang, asked or complained.")),
    Entry("others", _("Others we live by"), "handshake", "ties:others", "rapport.see", group=KNOW,
          grown=lambda grown: grown.keeps_others, about=_("Suppliers, neighbours, and those who send you customers.")),
    Entry("intake", _("Take in a file"), "upload", "intake:start", "intake.run", group=HOUSE,
          about=_("People and sales from a spreadsheet, a till or another program.")),
    Entry("settings", _("Settings"), "settings", "web:settings", "house.enter", group=HOUSE,
          about=_("Your name and address, the mailbox, colleagues, backups.")),
    Entry(MORE, _("More"), "menu", "web:more", "house.enter", is_main=True),
)  # fmt: skip


def rail_for(user: User, path: str, known: Mapping[str, int] | None = None) -> list[Room]:
    """What stands in the rail for this user; no query but what a count and the growth need, and those are remembered.

    `known` are numbers the page itself has found, by the name of the room.
    """
    grown = growth()
    rooms = rooms_for(user, path, known)
    shown = {entry.name for entry in ENTRIES if entry.is_main or entry.grown(grown)}
    hidden = [room for room in rooms if room.name not in shown]
    return [_leading(room, rooms, hidden) for room in rooms if room.name in shown]


def rooms_for(user: User, path: str, known: Mapping[str, int] | None = None) -> list[Room]:
    """All rooms this user may enter, in their order."""
    entries = [(entry, reverse(entry.route)) for entry in ENTRIES if may(user, entry.action)]
    here = max((url for _entry, url in entries if path.startswith(url)), key=len, default="")
    return [
        Room(
            entry.name,
            entry.label,
            entry.icon,
            url,
            _count(entry, known or {}),
            url == here,
            entry.is_main,
            about=entry.about,
            group=entry.group,
        )
        for entry, url in entries
    ]


def _leading(room: Room, rooms: Sequence[Room], hidden: Sequence[Room]) -> Room:
    """*Write* and *More* speak for the rooms they lead to: their numbers, and that the page is in one of them."""
    if room.name not in {WRITE, MORE}:
        return room
    groups = {WRITE} if room.name == WRITE else {KNOW, HOUSE}
    mine = [one for one in hidden if one.group in groups]
    return replace(
        room,
        count=sum(one.count or 0 for one in mine) or None,
        is_current=room.is_current or any(one.is_current for one in mine),
        is_within=any(one.is_current for one in rooms if one.group in groups),
    )


def _count(entry: Entry, known: Mapping[str, int]) -> int | None:
    """Ask at most four times a minute; a frame need not be exact to the second."""
    if entry.name in known or entry.count is None:
        return known.get(entry.name)
    if entry.is_kept:
        return entry.count()
    return cache.get_or_set(f"frame:{entry.name}:{clock.today()}", entry.count, COUNT_KEPT_SECONDS)

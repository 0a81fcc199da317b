"""Count who followed a link, where the owner asked for it.

Following one is a GET, and a GET changes nothing: it adds a line to a file beside the database, as a web server does to
its log, and the worker reads the file later. Until it does, nothing in the book has changed; what it then writes is
one row a link, however often somebody or something opened it
(docs/house/decisions/links-are-counted-behind-the-door.md).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.worker import poller
from regulars.outreach.channels.email.links import Followed
from regulars.outreach.models import LinkFollowed, Programme, Touch
from regulars.outreach.queries.following import counted_among
from regulars.people.bulk import among
from regulars.staff.models import User
from regulars.staff.services import note_audit

FOLDER = "followed"
# One file for so many seconds; it is read when nobody writes to it any more.
SLOT_SECONDS = 120
REST_SECONDS = 30
LARGEST_FILE = 5_000_000
LINE = re.compile(r"(\d{1,18}) (\d{1,4}) (\d{1,12})\.(\d{3})")
# Nobody reads a letter so soon after it was handed over, and nobody follows two links of it at once.
TOO_SOON_SECONDS = 10
AT_ONCE_SECONDS = 3
CHUNK = 500


def note_followed(link: Followed) -> None:
    """Write down, outside the database, that a link was opened. A full disk or a flood loses the count only."""
    at = clock.now().timestamp()
    with suppress(OSError):
        _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(_folder() / f"{int(at // SLOT_SECONDS)}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.fstat(file).st_size < LARGEST_FILE:
                os.write(file, f"{link.touch_id} {link.place} {at:.3f}\n".encode())
        finally:
            os.close(file)


def _folder() -> Path:
    return Path(settings.OUTBOX_DIR) / FOLDER


@dataclass(frozen=True)
class _Click:
    touch_id: int
    place: int
    at: float


@poller("outreach.followed", seconds=30)
def count_followed() -> int:
    """Take in what was opened until a little while ago; returns how many links more there are. Safe to repeat."""
    files = _finished()
    if not files:
        return 0
    found = _counted([click for file in files for click in _read(file)])
    for file in files:
        file.unlink(missing_ok=True)
    return max(0, found)


def _finished() -> list[Path]:
    """The files nobody writes to any more, the oldest first."""
    ended = int((clock.now().timestamp() - REST_SECONDS) // SLOT_SECONDS)
    slots = [(int(file.stem), file) for file in _folder().glob("*.log") if file.stem.isdecimal()]
    return [file for slot, file in sorted(slots) if slot < ended]


def _read(file: Path) -> list[_Click]:
    """Another worker may have been quicker; half a line is none."""
    try:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    rows = (LINE.fullmatch(line) for line in lines)
    return [_Click(int(row[1]), int(row[2]), float(f"{row[3]}.{row[4]}")) for row in rows if row]


def _counted(clicks: Sequence[_Click]) -> int:
    new, read = 0, by_people(clicks)
    for start in range(0, len(read), CHUNK):
        new += _take(read[start : start + CHUNK])
    return new


@transaction.atomic
def _take(clicks: Sequence[_Click]) -> int:
    """Write each link down once; those of letters that are erased, or not to be counted, go."""
    rows = Touch.objects.filter(pk__in=among({click.touch_id for click in clicks}), sent_at__isnull=False)
    letters = {
        pk: (programme, sent_at.timestamp())
        for pk, programme, sent_at in rows.exclude(to_address="").values_list("pk", "programme", "sent_at")
        if sent_at is not None
    }
    asked_for = counted_among({programme for programme, _sent_at in letters.values()})
    before = LinkFollowed.objects.filter(touch__in=among(letters)).count()
    LinkFollowed.objects.bulk_create(
        [
            LinkFollowed(touch_id=click.touch_id, place=click.place, at=datetime.fromtimestamp(click.at, UTC))
            for click in _without_scans(clicks, letters)
            if click.touch_id in letters
            and letters[click.touch_id][0] in asked_for
            and click.at - letters[click.touch_id][1] >= TOO_SOON_SECONDS
        ],
        ignore_conflicts=True,
    )
    return LinkFollowed.objects.filter(touch__in=among(letters)).count() - before


def _without_scans(clicks: Sequence[_Click], letters: Collection[int]) -> list[_Click]:
    """What a scanner opened at the turn of two files: what the first of them said is struck out, the rest left out."""
    rows = LinkFollowed.objects.filter(touch__in=among(letters)).values_list("pk", "touch_id", "place", "at")
    written: dict[int, list[tuple[int, _Click]]] = {}
    for pk, touch_id, place, at in rows:
        written.setdefault(touch_id, []).append((pk, _Click(touch_id, place, at.timestamp())))
    scans = [
        (pk, click) for click in clicks for pk, other in written.get(click.touch_id, ()) if _is_at_once(click, other)
    ]
    if not scans:
        return list(clicks)
    LinkFollowed.objects.filter(pk__in={pk for pk, _click in scans}).delete()
    scanned = {click for _pk, click in scans}
    return [click for click in clicks if click not in scanned]


def by_people(clicks: Iterable[_Click]) -> list[_Click]:
    """Leave out what a scanner opened: several links of one letter within a breath. The earliest of each link stays."""
    letters: dict[int, list[_Click]] = {}
    for click in sorted(clicks, key=lambda one: (one.touch_id, one.at)):
        letters.setdefault(click.touch_id, []).append(click)
    kept: dict[tuple[int, int], _Click] = {}
    for opened in letters.values():
        for click in opened:
            if not any(_is_at_once(click, other) for other in opened):
                kept.setdefault((click.touch_id, click.place), click)
    return list(kept.values())


def _is_at_once(click: _Click, other: _Click) -> bool:
    return click.place != other.place and abs(click.at - other.at) <= AT_ONCE_SECONDS


@transaction.atomic
def count_links(programme: str, by: User | None, *, is_on: bool) -> bool:
    """Count the links of what this programme sends from now on, or do not; False when it was so already.

    Only where the owner allowed it for the house (`Business.counts_links`).
    """
    if is_on and not business().counts_links:
        raise Refusal(_("Counting links is switched off for the house. The owner allows it under Settings, Letters."))
    if not is_on and not Programme.objects.filter(key=programme).exists():
        return False
    Programme.objects.bulk_create([Programme(key=programme, changed_at=clock.now())], ignore_conflicts=True)
    if not Programme.objects.filter(key=programme, counts_links=not is_on).update(counts_links=is_on):
        return False
    verb = "count_links_on" if is_on else "count_links_off"
    note_audit(by, verb, room="outreach", kind="programme", text=programme)
    return True

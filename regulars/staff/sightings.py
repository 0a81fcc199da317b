"""Who looked at whom, noted beside the page: looking must not write, so a look waits in memory for a few seconds.

One look an hour at the same person is enough to know. What a power cut loses is at most a few seconds of looks; what
was changed, exported or erased is written in its own transaction and never waits here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from regulars.kit import clock
from regulars.kit.worker import poller
from regulars.staff import origin
from regulars.staff.models import AuditEntry, User

ONCE_IN = timedelta(hours=1)
REMEMBERED = 5000


@dataclass(frozen=True)
class Look:
    user_id: int
    user_name: str
    person_id: int
    at: datetime
    address: str


_waiting: list[Look] = []
_last: dict[tuple[int, int], datetime] = {}
_lock = Lock()


def note(user: User, person_id: int) -> None:
    """Remember that this user looked at this person. Writes nothing."""
    now, key = clock.now(), (user.pk, person_id)
    with _lock:
        if key in _last and now - _last[key] < ONCE_IN:
            return
        if len(_last) >= REMEMBERED:
            _last.clear()
        _last[key] = now
        _waiting.append(Look(user.pk, str(user), person_id, now, origin.address()))


@poller("staff.sightings", seconds=5)
def write_down() -> int:
    """Move the looks that wait in this process into the log, in two statements."""
    with _lock:
        looks = _waiting.copy()
        _waiting.clear()
    if not looks:
        return 0
    known = set(User.objects.filter(pk__in={look.user_id for look in looks}).values_list("pk", flat=True))
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=look.at,
            user_id=look.user_id,
            user_name=look.user_name,
            action="see_person",
            object_room="people",
            object_kind="person",
            object_id=str(look.person_id),
            person_id=look.person_id,
            address=look.address,
        )
        for look in looks
        if look.user_id in known
    )
    return 0


def forget() -> None:
    """Drop what waits: between tests."""
    with _lock:
        _waiting.clear()
        _last.clear()

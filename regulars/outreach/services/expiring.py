"""Nothing leaves that would come too late: past its last moment a touch is expired, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import formats
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.models import PrintPiece, PrintRun, State, Touch
from regulars.outreach.queries.literals import in_state
from regulars.outreach.services.moves import CHUNK, FREE, move
from regulars.outreach.services.programme_states import standing

WAITING = (State.PLANNED, State.HELD, State.APPROVED)


def expire() -> int:
    """Put away what has become too late, a chunk at a time; returns how many.

    A card in an open print run may be in the letter box already: it waits for what its owner says of the run.
    """
    at_the_printer = PrintPiece.objects.filter(
        touch=OuterRef("pk"), is_live=True, state=PrintPiece.State.MADE, run__state=PrintRun.State.OPEN
    )
    rows = Touch.objects.filter(in_state(*WAITING), not_after__lte=clock.now())
    rows = rows.filter(~Exists(at_the_printer)).order_by("not_after")
    return put_away(list(rows.only("not_after", "held_why", "programme")[:CHUNK]), only_from=WAITING)


def put_away(rows: Sequence[Touch], *, only_from: Sequence[str], **fields: Any) -> int:
    """Expire these touches, those with the same reason together."""
    if not rows:
        return 0
    still = standing()
    reasons: dict[str, list[int]] = {}
    for row in rows:
        reasons.setdefault(_too_late(row, is_standing=row.programme in still), []).append(row.pk)
    return sum(len(move(ids, State.EXPIRED, why=why, only_from=only_from, **fields)) for why, ids in reasons.items())


def put_away_claimed(rows: Sequence[Touch]) -> int:
    """The same for letters a worker holds already."""
    return put_away(rows, only_from=(State.CLAIMED,), **FREE)


def is_too_late(row: Touch, now: datetime) -> bool:
    return row.not_after is not None and row.not_after <= now


def _too_late(row: Touch, *, is_standing: bool) -> str:
    day = formats.date_format(clock.local(row.not_after or clock.now()), "SHORT_DATETIME_FORMAT")
    parts = [_("It was to reach them by %(day)s.") % {"day": day}, row.held_why]
    if is_standing:
        parts.append(_("Its programme was paused or stopped then."))
    return " ".join(part for part in parts if part)

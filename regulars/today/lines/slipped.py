"""People who slipped: silent for so long as fewer than 1 in 10 of their gaps are, and at least 14 days; with three
buying days or more, or a rhythm that was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.prepared import prepared
from regulars.standings import queries as standings
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.lines.quiet import not_quiet
from regulars.today.lines.shape import Due, Kind, Line, Words
from regulars.today.lines.ways import MINUTES, cost_of, way_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.standings.models import Standing

KEY = "slipped"
WAYS = (CALL, EMAIL, CARD)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Whoever slipped last comes first: a word to them does most. One query by index."""
    return [
        Due(KEY, row.person_id, row.last_on.isoformat(), row.slipping_since, row.person_id,
            {"last_on": row.last_on, "gap": row.usual_gap_days, "visits": row.buying_days,
             "by_everybody": row.gap_low_days is not None})
        for row in _rows(on, limit, only)
    ]  # fmt: skip


@prepared
def _rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[Standing, Any]:
    since = Cast(OuterRef("last_on"), CharField())
    open_ones = Decision.objects.open_lines(KEY, on, "person_id", since)
    return standings.slipped_people(on, only).filter(not_quiet(on), open_ones)[:limit]


def words(dues: Sequence[Due], known: Mapping[int, Acquaintance]) -> Words:
    return Words({due.key: "we-miss-you" for due in dues})


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    has_season = standings.has_season()
    return [line(due, known[due.person_id or 0], on, has_season=has_season) for due in dues]


def line(due: Due, person: Acquaintance, on: date, *, has_season: bool = False) -> Line:
    way = person.way(WAYS)
    silent, gap = (on - due.facts["last_on"]).days, max(1, round(due.facts["gap"]))
    usual = ngettext("every day", "every %(n)d days", gap) % {"n": gap}
    return Line(
        due=due,
        person=person.name,
        what=way_in_words(way),
        why_person=person.in_words,
        why_now=_why_now(usual, silent, has_season=has_season and due.facts["by_everybody"]),
        chip=ngettext("%(days)d day", "%(days)d days", silent) % {"days": silent},
        tone="warm",
        minutes=MINUTES[way],
        cost_amount=cost_of(way),
        way=way,
        purpose="care",
        programme="slipped",
        draft=due.draft,
        phone=person.phone,
        phone_link=person.phone_link,
        address=person.address,
        remarks=person.reach_remarks,
    )


def _why_now(usual: str, silent: int, *, has_season: bool) -> str:
    """Where two years show a season, silences are measured by it, and that is said."""
    said = _("Usually comes %(usual)s; last came %(silent)d days ago.") % {"usual": usual, "silent": silent}
    return f"{said} {_('The quiet months of your year are allowed for.')}" if has_season else said


KIND = Kind(
    KEY,
    gettext_lazy("Not seen for a while"),
    gettext_lazy("who slipped last comes first"),
    due,
    compose,
    words,
    shown=3,
)

"""Files for the watched folder: one of a kind that is new here waits for a look, one that should have come did not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.intake import queries as intake
from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.intake.models import Feed, ImportRun

NEW, OVERDUE = "file", "feed"
MINUTES = Decimal(2)


def new(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Files that wait for a look, oldest first. One query by its own small index."""
    return [
        Due(NEW, pk, "", clock.local(added_at).date(), None, {"name": name})
        for pk, added_at, name in _new_rows(on, limit, only)
    ]


@prepared
def _new_rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[ImportRun, Any]:
    rows = intake.arrived_unseen().filter(Decision.objects.open_lines(NEW, on))
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows.values_list("pk", "added_at", "name")[:limit]


def compose_new(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [
        Line(
            due=due,
            person="",
            what=_("“%(file)s” is of a kind that is new here") % {"file": due.facts["name"]},
            why_person=_("It was put into the watched folder."),
            why_now=_("Look it over once; the next one of its kind comes in by itself."),
            minutes=MINUTES,
            way="place",
            page=reverse("intake:run", args=[due.subject_id]),
            page_words=_("Look it over"),
        )
        for due in dues
    ]


def overdue(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Kinds of file that should have come, the longest due first. One query by its own small index."""
    return [
        Due(OVERDUE, feed.pk, feed.due_mark, feed.due_on or on, None, {"name": feed.name, "last": feed.last_taken_at})
        for feed in _overdue_rows(on, limit, only)
    ]


@prepared
def _overdue_rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[Feed]:
    open_lines = Decision.objects.open_lines(OVERDUE, on, occurrence=OuterRef("due_mark"))
    rows = intake.overdue_feeds(on).filter(open_lines)
    if only is not None:
        rows = rows.filter(pk__in=only)
    return rows[:limit]


def compose_overdue(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [_overdue(due, on) for due in dues]


def _overdue(due: Due, on: date) -> Line:
    days = max((on - clock.local(due.facts["last"]).date()).days, 0)
    words = ngettext("“%(file)s” was last taken in %(n)d day ago", "“%(file)s” was last taken in %(n)d days ago", days)
    return Line(
        due=due,
        person="",
        what=words % {"file": due.facts["name"], "n": days},
        why_person=_("The newest sales and customers are missing until the next export."),
        why_now=_("It was due by now."),
        minutes=MINUTES,
        way="place",
        page=reverse("intake:inbox"),
        page_words=_("To the watched folder"),
    )


NEW_KIND = Kind(NEW, gettext_lazy("A file to look over"), gettext_lazy("new here"), new, compose_new)
OVERDUE_KIND = Kind(
    OVERDUE, gettext_lazy("An export that is due"), gettext_lazy("by its rhythm"), overdue, compose_overdue
)

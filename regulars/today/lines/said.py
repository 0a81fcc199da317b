"""Complaints, public comments and messages that nobody has answered yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.rapport import queries as rapport
from regulars.rapport import services as keeping
from regulars.rapport.models import Encounter, EncounterKind
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.enquiry import short
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import addresses_of, day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.staff.models import User

KEY = "said"
MINUTES = Decimal(3)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """What wants an answer by that day and has none, the longest due first. One query."""
    return [
        Due(
            KEY,
            row.pk,
            "",
            row.answer_by or on,
            row.person_id,
            {
                "kind": row.kind,
                "words": row.words,
                "who": row.whose,
                "place": row.place,
                "link": row.link,
                "on": clock.local(row.happened_at).date(),
            },
        )
        for row in _rows(on, limit, only)
    ]


@prepared
def _rows(on: date, limit: int, only: Collection[int] | None) -> QuerySet[Encounter]:
    return rapport.unanswered(on, only).filter(Decision.objects.open_lines(KEY, on))[:limit]


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    """Say who said it and what; one query for where to write to those who gave no telephone number."""
    silent = [pk for pk, person in known.items() if not person.phone]
    emails = addresses_of(silent) if silent else {}
    return [line(due, known.get(due.person_id or 0), emails.get(due.person_id or 0, "")) for due in dues]


def line(due: Due, person: Acquaintance | None, email: str = "") -> Line:
    is_complaint = due.facts["kind"] == EncounterKind.COMPLAINT
    words = {
        EncounterKind.COMPLAINT: _("was not happy"),
        EncounterKind.COMMENT: _("wrote about us in public"),
        EncounterKind.COMPLIMENT: _("said something kind"),
    }
    what = words.get(EncounterKind(str(due.facts["kind"])), _("waits for an answer"))
    when = day_in_words(due.facts["on"])
    place = f"{due.facts['place']}, {when}" if due.facts["place"] else when
    return Line(
        due=due,
        person=person.name if person else "",
        what=what if person else f"{due.facts['who']}: {what}",
        why_person=person.in_words if person else "",
        why_now=_("“%(words)s” (%(place)s).") % {"words": short(str(due.facts["words"])), "place": place},
        chip=_("complaint") if is_complaint else "",
        tone="alarm" if is_complaint else "",
        minutes=MINUTES,
        way="said",
        phone=person.phone if person else "",
        phone_link=person.phone_link if person else "",
        email=email,
        link=str(due.facts["link"]),
    )


def settle(line: Line, outcome: str, note: str, by: User | None) -> None:
    """Write down that it was answered. Left out this time it stays unanswered in the log."""
    if outcome != "skipped":
        keeping.answer_encounter(Encounter.objects.get(pk=line.due.subject_id), note, by)


KIND = Kind(
    KEY,
    gettext_lazy("Said to us, not answered yet"),
    gettext_lazy("one by one, by name"),
    due,
    compose,
    settle=settle,
)

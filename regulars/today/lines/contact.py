"""Keeping in touch: suppliers, neighbours, the landlord, and whoever was given a rhythm by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, uuid5

from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.people.models import Kind as PersonKind
from regulars.people.models import Silence
from regulars.rapport import queries as rapport
from regulars.rapport import services as keeping
from regulars.today.acquaintance import Acquaintance
from regulars.today.lines.shape import Due, Kind, Line
from regulars.today.lines.ways import addresses_of
from regulars.today.models import Choice, Decision

if TYPE_CHECKING:
    from regulars.staff.models import User

KEY = "contact"
MINUTES = Decimal(5)


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Whom nobody has spoken to for longer than usual, the longest overdue first. Costs go with the others, see there.

    A line is known by the person and the day it fell due: a talk, or "not this time", starts the next one.
    """
    return [
        Due(KEY, row.person_id, row.due_on.isoformat(), row.due_on, row.person_id,
            {"kind": row.kind, "months": row.every_months, "last_on": row.last_on})
        for row in rapport.unspoken(on, limit, only=only, but_not=_left_alone)
    ]  # fmt: skip


def _left_alone(on: date) -> Q:
    """Put off, or wants quiet."""
    put_off = Decision.objects.filter(kind=KEY, subject_id=OuterRef("person_id"), choice=Choice.SNOOZED, until__gt=on)
    silences = Silence.objects.filter(person_id=OuterRef("person_id"), lifted_at=None)
    silences = silences.filter(Q(until=None) | Q(until__gte=on))
    return Q(Exists(put_off)) | Q(Exists(silences)) | Q(person__quiet_until__gte=on)


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    """Say whom and since when; one query for where to write."""
    ids = [due.person_id for due in dues if due.person_id is not None]
    emails = addresses_of(ids)
    return [line(due, known[due.person_id or 0], emails.get(due.person_id or 0, ""), on) for due in dues]


def line(due: Due, person: Acquaintance, email: str, on: date) -> Line:
    return Line(
        due=due,
        person=person.name,
        what=what(person, email),
        why_person=person.in_words,
        why_now=why(due, on),
        chip=str(PersonKind(due.facts["kind"]).label) if due.facts["kind"] else "",
        tone="sky",
        minutes=MINUTES,
        way="contact",
        phone=person.phone,
        phone_link=person.phone_link,
        email=email,
        remarks=person.reach_remarks,
    )


def what(person: Acquaintance, email: str) -> str:
    if person.phone:
        return _("a call to keep in touch")
    return _("a few lines to keep in touch") if email else _("a visit to keep in touch")


def why(due: Due, on: date) -> str:
    months, last_on = due.facts["months"], due.facts["last_on"]
    usual = ngettext("every month", "every %(months)d months", months) % {"months": months}
    if last_on is None:
        return _("Nothing is written down yet of a talk with them; usually %(usual)s.") % {"usual": usual}
    since = date_format(last_on, "F" if last_on > on - timedelta(days=330) else "YEAR_MONTH_FORMAT")
    return _("You have not spoken since %(since)s; usually %(usual)s.") % {"since": since, "usual": usual}


def settle(line: Line, outcome: str, note: str, by: User | None) -> None:
    """A talk goes into the log, once for this line; left out rests until the next time."""
    if outcome == "skipped" or line.due.person_id is None:
        keeping.rest(line.due.subject_id)
        return
    kind = "visit" if not line.phone and not line.email else "call" if line.phone else "message"
    words = note.strip() or _("Kept in touch.")
    caller = keeping.Caller(line.due.person_id)
    key = uuid5(NAMESPACE_OID, line.key)
    new = keeping.NewEncounter(kind, words, caller, direction="out", is_answered=True, client_key=key)
    keeping.log_encounter(new, by)


KIND = Kind(
    KEY, gettext_lazy("Keeping in touch"), gettext_lazy("those who do not buy"), due, compose, shown=3, settle=settle
)

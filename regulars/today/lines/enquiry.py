"""Enquiries that wait for an answer: who asked for what, how, and since when. They stand first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.business import in_our_language
from regulars.kit.prepared import prepared
from regulars.purchases.models import Order
from regulars.rapport import queries as rapport
from regulars.rapport import services as keeping
from regulars.rapport.models import CameBy, Enquiry
from regulars.today.acquaintance import CALL, CARD, EMAIL, Acquaintance
from regulars.today.lines.shape import Due, Kind, Line, Words
from regulars.today.lines.ways import MINUTES, cost_of, day_in_words
from regulars.today.models import Decision

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from regulars.staff.models import User

KEY = "enquiry"
WAYS = (CALL, EMAIL, CARD)
SHORT = 90


def due(on: date, limit: int, only: Collection[int] | None = None) -> Sequence[Due]:
    """Questions past the hours the shop allows, and those whose rest is over, oldest first. Two queries.

    A purchase since is an answer, also before the news of it has come round. Each round of waiting is an occurrence.
    """
    return [
        Due(KEY, row.pk, str(row.round), row.asked_on, row.person_id,
            {"wants": row.wants, "came_by": row.came_by, "wanted_by": row.wanted_by, "expects": row.expects,
             "likes": row.likes_answer_by})
        for row in _rows(rapport.late_before(on), on, limit, only)
    ]  # fmt: skip


@prepared
def _rows(before: datetime, on: date, limit: int, only: Collection[int] | None) -> QuerySet[Enquiry]:
    bought = Order.objects.purchases().filter(
        person_id=OuterRef("person_id"), bought_on__gte=OuterRef("asked_on"), pk__gt=OuterRef("after_order_id")
    )
    in_round = Cast(OuterRef("round"), CharField())
    rows = rapport.waiting_since(before, on, only).filter(
        Decision.objects.open_lines(KEY, on, occurrence=in_round), ~Exists(bought)
    )
    return rows[:limit]


def words(dues: Sequence[Due], known: Mapping[int, Acquaintance]) -> Words:
    return Words({due.key: "enquiry" for due in dues}, {due.key: extras(due) for due in dues})


def compose(dues: Sequence[Due], known: Mapping[int, Acquaintance], on: date) -> Sequence[Line]:
    return [line(due, known[due.person_id or 0], on) for due in dues]


def extras(due: Due) -> dict[str, str]:
    with in_our_language():
        return {"asked_for": short(str(due.facts["wants"])), "asked_on": day_in_words(due.due_on)}


def way_of(due: Due, person: Acquaintance) -> str:
    """The way they asked to be answered by, if it is open; else the usual order."""
    likes = str(due.facts["likes"])
    return person.way((likes, *WAYS) if likes in WAYS else WAYS)


def line(due: Due, person: Acquaintance, on: date) -> Line:
    way = way_of(due, person)
    days = (on - due.due_on).days
    return Line(
        due=due,
        person=person.name,
        what=_("asked for: %(wants)s") % {"wants": short(str(due.facts["wants"]))},
        why_person=person.in_words,
        why_now=why_now(due, days),
        tone="warm",
        minutes=MINUTES[way],
        cost_amount=cost_of(way),
        way=way,
        purpose="service",
        programme="enquiry",
        draft=due.draft,
        phone=person.phone,
        phone_link=person.phone_link,
        address=person.address,
        remarks=remarks(due),
        page=reverse("enquiries:detail", args=[due.subject_id]),
    )


def why_now(due: Due, days: int) -> str:
    how = CameBy(str(due.facts["came_by"])).label
    if days <= 0:
        return _("Asked today, %(how)s.") % {"how": how}
    return ngettext("Asked yesterday, %(how)s.", "Asked %(days)d days ago, %(how)s.", days) % {"how": how, "days": days}


def remarks(due: Due) -> tuple[str, ...]:
    said = []
    if due.facts["wanted_by"]:
        said.append(_("Wants it by %(day)s.") % {"day": date_format(due.facts["wanted_by"])})
    if due.facts["expects"]:
        said.append(_("Hopes for: %(hope)s.") % {"hope": short(str(due.facts["expects"]))})
    return tuple(said)


def short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= SHORT else plain[: SHORT - 1].rsplit(" ", 1)[0] + "…"


def reached(line: Line, note: str, by: User | None) -> None:
    """They have their answer."""
    keeping.answer_enquiry(Enquiry.objects.get(pk=line.due.subject_id), by, note)


KIND = Kind(
    KEY, gettext_lazy("They asked, and wait"), gettext_lazy("first of all"), due, compose, words, reached=reached
)

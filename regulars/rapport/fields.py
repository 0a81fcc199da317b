"""What people can be filtered by because of what passes between us: a thing they own, a word given, news of theirs,
or a yes to offers that waits for its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.people.fields import Choices, Field, register
from regulars.people.models import Reminder
from regulars.people.words import fold
from regulars.rapport.models import Belonging, LifeEvent, Owed, Side
from regulars.rapport.queries import unconfirmed, waiting_for_a_yes

YES = "yes"
LOOKED_AT, OFFERED = 2000, 60
Rows = Callable[[str], QuerySet[Any, Any]]
Tables = Callable[[], list[QuerySet[Any, Any]]]


def register_fields() -> None:
    """Offer: owns such a thing, waits for what we promised, owes us something, had such news, was asked for a yes."""
    register(Field("owns", _("Owns"), "rapport", "choice", _within(_owners), _things, ids=_ids(_owners), order=110))
    register(
        Field(
            "we_owe",
            _("We promised or owe them something"),
            "rapport",
            "flag",
            _flag(_waiting),
            ids=_flag_ids(_waiting),
            order=120,
        )
    )
    register(
        Field("owes_us", _("Owes us something"), "rapport", "flag", _flag(_owing), ids=_flag_ids(_owing), order=121)
    )
    register(
        Field("life_event", _("Had this happen"), "rapport", "choice", _within(_had), LifeEvent.Kind.choices,
              ids=_ids(_had), order=130)
    )  # fmt: skip
    register(
        Field("asked_yes", _("Asked to confirm offers, no answer yet"), "rapport", "flag", _flag(_asked),
              ids=_flag_ids(_asked_at_all), is_wide=True, order=131)
    )  # fmt: skip


def _owners(value: str) -> QuerySet[Any, Any]:
    word = " ".join(fold(value).split())[:120]
    return Belonging.objects.filter(word=word, gone_on=None).values_list("person_id", flat=True)


def _had(value: str) -> QuerySet[Any, Any]:
    return LifeEvent.objects.filter(kind=value).values_list("person_id", flat=True)


def _waiting() -> list[QuerySet[Any, Any]]:
    """What is open on our side, and open promises."""
    owed = Owed.objects.filter(outcome="", side__in=(Side.WE, Side.ASKED))
    return [owed, Reminder.objects.filter(done_at=None, kind=Reminder.Kind.PROMISE)]


def _owing() -> list[QuerySet[Any, Any]]:
    return [Owed.objects.filter(outcome="", side=Side.THEY)]


def _asked() -> list[QuerySet[Any, Any]]:
    """Who ticked a box that anybody can tick, and has not confirmed it."""
    return [waiting_for_a_yes()]


def _asked_at_all() -> list[QuerySet[Any, Any]]:
    """The same and those who have answered since; from one index, however many they are."""
    return [unconfirmed()]


def _things() -> Choices:
    """The names of things written down lately, in the words they were written with; a bounded read."""
    newest = Belonging.objects.order_by("-pk").values_list("word", "what")[:LOOKED_AT]
    found: dict[str, str] = {}
    for word, what in newest:
        found.setdefault(word, what)
    return sorted(list(found.items())[:OFFERED], key=lambda pair: pair[0])


def _within(rows: Rows) -> Callable[[str, str], Q]:
    return lambda _op, value: Q(Exists(rows(value).filter(person_id=OuterRef("pk"))))


def _ids(rows: Rows) -> Callable[[str, str], QuerySet[Any, Any] | None]:
    return lambda _op, value: rows(value)


def _flag(tables: Tables) -> Callable[[str, str], Q]:
    """Whether one of the tables holds a row of theirs; asked person by person, so that a list can be walked."""

    def matches(_op: str, value: str) -> Q:
        held = Q()
        for rows in tables():
            held |= Q(Exists(rows.filter(person_id=OuterRef("pk"))))
        return held if value == YES else ~held

    return matches


def _flag_ids(tables: Tables) -> Callable[[str, str], QuerySet[Any, Any] | None]:
    """Those who say yes, out of the room's own rows; who says no is nearly everybody."""

    def ids(_op: str, value: str) -> QuerySet[Any, Any] | None:
        if value != YES:
            return None
        first, *others = (rows.order_by().values_list("person_id") for rows in tables())
        return (first.union(*others) if others else first).values_list("person_id", flat=True)

    return ids

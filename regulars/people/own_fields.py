"""What this room itself offers for filtering."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.kit.numbers import row_number
from regulars.people.fields import Choices, Field
from regulars.people.fields import register as add
from regulars.people.models import (
    Channel,
    ConsentNow,
    Email,
    Kind,
    Occasion,
    Person,
    PersonKind,
    PersonTag,
    Phone,
    Purpose,
    Silence,
    Tag,
)

YES = "yes"
CHANNELS = tuple((one.value, one.label) for one in (Channel.EMAIL, Channel.TEXT, Channel.POST, Channel.CALL))


def register() -> None:
    """Offer tag, kind, added since, has e-mail, has phone, consent, quiet, month of an occasion."""
    add(Field("tag", _("Tag"), "people", "choice", _within(_tagged), _tags, ids=_tagged, order=10))
    add(
        Field(
            "kind",
            _("What they are to us"),
            "people",
            "choice",
            _within(_of_kind),
            Kind.choices,
            ids=_of_kind,
            order=20,
        )
    )
    add(Field("added_since", _("Added"), "people", "date", _added_since, ids=_added, order=30))
    add(Field("has_email", _("Has an e-mail address"), "people", "flag", _has(Email), order=40))
    add(Field("has_phone", _("Has a phone number"), "people", "flag", _has(Phone), order=50))
    add(
        Field(
            "consent", _("Said yes to news by"), "people", "choice", _within(_agreed), CHANNELS, ids=_agreed, order=60
        )
    )
    add(Field("quiet", _("Left alone now"), "people", "flag", _quiet, ids=_left_alone, order=70))
    add(
        Field(
            "occasion_month", _("Has a day in"), "people", "choice", _within(_born_in), _months, ids=_born_in, order=80
        )
    )


def _within(rows: Callable[[str, str], QuerySet[Any, Any]]) -> Callable[[str, str], Q]:
    """Turn the ids of a filter into a condition on one person."""
    return lambda op, value: Q(Exists(rows(op, value).filter(person_id=OuterRef("pk"))))


def _tagged(op: str, value: str) -> QuerySet[PersonTag, int]:
    return PersonTag.objects.filter(tag__word=value).values_list("person_id", flat=True)


def _tags() -> Choices:
    return list(Tag.objects.values_list("word", "name")[:200])


def _of_kind(op: str, value: str) -> QuerySet[PersonKind, int]:
    return PersonKind.objects.filter(kind=value).values_list("person_id", flat=True)


def _agreed(op: str, value: str) -> QuerySet[ConsentNow, int]:
    said_yes = ConsentNow.objects.filter(channel=value, purpose=Purpose.MARKETING, is_given=True)
    still = said_yes.filter(Q(expires_on=None) | Q(expires_on__gte=clock.today()))
    return still.values_list("person_id", flat=True)


def _born_in(op: str, value: str) -> QuerySet[Occasion, int]:
    month = row_number(value) or 0
    days = Occasion.objects.filter(month_day__gte=month * 100, month_day__lt=month * 100 + 100, is_celebrated=True)
    return days.values_list("person_id", flat=True)


def _months() -> Choices:
    return [(str(number), name) for number, name in MONTHS.items()]


def _added(op: str, value: str) -> QuerySet[Person, int] | None:
    return Person.objects.here().filter(_added_since(op, value)).values_list("pk", flat=True)


def _added_since(op: str, value: str) -> Q:
    """A day nobody can read filters nothing."""
    try:
        return Q(added_at__gte=clock.start_of(date.fromisoformat(value)))
    except ValueError:
        return Q()


def _has(model: type[Email] | type[Phone]) -> Callable[[str, str], Q]:
    def matches(op: str, value: str) -> Q:
        has_one = Q(Exists(model._default_manager.filter(person_id=OuterRef("pk"), is_bad=False)))
        return has_one if value == YES else ~has_one

    return matches


def _left_alone(op: str, value: str) -> QuerySet[Any, Any] | None:
    if value != YES:
        return None
    today = clock.today()
    silences = Silence.objects.filter(Q(until=None) | Q(until__gte=today), lifted_at=None)
    quiet = Person.objects.filter(quiet_until__gte=today).order_by()
    return quiet.values_list("pk").union(silences.order_by().values_list("person_id")).values_list("pk", flat=True)


def _quiet(op: str, value: str) -> Q:
    today = clock.today()
    open_ones = Silence.objects.filter(person_id=OuterRef("pk"), lifted_at=None)
    is_quiet = Q(quiet_until__gte=today) | Q(Exists(open_ones.filter(Q(until=None) | Q(until__gte=today))))
    return is_quiet if value == YES else ~is_quiet

"""What people can be filtered and found by because of what they bought."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.people import fields
from regulars.purchases.models import Order, PersonTotals

NOBODY = Q(pk__in=())
LARGEST = Decimal(10) ** 12
Ids = Callable[[str, str], QuerySet[Any, Any] | None]


def register() -> None:
    """Put this room's fields into the catalogue."""
    for place, (key, label, kind, column) in enumerate(
        (
            ("last_bought", _("Last bought"), "date", "last_bought_on"),
            ("first_bought", _("First bought"), "date", "first_bought_on"),
            ("buying_days", _("Visits with a purchase"), "number", "buying_days"),
            ("orders", _("Number of purchases"), "number", "orders"),
            ("spent", _("Spent so far"), "number", "net_amount"),
        )
    ):
        matches, ids = (_by_day, _ids_by_day) if kind == "date" else (_by_number, _ids_by_number)
        fields.register(
            fields.Field(
                key,
                label,
                "purchases",
                kind,  # type: ignore[arg-type]  # a shape
                matches(column),
                ids=ids(column),
                last_here=last_bought if key == "last_bought" else None,
                order=200 + place,
            )
        )
    fields.register(
        fields.Field(
            "order_number",
            _("Order number"),
            "purchases",
            "text",
            _by_order,
            ids=lambda op, value: people_of_order(value),
            finds=people_of_order,
            order=210,
        )
    )


def last_bought(ids: Sequence[int]) -> Mapping[int, date]:
    """The day of the last purchase of these people, who never bought left out. One query by their key."""
    days = PersonTotals.objects.filter(pk__in=ids).exclude(last_bought_on=None)
    return {pk: on for pk, on in days.values_list("pk", "last_bought_on") if on is not None}


def people_of_order(text: str) -> QuerySet[Any, Any] | None:
    """The people who have an order of exactly this number, with or without its #."""
    number = text.strip()
    if not number or len(number) > 200:
        return None
    orders = Order.objects.filter(reference__in=(number, f"#{number.lstrip('#')}"), person__isnull=False)
    return orders.values_list("person_id", flat=True)


def _by_order(op: str, value: str) -> Q:
    return Q(pk__in=people_of_order(value) or ())


def _by_day(column: str) -> Callable[[str, str], Q]:
    def matches(op: str, value: str) -> Q:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return NOBODY
        return _has_totals(**{f"{column}__{'gte' if op == 'since' else 'lte'}": day})

    return matches


def _ids_by_day(column: str) -> Ids:
    """The people of those days, out of the totals alone."""

    def ids(op: str, value: str) -> QuerySet[Any, Any] | None:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return None
        return _totals(**{f"{column}__{'gte' if op == 'since' else 'lte'}": day})

    return ids


def _ids_by_number(column: str) -> Ids:
    """Those who reach a number; who stays under one is mostly everybody, also those who never bought."""

    def ids(op: str, value: str) -> QuerySet[Any, Any] | None:
        number = _number(value)
        if number is None or (number >= 0 if op == "at_most" else number <= 0):
            return None
        conditions = {f"{column}__{'lte' if op == 'at_most' else 'gte'}": number}
        if column == "buying_days" and op != "at_most":
            # Nobody has more days of buying than orders: the index of orders finds both.
            conditions["orders__gte"] = number
        return _totals(**conditions)

    return ids


def _totals(**conditions: Any) -> QuerySet[Any, Any]:
    return PersonTotals.objects.filter(**conditions).values_list("person_id", flat=True)


def _by_number(column: str) -> Callable[[str, str], Q]:
    """At most includes those who never bought; at least 0 does too."""

    def matches(op: str, value: str) -> Q:
        number = _number(value)
        if number is None:
            return NOBODY
        if op == "at_most":
            return (
                ~_has_totals(**{f"{column}__gt": number}) if number >= 0 else _has_totals(**{f"{column}__lte": number})
            )
        return _has_totals(**{f"{column}__gte": number}) if number > 0 else Q()

    return matches


def _number(value: str) -> Decimal | None:
    """What was typed, if it is a number a shop can have."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number.quantize(Decimal("0.001")) if number.is_finite() and abs(number) < LARGEST else None


def _has_totals(**conditions: Any) -> Q:
    return Q(Exists(PersonTotals.objects.filter(person_id=OuterRef("pk"), **conditions)))

"""The field catalogue: what people can be filtered and found by. Rooms above register theirs in `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Q, QuerySet
    from django_stubs_ext import StrOrPromise

Shape = Literal["choice", "date", "number", "text", "flag"]
USUAL_OPS: dict[Shape, str] = {"choice": "is", "flag": "is", "text": "is", "date": "since", "number": "at_least"}
YES_OR_NO = (("yes", _("yes")), ("no", _("no")))
Choices = Sequence[tuple[str, "StrOrPromise"]]


@dataclass(frozen=True)
class Field:
    """One thing people can be filtered by.

    `matches(op, value)` returns a condition over Person, with `Exists(rows.filter(person_id=OuterRef("pk")))`, so that
    a list is walked person by person. `ids(op, value)` returns the same people as ids out of the room's own table, so
    that a rare value is found by its index; None where there is no such index; where `is_wide` others too, who are
    then asked by `matches` as well. Operators by shape: choice `is`, date `since` and `until`, number `at_least` and
    `at_most`, text `is`, flag `is` with "yes" or "no". `finds(text)` returns the ids of people found by exactly these
    words (an order number), or None when the text is nothing it knows.
    `last_here(ids)` says of some of these people, a page of them, on which day they were here last.
    """

    key: str
    label: StrOrPromise
    room: str
    kind: Shape
    matches: Callable[[str, str], Q]
    choices: Choices | Callable[[], Choices] = ()
    op: str = ""
    ids: Callable[[str, str], QuerySet[Any, Any] | None] | None = None
    is_wide: bool = False
    finds: Callable[[str], QuerySet[Any, Any] | Iterable[int] | None] | None = None
    last_here: Callable[[Sequence[int]], Mapping[int, date]] | None = None
    order: int = 100

    def options(self) -> Choices:
        """Return the choices of today; a callable asks the database when the page is drawn."""
        if self.kind == "flag" and not self.choices:
            return YES_OR_NO
        return self.choices() if callable(self.choices) else self.choices

    @property
    def first_op(self) -> str:
        """The operator a list offers: what the field says, or the usual one of its shape."""
        return self.op or USUAL_OPS[self.kind]


_catalogue: dict[str, Field] = {}


def register(field: Field) -> None:
    """Add a field; the same key twice from another room is a fault of the builder."""
    known = _catalogue.get(field.key)
    if known is not None and known.room != field.room:
        raise ValueError(f"The field {field.key!r} belongs to {known.room} already.")
    _catalogue[field.key] = field


def catalogue() -> list[Field]:
    """Return every field in the order it is offered."""
    return sorted(_catalogue.values(), key=lambda field: (field.order, field.key))


def last_here(ids: Sequence[int]) -> dict[int, date]:
    """Return the day on which these people were here last, where a room knows one. One query a room that knows any."""
    found: dict[int, date] = {}
    for known in catalogue():
        if known.last_here is not None and (rest := [pk for pk in ids if pk not in found]):
            found |= known.last_here(rest)
    return found


def field(key: str) -> Field | None:
    return _catalogue.get(key)

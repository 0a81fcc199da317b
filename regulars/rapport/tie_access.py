"""The only way a view gets a thing, an event or something owed."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404

from regulars.people.models import Person
from regulars.rapport.models import Belonging, LifeEvent, Owed

Row = TypeVar("Row")


def thing_of(person: Person, pk: int) -> Belonging:
    """A thing of that person; 404 for anything else."""
    return _own(Belonging.objects.filter(person=person, pk=pk).first())


def event_of(person: Person, pk: int) -> LifeEvent:
    """An event of that person's life; 404 for anything else."""
    return _own(LifeEvent.objects.select_related("person").filter(person=person, pk=pk).first())


def owed_of(person: Person, pk: int) -> Owed:
    """Something owed between us and that person; 404 for anything else."""
    return _own(Owed.objects.filter(person=person, pk=pk).first())


def _own(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row

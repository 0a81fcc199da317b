"""The only way a view gets a person or what belongs to one."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404

from regulars.people.models import Note, Occasion, Person, Reminder, Silence

Row = TypeVar("Row")


def person_here(person_id: int) -> Person:
    """Return a person of the book, also by the number of a record merged into theirs; 404 for anybody else."""
    for _step in range(10):
        person = Person.objects.filter(pk=person_id, erased_at=None).first()
        if person is None:
            break
        if person.merged_into_id is None:
            return person
        person_id = person.merged_into_id
    raise Http404


def note_of(person: Person, pk: int) -> Note:
    return _own(Note.objects.filter(person=person, pk=pk).first())


def occasion_of(person: Person, pk: int) -> Occasion:
    return _own(Occasion.objects.filter(person=person, pk=pk).first())


def reminder_of(person: Person, pk: int) -> Reminder:
    return _own(Reminder.objects.filter(person=person, pk=pk).select_related("person").first())


def silence_of(person: Person, pk: int) -> Silence:
    return _own(Silence.objects.filter(person=person, pk=pk).first())


def _own(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row

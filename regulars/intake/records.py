"""What this room holds on a person: rows that were refused, and how somebody stood before a file changed them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun, Mapping, Question, RefusedRow, RunEffect, Telling
from regulars.intake.services import waiting
from regulars.kit.sweeping import holding
from regulars.people.queries.traces import traces_of
from regulars.people.records import MovedRows, PersonRecords


def export(person_id: int) -> dict[str, Any]:
    """Return refused rows in which one of their addresses or numbers stands, and which programs' files told of them.

    The fingerprint beside that is a number reckoned from what is exported elsewhere, and says nothing by itself.
    """
    rows = _refused(person_id)
    return {
        "refused_rows": [{"row": row.row_number, "reason": row.reason, "cells": row.cells} for row in rows],
        "told_by": sorted(Telling.objects.filter(person_id=person_id).values_list("source", flat=True)),
    }


def erase(person_id: int) -> None:
    """Remove those rows, what was kept of them for undoing, and files that wait and name them."""
    _refused(person_id).delete()
    Telling.objects.filter(person_id=person_id).delete()
    for effect in _effects(person_id):
        effect.before = [told for told in effect.before if person_id not in (told.get("person"), told.get("person_id"))]
        effect.save(update_fields=["before"])
    texts = traces_of([person_id])
    _forget_words(texts)
    waiting.forget_files(texts)


def _forget_words(texts: set[str]) -> None:
    """Files called after somebody lose their name, and questions and remembered headers that name them go."""
    runs = ImportRun.objects.filter(pk__in=holding(ImportRun.objects.all(), ("name",), texts))
    runs.update(name=_("a file"))
    columns = ("error", "reading", "mapping", "options")
    for run in ImportRun.objects.filter(pk__in=holding(ImportRun.objects.all(), columns, texts)):
        ImportRun.objects.filter(pk=run.pk).update(error="", reading={}, mapping={}, options={})
    Question.objects.filter(
        pk__in=holding(Question.objects.all(), ("text", "why", "choices", "answer"), texts)
    ).delete()
    Mapping.objects.filter(pk__in=holding(Mapping.objects.all(), ("header", "fields", "answers"), texts)).delete()
    named = Mapping.objects.filter(pk__in=holding(Mapping.objects.all(), ("file_name",), texts))
    named.update(file_name="")


def merge(_keep_id: int, _other_id: int) -> MovedRows:
    """Nothing moves. What was told of either (`Telling`) holds no longer, because a merge changes both; it stays on the
    row it was told of, is not looked at while that is merged away, and is told anew by the next file."""
    return ()


def unmerge(_moved: MovedRows) -> None:
    """Nothing was moved, and both have changed once more: the next file tells of each of them anew."""


def _refused(person_id: int) -> QuerySet[RefusedRow]:
    found = holding(RefusedRow.objects.all(), ("cells", "reason"), traces_of([person_id]))
    return RefusedRow.objects.filter(pk__in=found)


def _effects(person_id: int) -> QuerySet[RunEffect]:
    told = RunEffect.objects.filter(kind__endswith="changed").annotate(told=Cast("before", TextField()))
    return told.filter(
        Q(told__contains=f'"person": {person_id},')
        | Q(told__contains=f'"person": {person_id}}}')
        | Q(told__contains=f'"person_id": {person_id},')
        | Q(told__contains=f'"person_id": {person_id}}}')
    )


RECORDS = PersonRecords("intake", export, erase, merge, unmerge)

"""What this room holds on a person: rows that were refused, and how somebody stood before a file changed them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from regulars.intake.models import RefusedRow, RunEffect
from regulars.people.models import Email, Phone
from regulars.people.records import MovedRows, PersonRecords


def export(person_id: int) -> dict[str, Any]:
    """Return refused rows in which one of their addresses or numbers stands."""
    rows = _refused(person_id)
    return {"refused_rows": [{"row": row.row_number, "reason": row.reason, "cells": row.cells} for row in rows]}


def erase(person_id: int) -> None:
    """Remove those rows, and what was kept of them for undoing."""
    _refused(person_id).delete()
    for effect in _effects(person_id):
        effect.before = [told for told in effect.before if person_id not in (told.get("person"), told.get("person_id"))]
        effect.save(update_fields=["before"])


def merge(_keep_id: int, _other_id: int) -> MovedRows:
    """Nothing here hangs on a person's row."""
    return ()


def unmerge(_moved: MovedRows) -> None:
    """Nothing was moved."""


def _refused(person_id: int) -> QuerySet[RefusedRow]:
    reach = {
        text for pair in Email.objects.filter(person=person_id).values_list("address", "normalised") for text in pair
    }
    reach |= set(Phone.objects.filter(person=person_id).values_list("as_typed", flat=True))
    wanted = Q(pk__in=())
    for text in reach - {""}:
        wanted |= Q(told__icontains=text)
    return RefusedRow.objects.annotate(told=Cast("cells", TextField())).filter(wanted)


def _effects(person_id: int) -> QuerySet[RunEffect]:
    told = RunEffect.objects.filter(kind__endswith="changed").annotate(told=Cast("before", TextField()))
    return told.filter(Q(told__contains=f'"person": {person_id},') | Q(told__contains=f'"person_id": {person_id},'))


RECORDS = PersonRecords("intake", export, erase, merge, unmerge)

"""What this room does with a person's rows when they are exported, erased, merged and parted again."""

from __future__ import annotations

from typing import Any

from regulars.people.moving import made_row, move_rows, put_back, remove_row
from regulars.people.records import MovedRows, PersonRecords
from regulars.standings.models import Memory, Standing, StandingMonth, ToldShare


def export(person_id: int) -> dict[str, Any]:
    standing = Standing.objects.filter(person_id=person_id).first()
    memory = Memory.objects.filter(person_id=person_id).first()
    share = ToldShare.objects.filter(person_id=person_id).first()
    return {
        "standing": None if standing is None else _said(standing),
        "months": [_said(month) for month in StandingMonth.objects.filter(person_id=person_id).order_by("month")],
        "remembered": None if memory is None else _said(memory),
        "told_share": None if share is None else _said(share),
    }


def _said(row: Standing | StandingMonth | Memory | ToldShare) -> dict[str, Any]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {
        name: value if value is None or isinstance(value, int | float) else str(value)
        for name, value in values.items()
        if name not in {"id", "person_id", "by_id"}
    }


def erase(person_id: int) -> None:
    for model in (Standing, StandingMonth, Memory, ToldShare):
        model._default_manager.filter(person_id=person_id).delete()


def merge(keep_id: int, other_id: int) -> MovedRows:
    """Months move where the kept person has none; a standing is reckoned anew, so the other's goes."""
    moved = list(move_rows(StandingMonth.objects.filter(person_id=other_id), keep_id, unless_same=("month",)))
    for standing in Standing.objects.filter(person_id=other_id):
        moved += remove_row(standing)
    for model in (Memory, ToldShare):
        for said in model._default_manager.filter(person_id=other_id):
            moved += remove_row(said)
            if not model._default_manager.filter(person_id=keep_id).exists():
                said.person_id = keep_id
                said.save(force_insert=True)
                moved += made_row(said)
    return tuple(moved)


RECORDS = PersonRecords(room="standings", export=export, erase=erase, merge=merge, unmerge=put_back)

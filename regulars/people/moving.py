"""The plain ways to move a person's rows for a merge, and to put every one of them back.

Each returns what it did as `records.Moved`; `put_back` takes these in any order they were kept and undoes them from
the last to the first. A row that somebody changed or moved on since stays as they left it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.db.models import QuerySet

from regulars.people.records import Moved, MovedRows


def move_rows(
    rows: QuerySet[Any], keep_id: int, *, column: str = "person", unless_same: Sequence[str] = ()
) -> MovedRows:
    """Give rows of one person to another. Where the other has one with the same `unless_same` values, it is removed."""
    model = rows.model
    attname = cast("models.Field[Any, Any]", model._meta.get_field(column)).attname
    held: set[tuple[Any, ...]] = set()
    if unless_same:
        held = set(model._default_manager.filter(**{attname: keep_id}).values_list(*unless_same))
    moved: list[Moved] = []
    for row in rows.order_by("pk"):
        if unless_same and tuple(getattr(row, name) for name in unless_same) in held:
            moved += remove_row(row)
        else:
            moved += change_row(row, **{attname: keep_id})
    return tuple(moved)


def change_row(row: models.Model, **changes: Any) -> MovedRows:
    """Change columns of one row and say what stood there; nothing if nothing differs."""
    new = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not new:
        return ()
    before = {name: getattr(row, name) for name in new}
    type(row)._default_manager.filter(pk=row.pk).update(**new)
    for name, value in new.items():
        setattr(row, name, value)
    return (Moved(_table(row), str(row.pk), "changed", _plain(row, before), _plain(row, new)),)


def remove_row(row: models.Model) -> MovedRows:
    """Delete one row and keep all of it."""
    whole = {field.attname: getattr(row, field.attname) for field in _fields(type(row))}
    moved = Moved(_table(row), str(row.pk), "removed", _plain(row, whole))
    type(row)._default_manager.filter(pk=row.pk).delete()
    return (moved,)


def made_row(row: models.Model) -> MovedRows:
    """Note a row that the merge made, so that parting deletes it."""
    return (Moved(_table(row), str(row.pk), "made"),)


def put_back(moved: Iterable[Moved]) -> None:
    """Undo what these say, the last first."""
    for one in reversed(tuple(moved)):
        model = apps.get_model(one.table)
        if one.change == "removed":
            model._default_manager.bulk_create([model(**_read(model, one.before))])
        elif one.change == "made":
            model._default_manager.filter(pk=one.row_id).delete()
        else:
            _put_columns_back(model, one)


def _put_columns_back(model: type[models.Model], one: Moved) -> None:
    """Restore each column that still says what the merge wrote there."""
    before, after = _read(model, one.before), _read(model, one.after)
    for name, value in before.items():
        model._default_manager.filter(pk=one.row_id, **{name: after[name]}).update(**{name: value})


def _table(row: models.Model) -> str:
    return row._meta.label


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.GeneratedField)]


def _plain(row: models.Model, values: dict[str, Any]) -> dict[str, Any]:
    """Turn values into JSON primitives; numbers, flags, lists and texts are that already."""
    return {
        name: value if value is None or isinstance(value, (bool, int, str, list, dict)) else _text(value)
        for name, value in values.items()
    }


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    by_name = {field.attname: field for field in _fields(model)}
    return {
        name: value if value is None or by_name[name].is_relation else by_name[name].to_python(value)
        for name, value in values.items()
    }

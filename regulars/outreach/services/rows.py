"""Write many new touches at once: plain values, ids known beforehand, no model object a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import models

from regulars.kit import database
from regulars.outreach.models import Touch, TouchChange
from regulars.people.bulk import insert, reserve_ids

COPY_FROM = 200
Key = tuple[int, str, str, str]


class Draft(NamedTuple):
    """The columns of a touch that differ when it is planned; the others begin as the model says."""

    person: int
    programme: str
    occurrence: str
    step: str
    channel: str
    purpose: str
    has_offer: bool
    priority: int
    state: str
    why: str
    due_at: datetime
    not_before: datetime | None
    not_after: datetime | None
    subject: str
    body: str
    blocks: str
    language: str
    language_wanted: str
    wording_version: int | None
    draft_hash: str
    minutes: Decimal
    cost_amount: Decimal
    created_at: datetime
    changed_at: datetime
    # Of what was approved before it was written: words that were approved as a whole.
    approved_by: int | None = None
    approved_at: datetime | None = None
    batch: int | None = None
    held_why: str = ""
    held_from: str = ""


class Added(NamedTuple):
    """The ids of all that was asked for, and which of them are new."""

    ids: dict[Key, int]
    new: set[int]


def add_touches(drafts: Mapping[Key, Draft], now: datetime) -> Added:
    """Write what is not there yet, and the first change of each.

    Call it inside a transaction. Whoever wrote a row first keeps it.
    """
    if not drafts:
        return Added({}, set())
    ids = reserve_ids(Touch, len(drafts))
    wanted = dict(zip(drafts, ids, strict=True))
    mine = _add([(pk, *draft) for pk, draft in zip(ids, drafts.values(), strict=True)], set(ids))
    _note_first_change(ids, drafts.values(), mine, now)
    if len(mine) < len(wanted):
        wanted |= _ids_of([key for key, pk in wanted.items() if pk not in mine])
    return Added(wanted, mine)


def _note_first_change(ids: Sequence[int], drafts: Iterable[Draft], mine: set[int], now: datetime) -> None:
    """SQLite has the rows under its hand, one behind the other; to PostgreSQL they are told once more."""
    if not database.is_postgres():
        with database.connection().cursor() as cursor:
            cursor.execute(_FIRST_CHANGE, [_moment(now), ids[0], ids[-1]])
        return
    rows = [(pk, now, "", draft.state, draft.approved_by, "") for pk, draft in zip(ids, drafts, strict=True)]
    columns = ("touch", "at", "from_state", "to_state", "by", "why")
    insert(TouchChange, columns, [row for row in rows if row[0] in mine])


_FIRST_CHANGE = """
INSERT INTO outreach_touchchange (touch_id, at, from_state, to_state, by_id, why)
SELECT id, %s, '', state, approved_by_id, '' FROM outreach_touch WHERE id BETWEEN %s AND %s
"""


def _add(rows: list[tuple[Any, ...]], ids: set[int]) -> set[int]:
    """Insert rows whose key is free; returns the ids of those that are new."""
    names, others = _columns()
    if database.is_postgres():
        full = [(*row, *others) for row in rows]
        return _copied(names, full) if len(full) >= COPY_FROM else _valued(names, full)
    values = ", ".join([*["%s"] * (len(names) - len(others)), *map(_literal, others)])
    with database.connection().cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_table()} ({_listed(names)}) VALUES ({values}) "  # noqa: S608  # constants of the model
            f"ON CONFLICT ({_listed(KEY)}) DO NOTHING",
            [_stored(row) for row in rows],
        )
        if cursor.rowcount == len(rows):
            return ids
        cursor.execute(f"SELECT id FROM {_table()} WHERE id >= %s", [min(ids)])  # noqa: S608  # our table
        return {pk for (pk,) in cursor.fetchall()} & ids


def _copied(names: Sequence[str], rows: list[tuple[Any, ...]]) -> set[int]:
    """By way of a table of this transaction's own: COPY itself knows no ON CONFLICT."""
    with database.connection().cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {NEW} (LIKE {_table()}) ON COMMIT DROP")
        cursor.execute(f"TRUNCATE {NEW}")
        database.copy_rows(NEW, names, rows)
        listed = _listed(names)
        # In the order of the key, so that two who plan the same people wait for each other and not in a circle.
        cursor.execute(
            f"INSERT INTO {_table()} ({listed}) SELECT {listed} FROM {NEW} ORDER BY {_listed(KEY)} "  # noqa: S608
            f"ON CONFLICT ({_listed(KEY)}) DO NOTHING RETURNING id"
        )
        return {pk for (pk,) in cursor.fetchall()}


def _valued(names: Sequence[str], rows: list[tuple[Any, ...]]) -> set[int]:
    marks = f"({', '.join(['%s'] * len(names))})"
    ordered = sorted(rows, key=lambda row: row[1:5])
    with database.connection().cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table()} ({_listed(names)}) VALUES {', '.join([marks] * len(rows))} "  # noqa: S608
            f"ON CONFLICT ({_listed(KEY)}) DO NOTHING RETURNING id",
            [value for row in ordered for value in row],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _ids_of(keys: Sequence[Key]) -> dict[Key, int]:
    """Find rows by their exact keys, each by one look into the unique index."""
    table = _table()
    same = "t.person_id = k.person AND t.programme = k.programme AND t.occurrence = k.occurrence AND t.step = k.step"
    one = f"(SELECT t.id FROM {table} t WHERE {same})"  # noqa: S608  # our table
    if database.is_postgres():
        asked: list[Any] = [database.array_literal(column) for column in zip(*keys, strict=True)]
        source = "unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS k(person, programme, occurrence, step)"
    else:
        asked = [json.dumps(keys)]
        parts = ", ".join(f"json_extract(value, '$[{n}]') AS {name}" for n, name in enumerate(KEY_NAMES))
        source = f"(SELECT {parts} FROM json_each(%s)) AS k"  # noqa: S608  # names of our own
    with database.connection().cursor() as cursor:
        cursor.execute(
            f"SELECT k.person, k.programme, k.occurrence, k.step, {one} FROM {source}",  # noqa: S608
            asked,
        )
        return {(person, programme, occurrence, step): pk for person, programme, occurrence, step, pk in cursor}


KEY = ("person_id", "programme", "occurrence", "step")
KEY_NAMES = ("person", "programme", "occurrence", "step")
NEW = "outreach_touches_to_add"


def _table() -> str:
    return str(Touch._meta.db_table)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(database.connection().ops.quote_name(name) for name in names)


@lru_cache(maxsize=4)
def _shape(vendor: str) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    ours = ["id", *Draft._fields]
    fields: list[Any] = [Touch._meta.get_field(name) for name in ours]
    rest = [field for field in Touch._meta.concrete_fields if field.name not in ours]
    return tuple(str(field.column) for field in (*fields, *rest)), tuple(_beginning(field) for field in rest)


def _beginning(field: Any) -> Any:
    value = field.get_default()
    if isinstance(field, models.JSONField):
        return json.dumps(value)
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def _literal(value: Any) -> str:
    """How a model's constant is written into the statement: bound row by row it would cost as much as the row."""
    if value is None:
        return "NULL"
    return str(int(value)) if isinstance(value, int) else "'" + str(value).replace("'", "''").replace("%", "%%") + "'"


def _columns() -> tuple[tuple[str, ...], tuple[Any, ...]]:
    return _shape(database.connection().vendor)


def _stored(row: tuple[Any, ...]) -> list[Any]:
    """Moments and amounts as SQLite keeps them."""
    stored = list(row)
    for place in MOMENTS:
        stored[place] = _moment(stored[place])
    for place in AMOUNTS:
        stored[place] = _amount(stored[place])
    return stored


@lru_cache(maxsize=4096)
def _moment(value: datetime | None) -> Any:
    return database.connection().ops.adapt_datetimefield_value(value) if value is not None else None


@lru_cache(maxsize=4096)
def _amount(value: Decimal) -> str:
    return str(value)


def _places(kind: type[models.Field[Any, Any]]) -> tuple[int, ...]:
    return tuple(1 + place for place, name in enumerate(Draft._fields) if isinstance(Touch._meta.get_field(name), kind))


MOMENTS, AMOUNTS = _places(models.DateTimeField), _places(models.DecimalField)

"""Many rows at once: plain inserts without model objects, and long lists of ids as one parameter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.expressions import RawSQL

from regulars.kit import database

Row = Sequence[Any]
Read = TypeVar("Read")
AT_ONCE = 2000


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, skip_known: bool = False) -> None:
    """Insert rows of plain values; every column that must not be null is given. `skip_known` leaves clashes out."""
    if not rows:
        return
    fields = _fields(model, columns)
    if database.is_postgres() and not skip_known:
        database.copy_rows(model._meta.db_table, [field.column for field in fields], rows)
    else:
        _execute(model, fields, rows, skip_known=skip_known)


def update(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Set columns of many rows, each its own values; a row is the values and then the id."""
    if not rows:
        return
    link = database.connection()
    fields = _fields(model, columns)
    sets = ", ".join(f"{link.ops.quote_name(field.column)} = %s" for field in fields)
    sql = f"UPDATE {link.ops.quote_name(model._meta.db_table)} SET {sets} WHERE id = %s"  # noqa: S608
    with link.cursor() as cursor:
        cursor.executemany(sql, _adapted(fields, rows))


def upsert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], *, unique: Sequence[str]) -> None:
    """Insert rows, or give those that are there already (by the unique columns) the new values of the others."""
    _execute(model, _fields(model, columns), rows, unique=unique)


def reserve_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Return ids nobody else will get; inside a transaction that holds the writer."""
    table = model._meta.db_table
    with database.connection().cursor() as cursor:
        if database.is_postgres():
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return range(last + 1, last + 1 + count)


def reserve_run(model: type[models.Model], count: int) -> int | None:
    """Reserve `count` ids in a row, to be used later, and return the one before the first; None where somebody else
    took one in between (PostgreSQL; the numbers are lost then, which harms nothing)."""
    table = model._meta.db_table
    with database.connection().cursor() as cursor:
        if database.is_postgres():
            cursor.execute(
                "SELECT min(n), max(n) FROM (SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS n"
                " FROM generate_series(1, %s)) taken",
                [table, count],
            )
            first, last = cursor.fetchone()
            return first - 1 if last - first + 1 == count else None
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        return int(cursor.fetchone()[0]) - count


def among(ids: Iterable[int]) -> RawSQL:
    """Return ids for `field__in=`, any number of them: one parameter on either database."""
    return _listed(list(ids), "bigint")


def among_texts(texts: Iterable[str]) -> RawSQL:
    """The same for texts."""
    return _listed(list(texts), "text")


def rows_of(rows: models.QuerySet[Any, Read], people: int) -> Iterable[Read]:
    """Read the rows of so many people: of a page's at one go, of a mailing's in portions.

    Of portions PostgreSQL makes a table first, and takes three questions for the first of them.
    """
    return rows if people <= AT_ONCE else rows.iterator(chunk_size=AT_ONCE)


def _listed(values: list[Any], kind: str) -> RawSQL:
    if database.is_postgres():
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [database.array_literal(values)])  # noqa: S611  # one of two words
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(values)])


def _execute(
    model: type[models.Model],
    fields: list[Any],
    rows: Sequence[Row],
    *,
    skip_known: bool = False,
    unique: Sequence[str] = (),
) -> None:
    if not rows:
        return
    link = database.connection()
    names = ", ".join(link.ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    ending = " ON CONFLICT DO NOTHING" if skip_known else ""
    if unique:
        keys = {field.column for field in _fields(model, unique)}
        sets = ", ".join(f"{f.column} = excluded.{f.column}" for f in fields if f.column not in keys)
        ending = f" ON CONFLICT ({', '.join(sorted(keys))}) DO UPDATE SET {sets}"
    sql = f"INSERT INTO {link.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({marks}){ending}"  # noqa: S608
    with link.cursor() as cursor:
        cursor.executemany(sql, _adapted(fields, rows))


def _fields(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    return [model._meta.get_field(name) for name in names]


def _adapted(fields: list[Any], rows: Sequence[Row]) -> Sequence[Row]:
    """Turn dates and times into what the database stores; leave rows without any as they are."""
    ops = database.connection().ops
    moments = [place for place, field in enumerate(fields) if isinstance(field, models.DateTimeField)]
    days = [place for place, field in enumerate(fields) if isinstance(field, models.DateField) and place not in moments]
    if not moments and not days:
        return rows
    moment, day = (
        lru_cache(maxsize=1024)(ops.adapt_datetimefield_value),
        lru_cache(maxsize=1024)(ops.adapt_datefield_value),
    )
    turned = [list(row) for row in rows]
    for row in turned:
        for place in moments:
            row[place] = moment(row[place])
        for place in days:
            row[place] = day(row[place])
    return turned

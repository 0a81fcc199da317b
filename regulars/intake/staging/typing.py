"""Texts into amounts and moments. The regular ones in SQL; every other text is read once, however often it occurs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyConnection

from regulars.intake.values import amounts, dates

AMOUNTS = ("amount", "tax", "shipping", "discount", "refunded", "outstanding", "converted_amount", "converted_refunded", "rate",
           "disputed", "price", "line_discount", "line_amount", "quantity")  # fmt: skip
MOMENTS = ("bought_on", "refunded_on", "cancelled_at", "opted_in_at", "left_at", "cleaned_at", "deceased_on")
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
ISO_CLOCK = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$"
ISO_ZONED = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)? ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})$"


@dataclass(frozen=True)
class Reading:
    """How the texts of this file are to be read."""

    decimals: dict[str, amounts.Mark]
    date_order: dates.Order
    zone: str
    cents: frozenset[str] = frozenset()
    counts_from_1904: bool = False


def type_amounts(con: DuckDBPyConnection, reading: Reading, fields: Iterable[str]) -> None:
    """Make table `sum_of` (field, text, amount, code): one row a distinct text that is no plain number."""
    con.execute("CREATE TABLE sum_of (field VARCHAR, text VARCHAR, amount DECIMAL(18,4), code VARCHAR)")
    for field in fields:
        mark = reading.decimals.get(field, ".")
        texts = con.execute(
            f"SELECT DISTINCT {field} FROM entry WHERE {field} IS NOT NULL AND {_plain(field, mark)} IS NULL"
        ).fetchall()
        found = ((field, text, amounts.parse(text, mark)) for (text,) in texts)
        rows = [
            (field, text, str(_within(read.amount)), read.currency)
            for field, text, read in found
            if read and _within(read.amount) is not None
        ]
        if rows:
            con.executemany("INSERT INTO sum_of VALUES (?, ?, ?::DECIMAL(18,4), ?)", rows) if len(
                rows
            ) < 200 else _bulk(con, rows)


def _bulk(con: DuckDBPyConnection, rows: list[tuple[str, str, str, str]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    con.execute("INSERT INTO sum_of SELECT unnest(?), unnest(?), unnest(?)::DECIMAL(18,4), unnest(?)", columns)


def _within(amount: object) -> object | None:
    """Amounts of a trillion and more are no amounts of a shop."""
    from decimal import Decimal

    assert isinstance(amount, Decimal)
    return amount.quantize(Decimal("0.0001")) if abs(amount) < Decimal(10) ** 12 else None


def amount_sql(field: str, reading: Reading) -> str:
    """The SQL of a field's amount; needs `e` (entry) joined with `s_<field>` (sum_of)."""
    hundred = " / 100" if field in reading.cents else ""
    plain = _plain(f"e.{field}", reading.decimals.get(field, "."))
    return f"(coalesce({plain}, s_{field}.amount){hundred})::DECIMAL(18,4)"


def _plain(column: str, mark: amounts.Mark) -> str:
    """A number as programs write it; with a decimal comma, only one that has no mark at all."""
    if mark == ".":
        return f"try_cast({column} AS DECIMAL(18,4))"
    return f"CASE WHEN regexp_matches({column}, '^-?[0-9]{{1,12}}$') THEN try_cast({column} AS DECIMAL(18,4)) END"


def type_moments(con: DuckDBPyConnection, reading: Reading, fields: Iterable[str]) -> None:
    """Make table `moment_of` (text, day, utc_at): one row a distinct text that is not written the ISO way."""
    con.execute("CREATE TABLE moment_of (text VARCHAR, day DATE, utc_at TIMESTAMP)")
    union = " UNION ".join(f"SELECT {field} AS text FROM entry WHERE {field} IS NOT NULL" for field in fields)
    if not union:
        return
    texts = con.execute(
        f"SELECT DISTINCT text FROM ({union}) WHERE NOT regexp_matches(text, '{ISO_DAY}') AND NOT regexp_matches(text, '{ISO_CLOCK}')"
        f" AND NOT regexp_matches(text, '{ISO_ZONED}')"
    ).fetchall()
    zone = ZoneInfo(reading.zone)
    rows = []
    for (text,) in texts:
        moment = dates.parse(dates.from_1904(text) if reading.counts_from_1904 else text, reading.date_order)
        if moment is None or not dates.EARLIEST_YEAR <= moment.on.year <= dates.LATEST_YEAR:
            continue
        at = moment.at.replace(tzinfo=zone) if moment.at and moment.at.tzinfo is None else moment.at
        day = at.astimezone(zone).date() if at else moment.on
        rows.append((text, day.isoformat(), at.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if at else None))
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute("INSERT INTO moment_of SELECT unnest(?), unnest(?)::DATE, unnest(?::VARCHAR[])::TIMESTAMP", columns)


def moment_sql(field: str, zone: str) -> str:
    """The SQL of a field's moment, with its zone; needs `e` (entry) joined with `m_<field>` (moment_of)."""
    text = f"e.{field}"
    zoned = f"try_cast(regexp_replace(regexp_replace({text}, ' ?UTC$', 'Z'), ' ([+-])', '\\1') AS TIMESTAMPTZ)"
    local = f"timezone('{zone}', try_cast({text} AS TIMESTAMP))"
    return (
        f"CASE WHEN length({text}) <= 10 AND regexp_matches({text}, '{ISO_DAY}') THEN NULL WHEN regexp_matches({text}, '{ISO_CLOCK}') THEN {local}"
        f" WHEN regexp_matches({text}, '{ISO_ZONED}') THEN {zoned} ELSE timezone('UTC', m_{field}.utc_at) END"
    )


def day_sql(field: str, zone: str) -> str:
    """The SQL of a field's day in the business's zone; needs its text, its moment as `t_<field>` and, of a text that is
    not written the ISO way, the day that was read as `m_<field>`."""
    is_day = f"length({field}) <= 10 AND regexp_matches({field}, '{ISO_DAY}')"
    day = f"CASE WHEN {is_day} THEN try_cast({field} AS DATE) ELSE coalesce(m_{field}, timezone('{zone}', t_{field})::DATE) END"
    in_range = f"year({day}) BETWEEN {dates.EARLIEST_YEAR} AND {dates.LATEST_YEAR}"
    return f"CASE WHEN {in_range} THEN {day} END"

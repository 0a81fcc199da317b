"""Texts into days and amounts: every distinct text is read once, however often it occurs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

from regulars.cli.insight.reading import Source
from regulars.cli.insight.zones import day_in
from regulars.intake.mapping.columns import key_of
from regulars.intake.staging.styles import order_named
from regulars.intake.values import amounts, dates

EARLIEST_YEAR = 1900
CLOCK = r"(?i)[T ,]+[0-9]{1,2}[:h][0-9]{2}(:[0-9]{2})?([.,][0-9]+)?\s*([ap]\.?m\.?)?\s*(z|[a-z]{3,4})?\s*([+-][0-9]{2}:?[0-9]{2})?(\s*\(.*\))?\s*$"
SHORT_YEAR = re.compile(r"(\d\d)[-/.](\d\d)[-/.](\d\d)")
FEWEST_SHORT, MOST_YEARS = 20, 10
EPOCH_DIGITS = {9: 1, 10: 1, 12: 1_000, 13: 1_000, 15: 1_000_000, 16: 1_000_000, 18: 1_000_000_000, 19: 1_000_000_000}
DAYS = ("day", "refunded_on")
MONEY = ("amount", "refunded", "quantity", "price", "line_amount")
EMPTY = "('', 'nan', 'null', 'none', 'n/a', '#n/a', 'nat', '<na>')"


@dataclass(frozen=True)
class Read:
    """SQL for the fields of one file: the value of each and the joins it needs."""

    values: dict[str, str]
    joins: str


def typed(con: DuckDBPyConnection, source: Source) -> Read:
    """Work out how the days and amounts of one file are written; what had to be assumed is noted."""
    kinds = {str(name): str(kind) for name, kind, *_rest in con.execute(f"DESCRIBE said_{source.number}").fetchall()}
    values, joins = {}, []
    for field in (*DAYS, *MONEY):
        if field not in source.columns.names:
            values[field] = f"NULL::{'DATE' if field in DAYS else 'DECIMAL(18,4)'}"
            continue
        made, join = (_days if field in DAYS else _amounts)(con, source, field, kinds[field])
        values[field] = made
        joins.append(join)
    return Read(values, " ".join(joins))


def word(field: str) -> str:
    """SQL for a text, with what stands for nothing as NULL."""
    text = f"trim(s.\"{field}\"::VARCHAR, ' ' || chr(9) || chr(160))"
    return f"CASE WHEN lower({text}) NOT IN {EMPTY} THEN {text} END"


def _days(con: DuckDBPyConnection, source: Source, field: str, kind: str) -> tuple[str, str]:
    if kind.startswith(("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")):
        return _not_too_early(_days_there(source, field)), ""
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return _not_too_early(f's."{field}"::DATE'), ""
    text, part = word(field), _part(word(field))
    found = con.execute(f"SELECT DISTINCT {part} FROM said_{source.number} s").fetchall()
    parts = [text for (text,) in found if text]
    if _is_year_first(parts):
        source.notes.append(f"{source.name}: 24-03-01 in “{source.columns.names[field]}” was read as 1 March 2024.")
        days = _read_days(parts, "dmy", "20")
        order: dates.Order = "dmy"
    else:
        order = _order(source, field, parts)
        days = _read_days(parts, order)
    table = f"day_of_{source.number}_{field}"
    _keep(con, table, days, "DATE")
    values, joins = f"p_{field}.value", f"LEFT JOIN {table} p_{field} ON p_{field}.text = {part}"
    if len(days) < len(parts):  # the year behind the clock, seconds since 1970, and what is no day at all
        rest = con.execute(
            f"SELECT DISTINCT {text} FROM said_{source.number} s {joins} WHERE p_{field}.value IS NULL"
        ).fetchall()
        _keep(con, f"{table}_whole", _read_days([whole for (whole,) in rest if whole], order), "DATE")
        values = f"coalesce(p_{field}.value, w_{field}.value)"
        joins += f" LEFT JOIN {table}_whole w_{field} ON w_{field}.text = {text}"
    return values, joins


def _not_too_early(day: str) -> str:
    return f"CASE WHEN {day} >= DATE '{EARLIEST_YEAR}-01-01' THEN {day} END"


def _days_there(source: Source, field: str) -> str:
    """SQL for the day where it was bought, of moments that are kept in UTC; where that is not known, it is said."""
    if len(source.zones) == 1:
        return day_in(f's."{field}"', next(iter(source.zones)))
    source.notes.append(
        f"{source.name}: the moments in “{source.columns.names[field]}” are kept in UTC, and the file does not say where"
        " they were; each counts for its day in UTC."
    )
    return f's."{field}"::DATE'


def _part(text: str) -> str:
    """A moment without its clock: the day it was there, whatever the zone."""
    return f"CASE WHEN length({text}) <= 10 THEN {text} ELSE regexp_replace({text}, '{CLOCK}', '') END"


def _is_year_first(texts: Sequence[str]) -> bool:
    """Years of two digits in front: few of them, of this century so far, with more different days behind."""
    found = [SHORT_YEAR.fullmatch(text) for text in texts]
    if len(found) < FEWEST_SHORT or not all(found):
        return False
    parts = [(int(one[1]), int(one[2]), int(one[3])) for one in found if one]
    first, _middle, last = (set(part) for part in zip(*parts, strict=True))
    is_a_date = all(1 <= month <= 12 and 1 <= day <= 31 for _year, month, day in parts)
    return is_a_date and len(first) <= MOST_YEARS and len(last) >= 2 * len(first)


def _order(source: Source, field: str, texts: Sequence[str]) -> dates.Order:
    """Which of 03/04 is the month: as the values prove, else as the header says, else the day comes first."""
    votes = Counter(order for text in texts for order in dates.order_of([text]))
    if votes["mdy"] and votes["dmy"]:
        column, first = source.columns.names[field], "month" if votes["mdy"] > votes["dmy"] else "day"
        source.notes.append(
            f"{source.name}: some days in “{column}” have the day in front and some the month; where either makes sense the"
            f" {first} was taken to be in front."
        )
    if votes:
        return "mdy" if votes["mdy"] > votes["dmy"] else "dmy"
    said = order_named([key_of(source.columns.names[field])])
    if said is None and any(map(dates.is_open_to_both, texts)):
        source.notes.append(
            f"{source.name}: the days in “{source.columns.names[field]}” make sense both ways; 03/04 was read as 3 April."
        )
    return said or "dmy"


def _read_days(texts: Iterable[str], order: dates.Order, century: str = "") -> dict[str, str]:
    found = {text: dates.parse(century + text, order) or _since_1970(text) for text in texts}
    return {text: moment.on.isoformat() for text, moment in found.items() if moment and moment.on.year >= EARLIEST_YEAR}


def _since_1970(text: str) -> dates.Moment | None:
    """Seconds, thousandths, millionths or billionths since 1970, with a point or without: 9 digits before 2001."""
    whole, _, rest = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not rest or rest.isdigit())) or len(whole) not in EPOCH_DIGITS:
        return None
    at = datetime.fromtimestamp(int(whole) // EPOCH_DIGITS[len(whole)], tz=UTC)
    return dates.Moment(at.date(), at)


def _amounts(con: DuckDBPyConnection, source: Source, field: str, kind: str) -> tuple[str, str]:
    if kind in {"DOUBLE", "FLOAT"}:
        return f'CASE WHEN isfinite(s."{field}") THEN try_cast(s."{field}" AS DECIMAL(18,4)) END', ""
    if kind != "VARCHAR":
        return f'try_cast(s."{field}" AS DECIMAL(18,4))', ""
    text = word(field)
    mark = _mark(con, source, field)
    plain = f"try_cast({text} AS DECIMAL(18,4))"
    if mark == ",":
        plain = f"CASE WHEN regexp_matches({text}, '^-?[0-9]{{1,12}}$') THEN {plain} END"
    rest = con.execute(f"SELECT DISTINCT {text} FROM said_{source.number} s WHERE {plain} IS NULL").fetchall()
    read = {one: amounts.parse(one, mark) for (one,) in rest if one}
    table = f"sum_of_{source.number}_{field}"
    _keep(con, table, {one: str(sum_.amount) for one, sum_ in read.items() if sum_}, "DECIMAL(18,4)")
    return f"coalesce({plain}, a_{field}.value)", f"LEFT JOIN {table} a_{field} ON a_{field}.text = {text}"


def _mark(con: DuckDBPyConnection, source: Source, field: str) -> amounts.Mark:
    texts = con.execute(
        f'SELECT DISTINCT "{field}" FROM said_{source.number} WHERE regexp_matches("{field}", \'[0-9][.,][0-9]|^[.,][0-9]\') LIMIT 5000'
    ).fetchall()
    style = amounts.style_of((text for (text,) in texts), "," if source.separator == ";" else ".")
    if not style.is_sure:
        source.notes.append(
            f"{source.name}: 1,234 in “{source.columns.names[field]}” can be read two ways; the {style.decimal} was taken"
            " to stand before the cents."
        )
    return style.decimal


def _keep(con: DuckDBPyConnection, table: str, values: dict[str, str], kind: str) -> None:
    con.execute(f"CREATE TABLE {table} (text VARCHAR, value {kind})")
    if values:
        con.execute(
            f"INSERT INTO {table} SELECT unnest(?::VARCHAR[]), try_cast(unnest(?::VARCHAR[]) AS {kind})",
            [list(values), list(values.values())],
        )

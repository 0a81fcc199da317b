"""What only the whole column can tell: the decimal mark, and which of 03/04 is the month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from regulars.intake.staging.typing import AMOUNTS, MOMENTS
from regulars.intake.values.amounts import Mark, Style, style_of
from regulars.intake.values.dates import Order

MONTH_FIRST = frozenset({"US", "PH", "PW", "FM", "MH"})
DAYS_OF_LIFE = frozenset({"birthday", "anniversary"})
TWO_NUMBERS = r"^(?:[^\W\d]+\.?,?\s+)?''?(\d{1,2})\s*[-/. ]\s*(\d{1,2})(?:\s*[-/. ]\s*''?\d{2,4})"


YEARLESS = r"^''?(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*\.?$"
NAMED_ORDERS: tuple[tuple[Order, re.Pattern[str]], ...] = (
    ("mdy", re.compile(r"mmdd")),
    ("dmy", re.compile(r"(dd|tt|jj|gg)mm")),
)


def order_named(keys: Iterable[str]) -> Order | None:
    """Return the order that a column's own name tells: "Birthday (MM/DD)", "Geburtstag (TT.MM.JJJJ)"."""
    found = {order for key in keys for order, pattern in NAMED_ORDERS if pattern.search(key)}
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True)
class DateOrder:
    """The order of day and month; `is_open` when both would make sense and nothing in the file decides."""

    order: Order
    is_open: bool


@dataclass(frozen=True)
class Decimals:
    """The decimal mark of each amount field; `is_open` when 1,234 may be either."""

    marks: dict[str, Mark]
    is_open: bool


def decimals(con: DuckDBPyConnection, filled: Iterable[str], separator: str, wanted: Mark | None) -> Decimals:
    """Return the decimal marks that the amounts prove together; quantities speak for themselves first."""
    fields = [field for field in AMOUNTS if field in filled]
    usual: Mark = wanted or ("," if separator == ";" else ".")
    money = [field for field in fields if field != "quantity"]
    style = style_of(_texts(con, money), usual) if money else Style(usual)
    mark = wanted or style.decimal
    marks: dict[str, Mark] = dict.fromkeys(money, mark)
    if "quantity" in fields:
        marks["quantity"] = style_of(_texts(con, ["quantity"]), mark).decimal
    return Decimals(marks, is_open=not style.is_sure and wanted is None)


def _texts(con: DuckDBPyConnection, fields: Iterable[str]) -> list[str]:
    union = " UNION ".join(
        f"(SELECT DISTINCT {field} AS text FROM entry WHERE regexp_matches({field}, '[0-9][.,][0-9]|^[.,][0-9]') LIMIT 5000)"
        for field in fields
    )
    return [text for (text,) in con.execute(union).fetchall()]


def date_order(
    con: DuckDBPyConnection,
    filled: Iterable[str],
    country: str,
    wanted: Order | None,
    *,
    is_known: bool = False,
    said: Order | None = None,
) -> DateOrder:
    """Return the order that the dates of the whole file prove, else what its header says, else the one usual in the
    country; `is_known` says that the program that wrote it has only this one."""
    fields = [field for field in (*MOMENTS, *sorted(DAYS_OF_LIFE)) if field in filled]
    usual: Order = "mdy" if country in MONTH_FIRST else "dmy"
    if wanted or not fields:
        return DateOrder(wanted or usual, is_open=False)
    union = " UNION ALL ".join(
        f"SELECT regexp_extract({field}, '{form}', 1)::INTEGER AS a, regexp_extract({field}, '{form}', 2)::INTEGER AS b"
        f" FROM entry WHERE regexp_matches({field}, '{form}')"
        for field in fields
        for form in ((TWO_NUMBERS, YEARLESS) if field in DAYS_OF_LIFE else (TWO_NUMBERS,))
    )
    found = con.execute(
        f"SELECT count(*) FILTER (a > 12 AND b <= 12), count(*) FILTER (b > 12 AND a <= 12), count(*) FILTER (a <= 12 AND b <= 12 AND a <> b)"
        f" FROM ({union})"
    ).fetchone()
    day_first, month_first, either = found or (0, 0, 0)
    if day_first or month_first:
        return DateOrder(
            "dmy" if day_first >= month_first else "mdy", is_open=bool(day_first and month_first and either)
        )
    return DateOrder(said or usual, is_open=bool(either) and not said and not is_known)

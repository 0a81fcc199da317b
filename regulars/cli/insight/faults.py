"""Rows that cannot be used, said by row and reason: each by itself when they are few, together when they are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from duckdb import DuckDBPyConnection

from regulars.cli.insight.reading import Source

FEW = 3
LISTED_SINGLY = 50
LONGEST_LIST = 5_000
TEXT_SHOWN = 40


class Said(str):
    """A sentence that names every row, and the same with the first few only, for a terminal."""

    __slots__ = ("short",)
    short: str

    def __new__(cls, whole: str, short: str) -> Said:
        made = super().__new__(cls, whole)
        made.short = short
        return made


def in_short(sentence: str) -> str:
    """Give a sentence as it is printed for people."""
    return sentence.short if isinstance(sentence, Said) else sentence


def faults(con: DuckDBPyConnection, sources: list[Source], has_amounts: bool, today: date) -> list[str]:
    """Make table `fault` (file, row_number, why) of the rows that cannot be used, and say which they are."""
    amount = (
        "WHEN amount IS NULL AND coalesce(refunded, 0) = 0 AND NOT (order_key IS NOT NULL AND order_key IN (SELECT order_key FROM typed"
        " WHERE order_key IS NOT NULL AND amount IS NOT NULL)) THEN 'amount'"
        if has_amounts
        else ""
    )
    con.execute(
        "CREATE TABLE fault AS SELECT file, row_number, why FROM (SELECT file, row_number,"
        f" CASE WHEN customer IS NULL AND refers_key IS NULL THEN 'customer' WHEN day IS NULL THEN 'day' {amount} END AS why FROM told)"
        " WHERE why IS NOT NULL"
    )
    sentences = []
    for source in sources:
        for why in ("customer", "day", "amount"):
            sentences += _of_a_kind(con, source, why)
        by_reason: dict[str, list[int]] = {}
        for row, reason in source.faults.items():
            by_reason.setdefault(reason, []).append(row)
        for reason, rows in by_reason.items():
            sentences += _singly_or_together(source, rows, reason, f"could not be read ({reason.rstrip('.')})")
    return sentences + _future(con, today)


def _of_a_kind(con: DuckDBPyConnection, source: Source, why: str) -> list[str]:
    """Those without a customer, without a day, without an amount; what is empty apart from what cannot be read."""
    column, field = _column(source, why)
    text = f"coalesce(trim(s.\"{field}\"::VARCHAR), '')" if field in source.columns.names else "''"
    if why == "customer":
        text = "''"
    found = con.execute(
        f"SELECT f.row_number, left({text}, {TEXT_SHOWN}) FROM fault f JOIN said_{source.number} s USING (row_number)"
        " WHERE f.file = ? AND f.why = ? ORDER BY 1",
        [source.number, why],
    ).fetchall()
    empty = [row for row, text in found if not text]
    odd = [(row, text) for row, text in found if text]
    said = _singly_or_together(
        source, empty, f"“{column}” is empty; the row was left out.", f"were left out because “{column}” is empty"
    )
    kind = "day" if why == "day" else "amount"
    if len(odd) <= FEW:
        reason = f"in “{column}” is no {kind} that can be read; the row was left out."
        return said + [f"{source.name}, row {row}: “{text}” {reason}" for row, text in odd]
    named = [f"{row} (“{text}”)" for row, text in odd]
    return [*said, _together(source, [row for row, _text in odd], f"were left out because “{column}” holds no {kind} that can be read", named)]  # fmt: skip


def _column(source: Source, why: str) -> tuple[str, str]:
    """The name of the column that is at fault, and the field it was taken for."""
    for field in (why, "price", "line_amount"):
        if field in source.columns.names:
            return source.columns.names[field], field
    return why, why


def _singly_or_together(source: Source, rows: Sequence[int], one: str, many: str) -> list[str]:
    if len(rows) <= FEW:
        return [f"{source.name}, row {row}: {one}" for row in rows]
    return [_together(source, rows, many, [str(row) for row in rows])]


def _together(source: Source, rows: Sequence[int], why: str, named: Sequence[str]) -> Said:
    begin = f"{source.name}: {len(rows):,} rows {why}: rows"
    first = ", ".join(named[:FEW])
    if len(rows) <= LISTED_SINGLY:
        whole = ", ".join(named)
    else:
        runs = _runs(rows[FEW:])
        whole = f"{first}, {', '.join(runs[:LONGEST_LIST])}"
        whole += " and more" if len(runs) > LONGEST_LIST else ""
    return Said(f"{begin} {whole}.", f"{begin} {first} and {len(rows) - FEW:,} more (--json lists them).")


def _runs(rows: Iterable[int]) -> list[str]:
    """Rows that follow each other as one: 4-9, 12."""
    runs = []
    for _gap, group in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
        inside = [row for _place, row in group]
        runs.append(str(inside[0]) if len(inside) == 1 else f"{inside[0]}-{inside[-1]}")
    return runs


def _future(con: DuckDBPyConnection, today: date) -> list[str]:
    found = con.execute(
        "SELECT count(*), (arg_min(row_number, (file, row_number), 3)) FROM told WHERE day > ?", [today]
    ).fetchone()
    count, first = found or (0, [])
    if not count:
        return []
    what = "1 row lies" if count == 1 else f"{count:,} rows lie"
    rows = f"row {first[0]}" if count == 1 else f"the first are rows {', '.join(map(str, first))}"
    return [f"{what} in the future (after {today}) and {'was' if count == 1 else 'were'} left out; {rows}."]

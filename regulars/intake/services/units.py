"""Staged units as people and purchases want to hear of them, read slice by slice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from duckdb import DuckDBPyConnection

from regulars.intake.services.collecting import now_and_then
from regulars.intake.services.people_of import COLUMNS, WITHOUT_PRINTS, Manner, Prepared, ready, told
from regulars.purchases.services import Basket, basket_of

SLICE = 5_000
COLLECT_EVERY = 40
ORDER = ("unit", "pos", "reference", "day", "moment", "paid_mils", "tax_mils", "shipping_mils", "discount_mils",
         "is_cancelled", "channel", "note")  # fmt: skip


class Unit(NamedTuple):
    """One order and who bought it (`person` None: nobody is named), or one person without an order."""

    number: int
    pos: int | None
    person: Prepared | None
    basket: Basket | None


Numbered = tuple[int, int | None, tuple[Any, ...] | None]
Portion = tuple[list[Numbered], dict[int, Prepared]]
"""Units of a slice (number, whose, the values of a basket), and their people by place: plain enough for a pipe."""


def units_of(portions: Iterable[Portion]) -> Iterator[Unit]:
    """Yield the units of these portions."""
    for turn, (numbered, people) in enumerate(portions):
        now_and_then(turn, COLLECT_EVERY)
        for number, pos, basket in numbered:
            person = people[pos] if pos is not None else None
            yield Unit(number, pos, person, Basket._make(basket) if basket else None)


def portions_after(
    con: DuckDBPyConnection, cursor: int, total: int, manner: Manner, *, is_about_sales: bool
) -> Iterator[Portion]:
    """Yield the units after number `cursor` in their order, slice by slice; where `todo` names those that have to be
    looked at, only these."""
    read = _sales if is_about_sales else _people_only
    for start, end in _stretches(con, cursor, total):
        yield read(con, start, end, manner)


def _stretches(con: DuckDBPyConnection, cursor: int, total: int) -> Iterable[tuple[int, int]]:
    if not has_table(con, "todo"):
        return ((start, min(start + SLICE - 1, total)) for start in range(cursor + 1, total + 1, SLICE))
    return con.execute(
        "SELECT min(unit), max(unit) FROM (SELECT unit, row_number() OVER (ORDER BY unit) AS n FROM todo"
        " WHERE unit > ?) GROUP BY (n - 1) // ? ORDER BY 1",
        [cursor, SLICE],
    ).fetchall()


def has_table(con: DuckDBPyConnection, name: str) -> bool:
    found = con.execute("SELECT 1 FROM information_schema.tables WHERE table_name = ?", [name]).fetchone()
    return found is not None


def has_something_left(con: DuckDBPyConnection, cursor: int) -> bool:
    """Say whether there is any unit after number `cursor` to be looked at."""
    return con.execute("SELECT 1 FROM todo WHERE unit > ? LIMIT 1", [cursor]).fetchone() is not None


def _looked_at(con: DuckDBPyConnection) -> str:
    return " SEMI JOIN todo USING (unit)" if has_table(con, "todo") else ""


def pos_of(con: DuckDBPyConnection, unit: int) -> int | None:
    """Return whose unit this is."""
    found = con.execute("SELECT pos FROM unit WHERE unit = ?", [unit]).fetchone()
    return found[0] if found else None


def _people_only(con: DuckDBPyConnection, start: int, end: int, manner: Manner) -> Portion:
    people = _people(con, start, end, manner, within=" SEMI JOIN todo ON todo.unit = pos" if _looked_at(con) else "")
    return [(pos, pos, None) for pos in people], people


def people_beside(con: DuckDBPyConnection, cursor: int, total: int, manner: Manner) -> Iterator[Unit]:
    """Yield who is named beside the buyers of a file and bought nothing in it: the last of its people, numbered on from
    the last of its orders."""
    found = con.execute(
        "SELECT coalesce(max(u.pos), 0), (SELECT coalesce(max(pos), 0) FROM person) FROM unit u"
    ).fetchone()
    last_buyer, last = found or (0, 0)
    for start in range(last_buyer + 1 + max(cursor - total, 0), last + 1, SLICE):
        for pos, person in _people(con, start, min(start + SLICE - 1, last), manner).items():
            yield Unit(total + pos - last_buyer, pos, person, None)


def _people(con: DuckDBPyConnection, first: int, last: int, manner: Manner, within: str = "") -> dict[int, Prepared]:
    columns = ", ".join(COLUMNS if manner.has_prints else WITHOUT_PRINTS)
    prints = " LEFT JOIN print_of USING (pos)" if manner.has_prints else ""
    sql = f"SELECT {columns} FROM person{prints}{within} WHERE pos BETWEEN ? AND ? ORDER BY pos"  # noqa: S608  # our columns
    rows = con.execute(sql, [first, last]).fetchall()
    return {row[0]: ready(told(row, manner), manner) for row in rows}


def _sales(con: DuckDBPyConnection, start: int, end: int, manner: Manner) -> Portion:
    within = _looked_at(con)
    sql = f"SELECT {', '.join(ORDER)} FROM unit{within} WHERE unit BETWEEN ? AND ? ORDER BY unit"  # noqa: S608  # our columns
    rows = con.execute(sql, [start, end]).fetchall()
    named = [row[1] for row in rows if row[1] is not None]
    bought = f" SEMI JOIN (SELECT pos FROM unit{within} WHERE unit BETWEEN {start} AND {end}) USING (pos)"  # noqa: S608  # numbers
    people = _people(con, min(named), max(named), manner, bought if within else "") if named else {}
    lines = _by_unit(con, within, "unit, name, sku, quantity, amount, kind", "unit_item", "place", start, end)
    refunds = _by_unit(
        con, within, "unit, reference, day, amount, NULL", "unit_refund", "place, reference, amount", start, end
    )
    source = manner.source
    found: list[Numbered] = []
    for number, pos, reference, day, at, paid, tax, shipping, discount, is_cancelled, channel, note in rows:
        basket = basket_of(
            *(source, reference, None, day, at, paid, tax, shipping, discount, is_cancelled, channel, None, note),
            tuple(lines.get(number, ())),
            _told_apart(refunds[number]) if number in refunds else (),
        )
        found.append((number, pos, tuple(basket)))
    return found, people


def _by_unit(
    con: DuckDBPyConnection, looked_at: str, columns: str, table: str, within: str, start: int, end: int
) -> dict[int, list[tuple[Any, ...]]]:
    """Read rows of units in the file's own order: the hash of an order's content depends on it."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    sql = f"SELECT {columns} FROM {table}{looked_at} WHERE unit BETWEEN ? AND ? ORDER BY unit, {within}"  # noqa: S608  # our columns
    for row in con.execute(sql, [start, end]).fetchall():
        found.setdefault(row[0], []).append(row[1:])
    return found


def _told_apart(refunds: list[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """Of two refunds with one reference both are kept."""
    told: dict[str, tuple[Any, ...]] = {}
    for reference, *rest in refunds:
        while reference in told:
            reference += "'"
        told[reference] = (reference, *rest)
    return tuple(told.values())

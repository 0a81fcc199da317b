"""From a file to what will be written: every step of staging in its order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from regulars.intake.formats import Format
from regulars.intake.mapping.columns import key_of, without_unit
from regulars.intake.mapping.guessing import Guess, days_left_out, tells_of_sales
from regulars.intake.options import ImportOptions
from regulars.intake.reading import Sheet
from regulars.intake.staging import (
    asking,
    baskets,
    besides,
    exchanges,
    loading,
    orderless,
    records,
    refunds,
    styles,
    units,
    who,
)
from regulars.intake.staging.asking import Asked
from regulars.intake.staging.judging import Case
from regulars.intake.staging.typing import Reading
from regulars.intake.values.dates import Order
from regulars.kit import money

MEMORY, MEMORY_OF_READERS = "320MB", "96MB"
BIG_FILE_BYTES = 24 * 1024 * 1024
BREVOS = frozenset({"emailblacklisted", "smsblacklisted", "emailblacklist", "smsblacklist", "doubleoptin"})
AMERICAN = frozenset({"squarecustomerid"})  # a column that only a program of a country with the month first writes
PRICED = ("amount", "line_amount", "price")
DATED = ("birthday", "anniversary", "bought_on")
ON_DISK = "staging.duckdb"


@dataclass(frozen=True)
class House:
    """What staging must know of the business."""

    currency: str
    zone: str
    country: str
    may_change_currency: bool


@dataclass
class Staged:
    """A file ready to be written, and everything that can be said of it before."""

    con: DuckDBPyConnection
    format: Format
    currency: str
    date_order: Order = "dmy"
    rows: int = 0
    units: int = 0
    lines: int = 0
    refunds: int = 0
    people_refused: int = 0
    orders_refused: int = 0
    net_amount: Decimal = Decimal(0)
    earliest_on: date | None = None
    latest_on: date | None = None
    refused: list[tuple[int, str]] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)

    @property
    def is_about_sales(self) -> bool:
        return self.format.takes == "orders"


@contextmanager
def workshop(folder: Path, *, is_big: bool = False) -> Iterator[DuckDBPyConnection]:
    """An empty DuckDB in bounded memory, with room to spill in `folder`; for a big file on disk. Removed afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    _remove(folder)
    con = duckdb.connect(str(folder / ON_DISK) if is_big else ":memory:")
    try:
        con.execute(f"SET memory_limit = '{MEMORY}'")
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET threads = 2")
        con.execute("SET enable_progress_bar = false")
        con.execute(f"SET temp_directory = '{str(folder / 'spill').replace(chr(39), chr(39) * 2)}'")
        yield con
    finally:
        con.close()
        _remove(folder)


def reading_room(folder: Path) -> DuckDBPyConnection:
    """Open what a big file's workshop left on disk, for reading only, beside others who read it."""
    con = duckdb.connect(str(folder / ON_DISK), read_only=True)
    con.execute(f"SET memory_limit = '{MEMORY_OF_READERS}'")
    con.execute("SET threads = 1")
    return con


def _remove(folder: Path) -> None:
    for name in ("rows.csv", ON_DISK, f"{ON_DISK}.wal"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "spill", ignore_errors=True)


def stage(
    con: DuckDBPyConnection,
    sheet: Sheet,
    guess: Guess,
    options: ImportOptions,
    house: House,
    folder: Path,
    path: Path | None,
    file_name: str,
) -> Staged:
    """Read, type, judge and gather one file; nothing is written to the book."""
    places = {name: place for place, name in enumerate(sheet.header)}
    columns = {
        fieldname: [places[name] for name in names if name in places] for fieldname, names in guess.columns.items()
    }
    filled = {fieldname for fieldname, found in columns.items() if found}
    staged = Staged(con, guess.format, house.currency)
    staged.rows = loading.load(con, sheet, columns, folder, path)
    if "phone" in filled and _is_of_brevo(sheet, guess):
        loading.put_plus_before(con, "phone")
    reading = _reading(staged, sheet, guess, options, house, filled)
    utc = guess.format.utc | {
        fieldname for fieldname, names in guess.columns.items() if any(key_of(name).endswith("utc") for name in names)
    }
    records.make_records(con, filled, reading, is_about_sales=staged.is_about_sales, utc=utc)
    if guess.format.supplier_numbers and "person_id" in filled:
        filled.add("supplier")
        if suppliers := who.tell_suppliers(con, guess.format.supplier_numbers):
            staged.questions.append(asking.about_suppliers(suppliers))
    if {"postcode", "country"} <= filled and (short := asking.short_postcodes(con)):
        staged.questions.append(asking.about_postcodes(short))
    if staged.is_about_sales:
        if guess.format.slug == "orders" and filled.isdisjoint(PRICED):
            staged.questions.append(asking.about_visits())
        _stage_sales(staged, _in_the_currency_of_its_columns(options, guess, filled), house, filled)
    else:
        if guess.format.slug == "people" and tells_of_sales(sheet.header):
            staged.questions.append(asking.about_no_amounts())
        elif guess.format.slug == "people" and (days := days_left_out(sheet.header)):
            staged.questions.append(asking.about_days_left_out(days))
        who.refuse_nobody(con, takes_names_alone=guess.format.takes_names_alone)
    status = guess.format.mail_status(map(key_of, sheet.header), file_name) if guess.format.mail_status else ""
    who.make_people(con, filled, is_about_sales=staged.is_about_sales, file_status=status)
    staged.questions += besides.asked(con)
    staged.units = units.make_units(con, is_about_sales=staged.is_about_sales, digits=money.digits(staged.currency))
    _sum_up(staged)
    _add_faults(staged, sheet)
    return staged


def _in_the_currency_of_its_columns(options: ImportOptions, guess: Guess, filled: set[str]) -> ImportOptions:
    """Where no column holds the currency, the name of the column with the amounts may say it: Total (USD)."""
    if options.currency or "currency" in filled:
        return options
    named = (without_unit(name)[1] for part in PRICED for name in guess.columns.get(part, ()))
    return replace(options, currency=next(filter(None, named), None))


def _is_of_brevo(sheet: Sheet, guess: Guess) -> bool:
    """Brevo writes every number with its country, and without the + that says so."""
    keys = set(map(key_of, sheet.header))
    return "sms" in map(key_of, guess.columns.get("phone", ())) and not BREVOS.isdisjoint(keys)


def _add_faults(staged: Staged, sheet: Sheet) -> None:
    """Rows that could not even be read as rows are refused with the others; pictures that were left out are told."""
    staged.rows += len(sheet.faults)
    staged.refused += [(number, fault.reason) for number, fault in sheet.faults.items()]
    if staged.is_about_sales:
        staged.orders_refused += len(sheet.faults)
    else:
        staged.people_refused += len(sheet.faults)
    if sheet.hidden_sheets:
        staged.questions.append(asking.about_hidden_sheets(sheet.hidden_sheets))
    if sheet.lacks_results:
        staged.questions.append(asking.about_formulas())
    if sheet.pictures:
        staged.questions.append(asking.about_pictures(sheet.pictures))


def _reading(
    staged: Staged, sheet: Sheet, guess: Guess, options: ImportOptions, house: House, filled: set[str]
) -> Reading:
    """Decide how texts are read, and note what had to be assumed."""
    decimals = styles.decimals(staged.con, filled if staged.is_about_sales else (), sheet.separator, options.decimal)
    is_american = guess.format.is_month_first or not AMERICAN.isdisjoint(map(key_of, sheet.header))
    said = styles.order_named(key_of(name) for field in DATED for name in guess.columns.get(field, ()))
    order = styles.date_order(
        staged.con, filled, "US" if is_american else house.country, options.date_order, is_known=is_american, said=said
    )
    if decimals.is_open:
        staged.questions.append(
            asking.about_decimals(
                decimals.marks["amount" if "amount" in decimals.marks else next(iter(decimals.marks))]
            )
        )
    if order.is_open:
        staged.questions.append(asking.about_date_order(order.order))
    if sheet.other_encodings and not options.encoding:
        staged.questions.append(asking.about_encoding(sheet.encoding, sheet.other_encodings))
    if sheet.other_sheets and not options.sheet:
        staged.questions.append(asking.about_sheets(sheet.sheet_name, sheet.other_sheets))
    staged.date_order = order.order
    return Reading(
        decimals.marks,
        order.order,
        house.zone,
        _cents(staged, sheet, guess, options, filled),
        sheet.counts_from_1904,
    )


def _cents(staged: Staged, sheet: Sheet, guess: Guess, options: ImportOptions, filled: set[str]) -> frozenset[str]:
    """Amounts in cents: said by the owner, by the column's name, or by the shape of a payment service's own records."""
    amounts = frozenset({"amount", "refunded", "tax", "shipping", "discount", "disputed"} & filled)
    if options.are_cents is not None:
        return amounts if options.are_cents else frozenset()
    names = [key_of(name) for fieldname in amounts for name in guess.columns[fieldname]]
    if any(name.endswith(("cents", "minor", "minorunits")) for name in names):
        return amounts
    if guess.format.slug == "stripe_payments" and {"amountrefunded", "livemode"} <= set(map(key_of, sheet.header)):
        return amounts
    if staged.is_about_sales and "amount" in filled and asking.could_be_cents(staged.con):
        staged.questions.append(asking.about_cents())
    return frozenset()


def _stage_sales(staged: Staged, options: ImportOptions, house: House, filled: set[str]) -> None:
    con, format_ = staged.con, staged.format
    case = Case(format_.words, has_order_ids="order_id" in filled, has_refunded="refunded" in filled)
    assert format_.judge is not None
    _give_numbers(con, filled, staged.questions)
    format_.judge(con, case)
    orderless.tell_apart(con)
    exchanges.name_currencies(con, exchanges.dollar_of(house.currency, options.currency))
    staged.currency = _currency(staged, options, house, filled)
    exchanges.find_exchanges(con, staged.currency)
    adds_up = _adds_up(staged, options, filled)
    digits, unnamed = money.digits(staged.currency), options.currency or staged.currency
    how = baskets.Basketry(
        staged.currency, unnamed, adds_up, format_.repeats_total, digits, filled, format_.adds_to_lines
    )
    baskets.refuse_what_is_no_sale(con)
    baskets.make_baskets(con, how, starts_anew=format_.source == "file")
    refunds.make_refunds(con, how, guesses_anonymous="kind" in filled)
    asking.about_refunds(con, staged.questions)
    orderless.keep(con)
    baskets.clear_up(con)


def _give_numbers(con: DuckDBPyConnection, filled: set[str], questions: list[Asked]) -> None:
    """Rows without an order number are known again by what they say: person, day, amount, thing, and which of equals."""
    if "order_id" in filled:
        if found := records.number_what_was_rounded(con):
            questions.append(asking.about_rounded_numbers(found))
        return
    told = "coalesce(person_id, lower(address), lower(full_name), ''), bought_on, coalesce(amount, ''), coalesce(item, ''), coalesce(quantity, '')"
    con.execute(
        f"CREATE TABLE numbered AS SELECT place, concat_ws(' ', {told}) AS told, row_number() OVER (PARTITION BY concat_ws(' ', {told}) ORDER BY place) AS n FROM record"
    )
    con.execute(
        "UPDATE record_table SET order_id = substr(md5(n.told), 1, 16) || '-' || n.n FROM numbered n"
        " WHERE n.place = record_table.place AND record_table.bought_on IS NOT NULL"
    )
    con.execute("DROP TABLE numbered")


def _currency(staged: Staged, options: ImportOptions, house: House, filled: set[str]) -> str:
    """The business's currency; before the first order, the one the whole file is in."""
    named = exchanges.currencies_of_sales(staged.con)
    if house.may_change_currency:
        wanted = options.currency or (next(iter(named)) if len(named) == 1 else house.currency)
        if wanted != house.currency and money.is_currency(wanted):
            staged.questions.append(asking.about_new_currency(wanted, house.currency))
            return wanted
    if not named and not options.currency and "amount" in filled:
        staged.questions.append(asking.about_currency(house.currency))
    return house.currency


def _adds_up(staged: Staged, options: ImportOptions, filled: set[str]) -> bool:
    """Whether an order's amounts are added up: never where a shop's total is repeated, else as the rows themselves show."""
    if staged.format.repeats_total or "order_id" not in filled or "amount" not in filled:
        return False
    if options.adds_up is not None:
        return options.adds_up
    return baskets.amounts_are_of_lines(staged.con)


def _sum_up(staged: Staged) -> None:
    con = staged.con
    staged.refused = [
        (int(row), str(reason))
        for row, reason in con.execute("SELECT row_number, reason FROM refused ORDER BY place").fetchall()
    ]
    if not staged.is_about_sales:
        staged.people_refused = len(staged.refused)
        return
    staged.orders_refused = _one(con, "SELECT count(DISTINCT order_key) FROM refused")
    staged.people_refused = _one(con, "SELECT count(*) FROM refused WHERE order_key IS NULL")
    staged.lines = _one(con, "SELECT count(*) FROM unit_item")
    staged.refunds = _one(con, "SELECT count(*) FROM unit_refund")
    paid, first, last = con.execute(
        "SELECT sum(paid_mils) FILTER (NOT is_cancelled), min(day)::DATE, max(day)::DATE FROM unit"
    ).fetchone() or (None, None, None)
    back = _one(con, "SELECT sum(amount) FROM unit_refund WHERE NOT is_cancelled")
    staged.net_amount = (Decimal(paid or 0) - Decimal(back or 0)) / 1000
    staged.earliest_on, staged.latest_on = first, last


def _one(con: DuckDBPyConnection, sql: str) -> Any:
    found = con.execute(sql).fetchone()
    return found[0] if found and found[0] is not None else 0

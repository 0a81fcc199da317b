"""Rows into orders, refunds to the orders they belong to. What cannot be used is named with its row and reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from duckdb import DuckDBPyConnection

from regulars.cli.insight import currencies, refunds
from regulars.cli.insight.faults import faults, in_short
from regulars.cli.insight.reading import Source
from regulars.cli.insight.texts import typed, word
from regulars.intake.values.words import standing
from regulars.kit.errors import Refusal

NO_SALES = frozenset({"cancelled", "test", "draft", "unpaid"})
MOST_MIXED = 0.05  # more order numbers with several customers or days than this, and the column is none
ALL_ALIKE = 0.9


@dataclass
class Gathered:
    """What became of the rows: whether they have amounts and in which currency, what was left out and why."""

    has_amounts: bool
    first_on: date
    last_on: date
    warnings: list[str]
    currency: str = ""


@dataclass(frozen=True)
class Counted:
    """What was counted while orders were made: placed orders, refunds that found theirs, refunds that did not."""

    orders: int
    refunds_matched: int
    refunds_unmatched: int


def gather(con: DuckDBPyConnection, sources: list[Source], today: date, currency: str | None = None) -> Gathered:
    """Make table `line` (file, row_number, customer, day, amount, order_key, refers_key, is_back, refunded, refunded_on) of
    every row that can be used, whatever its day up to `today`; name the others."""
    has_amounts = any({"amount", "price", "line_amount"} & source.columns.names.keys() for source in sources)
    for source in sources:
        _type_rows(con, source)
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM typed_{source.number}" for source in sources)
    con.execute(f"CREATE VIEW typed AS {union}")
    warnings = [note for source in sources for note in source.notes]
    warnings += [f"{source.name}: {source.columns.doubted}" for source in sources if source.columns.doubted]
    _share_what_an_order_says(con, sources, warnings)
    warnings += currencies.keep_one(con, currency)
    if has_amounts and (empty := _empty_amounts(con, sources)):
        has_amounts = False
        warnings.append(empty)
    unusable = faults(con, sources, has_amounts, today)
    warnings += unusable
    warnings += _no_sales(con)
    _keep_usable(con, has_amounts, today)
    [(first, last, orders)] = con.execute(
        "SELECT min(day), max(day), count(*) FILTER (NOT is_back) FROM line"
    ).fetchall()
    if not orders:
        raise Refusal(_nothing_left(con, sources, unusable, today))
    return Gathered(has_amounts, first, last, warnings, currencies.kept(con))


def _empty_amounts(con: DuckDBPyConnection, sources: list[Source]) -> str:
    """The sentence for a column of amounts that nobody named and that says none in any row; nothing for any other."""
    names = [
        source.columns.guessed.get(field, "") if field in source.columns.names else None
        for source in sources
        for field in ("amount", "price", "line_amount")
    ]
    told = "SELECT 1 FROM told WHERE amount IS NOT NULL OR refunded IS NOT NULL LIMIT 1"
    if "" in names or con.execute(told).fetchone():
        return ""
    return f"“{next(filter(None, names))}” holds no amount in any row."


def _type_rows(con: DuckDBPyConnection, source: Source) -> None:
    read = typed(con, source)
    value = read.values
    own = value["amount"]
    if "amount" not in source.columns.names:
        own = f"coalesce({value['line_amount']}, ({value['price']} * coalesce({value['quantity']}, 1))::DECIMAL(18,4))"
    own = f"({own} / 100)::DECIMAL(18,4)" if _is_in_cents(source) else own
    who = _who(con, source)
    con.execute(
        f"CREATE {'VIEW' if not read.joins else 'TABLE'} typed_{source.number} AS SELECT s.file, s.row_number, {who} AS customer,"
        f" {value['day']} AS day, {own} AS amount, {word('order')} AS order_key, {word('refund_of')} AS refers_key,"
        f" abs({value['refunded']}) AS refunded, {value['refunded_on']} AS refunded_on, {word('status')} AS status,"
        f" {word('kind')} AS kind, {value['quantity']} AS quantity, {currencies.currency_of(con, source)} AS currency"
        f" FROM said_{source.number} s {read.joins}"
    )


def _is_in_cents(source: Source) -> bool:
    return bool(re.search(r"[^a-z](cents?|pence|minor)$", source.columns.names.get("amount", "").casefold()))


def _who(con: DuckDBPyConnection, source: Source) -> str:
    """SQL for the customer: whole numbers stay numbers, also those a program kept with a point; letters of an e-mail
    address count alike."""
    kinds = {str(name): str(kind) for name, kind, *_rest in con.execute(f"DESCRIBE said_{source.number}").fetchall()}
    kind = kinds["customer"]
    if kind.endswith(("INT", "INTEGER")):
        return 's."customer"'
    if kind in {"DOUBLE", "FLOAT"}:
        known = 'isfinite(s."customer")'
        [(odd_rows,)] = con.execute(
            f'SELECT count(*) FROM said_{source.number} s WHERE {known} AND (s."customer" % 1 <> 0 OR abs(s."customer") > 9e15)'
        ).fetchall()
        return f'CASE WHEN {known} THEN s."customer"::{"VARCHAR" if odd_rows else "BIGINT"} END'
    text = word("customer")
    is_mixed = con.execute(
        f"SELECT 1 FROM said_{source.number} s WHERE contains({text}, '@') AND {text} <> lower({text}) LIMIT 1"
    ).fetchone()
    return f"CASE WHEN contains({text}, '@') THEN lower({text}) ELSE {text} END" if is_mixed else text


def _share_what_an_order_says(con: DuckDBPyConnection, sources: list[Source], warnings: list[str]) -> None:
    """View `told`: rows of one order share its customer and day; a column that is no order number is left out."""
    has_keys = any("order" in source.columns.names for source in sources)
    is_mixed = has_keys and _is_no_order_number(con, sources, warnings)
    if not has_keys or is_mixed:
        con.execute("CREATE VIEW told AS SELECT * REPLACE (NULL::VARCHAR AS order_key) FROM typed")
        return
    gaps = con.execute(
        "SELECT count(*) FROM typed WHERE order_key IS NOT NULL AND (customer IS NULL OR day IS NULL)"
    ).fetchone()
    if not gaps or not gaps[0]:
        con.execute("CREATE VIEW told AS SELECT * FROM typed")
        return
    con.execute(
        "CREATE TABLE of_order AS SELECT order_key, any_value(customer) AS customer, min(day) AS day, any_value(amount) AS amount"
        " FROM typed WHERE order_key IS NOT NULL GROUP BY order_key HAVING count(*) > 1"
    )
    con.execute(
        "CREATE VIEW told AS SELECT t.* REPLACE (coalesce(t.customer, o.customer) AS customer, coalesce(t.day, o.day) AS day)"
        " FROM typed t LEFT JOIN of_order o USING (order_key)"
    )


def _is_no_order_number(con: DuckDBPyConnection, sources: list[Source], warnings: list[str]) -> bool:
    found = con.execute(
        "SELECT count(*), count(*) FILTER (who > 1 OR days > 1) FROM (SELECT count(DISTINCT customer) AS who,"
        " count(DISTINCT day) FILTER (amount >= 0 OR amount IS NULL) AS days"
        " FROM typed WHERE order_key IS NOT NULL GROUP BY order_key)"
    ).fetchone()
    keys, mixed = found or (0, 0)
    if not keys or mixed <= MOST_MIXED * keys:
        return False
    if any("order" in source.columns.names and "order" not in source.columns.guessed for source in sources):
        warnings.append("Many order numbers have several customers or days; their rows were not put together.")
    return True


def _no_sales(con: DuckDBPyConnection) -> list[str]:
    """Table `no_sale`: the statuses of orders that were called off, never paid, or tests; table `back_kind`: kinds of refunds."""
    for table, column, meant in (("no_sale", "status", NO_SALES), ("back_kind", "kind", {"refunded"})):
        texts = con.execute(f"SELECT DISTINCT {column} FROM typed WHERE {column} IS NOT NULL LIMIT 10000").fetchall()
        con.execute(f"CREATE TABLE {table} (text VARCHAR)")
        if rows := [(text,) for (text,) in texts if standing(text) in meant]:
            con.executemany(f"INSERT INTO {table} VALUES (?)", rows)
    con.execute("CREATE TABLE whole_back (text VARCHAR)")
    texts = con.execute("SELECT DISTINCT status FROM typed WHERE status IS NOT NULL LIMIT 10000").fetchall()
    if rows := [(text,) for (text,) in texts if standing(text) == "refunded"]:
        con.executemany("INSERT INTO whole_back VALUES (?)", rows)
    found = con.execute(
        "SELECT count(*), string_agg(DISTINCT status, ', ') FROM told WHERE status IN (FROM no_sale)"
    ).fetchone()
    count, words = found or (0, "")
    if not count:
        return []
    which, were = (
        ("1 row is no sale by its", "was") if count == 1 else (f"{count:,} rows are no sales by their", "were")
    )
    return [f"{which} status ({words}) and {were} left out."]


def _keep_usable(con: DuckDBPyConnection, has_amounts: bool, today: date) -> None:
    [(unusable,)] = con.execute("SELECT count(*) FROM fault").fetchall()
    [(statuses,)] = con.execute("SELECT count(*) FROM no_sale").fetchall()
    is_back = "(coalesce(amount < 0, false) OR coalesce(quantity < 0, false) OR refers_key IS NOT NULL OR coalesce(kind IN (FROM back_kind), false))"
    where = ["day <= ?"]
    if unusable:
        where.append("NOT EXISTS (SELECT 1 FROM fault f WHERE f.file = t.file AND f.row_number = t.row_number)")
    if statuses:
        where.append("(status IS NULL OR status NOT IN (FROM no_sale))")
    amount = "amount" if has_amounts else "1::DECIMAL(18,4)"  # so that a refund takes its whole order away
    refunded = "refunded" if has_amounts else "NULL::DECIMAL(18,4)"
    con.execute(
        f"CREATE TABLE line AS SELECT file, row_number, customer, day, {amount} AS amount, order_key, refers_key, {is_back} AS is_back,"
        f" CASE WHEN status IN (FROM whole_back) THEN coalesce(nullif({refunded}, 0), {amount}) ELSE {refunded} END AS refunded, refunded_on"
        f" FROM told t WHERE {' AND '.join(where)}",
        [today],
    )


def _nothing_left(con: DuckDBPyConnection, sources: list[Source], said: list[str], today: date) -> str:
    names = ", ".join(source.name for source in sources)
    [(later,)] = con.execute("SELECT count(*) FROM told WHERE day > ?", [today]).fetchall()
    if later:
        return f"{names}: every order lies in the future (after {today})."
    [(unusable,)] = con.execute("SELECT count(*) FROM fault").fetchall()
    [(backs,)] = con.execute("SELECT count(*) FROM line").fetchall()
    if backs:
        return f"{names}: there are only refunds in it, and no order."
    if not unusable:
        return f"{names}: there is no order in it."
    if found := _all_alike(con, sources):
        column, why = found
        return f"{names}: no row can be used; “{column}” holds no {why} that can be read. Name another column with --{why}."
    return f"{names}: no row can be used. {' '.join(in_short(sentence) for sentence in said[:3])}"


def _all_alike(con: DuckDBPyConnection, sources: list[Source]) -> tuple[str, str] | None:
    """The column and what it lacks in every single row, so that the column is wrong and not a row."""
    [(why, kinds, count)] = con.execute("SELECT any_value(why), count(DISTINCT why), count(*) FROM fault").fetchall()
    [(rows,)] = con.execute("SELECT count(*) FROM told").fetchall()
    column = sources[0].columns.names.get(why)
    return (column, why) if column and kinds == 1 and count == rows else None


def make_orders(con: DuckDBPyConnection, table: str, until: date) -> Counted:
    """Make a table of orders (customer, day, amount) as they were known on a day, less what was given back by then."""
    con.execute(f"CREATE OR REPLACE VIEW known AS SELECT * FROM line WHERE day <= DATE '{until}'")
    [(backs, several, given)] = con.execute(
        "SELECT count(*) FILTER (is_back), count(order_key) - count(DISTINCT order_key), count(*) FILTER (refunded > 0) FROM known"
    ).fetchall()
    if not backs and not several and not given:
        con.execute(
            f"CREATE OR REPLACE VIEW {table} AS SELECT customer, day, amount FROM line WHERE day <= DATE '{until}'"
        )
        [(count,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()
        return Counted(int(count), 0, 0)
    _put_together(con, is_several=bool(several))
    matched, unmatched = refunds.settle(con, table, until)
    [(count,)] = con.execute("SELECT count(*) FILTER (amount >= 0) FROM sale").fetchall()
    return Counted(int(count), matched, unmatched)


def _put_together(con: DuckDBPyConnection, *, is_several: bool) -> None:
    """Table `sale`, one row an order (key, customer, day, amount, refunded); table `back`, one row a refund."""
    con.execute("CREATE OR REPLACE TABLE unit AS " + (_units(con) if is_several else _single()))
    con.execute(
        "CREATE OR REPLACE TABLE sale AS SELECT * EXCLUDE (is_back, refers_key)"
        " FROM unit WHERE NOT is_back AND customer IS NOT NULL"
    )
    con.execute(
        "CREATE OR REPLACE TABLE back AS SELECT customer, day,"
        " abs(amount)::DECIMAL(18,4) AS amount, refers_key FROM unit WHERE is_back"
    )


def _single() -> str:
    return "SELECT file, row_number, order_key AS key, customer, day, amount, is_back, refers_key, refunded, refunded_on FROM known"


def _units(con: DuckDBPyConnection) -> str:
    """Rows with one order number are one order. An order in two files counts once; money going back on a later day is a
    refund of it."""
    total = "max(amount)" if _repeats_totals(con) else "sum(amount)"
    con.execute(
        "CREATE OR REPLACE TABLE first_day AS SELECT order_key, min(day) AS day, min(file) AS file FROM known"
        " WHERE order_key IS NOT NULL AND NOT is_back GROUP BY order_key"
    )
    con.execute(
        "CREATE OR REPLACE VIEW part AS SELECT k.*, (k.is_back AND (f.day IS NULL OR k.day > f.day OR k.refers_key IS NOT NULL)) AS goes_back,"
        " f.order_key IS NOT NULL AS has_sale"
        " FROM known k LEFT JOIN first_day f USING (order_key)"
        " WHERE k.order_key IS NOT NULL AND (f.file IS NULL OR k.file = f.file OR k.is_back)"
    )
    return (
        f"SELECT min(file) AS file, min(row_number) AS row_number, order_key AS key, any_value(customer) AS customer, min(day) AS day,"
        f" coalesce({total}, 0)::DECIMAL(18,4) AS amount, false AS is_back, NULL::VARCHAR AS refers_key, max(refunded) AS refunded,"
        f" max(refunded_on) AS refunded_on FROM part WHERE NOT goes_back GROUP BY order_key"
        f" UNION ALL SELECT min(file), min(row_number), order_key, any_value(customer), day, coalesce(sum(-abs(amount)), 0)::DECIMAL(18,4),"
        f" true, coalesce(any_value(refers_key), CASE WHEN any_value(has_sale) THEN order_key END), NULL, NULL FROM part WHERE goes_back"
        f" GROUP BY order_key, day"
        f" UNION ALL SELECT file, row_number, NULL, customer, day, amount, is_back, refers_key, refunded, refunded_on FROM known"
        f" WHERE order_key IS NULL"
    )


def _repeats_totals(con: DuckDBPyConnection) -> bool:
    """Whether every row of an order repeats its total, so that adding them up would count it several times."""
    if not con.execute("SELECT 1 FROM line WHERE amount <> 0 LIMIT 1").fetchone():
        return False
    found = con.execute(
        "SELECT count(*), count(*) FILTER (least_ = most AND most > 0) FROM (SELECT min(amount) AS least_, max(amount) AS most"
        " FROM known WHERE order_key IS NOT NULL AND amount IS NOT NULL AND NOT is_back GROUP BY order_key, file HAVING count(*) > 1)"
    ).fetchone()
    several, alike = found or (0, 0)
    return bool(several) and alike >= ALL_ALIKE * several

"""Several currencies in one file: money of one is never added to that of another."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from regulars.cli.insight.reading import Source
from regulars.cli.insight.texts import word
from regulars.intake.values import amounts
from regulars.kit.errors import Refusal

SIGN = r"([^0-9.,''’+()\s\-−–—٫٬]{1,4})"


def currency_of(con: DuckDBPyConnection, source: Source) -> str:
    """SQL for the currency of each row of a file: its column, else what stands beside the amount; NULL when unsaid."""
    kinds = {str(name): str(kind) for name, kind, *_rest in con.execute(f"DESCRIBE said_{source.number}").fetchall()}
    said = [f"upper({word('currency')})"] if "currency" in source.columns.names else []
    said += [
        _beside(f's."{field}"')
        for field in ("amount", "line_amount", "price")
        if field in source.columns.names and kinds[field] == "VARCHAR"
    ]
    codes: dict[str, str] = {}
    for one in said:
        found = con.execute(f"SELECT DISTINCT {one} FROM said_{source.number} s LIMIT 10000").fetchall()
        codes |= {text: code for (text,) in found if text and (code := _code(text))}
    if not codes:
        return "NULL::VARCHAR"
    table = f"currency_of_{source.number}"
    con.execute(
        f"CREATE TABLE {table} AS SELECT unnest(?::VARCHAR[]) AS text, unnest(?::VARCHAR[]) AS code",
        [list(codes), list(codes.values())],
    )
    return f"coalesce({', '.join(f'(SELECT any_value(code) FROM {table} k WHERE k.text = {one})' for one in said)})"


def _beside(text: str) -> str:
    """SQL for the letters or sign beside a number; most have none, and looking at both ends is quicker than a pattern."""
    return (
        f"CASE WHEN ({text}[1] NOT BETWEEN '-' AND '9' OR {text}[-1] NOT BETWEEN '0' AND '9') AND regexp_matches({text}, '[0-9]')"
        f" THEN regexp_extract({text}, '{SIGN}', 1) END"
    )


def _code(text: str) -> str:
    """EUR for EUR, € and eur; a sign of several currencies stands for itself; nothing for what is none."""
    sign = text.strip().lower()
    if sign in amounts.NAMELESS:
        return text.strip()
    found = amounts.parse(f"1 {text}")
    return found.currency if found else ""


def keep_one(con: DuckDBPyConnection, wanted: str | None) -> list[str]:
    """Keep the rows of one currency in view `told`, the one asked for or the most common; say what was left out."""
    con.execute("ALTER VIEW told RENAME TO told_in_any")
    found = con.execute(
        "SELECT currency, count(*) FROM told_in_any WHERE currency IS NOT NULL AND amount IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    asked = _code(wanted) if wanted else ""
    if wanted and asked not in {code for code, _rows in found}:
        there = ", ".join(code for code, _rows in found)
        raise Refusal(
            f"There is no amount in {wanted}; the currencies are {there}."
            if there
            else f"No row says a currency; leave --currency {wanted} out."
        )
    kept = asked or (found[0][0] if found else "")
    left_out = [(code, rows) for code, rows in found if code != kept]
    if not left_out:
        con.execute("CREATE VIEW told AS SELECT * FROM told_in_any")
        return []
    con.execute(f"CREATE VIEW told AS SELECT * FROM told_in_any WHERE currency IS NULL OR currency = '{kept}'")
    parts = ", ".join(f"{rows:,} {'row' if rows == 1 else 'rows'} in {code}" for code, rows in left_out)
    why = "as asked" if asked else "the most common; --currency takes another"
    return [f"There are several currencies. Only {kept} was counted ({why}); left out: {parts}."]


def kept(con: DuckDBPyConnection) -> str:
    """The currency of what is counted, from view `told`; nothing where no row says one."""
    [(code,)] = con.execute("SELECT min(currency) FROM told WHERE currency IS NOT NULL").fetchall()
    return code or ""

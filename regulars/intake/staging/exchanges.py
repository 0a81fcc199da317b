"""Currencies: which one a word means, and what a payment in another one was worth by an exchange in the same file."""

from __future__ import annotations

import re

from duckdb import DuckDBPyConnection

from regulars.intake.values.amounts import DOLLAR, SIGNS
from regulars.intake.values.words import folded

WORDS = {
    "euro": "EUR", "euros": "EUR", "eur": "EUR", "us dollar": "USD", "us dollars": "USD", "dollar": "USD", "dollars": "USD",
    "pound": "GBP", "pounds": "GBP", "pound sterling": "GBP", "british pound": "GBP", "swiss franc": "CHF", "franken": "CHF",
    "us-dollar": "USD", "kanadische dollar": "CAD", "canadian dollar": "CAD", "australian dollar": "AUD", "zloty": "PLN",
}  # fmt: skip
CODE = re.compile(r"[A-Za-z]{3}")
DOLLARS = frozenset("USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU BRL JMD BBD BSD BZD FJD NAD TTD XCD".split())


def name_currencies(con: DuckDBPyConnection, dollar: str) -> None:
    """Table `currency_of` (text, iso): once for each word in the currency columns and beside the amounts; a bare $ is
    `dollar`."""
    con.execute("CREATE TABLE currency_of (text VARCHAR, iso VARCHAR)")
    texts = con.execute(
        "SELECT DISTINCT text FROM (SELECT currency AS text FROM record UNION SELECT code FROM record UNION SELECT converted_currency FROM record)"
        " WHERE text IS NOT NULL AND text <> ''"
    ).fetchall()
    if texts:
        con.executemany(
            "INSERT INTO currency_of VALUES (?, ?)",
            [(text, dollar if text == DOLLAR else iso_of(text)) for (text,) in texts],
        )


def dollar_of(own: str, said: str | None) -> str:
    """Whose dollar a bare $ is: the business's own, else the American one; whatever was said of the whole file."""
    if said:
        return said
    return own if own in DOLLARS else "USD"


def iso_of(text: str) -> str:
    """Return the code of a currency, or the word itself where nobody knows it, so that it can be named."""
    word = folded(text)
    if word in WORDS:
        return WORDS[word]
    if text.strip().lower() in SIGNS:
        return SIGNS[text.strip().lower()]
    return (
        text.strip().upper()
        if CODE.fullmatch(text.strip())
        else ("" if text.strip() in {"$", "¥"} else text.strip()[:10])
    )


def currencies_of_sales(con: DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows that are sales were paid in each currency the file names."""
    rows = con.execute(
        "SELECT c.iso, count(*) FROM record r JOIN verdict v USING (place)"
        " JOIN currency_of c ON c.text = coalesce(nullif(r.code, ''), r.currency) WHERE v.meaning = 'order' AND c.iso <> '' GROUP BY 1"
    ).fetchall()
    return dict(rows)


def find_exchanges(con: DuckDBPyConnection, currency: str) -> None:
    """Table `exchange` (key, rate): conversions come in pairs that refer to their payment, out of one currency, into ours."""
    con.execute(
        """
        CREATE TABLE exchange AS
        SELECT v.refers_key AS key,
               sum(r.x_amount) FILTER (c.iso = ? AND r.x_amount > 0) / nullif(-sum(r.x_amount) FILTER (c.iso <> ? AND r.x_amount < 0), 0) AS rate
        FROM verdict v JOIN record r USING (place) JOIN currency_of c ON c.text = r.currency
        WHERE v.meaning = 'rate' AND v.refers_key IS NOT NULL GROUP BY 1
        """,
        [currency, currency],
    )
    con.execute("DELETE FROM exchange WHERE rate IS NULL")

"""People by the beginnings of their words, straight from the index of words.

Written as SQL because the order must be the index's own: PostgreSQL keeps it by a pattern class that no ORDER BY of
the ORM names. Rows are read one by one until enough people fit, and never more than a bounded number.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.kit import database
from regulars.people.queries.starts import after

LOOKED_AT = 20_000
COUNTED = 5000
FIRST = "SELECT person_id FROM people_searchword WHERE {range} ORDER BY word {order} LIMIT {most}"
ALSO = "EXISTS (SELECT 1 FROM people_searchword o WHERE o.person_id = w.person_id AND {range})"


def with_words(words: Sequence[str], limit: int) -> list[int]:
    """Return people who have all these words or words that begin so, by the first word: exact ones, then beginnings."""
    if not words:
        return []
    rarest, *others = sorted(words, key=how_many) if len(words) > 1 else words
    ids = _read("word = %s", [rarest], others, limit)
    if len(ids) < limit:
        condition, values = _range("word", rarest)
        ids += _read(f"{condition} AND word <> %s", [*values, rarest], others, limit)
    return list(dict.fromkeys(ids))


def how_many(word: str) -> int:
    """Count a bounded number, enough to begin with the rarer word."""
    condition, values = _range("word", word)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM people_searchword WHERE {condition} LIMIT {COUNTED}) few"  # noqa: S608
    with database.connection().cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def _read(condition: str, values: list[str], others: Sequence[str], limit: int) -> list[int]:
    """Read people of one range of words who have the others too; each is looked up among their own few words."""
    order = "USING ~<~" if database.is_postgres() else ""
    first = FIRST.format(range=condition, order=order, most=LOOKED_AT if others else limit)
    also, more = [], list(values)
    for word in others:
        other, bounds = _range("o.word", word)
        also.append(ALSO.format(range=other))
        more += bounds
    where = f" WHERE {' AND '.join(also)}" if also else ""
    with database.connection().cursor() as cursor:
        cursor.execute(f"SELECT w.person_id FROM ({first}) w{where} LIMIT %s", [*more, limit])  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def _range(column: str, word: str) -> tuple[str, list[str]]:
    """Return the condition that a column begins with a word, as the index is asked. No text goes into the SQL."""
    signs = ("~>=~", "~<~") if database.is_postgres() else (">=", "<")
    return f"{column} {signs[0]} %s AND {column} {signs[1]} %s", [word, after(word)]

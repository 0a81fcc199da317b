"""Words a typing error away, out of a bounded number of words that begin alike."""

from __future__ import annotations

import string
from collections.abc import Iterator

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extract

from regulars.kit import database
from regulars.people.queries.starts import after

SHORTEST = 3
MOST = 5
# From one distinct word to the next by the index: never more rows than words asked for.
STEPS = """
WITH RECURSIVE step(word) AS (
  SELECT (SELECT word FROM people_searchword WHERE word {ge} %s AND word {lt} %s ORDER BY word {using} LIMIT 1)
  UNION ALL
  SELECT (SELECT word FROM people_searchword WHERE word {gt} step.word AND word {lt} %s ORDER BY word {using} LIMIT 1)
  FROM step WHERE step.word IS NOT NULL
)
SELECT word FROM step WHERE word IS NOT NULL LIMIT %s
"""


def similar_words(word: str) -> list[str]:
    """Return up to five words an error away (two from six letters on): a letter wrong, missing, extra or swapped."""
    if len(word) < SHORTEST:
        return []
    errors = 1 if len(word) < 6 else 2
    for beginnings in _rounds(word):
        choices = {known for start, most in beginnings for known in distinct_words(start, most)}
        best = extract(word, choices, scorer=DamerauLevenshtein.distance, score_cutoff=errors, limit=MOST)
        if best:
            return [known for known, _, _ in best]
    return []


def _rounds(word: str) -> Iterator[list[tuple[str, int]]]:
    """First the same beginning; then the second letter swapped or extra, or the first; then one of them missing."""
    yield [(word[:2], 2500)]
    yield [(word[1] + word[0], 600), (word[0] + word[2], 1200), (word[1:3], 600)]
    yield [(word[0] + letter + word[1], 100) for letter in string.ascii_lowercase]
    yield [(letter + word[:2], 100) for letter in string.ascii_lowercase]


def distinct_words(start: str, most: int) -> list[str]:
    """Return up to `most` different words that begin so."""
    signs = {"ge": ">=", "gt": ">", "lt": "<", "using": ""}
    if database.is_postgres():
        signs = {"ge": "~>=~", "gt": "~>~", "lt": "~<~", "using": "USING ~<~"}
    end = after(start)
    with database.connection().cursor() as cursor:
        cursor.execute(STEPS.format(**signs), [start, end, end, most])
        return [row[0] for row in cursor.fetchall()]

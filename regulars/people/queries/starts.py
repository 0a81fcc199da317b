"""What begins with some letters, in the way each database finds by its index."""

from __future__ import annotations

from django.db.models import Q

from regulars.kit import database


def begins_with(column: str, text: str) -> Q:
    """Return the condition: a pattern on PostgreSQL (its index has the operator class), a range on SQLite.

    SQLite's LIKE ignores capitals and therefore reads the whole table.
    """
    if not text:
        return Q(pk__in=[])
    if database.is_postgres():
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": after(text)})


def after(text: str) -> str:
    """Return the first text that no longer begins with `text`."""
    return text[:-1] + chr(ord(text[-1]) + 1)

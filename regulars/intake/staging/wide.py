"""Narrow tables, wide views: a table holds only the columns that a file fills, a view of the plain name offers them all,
so that every later step can be written once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from duckdb import DuckDBPyConnection

from regulars.intake.mapping.columns import FIELDS
from regulars.intake.staging.typing import AMOUNTS, MOMENTS

ALWAYS = frozenset({"order_id", "refers_to"})  # a judge may write these
TEXTS: Mapping[str, str] = dict.fromkeys(FIELDS, "VARCHAR")
VALUES: Mapping[str, str] = {
    **{f"x_{field}": "DECIMAL(18,4)" for field in AMOUNTS},
    **{f"d_{field}": "DATE" for field in MOMENTS},
    **{f"u_{field}": "TIMESTAMP" for field in MOMENTS},
}
FOUND: Mapping[str, str] = {"code": "VARCHAR", "address": "VARCHAR", "more_addresses": "VARCHAR[]"}
PERSON = ("person_id", "beyond", "address", "more_addresses", "email", "phone", "phone_2", "email_2", "full_name", "given_name", "middle_name", "family_name",
          "salutation", "company", "supplier", "street", "street_2", "house_number", "street_b", "street_2_b", "city_b", "postcode_b", "region_b", "country_b", "street_c", "street_2_c", "city_c", "postcode_c", "region_c", "country_c", "anniversary", "city", "postcode", "region", "country", "language", "birthday", "birth_year",
          "birth_month", "birth_day", "deceased_on", "note", "tags", "d_opted_in_at", "u_opted_in_at", "d_left_at", "u_left_at", "d_cleaned_at",
          "u_cleaned_at", "d_deceased_on", "accepts_email", "accepts_text", "mail_status", "mail_disabled", "left_at", "cleaned_at", "opted_in_at")  # fmt: skip
EVERY: Mapping[str, str] = {**TEXTS, **VALUES, **FOUND}


def offer(con: DuckDBPyConnection, name: str, columns: Mapping[str, str]) -> None:
    """Make view `name` over table `name_table`: its columns, and the others of `columns` as NULL."""
    there = set(names(con, f"{name}_table"))
    nulls = [f"NULL::{kind} AS {column}" for column, kind in columns.items() if column not in there]
    con.execute(f"CREATE VIEW {name} AS SELECT {', '.join(['*', *nulls])} FROM {name}_table")


def names(con: DuckDBPyConnection, table: str) -> list[str]:
    """Return the columns of a table."""
    return [str(name) for (name, *_rest) in con.execute(f"DESCRIBE {table}").fetchall()]


def kept(filled: Collection[str]) -> list[str]:
    """The fields a table of this file holds, in the order of the catalogue."""
    return [field for field in FIELDS if field in filled or field in ALWAYS]


def without(columns: Iterable[str], *gone: str) -> list[str]:
    return [column for column in columns if column not in gone]

"""`record`: every row with its texts, its amounts (x_...), its days (d_...) and moments (u_..., UTC) and its fault."""

from __future__ import annotations

import html
from collections.abc import Collection

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.staging.typing import (
    AMOUNTS,
    MOMENTS,
    Reading,
    amount_sql,
    day_sql,
    moment_sql,
    type_amounts,
    type_moments,
)
from regulars.intake.staging.wide import EVERY, TEXTS, offer
from regulars.intake.values.reach import emails

NEEDED_MOMENTS = ("bought_on",)
NEEDED_AMOUNTS = ("amount", "refunded", "tax", "shipping", "discount", "outstanding", "converted_amount", "converted_refunded",
                  "line_amount", "price", "quantity", "line_discount")  # fmt: skip
REGULAR_EMAIL = r"^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}$"
ON_ONE_LINE = ("full_name", "given_name", "middle_name", "family_name", "salutation", "company", "city")
FREE_TEXTS = (
    "full_name",
    "given_name",
    "middle_name",
    "family_name",
    "company",
    "street",
    "street_2",
    "city",
    "item",
    "note",
    "order_note",
)
ENTITY = "&(#[0-9]{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});"
NO_NUMBER = ("-", "null", "none", "n/a", "nan")


def make_records(
    con: DuckDBPyConnection, filled: Collection[str], reading: Reading, *, is_about_sales: bool, utc: Collection[str]
) -> None:
    """Type every row of `entry`; what cannot be read is said in `fault`, on the row itself."""
    _join_clock(con, filled)
    if {"street", "house_number"} <= set(filled):
        con.execute(
            "UPDATE entry_table SET street = concat_ws(' ', street, house_number) WHERE street IS NOT NULL"
            " AND house_number IS NOT NULL AND NOT ends_with(street, house_number)"
        )
    _mark_utc(con, [field for field in utc if field in filled])
    _blank_out(con, filled)
    amounts = [field for field in AMOUNTS if field in filled and is_about_sales]
    moments = [field for field in MOMENTS if field in filled]
    type_amounts(con, reading, amounts)
    type_moments(con, reading, moments)
    _read_emails(con)
    joins = [f"LEFT JOIN sum_of s_{f} ON s_{f}.field = '{f}' AND s_{f}.text = e.{f}" for f in amounts]
    joins += [f"LEFT JOIN moment_of m_{f} ON m_{f}.text = e.{f}" for f in moments]
    columns = ["e.*", *(f"{amount_sql(f, reading)} AS x_{f}" for f in amounts)]
    columns += [f"{moment_sql(f, reading.zone)} AS t_{f}, m_{f}.day AS m_{f}" for f in moments]
    if "amount" in amounts:
        columns.append("nullif(s_amount.code, '') AS code")
    if "email" in filled:
        columns += [
            f"CASE WHEN regexp_matches(lower(e.email), '{REGULAR_EMAIL}') THEN e.email ELSE a.first END AS address",
            "a.others AS more_addresses",
        ]
        joins.append("LEFT JOIN email_of a ON a.text = e.email")
    # The moments first and the days of them in a second step: both are dear, and each is worked out once.
    days = [f"{day_sql(f, reading.zone)} AS d_{f}, timezone('UTC', t_{f}) AS u_{f}" for f in moments]
    passing = f" EXCLUDE ({', '.join(f't_{f}, m_{f}' for f in moments)})" if moments else ""
    con.execute(
        f"CREATE VIEW typed AS SELECT {', '.join([f'*{passing}', *days])}"
        f" FROM (SELECT {', '.join(columns)} FROM entry_row e {' '.join(joins)})"
    )
    _name_faults(con, amounts, moments, _spent(filled))


def _spent(filled: Collection[str]) -> list[str]:
    """The texts that nobody reads once they are typed: amounts and the day; where orders have no number, these make one."""
    told = () if "order_id" in filled else ("amount", "quantity", "bought_on")
    return [
        field
        for field in (*AMOUNTS, "bought_on", "bought_time", "bought_zone")
        if field in filled and field not in told
    ]


def _join_clock(con: DuckDBPyConnection, filled: Collection[str]) -> None:
    """A time and a zone in columns of their own belong to the day beside them."""
    if "bought_time" in filled:
        zone = ", bought_zone" if "bought_zone" in filled else ""
        con.execute(
            f"UPDATE entry_table SET bought_on = concat_ws(' ', bought_on, bought_time{zone})"
            " WHERE bought_on IS NOT NULL AND bought_time IS NOT NULL AND NOT contains(bought_on, ':')"
        )


def _mark_utc(con: DuckDBPyConnection, fields: Collection[str]) -> None:
    for field in fields:
        con.execute(
            f"UPDATE entry_table SET {field} = {field} || ' UTC' WHERE regexp_matches({field}, ':[0-9]{{2}}(\\.[0-9]+)?$')"
        )


def _blank_out(con: DuckDBPyConnection, filled: Collection[str]) -> None:
    """Words that stand for an empty cell; the number 0 of a guest. A name stands on one line."""
    for field in ON_ONE_LINE:
        if field in filled:
            con.execute(
                f"UPDATE entry_table SET {field} = regexp_replace({field}, '\\s*[\\r\\n]+\\s*', ' ', 'g')"
                f" WHERE contains({field}, chr(10)) OR contains({field}, chr(13))"
            )
    for field in filled:
        if field in TEXTS:
            con.execute(f"UPDATE entry_table SET {field} = NULL WHERE {field} = '\\N'")
    for field in {"discount", "line_discount"} & set(filled):
        con.execute(f"UPDATE entry_table SET {field} = NULL WHERE ends_with({field}, '%')")
    for field in FREE_TEXTS:
        if field in filled:
            _decode(con, field)
    for field, words in (("person_id", ("0", "guest", *NO_NUMBER)), ("order_id", NO_NUMBER), ("status", NO_NUMBER)):
        if field in filled:
            con.execute(f"UPDATE entry_table SET {field} = NULL WHERE lower({field}) IN {words}")
    for field in {*AMOUNTS, *MOMENTS, "birthday", "anniversary", "email", "phone"} & set(filled):
        con.execute(
            f"UPDATE entry_table SET {field} = NULL WHERE lower({field}) IN ('-', '--', 'null', 'none', 'n/a', 'nan', 'nil', '0000-00-00', '0000-00-00 00:00:00', '0/0/00', '0.0.00', '00/00/0000', '00.00.0000')"
        )


def _decode(con: DuckDBPyConnection, field: str) -> None:
    """Letters as web pages write them, O&#39;Neil &amp; Co: some shops export what their pages show. What would become
    markup or a sign that nobody can see was meant as it stands."""
    found = con.execute(
        f"SELECT DISTINCT {field} FROM entry_table WHERE contains({field}, '&') AND regexp_matches({field}, '{ENTITY}')"
    ).fetchall()
    meant = {text: decoded for (text,) in found if _is_written(decoded := html.unescape(text).replace("\xa0", " "))}
    if not meant:
        return
    con.execute("CREATE TABLE decoded (text VARCHAR, meant VARCHAR)")
    con.execute(
        "INSERT INTO decoded SELECT unnest(?), unnest(?)",
        [list(meant), list(meant.values())],
    )
    con.execute(f"UPDATE entry_table SET {field} = d.meant FROM decoded d WHERE d.text = entry_table.{field}")
    con.execute("DROP TABLE decoded")


def _is_written(text: str) -> bool:
    return text.isprintable() and "<" not in text and ">" not in text


def number_what_was_rounded(con: DuckDBPyConnection) -> str:
    """A spreadsheet wrote long order numbers as 1.23457E+11, many alike: the person and the day tell them apart again.
    Returns one of them, "" where there is none."""
    rounded = "regexp_matches(order_id, '^[0-9](?:[.,][0-9]+)?E[+][0-9]{2}$')"
    found = con.execute(f"SELECT min(order_id) FROM record WHERE {rounded}").fetchone()
    if not found or not found[0]:
        return ""
    who = "coalesce(person_id, lower(address), lower(full_name), '')"
    con.execute(
        f"CREATE TABLE rounded AS SELECT place, concat_ws(' ', order_id, {who}, d_bought_on::VARCHAR) AS told FROM record WHERE {rounded}"
    )
    con.execute(
        "UPDATE record_table SET order_id = substr(md5(r.told), 1, 16) FROM rounded r WHERE r.place = record_table.place"
    )
    con.execute("DROP TABLE rounded")
    return str(found[0])


def _read_emails(con: DuckDBPyConnection) -> None:
    """Table `email_of`: what was found in each cell that is not simply an address."""
    con.execute("CREATE TABLE email_of (text VARCHAR, first VARCHAR, others VARCHAR[])")
    texts = con.execute(
        f"SELECT DISTINCT email FROM entry WHERE email IS NOT NULL AND NOT regexp_matches(lower(email), '{REGULAR_EMAIL}')"
    ).fetchall()
    rows = [(text, found[0], found[1:]) for (text,) in texts if (found := emails(text))]
    for start in range(0, len(rows), 500):
        con.executemany("INSERT INTO email_of VALUES (?, ?, ?)", rows[start : start + 500])


def _name_faults(
    con: DuckDBPyConnection, amounts: Collection[str], moments: Collection[str], spent: Collection[str]
) -> None:
    """`record`: what was typed, with the first thing on each row that nobody can read."""
    cases = ["WHEN surplus > 0 THEN ?"]
    values = [_("This row has more cells than the header has columns, so it is not certain which cell is which.")]
    for field in NEEDED_AMOUNTS:
        if field in amounts:
            cases.append(f"WHEN {field} IS NOT NULL AND x_{field} IS NULL THEN replace(?, '%s', {field})")
            values.append(_("“%s” is no amount."))
    for field in NEEDED_MOMENTS:
        if field in moments:
            cases.append(f"WHEN {field} IS NOT NULL AND d_{field} IS NULL THEN replace(?, '%s', {field})")
            values.append(_("“%s” is no date between the years 1970 and 2100."))
    gone = ", ".join(["surplus", *spent])
    con.execute(
        f"CREATE TABLE record_table AS SELECT * EXCLUDE ({gone}), CASE {' '.join(cases)} END AS fault FROM typed",
        values,
    )
    con.execute("DROP VIEW typed")
    con.execute("DROP VIEW entry_row")
    con.execute("DROP VIEW entry")
    con.execute("DROP TABLE entry_table")
    offer(con, "record", EVERY)

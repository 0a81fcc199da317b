"""Rows into people: table `person`, in the order they first appear; table `of_row`, which row names whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.staging import besides
from regulars.intake.staging.wide import EVERY, PERSON, TEXTS, offer
from regulars.intake.values.words import mail_status, truth

NAME = "coalesce(full_name, nullif(concat_ws(' ', given_name, middle_name, family_name), ''))"
CALLED = f"coalesce({NAME}, company)"
PLACE = "coalesce(street, city, postcode, country)"
ANYWHERE = "coalesce(street, city, postcode, country, street_b, city_b, street_c, city_c)"
LOST = r"^[?\s.,-]*\?{2,}[?\s.,-]*$"
PORTION = 50_000
BILLION = 1_000_000_000  # `recency` is seconds times this, and the place: of two at one moment the later row counts
FLAGS = ("accepts_email", "accepts_text", "mail_disabled")


def refuse_nobody(con: DuckDBPyConnection, *, takes_names_alone: bool) -> None:
    """A list of people: name the rows that name nobody who could be reached."""
    con.execute("CREATE TABLE refused (place BIGINT, row_number INTEGER, reason VARCHAR, order_key VARCHAR)")
    name_unreachable(con, "record", takes_names_alone=takes_names_alone)


def name_unreachable(con: DuckDBPyConnection, rows: str, *, takes_names_alone: bool) -> None:
    """Refuse those of these rows that name nobody, or nobody who could be reached."""
    digits = r"length(regexp_replace(coalesce(phone, phone_2, ''), '[^\p{Nd}]', '', 'g'))"
    con.execute(
        f"""
        INSERT INTO refused
        SELECT place, row_number, reason, NULL FROM (
            SELECT place, row_number, CASE
                WHEN fault IS NOT NULL THEN fault
                WHEN email IS NOT NULL AND address IS NULL THEN replace(?, '%s', email)
                WHEN regexp_matches({NAME}, '{LOST}') THEN ?
                WHEN address IS NULL AND {CALLED} IS NULL AND (person_id IS NULL OR {takes_names_alone}) AND {digits} < 3 THEN ?
                WHEN NOT {takes_names_alone} AND address IS NULL AND {digits} < 3 AND {ANYWHERE} IS NULL AND person_id IS NULL THEN ?
                END AS reason
            FROM {rows})
        WHERE reason IS NOT NULL
        """,
        [
            _("“%s” is no e-mail address."),
            _(
                "The name is only question marks: its letters were lost before this file was written. Export it again as UTF-8."
            ),
            _("There is no name, e-mail address or phone number in this row."),
            _(
                "There is a name but no way to reach them: no e-mail address, phone number, postal address or customer number."
            ),
        ],
    )


def tell_suppliers(con: DuckDBPyConnection, numbers: str) -> int:
    """Mark those whose number says that they sell to the business; returns how many they are."""
    con.execute("DROP VIEW record")
    con.execute("ALTER TABLE record_table ADD COLUMN IF NOT EXISTS supplier VARCHAR")
    con.execute("UPDATE record_table SET supplier = person_id WHERE regexp_full_match(person_id, ?)", [numbers])
    offer(con, "record", EVERY)
    found = con.execute("SELECT count(DISTINCT supplier) FROM record").fetchone()
    return int(found[0]) if found else 0


def make_people(con: DuckDBPyConnection, filled: Collection[str], *, is_about_sales: bool, file_status: str) -> None:
    """Find who is who within the file: by customer number, e-mail address, phone number with name, name with address.

    A number that several e-mail addresses of a list of people share identifies nobody and is left out. Somebody whom an
    order names beside its buyer comes last.
    """
    source = _of_sales(con) if is_about_sales else "(SELECT * FROM record ANTI JOIN refused USING (place))"
    older = f" - {BILLION} * (place IN (SELECT place FROM beside_table))::INTEGER" if besides.are_there(con) else ""
    recency = (
        f"coalesce(epoch(coalesce(u_bought_on, d_bought_on::TIMESTAMP))::BIGINT * {BILLION}, -{BILLION}) + place{older}"
        if is_about_sales
        else "-place"
    )
    _label_words(con, source)
    carried = [column for column in PERSON if column in filled or column not in TEXTS]
    con.execute(
        f"""
        CREATE TABLE bearer_table AS
        SELECT b.place, b.row_number, {recency} AS recency, {", ".join(f"b.{column}" for column in carried)},
               lower(b.address) AS mail_key, {NAME} AS name, {CALLED} AS called, {_says(is_about_sales, file_status)}
        FROM {source} b {_word_joins()}
        """
    )
    if not is_about_sales and "person_id" in filled:
        _drop_shared_numbers(con)
    offer(con, "bearer", TEXTS)
    _give_keys(con)
    _gather(con, filled)


def _of_sales(con: DuckDBPyConnection) -> str:
    """The orders, and the rows that name somebody beside the buyer, a moment older than these."""
    if not besides.are_there(con):
        return "basket"
    columns = [*(name for name in EVERY if name in besides.CARRIED), "place", "row_number"]
    return f"(SELECT {', '.join(columns)} FROM basket UNION ALL SELECT {', '.join(columns)} FROM beside)"


def _label_words(con: DuckDBPyConnection, source: str) -> None:
    for flag in FLAGS:
        con.execute(f"CREATE TABLE {flag}_word (word VARCHAR, says BOOLEAN)")
        _fill(con, f"{flag}_word", ((word, truth(word)) for word in _distinct(con, source, flag)))
    con.execute("CREATE TABLE mail_status_word (word VARCHAR, says VARCHAR)")
    _fill(con, "mail_status_word", ((word, mail_status(word)) for word in _distinct(con, source, "mail_status")))


def _fill(con: DuckDBPyConnection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    found = list(rows)
    if found:
        con.executemany(f"INSERT INTO {table} VALUES (?, ?)", found)


def _distinct(con: DuckDBPyConnection, source: str, column: str) -> list[str]:
    return [
        word
        for (word,) in con.execute(
            f"SELECT DISTINCT {column} FROM {source} WHERE {column} IS NOT NULL LIMIT 1000"
        ).fetchall()
    ]


def _word_joins() -> str:
    return " ".join(
        f"LEFT JOIN {column}_word w_{column} ON w_{column}.word = b.{column}" for column in (*FLAGS, "mail_status")
    )


def _says(is_about_sales: bool, file_status: str) -> str:
    """What each row says about e-mails: bad, left, given (with its day), declined."""
    status = "w_mail_status.says"
    bad = f"(cleaned_at IS NOT NULL OR coalesce({status} = 'bad', false) OR {file_status == 'bad'})"
    said_no = "coalesce(regexp_matches(lower(b.accepts_email), '^(unsub|opt(ed)?[ _-]?out|abgemeldet|withdr|revoked|desabonn)'), false)"
    left = f"({said_no} OR left_at IS NOT NULL OR coalesce({status} = 'left', false) OR coalesce(w_mail_disabled.says, false) OR {file_status == 'left'})"
    dated = f"(opted_in_at IS NOT NULL AND coalesce({status} <> 'none', true) AND {file_status != 'none'}"
    dated += " AND (b.accepts_email IS NULL OR coalesce(w_accepts_email.says, false)))"
    given = f"(coalesce(w_accepts_email.says, false) OR coalesce({status} = 'subscribed', false) OR {dated})"
    given_at = "coalesce(u_opted_in_at, d_opted_in_at::TIMESTAMP" + (
        ", u_bought_on, d_bought_on::TIMESTAMP)" if is_about_sales else ")"
    )
    return f"""
        {bad} AS is_bad, {left} AS has_left, coalesce(u_left_at, d_left_at::TIMESTAMP) AS when_left,
        {given} AND NOT {bad} AND NOT {left} AS is_given, {given_at} AS when_given,
        coalesce(NOT w_accepts_email.says, false) AS is_declined, coalesce(w_accepts_text.says, false) AS is_text_given
    """


def _drop_shared_numbers(con: DuckDBPyConnection) -> None:
    con.execute(
        "UPDATE bearer_table SET person_id = NULL WHERE person_id IN"
        " (SELECT person_id FROM bearer_table WHERE person_id IS NOT NULL GROUP BY 1 HAVING count(DISTINCT mail_key) > 1)"
    )


def _give_keys(con: DuckDBPyConnection) -> None:
    """An e-mail address that stands beside one customer number elsewhere in the file belongs to that number."""
    con.execute(
        "CREATE TABLE number_of AS SELECT mail_key, min(person_id) AS person_id FROM bearer"
        " WHERE mail_key IS NOT NULL AND person_id IS NOT NULL GROUP BY 1 HAVING count(DISTINCT person_id) = 1"
    )
    digits = r"regexp_replace(b.phone, '[^\p{Nd}]', '', 'g')"
    con.execute(
        f"""
        CREATE TABLE keyed AS
        SELECT b.place, coalesce(b.person_id, n.person_id) AS number,
            CASE WHEN coalesce(b.person_id, n.person_id) IS NOT NULL THEN 'i' || coalesce(b.person_id, n.person_id)
                 WHEN b.mail_key IS NOT NULL THEN 'e' || b.mail_key
                 WHEN length({digits}) >= 3 THEN 'p' || {digits} || ' ' || lower(coalesce(b.called, ''))
                 WHEN b.called IS NOT NULL THEN 'n' || lower(concat_ws(', ', b.called, b.street, b.postcode, b.city))
                 END AS person_key
        FROM bearer b LEFT JOIN number_of n USING (mail_key)
        """
    )
    con.execute("DROP TABLE number_of")


# What is gathered of a person: name, the fields it needs (any of them), how it is gathered, its type where it is not.
LATEST = "arg_max({0}, recency)"
PARTS = ("street", "street_2", "city", "postcode", "region", "country")
PLACES = f"struct_pack({', '.join(f'{name} := {name}' for name in PARTS)})"


def _further(letter: str) -> str:
    """The addresses of another group of columns, each once."""
    packed = ", ".join(f"{name} := {name}_{letter}" for name in PARTS)
    there = f"coalesce(street_{letter}, city_{letter}, postcode_{letter})"
    return f"coalesce(list(DISTINCT struct_pack({packed})) FILTER ({there} IS NOT NULL), [])"


BORN = "struct_pack(d := birthday, y := birth_year, m := birth_month, t := birth_day)"
NAMES = "struct_pack(f := full_name, g := given_name, m := middle_name, l := family_name)"
GATHERED: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("names", ("full_name", "given_name", "family_name"), f"arg_max({NAMES}, recency) FILTER (name IS NOT NULL)",
     "STRUCT(f VARCHAR, g VARCHAR, m VARCHAR, l VARCHAR)"),
    ("salutation", ("salutation",), LATEST.format("salutation"), "VARCHAR"),
    ("language", ("language",), LATEST.format("language"), "VARCHAR"),
    ("company", ("company",), LATEST.format("company"), "VARCHAR"),
    ("addresses", ("email",), "list_sort(list(DISTINCT address) FILTER (address IS NOT NULL))", "VARCHAR[]"),
    ("more_addresses", ("email",), "flatten(list(more_addresses ORDER BY place) FILTER (more_addresses IS NOT NULL))", "VARCHAR[]"),
    ("second_addresses", ("email_2",), "list_sort(list(DISTINCT email_2) FILTER (email_2 IS NOT NULL))", "VARCHAR[]"),
    ("phones", ("phone",), "list_sort(list(DISTINCT phone) FILTER (phone IS NOT NULL))", "VARCHAR[]"),
    ("second_phones", ("phone_2",), "list_sort(list(DISTINCT phone_2) FILTER (phone_2 IS NOT NULL))", "VARCHAR[]"),
    ("unreadable", ("email",), "list_sort(list(DISTINCT email) FILTER (address IS NULL AND email IS NOT NULL))", "VARCHAR[]"),
    ("places", ("street", "city", "postcode", "country"), f"list_sort(list(DISTINCT {PLACES}) FILTER ({PLACE} IS NOT NULL))",
     "STRUCT(street VARCHAR)[]"),
    ("tags", ("tags",), "list_sort(list(DISTINCT tags) FILTER (tags IS NOT NULL))", "VARCHAR[]"),
    ("notes", ("note",), "list_sort(list(DISTINCT note) FILTER (note IS NOT NULL))", "VARCHAR[]"),
    ("is_supplier", ("supplier",), "bool_or(supplier IS NOT NULL)", "BOOLEAN"),
    ("birthday", ("birthday", "birth_month"), f"arg_max({BORN}, recency) FILTER (coalesce(birthday, birth_month) IS NOT NULL)",
     "STRUCT(d VARCHAR)"),
    ("deceased_on", ("deceased_on",), "max(d_deceased_on)", "DATE"),
    ("places_b", ("street_b", "city_b", "postcode_b"), f"list_concat({_further('b')}, {_further('c')})",
     "STRUCT(street VARCHAR)[]"),
    ("anniversary", ("anniversary",), LATEST.format("anniversary"), "VARCHAR"),
    ("beyond", ("beyond",), "list(beyond) FILTER (beyond IS NOT NULL)", "VARCHAR[]"),
)  # fmt: skip
SAID = (
    "bool_or(is_bad) AS is_bad, bool_or(has_left) AS has_left, max(when_left) AS when_left, arg_max(is_given, recency) AS is_given,"
    " max(when_given) FILTER (is_given) AS when_given, arg_max(is_declined, recency) AS is_declined,"
    f" max(recency) // {BILLION} AS recency,"
    " arg_max(is_text_given, recency) AS is_text_given"
)


def _gather(con: DuckDBPyConnection, filled: Collection[str]) -> None:
    """Table `person`: the newest name, every address, number and tag, and what was said about e-mails. In portions,
    because gathering lists cannot be put off to the disk."""
    last = "bool_and(place IN (SELECT place FROM beside_table)), " if besides.are_there(con) else ""
    con.execute(
        f"CREATE TABLE place_of AS SELECT person_key, row_number() OVER (ORDER BY {last}min(place)) AS pos FROM keyed"
        " WHERE person_key IS NOT NULL GROUP BY person_key"
    )
    con.execute(
        "CREATE TABLE of_row AS SELECT k.place, k.number, p.pos, p.person_key FROM keyed k JOIN place_of p USING (person_key)"
    )
    con.execute("DROP TABLE keyed")
    con.execute("DROP TABLE place_of")
    gathered = [
        f"{how if set(needs) & set(filled) else f'NULL::{kind}'} AS {name}" for name, needs, how, kind in GATHERED
    ]
    select = (
        f"SELECT pos, any_value(person_key) AS person_key, any_value(number) AS number, {', '.join(gathered)}, {SAID}"
        " FROM bearer JOIN of_row USING (place) WHERE pos BETWEEN ? AND ? GROUP BY pos ORDER BY pos"
    )
    found = con.execute("SELECT coalesce(max(pos), 0) FROM of_row").fetchone()
    con.execute(f"CREATE TABLE person AS {select}", [1, PORTION])
    for first in range(PORTION + 1, (found[0] if found else 0) + 1, PORTION):
        con.execute(f"INSERT INTO person {select}", [first, first + PORTION - 1])
    con.execute("DROP VIEW bearer")
    con.execute("DROP TABLE bearer_table")

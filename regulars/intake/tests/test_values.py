"""Amounts, dates and addresses as people and programs write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.intake.staging.typing import ISO_CLOCK, ISO_DAY, ISO_ZONED, day_sql, moment_sql
from regulars.intake.values import amounts, dates, reach
from regulars.intake.values.words import mail_status, standing, truth

AMOUNTS = [
    ("1234.50", ".", "1234.50", ""), ("1,234.50", ".", "1234.50", ""), ("1.234,50", ",", "1234.50", ""), ("1 234,50", ",", "1234.50", ""),
    ("1'234.50", ".", "1234.50", ""), ("€1,234.50", ".", "1234.50", "EUR"), ("1.234,50 €", ",", "1234.50", "EUR"), ("$12", ".", "12", "$"),
    ("USD 12.00", ".", "12.00", "USD"), ("12.00 usd", ".", "12.00", "USD"), ("US$ 12", ".", "12", "USD"), ("-5.00", ".", "-5.00", ""),
    ("(5.00)", ".", "-5.00", ""), ("5.00-", ".", "-5.00", ""), ("−5,00", ",", "-5.00", ""), ("12,-", ",", "12", ""), ("١٢٫٥٠", ".", "12.50", ""),
    ("1,280.8", ".", "1280.8", ""), ("4,884", ".", "4884", ""), ("4,884", ",", "4.884", ""), ("200.000.000", ",", "200000000", ""),
    ("1,00,000.00", ".", "100000.00", ""), ("0,5", ".", "0.5", ""), ("kr 99", ".", "99", ""), ("99 zł", ",", "99", "PLN"), ("R$ 10,00", ",", "10.00", "BRL"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "mark", "amount", "currency"), AMOUNTS)
def test_an_amount_is_read_as_it_was_meant(text: str, mark: amounts.Mark, amount: str, currency: str) -> None:
    assert amounts.parse(text, mark) == amounts.Amount(Decimal(amount), currency)


@pytest.mark.parametrize("text", ["", "free", "n/a", "12 apples", "1.2.3.4", "12,34,56.7.8", "twelve", "10%"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amounts.parse(text) is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_survives_both_ways_of_writing_it(amount: Decimal) -> None:
    english, german = f"{amount:,.2f}", f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert amounts.parse(english, ".") == amounts.Amount(amount)
    assert amounts.parse(german, ",") == amounts.Amount(amount)
    assert amounts.style_of([german, "5,5"]).decimal == ","


@given(st.text(max_size=40))
def test_any_text_is_read_or_is_nothing_and_the_same_way_twice(text: str) -> None:
    amount, moment, address = amounts.parse(text), dates.parse(text), reach.email(text)
    assert amount is None or amount == amounts.parse(text)
    assert moment is None or moment == dates.parse(text)
    assert address is None or "@" in address
    assert all(any(sign.isdigit() for sign in number) for number in reach.phones(text))
    assert (truth(text), standing(text), mail_status(text)) == (truth(text), standing(text), mail_status(text))


def test_the_decimal_mark_is_told_by_the_whole_column() -> None:
    assert amounts.style_of(["1,234", "12,50"]) == amounts.Style(",")
    assert amounts.style_of(["1,234", "12.50"]) == amounts.Style(".")
    assert amounts.style_of(["1,234", "5,678"]) == amounts.Style(".", is_sure=False)


DAYS = [
    ("2026-03-04", "dmy", date(2026, 3, 4)), ("03/04/2026", "dmy", date(2026, 4, 3)), ("03/04/2026", "mdy", date(2026, 3, 4)),
    ("13/04/2026", "mdy", date(2026, 4, 13)), ("04/13/2026", "dmy", date(2026, 4, 13)), ("3.4.26", "dmy", date(2026, 4, 3)),
    ("20260304", "dmy", date(2026, 3, 4)), ("2012/3/22", "dmy", date(2012, 3, 22)), ("12 Mar 2025", "dmy", date(2025, 3, 12)),
    ("Mar 5, 2024", "dmy", date(2024, 3, 5)), ("5. März 2024", "dmy", date(2024, 3, 5)), ("5 février 2024", "dmy", date(2024, 2, 5)),
    ("5 de marzo de 2024", "dmy", date(2024, 3, 5)), ("5-Mar-24", "dmy", date(2024, 3, 5)), ("Sunday, 1 March 2026", "dmy", date(2026, 3, 1)),
    ("45000", "dmy", date(2023, 3, 15)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "order", "day"), DAYS)
def test_a_day_is_read_as_it_was_meant(text: str, order: dates.Order, day: date) -> None:
    found = dates.parse(text, order)
    assert found
    assert found.on == day
    assert found.at is None


MOMENTS = [
    ("2026-05-01 10:00:00 +0200", datetime(2026, 5, 1, 8, tzinfo=UTC)), ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
    ("10/22/2019 05:07:06 PDT", datetime(2019, 10, 22, 12, 7, 6, tzinfo=UTC)), ("2026/05/28 7:01:33 PM GMT+2", datetime(2026, 5, 28, 17, 1, 33, tzinfo=UTC)),
    ("13.10.2025 10:00:00 Europe/Berlin", datetime(2025, 10, 13, 8, tzinfo=UTC)), ("1767261600", datetime(2026, 1, 1, 10, tzinfo=UTC)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at"), MOMENTS)
def test_a_moment_with_a_zone_is_the_same_moment_everywhere(text: str, at: datetime) -> None:
    found = dates.parse(text, "mdy")
    assert found
    assert found.at
    assert found.at.astimezone(UTC) == at


@pytest.mark.parametrize(
    "text", ["", "soon", "32/13/2026", "2026-02-30", "00/00/0000", "2010-10-14T12:00:00.000Z-0300", "12:30"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.parse(text) is None


def test_only_a_day_above_twelve_tells_day_from_month() -> None:
    assert dates.order_of(["03/04/2026", "05/06/2026"]) == set()
    assert dates.order_of(["03/04/2026", "25/06/2026"]) == {"dmy"}
    assert dates.order_of(["03/04/2026", "06/25/2026"]) == {"mdy"}


@settings(deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001  # wall clocks
    st.sampled_from(["", "Z", " UTC", " +0200", "-05:30"]),
)
def test_the_quick_way_reads_dates_like_the_careful_one(moment: datetime, zone: str) -> None:
    text = moment.isoformat(sep=" ", timespec="seconds") + zone
    home = dates.zone_named("America/New_York")
    moment_of = f"{moment_sql('bought_on', str(home))} AS t_bought_on, m_bought_on.day AS m_bought_on"
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    con.execute("CREATE TABLE e AS SELECT ?::VARCHAR AS bought_on", [text])
    con.execute("CREATE TABLE m_bought_on (day DATE, utc_at TIMESTAMP)")
    con.execute("INSERT INTO m_bought_on VALUES (NULL, NULL)")
    day, at = con.execute(
        f"SELECT {day_sql('bought_on', str(home))}, timezone('UTC', t_bought_on) FROM (SELECT e.*, {moment_of} FROM e, m_bought_on)"
    ).fetchone() or (None, None)
    careful = dates.parse(text)
    assert careful
    assert careful.at
    aware = careful.at if careful.at.tzinfo else careful.at.replace(tzinfo=home)
    assert at == aware.astimezone(UTC).replace(tzinfo=None)
    assert day == aware.astimezone(home).date()


def test_the_patterns_of_the_quick_way_match_what_they_say() -> None:
    con = duckdb.connect()
    for pattern, text in (
        (ISO_DAY, "2026-01-02"),
        (ISO_CLOCK, "2026-01-02T03:04"),
        (ISO_ZONED, "2026-01-02 03:04:05 +01:00"),
    ):
        assert con.execute("SELECT regexp_matches(?, ?)", [text, pattern]).fetchone() == (True,)


EMAILS = [
    ("Nea Nord <NEA@x.se>", "NEA@x.se"), ("mailto:olle@orm.se", "olle@orm.se"), ("ömil@gmail.com", "ömil@gmail.com"), ("john@doe.invalid", "john@doe.invalid"),
    ("a.b+c@sub.example.co.uk", "a.b+c@sub.example.co.uk"), ("Bob@adv", None), ("two@at@x.se", None), ("invalid\ufffd@x.se", None), ("a..b@x.se", None),
    ("albert.a.dum", None), ("x@-bad.com", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "address"), EMAILS)
def test_the_address_in_a_cell_is_found(text: str, address: str | None) -> None:
    assert reach.email(text) == address


def test_a_number_keeps_its_writing_without_what_programs_put_before_it() -> None:
    assert reach.phones("p:+46700005566") == ["+46700005566"]
    assert reach.phones("'+31612345678 ::: 030 123456") == ["+31612345678", "030 123456"]


def test_zones_far_from_home_are_known_by_their_short_names() -> None:
    assert dates.zone_named("GMT+2") == timezone(timedelta(hours=2))
    assert dates.zone_named("nowhere") is None

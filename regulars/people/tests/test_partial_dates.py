from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.people.partial_dates import DAYS_IN, DateError, PartialDate, is_no_date, parse


@pytest.mark.parametrize(
    ("text", "order", "meant"),
    [
        ("1980-05-15", "dmy", PartialDate(5, 15, 1980)),
        ("19800515", "dmy", PartialDate(5, 15, 1980)),
        ("--0515", "dmy", PartialDate(5, 15)),
        ("--05-15", "dmy", PartialDate(5, 15)),
        ("15.05.1980", "dmy", PartialDate(5, 15, 1980)),
        ("03/04/1980", "dmy", PartialDate(4, 3, 1980)),
        ("03/04/1980", "mdy", PartialDate(3, 4, 1980)),
        ("15/05/1980", "mdy", PartialDate(5, 15, 1980)),
        ("15.5.", "dmy", PartialDate(5, 15)),
        ("15 May", "dmy", PartialDate(5, 15)),
        ("15th of May 1980", "dmy", PartialDate(5, 15, 1980)),
        ("May 15, 1980", "dmy", PartialDate(5, 15, 1980)),
        ("1. März", "dmy", PartialDate(3, 1)),
        ("3. Mai 1980", "dmy", PartialDate(5, 3, 1980)),
        ("3 de mayo de 1980", "dmy", PartialDate(5, 3, 1980)),
        ("3 de mayo", "dmy", PartialDate(5, 3)),
        ("15-May-80", "dmy", PartialDate(5, 15, 1980)),
        ("May 3rd", "dmy", PartialDate(5, 3)),
        ("3 maart 1980", "dmy", PartialDate(3, 3, 1980)),
        ("1980年5月15日", "dmy", PartialDate(5, 15, 1980)),
        ("5월 15일", "dmy", PartialDate(5, 15)),
        ("١٥/٠٥/١٩٨٠", "dmy", PartialDate(5, 15, 1980)),
        ("1604-02-29", "dmy", PartialDate(2, 29)),
        ("1980-05-15T00:00:00Z", "dmy", PartialDate(5, 15, 1980)),
        ("29.02.", "dmy", PartialDate(2, 29)),
    ],
)
def test_a_day_is_read_as_people_and_programs_write_it(text, order, meant):
    assert parse(text, order) == meant


@pytest.mark.parametrize("text", ["1604-05-15", "1753-05-15", "0000-05-15", "15.05.1604"])
def test_a_year_that_programs_make_up_is_no_year(text):
    assert parse(text) == PartialDate(5, 15)


def test_the_first_of_january_1900_is_made_up_but_another_day_of_1900_is_not():
    assert parse("1900-01-01").year is None
    assert parse("1900-06-02").year == 1900


@pytest.mark.parametrize(
    "text", ["", "soon", "31.02.", "1979-02-29", "15 Foo", "1980-13-01", "99/99/1980", "May 1980", "0000-00-00"]
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(DateError):
        parse(text)


def test_zeroes_where_there_is_no_day_are_no_date():
    assert all(is_no_date(text) for text in ("", " ", "0000-00-00", "00/00/0000", "0000-00-00T00:00:00Z", "0"))
    assert not any(is_no_date(text) for text in ("1900-01-01", "29.02.", "soon"))


def test_the_leap_day_is_kept_on_the_28th_or_on_the_first_of_march_by_wish():
    born = PartialDate(2, 29, 1980)
    assert born.observed_in(2024) == date(2024, 2, 29)
    assert born.observed_in(2025) == date(2025, 2, 28)
    assert born.observed_in(2025, "1 Mar") == date(2025, 3, 1)


def test_nobody_turns_any_age_without_a_real_year():
    assert PartialDate(5, 15).turning_in(2026) is None
    assert PartialDate(5, 15, 1980).turning_in(2026) == 46


@given(month=st.integers(1, 12), data=st.data(), year=st.none() | st.integers(1905, 2020))
def test_a_date_written_down_is_read_back_the_same(month, data, year):
    day = data.draw(st.integers(1, DAYS_IN[month - 1]))
    try:
        written = PartialDate(month, day, year)
    except DateError:
        assert (month, day) == (2, 29)
        return
    assert parse(str(written)) == written


@given(month=st.integers(1, 12), day=st.integers(1, 28), year=st.integers(1900, 2100))
def test_an_ordinary_day_is_observed_on_itself(month, day, year):
    assert PartialDate(month, day).observed_in(year) == date(year, month, day)


@pytest.mark.parametrize(
    ("text", "day"), [("1980-5-3", "1980-05-03"), ("1980/12/3", "1980-12-03"), ("1604-5-3", "--05-03")]
)
def test_a_year_first_needs_no_zeroes(text, day):
    assert str(parse(text)) == day

"""When a card must be posted: weekends, holidays, abroad, the turn of the year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.outreach.queries.posting import PostDays, read_holidays

USUAL = PostDays(making_days=1, home_days=2, abroad_days=7)


@pytest.mark.parametrize(
    ("occasion", "post_on", "make_on"),
    [
        (date(2026, 6, 18), date(2026, 6, 16), date(2026, 6, 15)),  # a Thursday
        (date(2026, 6, 15), date(2026, 6, 11), date(2026, 6, 10)),  # a Monday: over the weekend
        (date(2026, 6, 14), date(2026, 6, 10), date(2026, 6, 9)),  # a Sunday: there on Friday
        (date(2026, 1, 2), date(2025, 12, 31), date(2025, 12, 30)),  # printed the year before
    ],
)
def test_a_card_is_posted_so_many_working_days_before(occasion, post_on, make_on):
    assert (USUAL.post_on(occasion), USUAL.make_on(occasion)) == (post_on, make_on)


def test_no_post_goes_on_holidays():
    days = PostDays(1, 2, 7, frozenset({"12-25", "12-26", "01-01", "2025-12-24"}))
    assert days.post_on(date(2026, 1, 2)) == date(2025, 12, 30)
    assert days.post_on(date(2025, 12, 26)) == date(2025, 12, 19)


def test_abroad_takes_longer():
    assert USUAL.post_on(date(2026, 6, 18), is_abroad=True) == date(2026, 6, 9)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.booleans())
def test_it_is_never_posted_on_a_weekend_nor_after_the_day_and_always_within_the_horizon(occasion, is_abroad):
    post_on, make_on = USUAL.post_on(occasion, is_abroad=is_abroad), USUAL.make_on(occasion, is_abroad=is_abroad)
    assert make_on < post_on < occasion
    assert post_on.weekday() < 5
    assert make_on.weekday() < 5
    assert (occasion - make_on).days <= USUAL.farthest()


def test_a_calendar_without_working_days_is_not_believed_for_ever():
    everyday = frozenset(f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32))
    assert PostDays(holidays=everyday).post_on(date(2026, 6, 18)) == date(2026, 6, 16)


def test_days_are_read_as_people_write_them():
    assert read_holidays("25.12., 2026-04-03; 1/5 12/26\nsoon 31.02.") == (
        ["05-01", "12-25", "12-26", "2026-04-03"],
        ["soon", "31.02."],
    )

"""How somebody is introduced on a line."""

from datetime import date

import pytest

from regulars.today.acquaintance import Acquaintance


@pytest.mark.parametrize(
    ("first_on", "last_on", "words"),
    [
        (date(2026, 10, 17), date(2026, 11, 19), "2 visits since October 2026."),
        (date(2025, 12, 3), date(2026, 11, 19), "2 visits since December 2025."),
        (date(2023, 5, 2), date(2026, 11, 19), "2 visits since 2023."),
        (None, None, "2 visits."),
    ],
)
def test_visits_are_counted_from_a_month_for_a_year_and_from_the_year_after_that(first_on, last_on, words):
    assert Acquaintance(1, "Ann", visits=2, first_on=first_on, last_on=last_on).in_words == words


def test_a_single_visit_is_the_first_purchase():
    day = date(2026, 11, 19)
    assert Acquaintance(1, "Ann", visits=1, first_on=day, last_on=day).in_words == "First purchase."

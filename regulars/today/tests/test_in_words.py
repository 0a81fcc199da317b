"""How somebody is introduced on a line."""

from datetime import date

import pytest

from regulars.people.queries import known_as
from regulars.people.tests.builders import a_person
from regulars.today.acquaintance import Acquaintance, acquaintances


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


def test_somebody_without_a_name_is_called_as_in_the_standings(db):
    written, rung, named = a_person("", email="ink@example.org"), a_person("", email=None, phone="0664 123"), a_person()
    people = [written, rung, named]
    known = acquaintances({"service": [person.pk for person in people]}, date(2026, 11, 19))["service"]
    assert {pk: one.name for pk, one in known.items()} == known_as(people)
    assert (known[written.pk].name, known[rung.pk].name) == ("ink@example.org", "0664 123")

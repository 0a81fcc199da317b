from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from regulars.kit.errors import Refusal
from regulars.people.models import Occasion, Person
from regulars.people.partial_dates import DateError, PartialDate
from regulars.people.queries import coming_up, occasions_between
from regulars.people.services import (
    NewPerson,
    add_occasion,
    cash_customer,
    celebrate,
    erase_person,
    keep_leap_day,
    merge,
    record_people,
)
from regulars.people.tests.builders import a_person

pytestmark = pytest.mark.django_db


def days(first: date, last: date, **more) -> list[tuple[int, date, int | None]]:
    return [(day.person_id, day.on, day.turning) for day in occasions_between(first, last, **more)]


def test_a_birthday_of_january_is_seen_from_december():
    ann = a_person("Ann", birthday=PartialDate(1, 2, 1980))
    assert days(date(2025, 12, 20), date(2026, 1, 5)) == [(ann.pk, date(2026, 1, 2), 46)]


def test_both_ends_of_the_stretch_count():
    ann = a_person("Ann", birthday=PartialDate(5, 15))
    assert days(date(2026, 5, 15), date(2026, 5, 15)) == [(ann.pk, date(2026, 5, 15), None)]
    assert days(date(2026, 5, 16), date(2027, 5, 14)) == []
    assert days(date(2026, 5, 16), date(2026, 5, 14)) == []


def test_the_leap_day_is_kept_in_common_years_as_each_person_wishes():
    ann, bo = a_person("Ann", birthday=PartialDate(2, 29, 1980)), a_person("Bo", birthday=PartialDate(2, 29))
    keep_leap_day(bo, "1 Mar")
    assert days(date(2026, 2, 28), date(2026, 2, 28)) == [(ann.pk, date(2026, 2, 28), 46)]
    assert days(date(2026, 3, 1), date(2026, 3, 1)) == [(bo.pk, date(2026, 3, 1), None)]
    assert days(date(2028, 2, 28), date(2028, 3, 1)) == [
        (ann.pk, date(2028, 2, 29), 48),
        (bo.pk, date(2028, 2, 29), None),
    ]


def test_only_the_kinds_asked_for_are_returned():
    ann = a_person("Ann", birthday=PartialDate(5, 15))
    add_occasion(ann, "anniversary", PartialDate(5, 15, 2020), "first order")
    assert len(days(date(2026, 5, 1), date(2026, 5, 31))) == 2
    assert days(date(2026, 5, 1), date(2026, 5, 31), kinds=["anniversary"]) == [(ann.pk, date(2026, 5, 15), 6)]


def test_people_merged_erased_or_standing_for_many_and_days_not_kept_are_left_out():
    kept = a_person("Kept", birthday=PartialDate(5, 15))
    merged, erased, sad = (a_person(name, birthday=PartialDate(5, 15)) for name in ("Merged", "Erased", "Sad"))
    add_occasion(cash_customer(), "birthday", PartialDate(5, 15))
    merge(kept, merged)
    erase_person(erased)
    celebrate(sad.occasions.get(), False)
    assert [person_id for person_id, _, _ in days(date(2026, 5, 1), date(2026, 5, 31))] == [kept.pk]


def test_what_is_coming_up_for_somebody_is_each_day_once():
    ann = a_person("Ann", birthday=PartialDate(5, 15, 1980))
    add_occasion(ann, "name_day", PartialDate(1, 2))
    coming = [(day.kind, day.on) for day in coming_up(ann, date(2026, 5, 16))]
    assert coming == [("name_day", date(2027, 1, 2)), ("birthday", date(2027, 5, 15))]


def test_a_year_still_to_come_is_refused_and_the_same_day_again_changes_it(frozen_clock):
    ann = a_person("Ann")
    with pytest.raises(Refusal, match="still to come"):
        add_occasion(ann, "birthday", PartialDate(5, 15, 2027))
    add_occasion(ann, "birthday", PartialDate(5, 15))
    add_occasion(ann, "birthday", PartialDate(5, 16))
    assert ann.occasions.get().day == 16


def test_occasions_take_one_query(django_assert_num_queries):
    record_people([NewPerson(full_name=f"P {n}", birthday=PartialDate(5, 1 + n % 28)) for n in range(60)], source="s")
    with django_assert_num_queries(1):
        assert len(occasions_between(date(2026, 5, 1), date(2026, 5, 31))) == 60


@st.composite
def partial_dates(draw) -> PartialDate:
    while True:
        month, day = draw(st.integers(1, 12)), draw(st.integers(1, 31))
        try:
            return PartialDate(month, day, draw(st.none() | st.integers(1950, 2025)))
        except DateError:
            continue


class AnyStretch(TestCase):
    @given(
        born=st.lists(
            st.tuples(partial_dates() | st.just(PartialDate(2, 29)), st.sampled_from(["28 Feb", "1 Mar"])), max_size=8
        ),
        first=st.dates(date(2023, 1, 1), date(2029, 12, 31)),
        length=st.integers(0, 800),
    )
    @settings(max_examples=60, deadline=None)
    def test_the_days_found_are_those_a_patient_person_would_find(self, born, first, length):
        """Over ends of years, leap years and several years: compared with looking at every single day."""
        ids = record_people(
            [NewPerson(full_name=f"P {n}", birthday=day) for n, (day, _) in enumerate(born)], source="s"
        ).ids
        for pk, (_, rule) in zip(ids, born, strict=True):
            Person.objects.filter(pk=pk).update(feb29_rule=rule)
        last = first + timedelta(days=length)
        patient = sorted(
            (on, pk)
            for offset in range(length + 1)
            for pk, (day, rule) in zip(ids, born, strict=True)
            if day.observed_in((on := first + timedelta(days=offset)).year, rule) == on and (day.year or 0) <= on.year
        )
        assert [(day.on, day.person_id) for day in occasions_between(first, last)] == patient
        assert Occasion.objects.count() == len(born)

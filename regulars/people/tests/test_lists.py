from datetime import date

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from regulars.people.models import Person
from regulars.people.partial_dates import PartialDate
from regulars.people.queries import Filter, lists, people_list
from regulars.people.queries.lists import NEWEST
from regulars.people.services import NewConsent, NewPerson, add_tag, quiet_until, record_people
from regulars.people.tests.builders import a_person

pytestmark = pytest.mark.django_db


def shown(*filters: Filter, **more) -> list[str]:
    page = people_list(filters, **more)
    people = Person.objects.in_bulk(page.ids)
    return [people[pk].full_name for pk in page.ids]


def test_people_stand_by_name_without_capitals_and_accents():
    for name in ("Zoe", "ärmel", "Bo", "Ann"):
        a_person(name)
    assert shown() == ["Ann", "ärmel", "Bo", "Zoe"]
    assert shown(sort=NEWEST) == ["Ann", "Bo", "ärmel", "Zoe"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the rows there are")
@pytest.mark.parametrize("mark", [None, ("ann", 7)])
@pytest.mark.parametrize("is_back", [False, True])
def test_the_list_is_walked_by_name_without_reading_the_people_themselves(mark, is_back):
    rows = lists._in_order(Person.objects.here(), mark, lists.BY_NAME, is_back)[:200]
    assert "USING COVERING INDEX person_by_name" in rows.explain()
    assert "TEMP B-TREE" not in rows.explain()


def test_every_filter_of_this_room_lets_through_who_fits(frozen_clock):
    ann = a_person("Ann", phone="+44 171 555 0188", birthday=PartialDate(5, 15))
    bo = a_person("Bo", email=None, kinds=("supplier",))
    a_person("Cy", consents=(NewConsent("email", "marketing", True),))
    add_tag([ann.pk], "Silver")
    quiet_until(bo, date(2026, 5, 1))
    assert shown(Filter("tag", "is", "silver")) == ["Ann"]
    assert shown(Filter("kind", "is", "supplier")) == ["Bo"]
    assert shown(Filter("has_email", "is", "yes")) == ["Ann", "Cy"]
    assert shown(Filter("has_email", "is", "no")) == ["Bo"]
    assert shown(Filter("has_phone", "is", "yes")) == ["Ann"]
    assert shown(Filter("consent", "is", "email")) == ["Cy"]
    assert shown(Filter("quiet", "is", "yes")) == ["Bo"]
    assert shown(Filter("quiet", "is", "no")) == ["Ann", "Cy"]
    assert shown(Filter("occasion_month", "is", "5")) == ["Ann"]
    assert shown(Filter("added_since", "since", "2026-03-04")) == ["Ann", "Bo", "Cy"]
    assert shown(Filter("added_since", "since", "2026-03-05")) == []


def test_filters_add_up_and_an_unknown_one_is_left_out():
    ann, _bo = a_person("Ann", phone="+44 171 555 0188"), a_person("Bo", phone="+44 171 555 0189")
    add_tag([ann.pk], "Silver")
    assert shown(Filter("has_phone", "is", "yes"), Filter("tag", "is", "silver"), Filter("gone", "is", "x")) == ["Ann"]


def test_a_search_within_a_filter_keeps_both():
    ann, other = a_person("Ann Baker"), a_person("Ann Carter")
    add_tag([other.pk], "Silver")
    assert shown(Filter("tag", "is", "silver"), text="ann") == ["Ann Carter"]
    assert ann.pk not in people_list([Filter("tag", "is", "silver")], text="ann").ids


def test_the_list_reads_on_and_back_page_by_page():
    for number in range(25):
        a_person(f"Ann {number:02}")
    first = people_list(limit=10)
    second = people_list(after=first.after, limit=10)
    third = people_list(after=second.after, limit=10)
    assert [len(page.ids) for page in (first, second, third)] == [10, 10, 5]
    assert not set(first.ids) & set(second.ids)
    assert (first.before, third.after) == ("", "")
    back = people_list(before=third.before, limit=10)
    assert back.ids == second.ids
    assert people_list(before=back.before, limit=10).ids == first.ids


def test_a_list_page_needs_the_same_few_queries_for_few_and_many(django_assert_max_num_queries):
    record_people([NewPerson(full_name=f"P {n}", tags=("x",)) for n in range(300)], source="s")
    with django_assert_max_num_queries(3):
        people_list(limit=10)
    with django_assert_max_num_queries(4):
        people_list([Filter("tag", "is", "x")], limit=10)


@pytest.mark.parametrize("sort", [lists.BY_NAME, NEWEST])
def test_a_look_that_takes_too_long_stops_says_so_and_goes_on_from_there(monkeypatch, sort):
    monkeypatch.setattr(lists, "FEW", 0)
    monkeypatch.setattr(lists, "FIRST_STRIDE", 2)
    monkeypatch.setattr(lists, "LOOKED_AT", 4)
    ids = record_people([NewPerson(full_name=f"P {n:02}") for n in range(20)], source="s").ids
    wanted = [ids[9], ids[10]]
    add_tag(wanted, "x")
    page, seen, pages = people_list([Filter("tag", "is", "x")], sort=sort), [], 1
    assert (page.ids, page.is_part) == ([], True)
    while page.after:
        page, pages = people_list([Filter("tag", "is", "x")], page.after, sort=sort), pages + 1
        seen += page.ids
    assert sorted(seen) == wanted
    assert not page.is_part
    assert pages > 2


def test_a_filter_without_an_index_looks_at_no_more_than_a_piece(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(lists, "FIRST_STRIDE", 2)
    monkeypatch.setattr(lists, "LOOKED_AT", 4)
    record_people([NewPerson(full_name=f"P {n:02}") for n in range(30)], source="s")
    with django_assert_max_num_queries(6):
        page = people_list([Filter("has_phone", "is", "yes"), Filter("has_email", "is", "no")])
    assert page.is_part
    assert page.after


class PagerWalks(TestCase):
    @given(
        names=st.lists(st.sampled_from(["ann", "Ann", "bo", "", "zoe", "Ännchen"]), min_size=1, max_size=30),
        limit=st.integers(1, 7),
        sort=st.sampled_from([lists.BY_NAME, NEWEST]),
        few=st.sampled_from([0, 2000]),
        looked_at=st.sampled_from([2, 5000]),
    )
    @settings(max_examples=40, deadline=None)
    def test_walking_the_pages_shows_everybody_once_in_both_ways_through(self, names, limit, sort, few, looked_at):
        """Whether the few are fetched or the many are walked, and however many share a name."""
        record_people([NewPerson(full_name=name, tags=("x",)) for name in names], source="s")
        was, lists.FEW, lists.FIRST_STRIDE, lists.LOOKED_AT = (lists.FEW, lists.LOOKED_AT), few, 2, looked_at
        try:
            seen, mark = [], ""
            while True:
                page = people_list([Filter("tag", "is", "x")], mark, limit, sort=sort)
                seen += page.ids
                mark = page.after
                if not mark:
                    break
        finally:
            (lists.FEW, lists.LOOKED_AT), lists.FIRST_STRIDE = was, 200
        order = ("sort_name", "pk") if sort == lists.BY_NAME else ("-pk",)
        assert seen == list(Person.objects.order_by(*order).values_list("pk", flat=True))

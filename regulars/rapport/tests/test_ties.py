from datetime import UTC, date, datetime, timedelta

import pytest

from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.services import NewEntry
from regulars.people.tests.builders import a_person
from regulars.rapport import queries, services
from regulars.rapport.models import Tie
from regulars.rapport.tests.builders import ON, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


def known_since(day, name="Otto", kinds=("landlord",)):
    person = a_person(name, kinds=kinds)
    Person.objects.filter(pk=person.pk).update(added_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return Person.objects.get(pk=person.pk)


def names(on=ON, **more):
    return [Person.objects.get(pk=row.person_id).full_name for row in queries.unspoken(on, 10, **more)]


def test_a_landlord_is_spoken_to_every_three_months_from_the_day_he_is_known():
    known_since(date(2025, 12, 4))
    assert names(date(2026, 3, 3)) == []
    assert names(date(2026, 3, 4)) == ["Otto"]


def test_a_talk_moves_the_next_one_on():
    otto = known_since(date(2025, 1, 1))
    services.note_contact([otto.pk], "both", date(2026, 2, 1))
    assert names() == []
    (row,) = queries.unspoken(date(2026, 5, 1), 10)
    assert (row.person_id, row.last_on, row.due_on, row.every_months) == (
        otto.pk,
        date(2026, 2, 1),
        date(2026, 5, 1),
        3,
    )


def test_an_earlier_day_never_overwrites_a_later_one():
    otto = known_since(date(2025, 1, 1))
    services.note_contact([otto.pk], "in", date(2026, 2, 1))
    services.note_contact([otto.pk], "in", date(2026, 1, 1))
    assert Tie.objects.get().last_in_on == date(2026, 2, 1)
    assert Tie.objects.get().last_out_on is None


def test_a_letter_we_sent_and_a_purchase_count_as_contact():
    otto = known_since(date(2025, 1, 1))
    at = datetime(2026, 2, 10, 9, tzinfo=UTC)
    people.write_timeline([NewEntry(otto.pk, at, "sent", "outreach", 1, "Wrote")])
    assert names() == []
    assert queries.contacts_of([otto.pk])[otto.pk] == queries.Contact(None, date(2026, 2, 10), None)
    people.write_timeline([NewEntry(otto.pk, at + timedelta(days=1), "order", "purchases", 1, "Bought")])
    assert queries.contacts_of([otto.pk])[otto.pk].in_on == date(2026, 2, 11)


def test_customers_have_no_rhythm_until_somebody_gives_them_one():
    ann = known_since(date(2020, 1, 1), "Ann", ("customer",))
    assert names() == []
    services.set_rhythm(ann, 6)
    assert names() == ["Ann"]
    services.set_rhythm(ann, None)
    assert names() == []


def test_somebodys_own_rhythm_goes_before_that_of_their_kind():
    otto = known_since(date(2025, 11, 4))
    assert names() == ["Otto"]
    services.set_rhythm(otto, 6)
    assert names() == []
    services.set_rhythm(otto, 0)
    assert names(date(2030, 1, 1)) == []


def test_the_owner_sets_the_rhythm_of_a_kind():
    known_since(date(2025, 1, 1), "Nele", ("employee",))
    assert names() == []
    services.set_kind_rhythm("employee", 1)
    assert names() == ["Nele"]


@pytest.mark.parametrize("kind", ["customer", "lead", "nonsense"])
def test_customers_are_given_a_rhythm_one_by_one(kind):
    with pytest.raises(Refusal):
        services.set_kind_rhythm(kind, 3)
    assert queries.rhythms().get(kind, 0) == 0


def test_not_this_time_rests_until_the_next_time():
    otto = known_since(date(2025, 1, 1))
    services.rest(otto.pk)
    assert names() == []
    assert names(date(2026, 6, 4)) == ["Otto"]
    assert queries.contacts_of([otto.pk])[otto.pk].last_on is None


def test_whoever_is_two_things_is_listed_once_by_the_shorter_rhythm():
    known_since(date(2025, 1, 1), "Otto", ("supplier", "neighbour"))
    (row,) = queries.unspoken(ON, 10)
    assert row.every_months == 3


def test_the_longest_overdue_comes_first_and_only_those_asked_for():
    known_since(date(2025, 6, 1), "Later")
    first = known_since(date(2025, 1, 1), "First")
    assert names() == ["First", "Later"]
    assert names(only=[first.pk]) == ["First"]


@pytest.mark.parametrize("months", [-1, 61])
def test_a_rhythm_that_is_none_is_refused(months):
    with pytest.raises(Refusal):
        services.set_rhythm(a_person(), months)
    with pytest.raises(Refusal):
        services.set_kind_rhythm("supplier", months)
    assert not Tie.objects.exists()


def test_the_queries_do_not_grow_with_the_people(django_assert_num_queries):
    for number in range(12):
        known_since(date(2025, 1, 1), f"Otto {number}")
    with django_assert_num_queries(7):
        assert len(queries.unspoken(ON, 50)) == 12


def test_the_page_of_others_lists_them_by_name_with_what_is_owed(django_assert_max_num_queries):
    a_person("Ann")
    otto = known_since(date(2025, 1, 1), "Otto")
    services.owe(otto, "they", "An answer", key="1")
    services.owe(otto, "we", "The rent", key="2")
    people.remind(otto, "Call about the roof", ON, kind="promise")
    for number in range(8):
        known_since(date(2026, 3, 1), f"Supplier {number}", ("supplier",))
    with django_assert_max_num_queries(13):
        page = queries.others()
    assert [row.person.full_name for row in page.rows][:2] == ["Otto", "Supplier 0"]
    row = page.rows[0]
    assert (row.we_owe_all, row.they_owe, row.is_late, row.next_on) == (2, 1, True, date(2025, 4, 1))
    assert len(queries.others("supplier").rows) == 8
    assert queries.kinds_in_use() == ["supplier", "landlord"]

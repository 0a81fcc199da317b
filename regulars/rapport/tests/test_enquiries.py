"""Enquiries: taken once, answered, parked, lost, and bought by themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Person, Reminder, TimelineEntry
from regulars.people.tests.builders import a_person
from regulars.rapport import queries, services
from regulars.rapport.models import Enquiry
from regulars.rapport.services import Caller, NewEnquiry
from regulars.rapport.tests.builders import a_call, a_shop, an_enquiry, an_owner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]
TODAY = date(2026, 3, 4)


@pytest.fixture
def shop(frozen_clock):
    a_shop()
    return frozen_clock


def test_a_call_by_somebody_unknown_brings_them_in_as_an_enquirer() -> None:
    enquiry = services.take_enquiry(a_call(expects="something plain", wanted_by=date(2026, 5, 3)), None)
    ruth = enquiry.person
    assert (ruth.full_name, list(ruth.kinds.values_list("kind", flat=True))) == ("Ruth Moore", ["lead"])
    assert ruth.phones.get().e164 == "+353871234567"
    entry = TimelineEntry.objects.get(person=ruth)
    assert entry.text == "Asked by phone: a ring, by 3 May 2026"


def test_a_customer_who_calls_stays_a_customer_and_is_not_doubled() -> None:
    ruth = a_person("Ruth Moore", email="ruth@example.org")
    enquiry = services.take_enquiry(a_call("R. Moore", "RUTH@example.org"), None)
    assert enquiry.person_id == ruth.pk
    ruth.refresh_from_db()
    assert ruth.full_name == "Ruth Moore"
    assert list(ruth.kinds.values_list("kind", flat=True)) == ["customer"]
    assert Person.objects.count() == 1


def test_the_same_form_sent_twice_is_one_enquiry_and_other_words_on_it_are_refused() -> None:
    first = services.take_enquiry(a_call(key="k1"), None)
    assert services.take_enquiry(a_call(key="k1"), None).pk == first.pk
    with pytest.raises(Refusal, match="saved already"):
        services.take_enquiry(a_call(key="k1", wants="a watch"), None)
    assert Enquiry.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"wants": " "}, "looking for"),
        ({"name": ""}, "write a name"),
        ({"reach": "12"}, "number"),
        ({"reach": "ruth@"}, "address"),
        ({"wanted_by": date(2026, 3, 3)}, "already passed"),
        ({"came_by": "pigeon"}, "came to you"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        services.take_enquiry(a_call(**more), None)
    assert (Enquiry.objects.count(), Person.objects.count()) == (0, 0)


def test_who_sent_them_is_linked_when_the_book_knows_one_person_of_that_name() -> None:
    ann = a_person("Ann Baker")
    eva = services.take_enquiry(a_call("Eva Lind", "eva@example.org", sent_by="ann baker"), None).person
    eva.refresh_from_db()
    assert eva.referred_by_id == ann.pk


def test_who_sent_them_stays_in_words_when_nobody_or_two_are_called_so() -> None:
    a_person("Ann Baker")
    a_person("Ann Baker")
    eva = services.take_enquiry(a_call("Eva Lind", "eva@example.org", sent_by="Ann Baker"), None).person
    eva.refresh_from_db()
    assert (eva.referred_by_id, eva.referred_by_text) == (None, "Ann Baker")


def test_the_first_answer_to_who_sent_you_stays() -> None:
    ann, bo = a_person("Ann Baker"), a_person("Bo Chen")
    eva = services.take_enquiry(a_call("Eva Lind", "eva@example.org", sent_by="Ann Baker"), None).person
    services.take_enquiry(a_call("Eva Lind", "eva@example.org", wants="a chain", sent_by="Bo Chen"), None)
    eva.refresh_from_db()
    assert eva.referred_by_id == ann.pk != bo.pk


def test_a_question_waits_the_hours_the_shop_allows_and_then_stands_in_line(shop) -> None:
    enquiry = an_enquiry()
    assert list(queries.waiting_enquiries(TODAY)) == []
    shop.ahead(hours=4)
    assert list(queries.waiting_enquiries(TODAY)) == [enquiry]
    services.answer_enquiry(enquiry, None)
    assert list(queries.waiting_enquiries(TODAY)) == []


def test_an_answer_is_noted_once(shop) -> None:
    enquiry = an_enquiry()
    assert services.answer_enquiry(enquiry, None, "sent three pictures") is True
    assert services.answer_enquiry(enquiry, None) is False
    assert TimelineEntry.objects.get(kind="enquiry_answered").text == "Answered: sent three pictures"


def test_a_parked_enquiry_comes_back_on_its_day_in_a_new_round(shop) -> None:
    enquiry = an_enquiry()
    services.park_enquiry(enquiry, TODAY + timedelta(days=10), None)
    assert list(queries.waiting_enquiries(TODAY + timedelta(days=9))) == []
    assert [row.round for row in queries.waiting_enquiries(TODAY + timedelta(days=10))] == [2]
    with pytest.raises(Refusal, match="still to come"):
        services.park_enquiry(enquiry, TODAY, None)


def test_a_lost_enquiry_keeps_its_reason_and_its_next_step_is_taken_out() -> None:
    enquiry = an_enquiry(next_step="ring her", next_on=TODAY + timedelta(days=2))
    assert Reminder.objects.get().what == "ring her"
    with pytest.raises(Refusal, match="say why"):
        services.lose_enquiry(enquiry, "", "", None)
    services.lose_enquiry(enquiry, "price", "", None)
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.lost_why, Reminder.objects.count()) == ("lost", "price", 0)
    with pytest.raises(Refusal, match="over already"):
        services.park_enquiry(enquiry, TODAY + timedelta(days=2), None)


def test_a_purchase_since_closes_the_enquiry_once_and_an_older_one_does_not() -> None:
    enquiry = an_enquiry(next_step="ring her", next_on=TODAY + timedelta(days=2))
    person = enquiry.person_id
    assert services.win_enquiries([(person, TODAY - timedelta(days=1), 7)]) == 0
    assert services.win_enquiries([(person, TODAY, 8)]) == 1
    assert services.win_enquiries([(person, TODAY, 8)]) == 0
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.won_on, enquiry.won_order_id) == ("won", TODAY, 8)
    assert Reminder.objects.count() == 0
    assert TimelineEntry.objects.get(kind="enquiry_closed").text == "Bought after asking: a ring"


def test_an_order_that_was_about_something_else_never_closes_it_again() -> None:
    enquiry = an_enquiry()
    services.win_enquiries([(enquiry.person_id, TODAY, 8)])
    enquiry.refresh_from_db()
    services.reopen_enquiry(enquiry, None)
    assert services.win_enquiries([(enquiry.person_id, TODAY, 8)]) == 0
    assert services.win_enquiries([(enquiry.person_id, TODAY, 9)]) == 1


def test_an_enquiry_waits_again_when_its_order_is_taken_out() -> None:
    enquiry = an_enquiry()
    services.win_enquiries([(enquiry.person_id, TODAY, 8)])
    assert services.unwin_enquiries([8]) == 1
    assert services.unwin_enquiries([8]) == 0
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.won_on) == ("open", None)
    assert not TimelineEntry.objects.filter(kind="enquiry_closed").exists()


def test_what_they_hoped_for_is_held_beside_what_they_got() -> None:
    enquiry = an_enquiry(expects="ready before Easter")
    services.win_enquiries([(enquiry.person_id, TODAY, 8)])
    assert [row.pk for row in queries.to_compare()] == [enquiry.pk]
    services.compare_expectations(enquiry, "partly", "a day late", None)
    assert queries.to_compare() == []
    assert queries.hopes_kept() == {"partly": 1}
    assert "ready before Easter" in TimelineEntry.objects.get(kind="enquiry_compared").text


def test_enquiries_follow_a_merge_come_back_and_are_handed_out_and_erased() -> None:
    ruth, other = a_person("Ruth Moore"), a_person("R Moore")
    enquiry = an_enquiry(other)
    merge = people.merge(ruth, other, None)
    enquiry.refresh_from_db()
    assert enquiry.person_id == ruth.pk
    people.unmerge(merge.pk, None)
    enquiry.refresh_from_db()
    assert enquiry.person_id == other.pk
    held = people.export_person(other.pk, an_owner())
    assert held["rapport"]["enquiries"][0]["wants"] == "a ring"
    people.erase_person(other, None)
    assert Enquiry.objects.count() == 0


def test_reading_who_waits_takes_one_query_whatever_their_number(django_assert_num_queries, shop) -> None:
    for number in range(5):
        an_enquiry(a_person(f"Somebody {number}"))
    shop.ahead(days=1)
    with django_assert_num_queries(2):
        assert len(list(queries.waiting_enquiries(clock.today()).select_related("person")[:10])) == 5


def test_whoever_is_erased_is_named_by_no_friend_either() -> None:
    ann = a_person("Ann Baker")
    enquiry = services.take_enquiry(a_call("Eva Lind", "eva@example.org", sent_by="Ann Baker"), None)
    people.erase_person(ann, None)
    enquiry.refresh_from_db()
    assert enquiry.sent_by_text == ""


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_many_threads_sending_one_form_make_one_person_and_one_enquiry(in_threads) -> None:
    results = in_threads(6, lambda number: services.take_enquiry(a_call(key="same"), None).pk)
    assert len(set(results)) == 1, results
    assert (Enquiry.objects.count(), Person.objects.count()) == (1, 1)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_many_threads_telling_of_one_order_close_an_enquiry_once(in_threads) -> None:
    enquiry = services.take_enquiry(NewEnquiry(Caller(a_person().pk), "phone", "a ring"), None)
    results = in_threads(4, lambda number: services.win_enquiries([(enquiry.person_id, clock.today(), 8)]))
    assert sorted(results) == [0, 0, 0, 1]

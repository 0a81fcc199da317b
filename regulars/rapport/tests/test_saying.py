from datetime import date, timedelta

import pytest

from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.partial_dates import PartialDate
from regulars.people.tests.builders import a_person
from regulars.rapport.queries import LastVisit, what_to_say
from regulars.rapport.tests.builders import ON, a_shop, a_thing, an_event, owed

pytestmark = pytest.mark.django_db
VISIT = LastVisit(date(2026, 2, 12), "Green silk scarf")


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


def said(person, **more):
    line = what_to_say(Person.objects.get(pk=person.pk), **more)
    return line.text if line else ""


def test_nothing_is_said_of_somebody_nothing_is_known_of():
    assert what_to_say(a_person()) is None


def test_one_line_says_the_promise_the_birthday_the_visit_and_what_they_like():
    ruth = a_person("Ruth")
    people.remind(ruth, "Ring ready.", ON + timedelta(days=2), kind="promise")
    people.add_occasion(ruth, "birthday", PartialDate(3, 8))
    people.set_preferences(ruth, ["blue", "silver"], ["gold"])
    assert said(ruth, last_visit=VISIT) == (
        "Promised for 6 March: Ring ready. Birthday on Sunday. Last here 12 February: Green silk scarf. "
        "Likes blue, silver; rather not gold."
    )


def test_a_birthday_is_said_five_days_ahead_and_not_six():
    ann = a_person()
    people.add_occasion(ann, "birthday", PartialDate(3, 9))
    assert "Birthday on Monday." in said(ann)
    people.add_occasion(ann, "birthday", PartialDate(3, 10))
    assert "Birthday" not in said(ann)
    people.add_occasion(ann, "birthday", PartialDate(3, 4, 1980))
    assert said(ann).startswith("Birthday today.")
    assert "46" not in said(ann)


def test_an_open_complaint_comes_first_and_nothing_is_suggested():
    ruth = a_person()
    people.set_preferences(ruth, ["blue"], [])
    people.silence(ruth, "complaint", "The clasp opened.", "people")
    line = what_to_say(ruth, last_visit=VISIT, suggestion="The blue scarf is back")
    assert line is not None
    assert line.tone == "alarm"
    assert line.text == (
        "A complaint of theirs is open: ask how it stands before anything else. Last here 12 February: Green silk scarf."
    )


def test_somebody_who_mourns_hears_nothing_of_birthdays_of_others_or_things_to_sell():
    ruth = a_person()
    people.set_preferences(ruth, ["blue"], [])
    an_event(ruth, "bereavement", note="Her mother, of cancer")
    line = what_to_say(ruth, suggestion="The blue scarf is back")
    assert line is not None
    assert line == type(line)("They lost somebody: a quiet word, and nothing to sell.", "warm")


@pytest.mark.parametrize("kind", ["illness", "bereavement"])
def test_who_may_only_look_reads_no_illness_and_no_death(kind):
    ruth = a_person()
    an_event(ruth, kind, note="Her heart")
    line = what_to_say(ruth, may_know_all=False)
    assert line is not None
    assert line.text == "Go gently today, and nothing to sell."
    assert "heart" not in said(ruth)


def test_what_we_owe_is_a_promise_and_what_they_owe_is_not_brought_up():
    ruth = a_person()
    owed(ruth, "they", "A payment", ON)
    assert said(ruth) == ""
    owed(ruth, "we", "Money back", ON - timedelta(days=1))
    assert said(ruth).startswith("Promised for 3 March and late: Money back.")


def test_good_news_is_asked_about_for_three_months():
    ruth = a_person()
    an_event(ruth, "baby", ON - timedelta(days=60))
    assert said(ruth).startswith("Ask after the baby.")
    assert said(ruth, on=ON + timedelta(days=91)) == ""


def test_a_thing_that_wants_looking_after_is_named_three_weeks_ahead():
    ruth = a_person()
    a_thing(ruth, "Boiler", service_months=12, serviced_on=ON - timedelta(days=345))
    assert "Boiler: service due 24 March." in said(ruth)
    assert "service" not in said(ruth, on=ON - timedelta(days=2))


def test_the_owners_own_words_are_in_it():
    ruth = a_person()
    Person.objects.filter(pk=ruth.pk).update(say="Ask about the ring.")
    assert said(ruth) == "Ask about the ring. Worth asking: what they like."
    people.set_preferences(ruth, ["blue"], [])
    assert said(ruth) == "Ask about the ring. Likes blue. Worth asking: when their birthday is."
    people.add_occasion(ruth, "birthday", PartialDate(11, 3))
    assert said(ruth) == "Ask about the ring. Likes blue."


def test_two_queries_whatever_is_known(django_assert_num_queries):
    ruth = a_person()
    for number in range(5):
        owed(ruth, "we", f"Thing {number}", ON)
        an_event(ruth, "baby", ON)
        a_thing(ruth, f"Boiler {number}", service_months=1)
    person = Person.objects.get(pk=ruth.pk)
    with django_assert_num_queries(2):
        assert what_to_say(person, last_visit=VISIT) is not None

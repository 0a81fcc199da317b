"""A year of cards: who is covered, what is planned when, and the letter at the month's end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from regulars.kit import clock
from regulars.outreach import services
from regulars.outreach.models import Channel, MonthLetter, State, Touch, YearDay
from regulars.outreach.queries import year as coverage
from regulars.outreach.queries.card_budget import over_this_month
from regulars.outreach.services import printing, year
from regulars.outreach.services.suppressing import suppress, unsuppress
from regulars.outreach.services.year.letters import as_text, stories
from regulars.outreach.services.year.planning import count_again
from regulars.outreach.tests.builders import BERLIN, a_card, a_person, a_shop, many_people, the_owner
from regulars.people import services as people
from regulars.people.models import Household, LeapDay, Person
from regulars.people.partial_dates import PartialDate
from regulars.people.services import NewAddress
from regulars.purchases import services as purchases
from regulars.purchases.services import NewOrder

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture
def owner(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop(country="DE", postage_amount="1.00")
    return the_owner()


def a_customer(name="Ann Archer", place: NewAddress | None = BERLIN, birthday: PartialDate | None = None, **fields):
    person = a_person(name, **fields)
    if place:
        people.change_person(person, changes={"places": [place]}, by=None)
    if birthday:
        people.add_occasion(person, "birthday", birthday)
    return person


def bought(person, *days):
    orders = [
        NewOrder(source="till", reference=f"{person.pk}-{day}", person_id=person.pk, bought_on=day,
                 paid_amount=Decimal("10.00"))
        for day in days
    ]  # fmt: skip
    purchases.record_orders(orders)


def without_email(person):
    people.change_person(person, changes={"emails": []}, by=None)
    return person


def planned(**condition):
    return list(
        Touch.objects.filter(**condition).order_by("pk").values_list("person__full_name", "programme", "channel")
    )


def test_everybody_within_reach_has_at_least_three_words_a_year(owner):
    year.begin_year(owner)
    rich = a_customer("Ann Archer", birthday=PartialDate(8, 2))
    bought(rich, date(2024, 10, 5), date(2026, 6, 1))
    poor, mailed = a_customer("Bo Birk"), a_customer("Cy Cole", place=None)
    lost = without_email(a_customer("Di Dorn", place=None))
    plans = {person.pk: coverage.plan_of(person, TODAY) for person in (rich, poor, mailed, lost)}
    assert [len(plans[person.pk]) for person in (rich, poor, mailed, lost)] == [3, 3, 3, 0]
    assert [give.name for give in plans[rich.pk]] == ["Birthday", "Years with us", "New Year"]
    assert [give.name for give in plans[poor.pk]] == ["A word in autumn", "New Year", "A word in spring"]
    assert not any(give.is_by_post for give in plans[mailed.pk])


def test_the_page_says_who_gets_nothing_and_what_is_missing(owner):
    year.begin_year(owner)
    for number in range(5):
        a_customer(f"Guest {number}")
    without_email(a_customer("Di Dorn", place=None))
    found = coverage.coverage(TODAY)
    assert (found.people, found.post, found.email, found.nothing) == (6, 5, 0, 1)
    (person,) = coverage.gets_nothing(TODAY)
    assert coverage.why_nothing([person]) == {person.pk: "No postal address and no e-mail address."}


def test_who_said_no_to_post_and_letters_is_out_of_reach(owner):
    year.begin_year(owner)
    person = a_customer("Ann Archer")
    for channel in ("post", "email"):
        people.withdraw_consent([person.pk], channel, "care", source="said so", at=clock.now())
    assert coverage.coverage(TODAY).nothing == 1
    assert coverage.plan_of(person, TODAY) == []


def test_who_left_by_their_address_alone_does_not_count_as_reached_by_email(owner):
    year.begin_year(owner)
    gone = a_customer("Ann Archer", place=None, email="ann@example.org")
    offers = a_customer("Bo Birk", place=None, email="bo@example.org")
    posted = a_customer("Cy Cole", email="cy@example.org")
    suppress("ann@example.org", "left", source="test")
    suppress("bo@example.org", "left", scope="marketing", source="test")
    suppress("cy@example.org", "left", source="test")
    found = coverage.coverage(TODAY)
    assert (found.people, found.post, found.email, found.nothing) == (3, 1, 1, 1)
    assert list(coverage.gets_nothing(TODAY)) == [gone]
    why = "No postal address, and not written to by e-mail: asked not to be written to."
    assert coverage.why_nothing([gone]) == {gone.pk: why}
    assert [bool(coverage.plan_of(person, TODAY)) for person in (gone, offers, posted)] == [False, True, True]
    unsuppress("ann@example.org", by=owner)
    assert coverage.coverage(TODAY).nothing == 0


def test_of_a_large_book_who_left_is_taken_as_it_was_counted_at_night(owner, monkeypatch):
    year.begin_year(owner)
    gone = a_customer("Ann Archer", place=None, email="ann@example.org")
    suppress("ann@example.org", "left", source="test")
    monkeypatch.setattr(coverage, "COUNTED_LIVE", 0)
    assert list(coverage.gets_nothing(TODAY)) == []
    count_again()
    assert list(coverage.gets_nothing(TODAY)) == [gone]
    assert coverage.coverage(TODAY).nothing == 1


def test_a_birthday_card_is_planned_in_time_once_with_its_cost(owner):
    printing.change_stationery({"card_amount": Decimal("0.50")}, owner)
    a_customer("Ann Archer", birthday=PartialDate(6, 18))
    a_customer("Bo Birk", birthday=PartialDate(8, 18))
    year.begin_year(owner)
    assert year.plan_year(TODAY) == 1
    assert year.plan_year(TODAY) == 0
    touch = Touch.objects.get()
    assert (touch.state, touch.channel, touch.programme) == (State.PLANNED, Channel.CARD, "birthday")
    assert clock.local(touch.due_at).date() == date(2026, 6, 15)
    assert touch.not_after is not None
    assert clock.local(touch.not_after).date() == date(2026, 6, 18)
    assert touch.cost_amount == Decimal("1.50")
    assert "happy birthday" in touch.body


def test_a_birthday_early_in_january_is_made_in_december(owner, frozen_clock):
    frozen_clock.move_to(datetime(2026, 12, 23, 9, tzinfo=UTC))
    a_customer("Ann Archer", birthday=PartialDate(1, 2))
    year.begin_year(owner)
    YearDay.objects.filter(kind="season").update(is_on=False)
    year.plan_year(clock.today())
    touch = Touch.objects.get()
    assert touch.occurrence.endswith(":2027")
    assert clock.local(touch.due_at).date() == date(2026, 12, 29)


@pytest.mark.parametrize(("rule", "day"), [(LeapDay.EVE, 28), (LeapDay.MORNING, 1)])
def test_29_february_is_kept_on_the_day_the_person_chose(owner, frozen_clock, rule, day):
    frozen_clock.move_to(datetime(2027, 2, 18, 9, tzinfo=UTC))
    person = a_customer("Ann Archer", birthday=PartialDate(2, 29))
    Person.objects.filter(pk=person.pk).update(feb29_rule=rule)
    year.begin_year(owner)
    year.plan_year(clock.today())
    not_after = Touch.objects.get(programme="birthday").not_after
    assert not_after is not None
    assert clock.local(not_after).day == day


def test_what_is_too_late_for_the_post_is_not_planned(owner):
    a_customer("Ann Archer", birthday=PartialDate(6, 11))
    year.begin_year(owner)
    assert year.plan_year(TODAY) == 0


def test_a_card_abroad_is_planned_earlier_and_costs_more(owner):
    printing.change_stationery({"abroad_amount": Decimal("2.00")}, owner)
    a_customer("Ann Archer", birthday=PartialDate(6, 26), place=NewAddress("1 Rue X", "Paris", "75001", country="FR"))
    year.begin_year(owner)
    assert year.plan_year(TODAY) == 1
    touch = Touch.objects.get()
    assert clock.local(touch.due_at).date() == date(2026, 6, 16)
    assert touch.cost_amount == Decimal("2.00")


def test_the_new_year_goes_once_to_a_household_by_post_and_by_email_without_an_address(owner, frozen_clock):
    frozen_clock.move_to(datetime(2026, 12, 28, 9, tzinfo=UTC))
    roof = Household.objects.create(name="Archer")
    for name in ("Ann Archer", "Bo Archer"):
        people.change_person(a_customer(name), changes={"household_id": roof.pk}, by=None)
    a_customer("Cy Cole", place=None)
    year.begin_year(owner)
    year.plan_year(clock.today())
    assert planned() == [
        ("Ann Archer", "season:new-year", "card"),
        ("Cy Cole", "season:new-year", "email"),
    ]
    assert year.plan_year(clock.today()) == 0


def test_planning_asks_as_often_for_many_people_as_for_few(owner, frozen_clock, django_assert_max_num_queries):
    frozen_clock.move_to(datetime(2026, 12, 28, 9, tzinfo=UTC))
    year.begin_year(owner)
    many_people(40)
    with django_assert_max_num_queries(160):
        year.plan_year(clock.today())
    assert Touch.objects.count() == 40


def test_a_month_that_costs_too_much_says_which_cards_to_leave_out_and_never_the_promised(owner, client):
    printing.change_stationery({"card_amount": Decimal("1.00"), "budget_amount": Decimal("5.00")}, owner)
    year.begin_year(owner)

    def a_waiting(name: str, programme: str, **fields):
        return a_card(
            a_person(name), programme=programme, subject=name, purpose="greeting", cost_amount=Decimal(2), **fields
        )

    birthday, season = a_waiting("Ann Archer", "birthday"), a_waiting("Bo Birk", "season:autumn")
    assert over_this_month(TODAY) is None
    yes = a_waiting("Cy Cole", "season:autumn")
    services.approve([yes.pk], owner, {yes.pk: yes.draft_hash})
    promised = a_waiting("Di Dunn", "season:new-year")
    people.remind(promised.person, "The card I spoke of", TODAY, "promise")
    thanks = a_card(a_person("Eva Ek"), cost_amount=Decimal(2))
    over = over_this_month(TODAY)
    assert over is not None
    assert (over.cost_amount, over.over_amount, over.still_over_amount) == (Decimal(10), Decimal(5), Decimal(1))
    assert [touch.pk for touch in over.leave_out] == [season.pk, birthday.pk]
    client.force_login(owner)
    page = client.get("/cards/year/").text
    assert "cost more than you set" in page
    assert "Choose which to leave out" in client.get("/cards/").text
    assert "which could be left out" in client.get("/today/").text
    everything = [row.pk for row in (birthday, season, yes, promised, thanks)]
    reply = client.post("/cards/year/left-out/", {"card": [season.pk, yes.pk, promised.pk, thanks.pk]}, follow=True)
    assert "1 card is left out this time." in reply.text
    left = [Touch.objects.get(pk=pk).state for pk in everything]
    assert left == [State.PLANNED, State.CANCELLED, State.APPROVED, State.PLANNED, State.PLANNED]
    again = client.post("/cards/year/left-out/", {"card": [season.pk]}, follow=True)
    assert "0 cards are left out this time." in again.text


def test_months_say_what_they_ask_for_and_which_is_over_the_budget(owner):
    printing.change_stationery({"card_amount": Decimal("0.50"), "budget_amount": Decimal("3.00")}, owner)
    for number in range(3):
        a_customer(f"Guest {number}", birthday=PartialDate(8, 1 + number))
    year.begin_year(owner)
    months = {month.month: month for month in coverage.coverage(TODAY).months}
    assert (months[8].cards, months[8].cost_amount, months[8].is_over) == (3, Decimal("4.50"), True)
    assert (months[1].cards, months[2].cards, months[2].is_over) == (3, 0, False)


def test_a_book_too_large_to_count_is_counted_at_night(owner, monkeypatch):
    monkeypatch.setattr(coverage, "COUNTED_LIVE", 2)
    year.begin_year(owner)
    many_people(3)
    assert coverage.coverage(TODAY).people == 0
    year.count_again()
    found = coverage.coverage(TODAY)
    assert (found.people, found.email) == (3, 3)
    assert found.counted_at is not None


def test_the_very_same_words_as_before_are_named(owner, client):
    client.force_login(owner)
    person = a_customer("Ann Archer")
    first = a_card(person, programme="season:x", occurrence="2025")
    services.record_outcome(first, "done", "", owner)
    a_card(person, programme="season:x", occurrence="2026")
    assert "the very same words" in client.get("/cards/").text


def test_the_letter_of_the_month_names_people_and_no_figures(owner, frozen_clock):
    ann, bo, cy = a_customer("Ann Archer"), a_customer("Bo Birk"), a_customer("Cy Cole", birthday=PartialDate(5, 9))
    frozen_clock.move_to(datetime(2026, 5, 12, 9, tzinfo=UTC))
    services.record_outcome(a_card(ann), "done", "", owner)
    bought(bo, date(2025, 9, 1), date(2026, 5, 20))
    frozen_clock.move_to(datetime(2026, 6, 1, 9, tzinfo=UTC))
    letter = year.write_month_letter(year.last_month(clock.today()))
    assert letter.month_on == date(2026, 5, 1)
    told = {story.key: [person.full_name for person in story.people] for story in stories(letter)}
    assert told == {"thanked": ["Ann Archer"], "forgotten": ["Cy Cole"], "came_back": ["Bo Birk"]}
    assert not any(sign.isdigit() for sign in as_text(letter))
    people.erase_person(cy, by=owner)
    assert "Cy Cole" not in as_text(letter)
    assert year.write_month_letter(date(2026, 5, 1)).pk == letter.pk
    assert not year.mail_letter(letter)


def test_the_pages_open_empty_and_full_and_begin_with_one_yes(client, owner, django_assert_max_num_queries):
    client.force_login(owner)
    assert "Begin a year of cards" in client.get("/cards/year/").text
    person = a_customer("Ann Archer", birthday=PartialDate(6, 18))
    without_email(a_customer("Di Dorn", place=None))
    assert client.post("/cards/year/beginnings/").status_code == 303
    page = client.get("/cards/year/").text
    assert "1 of 2 will get nothing this year." in page
    assert "No postal address and no e-mail address." in page
    many_people(20)
    with django_assert_max_num_queries(36):
        client.get("/cards/year/")
    assert "Birthday" in client.get(f"/cards/year/people/{person.pk}/").text
    day = YearDay.objects.get(key="new-year")
    client.post(f"/cards/year/days/{day.pk}/", {"month": "2", "day": "31", "is_on": "1"})
    client.post(f"/cards/year/days/{day.pk}/", {"month": "12", "day": "20"})
    day.refresh_from_db()
    assert (day.month, day.day, day.is_on) == (12, 20, False)
    MonthLetter.objects.create(month_on=date(2026, 5, 1), written_at=clock.now(), found={"thanked": [person.pk]})
    assert "Ann Archer" in client.get("/cards/year/months/2026/5/").text
    assert client.get("/cards/year/months/2026/13/").status_code == 404


def test_letters_for_those_without_an_address_leave_with_one_yes(client, owner, frozen_clock):
    frozen_clock.move_to(datetime(2026, 12, 28, 9, tzinfo=UTC))
    client.force_login(owner)
    a_customer("Cy Cole", place=None)
    client.post("/cards/year/beginnings/")
    touch = Touch.objects.get()
    assert "Cy Cole" in client.get("/cards/year/").text
    client.post("/cards/year/letters/", {"letter": f"{touch.pk}=other words"})
    touch.refresh_from_db()
    assert touch.state == State.PLANNED
    client.post("/cards/year/letters/", {"letter": f"{touch.pk}={touch.draft_hash}"})
    touch.refresh_from_db()
    assert touch.state == State.APPROVED

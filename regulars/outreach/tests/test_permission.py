"""Who may get what, when: the consent sheet, suppression, quiet hours and the politeness budget."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from regulars.kit import clock
from regulars.kit.business import Business
from regulars.outreach import queries, services
from regulars.outreach.models import State, Suppression
from regulars.outreach.queries.hours import free_again_at
from regulars.outreach.tests.builders import a_person, a_shop, a_touch, an_approved_touch, approved, states, the_owner
from regulars.people import services as people
from regulars.people.models import Household, TimelineEntry

pytestmark = pytest.mark.django_db


def verdict(person, purpose="care", channel="email", at=None):
    return queries.may_receive([person.pk], channel, purpose, at or clock.now())[person.pk]


def test_a_plain_thank_you_goes_to_customers_who_never_objected():
    a_shop()
    assert verdict(a_person()).ok


def test_somebody_who_never_bought_is_not_thanked_without_having_agreed():
    a_shop()
    lead = a_person("Eva", kinds=("lead",))
    assert not verdict(lead).ok
    people.record_consent([lead.pk], "email", "care", source="counter")
    assert verdict(lead).ok


def test_a_supplier_gets_no_offer_even_with_a_yes_until_they_buy():
    from decimal import Decimal

    from regulars.purchases.services import NewOrder, record_orders

    a_shop()
    weaver = a_person("Weaver", kinds=("supplier", "neighbour"))
    people.record_consent([weaver.pk], "email", "marketing", source="counter", wording="yes")
    assert verdict(weaver, "marketing").why == "Not a customer: offers are for those who buy."
    order = NewOrder("till", "1", weaver.pk, date(2026, 1, 2), Decimal("20.00"))
    record_orders([order])
    assert verdict(weaver, "marketing").ok


def test_an_offer_needs_a_yes_and_a_no_outweighs_it():
    a_shop()
    person = a_person()
    assert "Never agreed" in verdict(person, "marketing").why
    people.record_consent([person.pk], "email", "marketing", source="counter", at=clock.now() - timedelta(days=2))
    assert verdict(person, "marketing").ok
    people.withdraw_consent([person.pk], "email", "marketing", source="counter", at=clock.now() - timedelta(days=1))
    assert not verdict(person, "marketing").ok
    assert verdict(person, "care").ok


def test_leaving_closes_what_waits_and_suppresses_the_address_beyond_erasure():
    a_shop()
    person = a_person("Di", "di@example.org")
    waiting = an_approved_touch(person)
    service = an_approved_touch(person, purpose="service")
    services.leave(person.pk, scope="everything", source="test")
    services.leave(person.pk, scope="everything", source="test")
    assert states([waiting, service]) == [State.SUPPRESSED, State.APPROVED]
    assert not verdict(person).ok
    assert verdict(person, "service").ok
    people.erase_person(person, by=the_owner())
    back = a_person("Di again", "DI@example.org")
    assert not verdict(back, "marketing").ok
    assert "di@example.org" not in str(list(Suppression.objects.values()))


def test_that_somebody_left_stands_on_their_timeline_once_in_the_language_of_the_shop():
    a_shop()
    person = a_person("Di", "di@example.org")
    with translation.override("de"):
        services.leave(person.pk, source="page of a letter")
        services.leave(person.pk, source="page of a letter")
    services.leave(person.pk, scope="everything", source="answered STOP")
    said = TimelineEntry.objects.filter(person=person, kind="left").order_by("pk")
    assert [entry.text for entry in said] == [
        "Asked for no more offers by e-mail",
        "Asked for no more letters by e-mail",
    ]


def test_somebody_who_left_can_come_back_by_their_own_hand():
    a_shop()
    person = a_person()
    services.leave(person.pk, scope="everything", source="test")
    services.come_back(person.pk, source="test")
    assert verdict(person).ok


def test_quiet_hours_are_those_where_the_person_is():
    a_shop(quiet_from="20:00", quiet_until="08:00")
    at = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    here, far = a_person("Ann"), a_person("Jo", zone="Pacific/Auckland")
    assert verdict(here, at=at).ok
    asleep = verdict(far, at=at)
    assert not asleep.ok
    assert asleep.until == datetime(2026, 3, 5, 8, 0, tzinfo=ZoneInfo("Pacific/Auckland"))
    assert verdict(far, "service", at=at).ok


@pytest.mark.parametrize(
    ("start", "end", "wall", "until"),
    [
        ("20:00", "08:00", "21:00", "2026-03-05 08:00"),
        ("20:00", "08:00", "07:59", "2026-03-04 08:00"),
        ("20:00", "08:00", "08:00", None),
        ("13:00", "14:00", "13:30", "2026-03-04 14:00"),
        ("00:00", "00:00", "03:00", None),
    ],
)
def test_quiet_hours_end_when_they_say(start, end, wall, until):
    zone = ZoneInfo("Europe/Berlin")
    shop = Business(quiet_from=time.fromisoformat(start), quiet_until=time.fromisoformat(end))
    at = datetime.combine(date(2026, 3, 4), time.fromisoformat(wall), zone)
    found = free_again_at(at, shop, zone)
    assert (found and found.strftime("%Y-%m-%d %H:%M")) == until


def test_nobody_hears_from_us_more_often_than_the_week_allows(frozen_clock):
    a_shop(touches_per_week=2)
    person = a_person()
    for _twice in range(2):
        services.record_outcome(a_touch(person, channel="card"), "done", "", the_owner())
    held = verdict(person)
    assert "2 times this week" in held.why
    assert held.until == frozen_clock.now + timedelta(days=7)
    assert verdict(person, "service").ok


def test_a_person_who_wants_quiet_is_left_alone_until_then(frozen_clock):
    a_shop()
    person = a_person()
    people.quiet_until(person, frozen_clock.now.date() + timedelta(days=3), by=the_owner())
    held = verdict(person)
    assert not held.ok
    assert held.until is not None
    assert held.until > frozen_clock.now + timedelta(days=3)


def test_a_complaint_silences_asking_but_not_thanks():
    a_shop()
    person = a_person()
    people.record_consent([person.pk], "email", "marketing", source="counter", at=clock.now() - timedelta(days=2))
    people.silence(person, "complaint", "the clasp opened", set_by_room="care", until=None)
    assert not verdict(person, "marketing").ok
    assert verdict(person, "care").ok


def test_the_decision_is_one_handful_of_queries_for_any_number(django_assert_max_num_queries):
    a_shop()
    ids = [a_person(f"P {n}").pk for n in range(5)]
    with django_assert_max_num_queries(9):
        assert len(queries.may_receive(ids, "email", "marketing", clock.now())) == 5


def a_roof_over(*people_under_it):
    roof = Household.objects.create(name="Under one roof")
    for person in people_under_it:
        people.change_person(person, changes={"household_id": roof.pk}, by=None)
    return roof


def a_season_card(person, **fields):
    return a_touch(person, **{"programme": "season:2026", "channel": "card", "purpose": "greeting", **fields})


def test_a_household_gets_one_card():
    a_shop()
    ann, bo, other = a_person("Ann"), a_person("Bo"), a_person("Cy")
    a_roof_over(ann, bo)
    services.record_outcome(a_season_card(ann), "done", "", the_owner())
    second, third = a_season_card(bo), a_season_card(other)
    result = approved([second, third])
    assert result.refused == {second.pk: "Somebody under the same roof gets one already."}
    assert result.approved == [third.pk]


def test_of_cards_approved_together_one_goes_to_each_household():
    a_shop()
    ann, bo, cy = a_person("Ann"), a_person("Bo"), a_person("Cy")
    a_roof_over(ann, bo)
    a_roof_over(cy)
    cards = [a_season_card(person) for person in (ann, bo, cy)]
    assert approved(cards).approved == [cards[0].pk, cards[2].pk]
    assert list(approved([cards[1]]).refused) == [cards[1].pk]


def test_a_household_hears_again_after_thirty_days_and_of_other_things(frozen_clock):
    a_shop()
    ann, bo = a_person("Ann"), a_person("Bo")
    a_roof_over(ann, bo)
    services.record_outcome(a_season_card(ann), "done", "", the_owner())
    for fields in ({"programme": "birthday"}, {"programme": "moving"}, {"purpose": "care"}, {"channel": "email"}):
        touch = a_season_card(bo, occurrence=str(fields), **fields)
        assert approved([touch]).approved == [touch.pk], fields
    frozen_clock.ahead(days=31)
    late = a_season_card(bo, programme="season:2027")
    assert approved([late]).approved == [late.pk]


def test_looking_under_roofs_takes_no_more_queries(django_assert_max_num_queries):
    a_shop()
    everybody = [a_person(f"P {n}") for n in range(4)]
    a_roof_over(*everybody)
    a_season_card(everybody[0])
    with django_assert_max_num_queries(9):
        queries.may_receive([one.pk for one in everybody], "card", "greeting", clock.now(), programme="season")


def test_a_text_message_needs_a_mobile_number_and_its_own_yes():
    a_shop()
    landline = a_person("Lena", phones=("+49 30 901820",))
    mobile = a_person("Mo", phones=("+49 151 23456789",))
    assert verdict(landline, channel="text").why == "We have no mobile number."
    assert verdict(mobile, channel="text").ok
    people.record_consent([mobile.pk], "email", "marketing", source="counter")
    assert "Never agreed" in verdict(mobile, "marketing", "text").why
    people.record_consent([mobile.pk], "text", "marketing", source="counter")
    assert verdict(mobile, "marketing", "text").ok


def test_a_text_message_does_not_buzz_at_night():
    a_shop(quiet_from="20:00", quiet_until="08:00")
    person = a_person("Mo", phones=("+49 151 23456789",))
    at_night = datetime(2026, 7, 1, 23, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    asleep = verdict(person, channel="text", at=at_night)
    assert (asleep.ok, asleep.until) == (False, datetime(2026, 7, 2, 8, 0, tzinfo=ZoneInfo("Europe/Berlin")))
    assert verdict(person, channel="notice", at=at_night).ok
    assert not verdict(person, "marketing", "social").ok

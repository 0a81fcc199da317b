"""The business's settings: set up once, checked, and the currency kept once orders are in it."""

from __future__ import annotations

from datetime import time

import pytest
from django.db import IntegrityError, transaction

from regulars.kit import services
from regulars.kit.business import Business, business, exists
from regulars.kit.errors import Refusal

pytestmark = pytest.mark.django_db


def set_up(**fields):
    return services.set_up_business(**{"name": "Boutique Ann", "zone": "Europe/Paris", "currency": "EUR", **fields})


def test_before_the_first_run_there_are_sensible_defaults():
    assert not exists()
    assert (business().zone, business().currency, business().send_delay_minutes) == ("UTC", "EUR", 10)


def test_after_it_everyone_reads_the_same_row():
    set_up(name="  Boutique   Ann ")
    assert exists()
    assert (business().name, business().zone) == ("Boutique Ann", "Europe/Paris")
    assert business().set_up_at is not None


def test_a_second_first_run_is_refused():
    set_up()
    with pytest.raises(Refusal, match="already been set up"):
        set_up(name="Another")
    assert business().name == "Boutique Ann"


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_first_runs_at_once_one_wins(in_threads):
    outcomes = in_threads(4, lambda number: set_up(name=f"Boutique {number}").name)
    assert len([each for each in outcomes if isinstance(each, Refusal)]) == 3
    assert business().name in outcomes


def test_the_settings_are_read_once_for_many_questions(django_assert_num_queries):
    set_up()
    business()
    with django_assert_num_queries(0):
        for _ in range(10):
            business()


def test_a_change_is_seen_at_once():
    set_up()
    assert business().name == "Boutique Ann"
    services.change_business(name="Boutique Bo", quiet_from="21:30", public_address="https://bo.example/")
    assert (business().name, business().quiet_from, business().public_address) == (
        "Boutique Bo", time(21, 30), "https://bo.example",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "), ("zone", "Paris"), ("currency", "DEM"), ("country", "FRA"), ("language", "xx"),
        ("public_address", "http://bo.example"), ("public_address", "bo.example"), ("quiet_from", "9 pm"),
        ("touches_per_week", "many"), ("touches_per_week", 0), ("send_delay_minutes", "1441"),
        ("opening_hours", {"mon": [["18:00", "09:00"]]}), ("opening_hours", {"someday": []}),
        ("opening_hours", {"mon": [["09:00", "12:00"], ["11:00", "18:00"]]}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(field, value):
    set_up()
    before = Business.objects.values().get()
    with pytest.raises(Refusal) as caught:
        services.change_business(**{field: value})
    assert caught.value.field == field
    assert Business.objects.values().get() == before


def test_a_day_without_opening_hours_is_closed():
    set_up(opening_hours={"tue": [["09:00", "12:00"], ["14:00", "18:00"]], "mon": [], "sun": [["10:00", "13:00"]]})
    assert business().opening_hours == {"tue": [["09:00", "12:00"], ["14:00", "18:00"]], "sun": [["10:00", "13:00"]]}


def test_the_currency_stays_once_an_order_is_recorded():
    set_up()
    services.change_business(currency="usd")
    services.fix_currency()
    services.fix_currency()
    with pytest.raises(Refusal, match="stays USD") as caught:
        services.change_business(currency="EUR")
    assert caught.value.field == "currency"
    services.change_business(currency="USD", name="Still USD")
    assert business().currency == "USD"


def test_what_is_not_for_the_owner_to_set_is_a_fault():
    set_up()
    for field in ("is_sending_stopped", "colour"):
        with pytest.raises(TypeError, match=field):
            services.change_business(**{field: True})


def test_sending_stops_at_once_and_the_first_to_stop_it_is_remembered():
    set_up()
    services.stop_everything("Ann")
    services.stop_everything("Bo")
    assert (business().is_sending_stopped, business().stopped_by_name) == (True, "Ann")
    services.resume_sending("Bo")
    assert (business().is_sending_stopped, business().stopped_at) == (False, None)


def test_settings_before_the_first_run_are_refused():
    with pytest.raises(Refusal, match="Set up"):
        services.change_business(name="Nobody")


def test_there_is_one_row_and_no_other():
    with pytest.raises(IntegrityError), transaction.atomic():
        Business.objects.create(pk=2, name="Another")

"""What people are likely to do: stored, explained, and unmoved by a silent night."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from regulars import insight
from regulars.insight.lifetime import BGNBD, MBGCNBD, MBGNBD, LifetimeModel
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.tests.builders import a_business, a_new_order
from regulars.staff.services import add_staff
from regulars.standings.alive import alive_today, chance
from regulars.standings.catalogue import matches_still_here, matches_worth, still_here_choices, worth_choices
from regulars.standings.models import Finding, Grading, Standing
from regulars.standings.queries import SIMPLE_UNDER, finding
from regulars.standings.services import forget_copy, grade_everyone, refresh_facts, remember, set_margin
from regulars.standings.tests.builders import TODAY, a_shop, expected, somebody, visits
from regulars.standings.words import outlook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def _everything() -> list[tuple[Any, ...]]:
    names = [field.attname for field in Standing._meta.concrete_fields if field.attname != "as_of"]
    return list(Standing.objects.order_by("person_id").values_list(*names))


def _card() -> dict[str, Any]:
    card = finding("model")
    assert card is not None
    return dict(card.data)


def test_scores_are_what_insight_says_of_the_same_orders() -> None:
    a_shop(60, 500)
    grade_everyone(TODAY)
    card = _card()
    model = LifetimeModel.from_dict(card["stored"]["lifetime"])
    frame = pl.DataFrame(list(expected(TODAY).values()))
    wanted = {row["customer"]: row for row in model.expected_purchases(model.p_alive(frame), 365).to_dicts()}
    standings = list(Standing.objects.filter(basis="orders"))
    assert {s.person_id for s in standings} == set(wanted)
    for standing in standings:
        row = wanted[standing.person_id]
        assert standing.p_alive == pytest.approx(row["p_alive"], abs=0.005)
        assert standing.expected_purchases == pytest.approx(row["expected_purchases"], abs=0.005)
        assert standing.expected_purchases_low == row["expected_purchases_low"]
        assert standing.expected_purchases_high == row["expected_purchases_high"]
        value, low, high = standing.value_amount, standing.value_low_amount, standing.value_high_amount
        assert value is not None
        assert low is not None
        assert high is not None
        assert low <= value <= high
        if standing.next_on is not None:
            assert standing.next_low_on is not None
            assert standing.next_high_on is not None
            assert TODAY < standing.next_low_on <= standing.next_on <= standing.next_high_on
        if standing.buying_days >= 3:
            assert standing.gap_low_days is not None
            assert standing.gap_high_days is not None
            assert 0 < standing.gap_low_days < standing.gap_high_days


def test_a_silent_night_moves_no_score_and_after_a_week_they_are_learned_anew() -> None:
    a_shop(60, 500)
    grade_everyone(TODAY)
    before, fitted_on = _everything(), _card()["fitted_on"]
    for nights in range(1, 7):
        grade_everyone(TODAY + timedelta(days=nights))
    assert _everything() == before
    assert _card()["fitted_on"] == fitted_on == TODAY.isoformat()
    grade_everyone(TODAY + timedelta(days=7))
    assert _card()["fitted_on"] == (TODAY + timedelta(days=7)).isoformat()
    assert _everything() != before


def test_a_rebuild_from_nothing_gives_the_rows_that_nights_with_sales_have_left() -> None:
    ids = a_shop(60, 500)
    grade_everyone(TODAY)
    people = Person.objects.in_bulk(ids)
    for night in range(1, 5):
        day = TODAY + timedelta(days=night)
        purchases.record_orders([a_new_order(people[pk], "25.00", day) for pk in ids[night::9]])
        grade_everyone(day)
    written = _everything()
    Standing.objects.all().delete()
    forget_copy()
    grade_everyone(TODAY + timedelta(days=4))
    assert _everything() == written


def test_much_more_trade_is_learned_from_at_once() -> None:
    ids = a_shop(60, 300)
    grade_everyone(TODAY)
    size = _card()["size"]
    people = Person.objects.in_bulk(ids)
    purchases.record_orders(
        [a_new_order(people[pk], "25.00", TODAY - timedelta(days=n)) for n, pk in enumerate(ids, start=1)]
    )
    grade_everyone(TODAY)
    assert _card()["size"]["repeats"] > 1.1 * size["repeats"]


@pytest.mark.parametrize("people", [0, 1, 5, 30])
def test_few_people_are_scored_or_told_why_not(people: int) -> None:
    a_business()
    for number in range(people):
        visits(somebody(f"Buyer {number}"), [number + 2, 40 + number, 100])
    grade_everyone(TODAY)
    found = {row.name: row for row in Finding.objects.all()}
    assert set(found) == {name.value for name in Finding.Name}
    has_scores = people >= 10
    assert Standing.objects.filter(p_alive=None).count() == (0 if has_scores else people)
    assert Standing.objects.filter(value_amount=None).count() == (0 if has_scores else people)
    for name in ("value", "forecast", "model"):
        assert found[name].data["reason"] == ("" if has_scores else "no-model")
    assert found["model"].data["have"] == people


def test_no_score_is_given_from_memory_or_to_somebody_who_has_not_bought() -> None:
    a_shop(60, 500)
    told = somebody("Told")
    remember(told, last_seen_on=TODAY - timedelta(days=20), usual_gap_days=20, usual_amount=Decimal(30))
    stranger = somebody("Stranger")
    grade_everyone(TODAY)
    for person in (told, stranger):
        standing = Standing.objects.get(person=person)
        assert (standing.p_alive, standing.value_amount, standing.next_on) == (None, None, None)


def test_a_sale_keeps_the_scores_of_the_last_grading_and_todays_chance_follows_at_once() -> None:
    a_shop(60, 500)
    grade_everyone(TODAY)
    card = {"stored": {"lifetime": {"model": "mbg", "params": {"r": 1.2, "alpha": 60.0, "a": 0.5, "b": 1.5}}}}
    standing = Standing.objects.filter(basis="orders", last_on__lt=TODAY - timedelta(days=60)).first()
    assert standing is not None
    before = alive_today(standing, card, TODAY)
    purchases.record_orders([a_new_order(Person.objects.get(pk=standing.person_id), "20.00", TODAY)])
    refresh_facts([standing.person_id])
    fresh = Standing.objects.get(pk=standing.pk)
    assert (fresh.p_alive, fresh.value_amount) == (standing.p_alive, standing.value_amount)
    now = alive_today(fresh, card, TODAY)
    assert before is not None
    assert now is not None
    later = alive_today(fresh, card, TODAY + timedelta(days=100))
    assert later is not None
    assert now > max(before, later)


@pytest.mark.parametrize("model", [BGNBD(), MBGNBD(), MBGCNBD(k=1), MBGCNBD(k=3)])
def test_todays_chance_is_that_of_the_model(model: LifetimeModel) -> None:
    rows = [(0, 0, 0), (0, 0, 300), (1, 40, 90), (5, 200, 210), (5, 200, 400), (40, 700, 1400)]
    frame = pl.DataFrame(rows, schema=["x", "t_x_days", "T_days"], orient="row")
    frame = frame.with_columns(log_gaps_sum=pl.col("x") * 2.0)
    fitted = model.fit(frame)
    exact = fitted.p_alive(frame)["p_alive"].to_list()
    assert [chance(fitted.to_dict(), *row) for row in rows] == pytest.approx(exact, rel=1e-9)


def test_insight_grades_do_not_know_of_scores() -> None:
    assert (
        "p_alive"
        not in insight.grades(
            pl.DataFrame({"customer": [1], "day": [date(2026, 1, 1)], "amount": [1.0]}), TODAY
        ).columns
    )


def test_whoever_slipped_after_the_day_of_the_card_is_told_no_dates() -> None:
    person = a_shop(12, 40)[0]
    standing = Standing(
        person_id=person, basis="orders", as_of=TODAY, first_on=TODAY - timedelta(days=300), buying_days=12,
        last_on=TODAY - timedelta(days=60), slips_on=TODAY + timedelta(days=2), p_alive=0.9, expected_purchases=4.0,
        expected_purchases_low=1, expected_purchases_high=8, next_low_on=TODAY + timedelta(days=1),
        next_on=TODAY + timedelta(days=9), next_high_on=TODAY + timedelta(days=40),
    )  # fmt: skip
    card = {"fitted_on": TODAY.isoformat()}
    assert "most likely between" in " ".join(outlook(standing, card, TODAY + timedelta(days=1)))
    assert "most likely between" not in " ".join(outlook(standing, card, TODAY + timedelta(days=2)))
    later = {"fitted_on": (TODAY + timedelta(days=2)).isoformat()}
    assert "most likely between" in " ".join(outlook(standing, later, TODAY + timedelta(days=2)))


def test_a_margin_is_kept_and_everything_is_what_is_left_without_learning_anew() -> None:
    a_shop(60, 500)
    grade_everyone(TODAY)
    before = dict(Standing.objects.filter(basis="orders").values_list("person_id", "value_amount"))
    owner = add_staff(email="maya@example.com", display_name="Maya", role="owner")
    set_margin(40, owner)
    grade_everyone(TODAY + timedelta(days=1))
    assert _card()["margin_rate"] == 0.4
    assert _card()["fitted_on"] == TODAY.isoformat()
    for person_id, value in Standing.objects.filter(basis="orders").values_list("person_id", "value_amount"):
        assert float(value or 0) == pytest.approx(0.4 * float(before[person_id] or 0), abs=0.8)
    slips = finding("slipping")
    assert slips is not None
    assert slips.data["margin_rate"] == 0.4
    set_margin(None, owner)
    grade_everyone(TODAY + timedelta(days=1))
    assert dict(Standing.objects.filter(basis="orders").values_list("person_id", "value_amount")) == before
    for nonsense in (0, 101):
        with pytest.raises(Refusal, match="1 to 100"):
            set_margin(nonsense, owner)


def test_money_of_those_who_slip_is_of_people_who_may_still_be_won_and_adds_up() -> None:
    a_shop(60, 500)
    for name in ("Gone", "Gone too"):
        visits(somebody(name), range(500, 620, 6))
    grade_everyone(TODAY)
    slips = finding("slipping")
    assert slips is not None
    late = Standing.objects.slipped(TODAY)
    total, bands = slips.data, slips.data["bands"]
    assert total["people"] == late.count() > total["counted"]
    assert total["counted"] == late.filter(p_alive__gte=0.1).count() > 0
    for name in ("people", "counted"):
        assert total[name] == sum(band[name] for band in bands)
    for row in (total, *bands):
        stake, expected, lost = (Decimal(row[f"{name}_amount"]) for name in ("at_stake", "expected", "lost"))
        assert abs(stake - expected - lost) <= Decimal("0.02")
    named = {one["person_id"] for band in bands for one in band["named"]}
    assert named <= set(late.filter(p_alive__gte=0.1).values_list("person_id", flat=True))


def test_every_figure_is_said_in_words_with_its_spread() -> None:
    a_shop(60, 500)
    grade_everyone(TODAY)
    card = _card()
    standing = Standing.objects.filter(basis="orders", next_on__isnull=False).order_by("-buying_days")[0]
    said = " ".join(outlook(standing, card, TODAY))
    assert "come back." in said
    assert "most likely between" in said
    assert f"about {round(standing.expected_purchases or 0)} visits" in said
    assert "in that time (" in said
    gone = Standing(
        person_id=1, basis="orders", first_on=TODAY - timedelta(days=900), last_on=TODAY - timedelta(days=800),
        buying_days=2, as_of=TODAY, p_alive=0.01, expected_purchases=0.01, expected_purchases_low=0,
        expected_purchases_high=1,
    )  # fmt: skip
    assert outlook(gone, None, TODAY) == [
        "Of people like that fewer than 1 in 20 come back.",
        "In twelve months we expect hardly a visit; 1 would be no surprise.",
    ]
    assert outlook(Standing(person_id=1, basis="contact", as_of=TODAY), card, TODAY) == []


def test_people_are_found_by_whether_they_are_still_here_and_what_they_may_bring() -> None:
    a_shop(60, 500)
    grade_everyone(TODAY)
    assert still_here_choices() == worth_choices() == [], "a small shop is not asked"
    Finding.objects.filter(name="value").update(n=SIMPLE_UNDER)
    Grading.objects.update(people=SIMPLE_UNDER)
    assert len(still_here_choices()) == 3
    amount = next(iter(worth_choices()))[0]
    rich = set(Standing.objects.filter(value_amount__gte=Decimal(amount)).values_list("pk", flat=True))
    assert rich
    assert set(Person.objects.filter(matches_worth("is", amount)).values_list("pk", flat=True)) == rich
    found = [Person.objects.filter(matches_still_here("is", key)).count() for key, _label in still_here_choices()]
    assert sum(found) == Standing.objects.exclude(p_alive=None).count()
    for nonsense in ("", "NaN", "1e99", "Infinity"):
        assert not Person.objects.filter(matches_worth("is", nonsense)).exists()
    assert not Person.objects.filter(matches_still_here("is", "perhaps")).exists()

"""The choice of a model: made on what was known, held against what came."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from regulars import insight
from regulars.insight.backtest import BuyingDays, Clock, InSeason, Measures, Predicted, buying_days, measured, season
from regulars.insight.backtest.alike import grouped
from regulars.insight.backtest.choice import Choice, winner
from regulars.insight.backtest.leveling import Level, level, outside_its_season, proved
from regulars.insight.backtest.measures import normalised_gini, top_decile
from regulars.insight.backtest.origins import Origin, origins
from regulars.insight.backtest.rolling import Backtest, Trial, line, predicted
from regulars.insight.backtest.seasons import Pulls
from regulars.insight.cautions import UnseenMonths, WideTotal
from regulars.insight.lifetime import MBGNBD, LifetimeModel
from regulars.insight.tests.engines import ENGINES, table

FOLDER = Path(os.environ.get("REGULARS_TEST_DATA", "../shared/data")) / "orders"
needs_data = pytest.mark.skipif(
    not (FOLDER / "grocery.csv").exists(), reason=f"the order files are not in {FOLDER}; set REGULARS_TEST_DATA"
)
START = date(2024, 1, 1)


def _shop(people: int = 400, days: int = 700, seed: int = 3) -> pl.DataFrame:
    """A shop whose customers come at their own rate and leave at some moment."""
    dice = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        first, gap = int(dice.integers(0, days // 2)), float(dice.gamma(2, 25))
        stays = first + dice.exponential(300)
        at = float(first)
        while at < min(days, stays):
            rows.append((person, START + timedelta(days=int(at)), 10.0))
            at += max(1.0, dice.exponential(gap))
    return pl.DataFrame(rows, schema=["customer", "day", "amount"], orient="row")


def _holdout(days: BuyingDays, model: LifetimeModel, until: date, horizon_days: int) -> Measures:
    known = days.known(until.toordinal())
    rows, at = grouped(known)
    came = days.bought(until.toordinal(), until.toordinal() + horizon_days)[known.place]
    return measured(came, predicted(model, rows, at, horizon_days))


def _file(name: str) -> pd.DataFrame:
    if name == "grocery":
        frame = pd.read_csv(FOLDER / "grocery.csv").rename(columns={"cust": "customer", "date": "day"})
        return frame.assign(day=pd.to_datetime(frame["day"]), amount=0.0)
    columns = ["customer", "day", "cds", "amount"]
    path = FOLDER / f"cdnow_{name}.txt"
    if name == "sample":
        frame = pd.read_csv(path, sep=r"\s+", names=["old", *columns], dtype={"day": str})
    else:
        frame = pd.read_csv(path, sep=r"\s+", skiprows=1, names=columns, dtype={"day": str})
    return frame[["customer", "day", "amount"]].assign(day=pd.to_datetime(frame["day"], format="%Y%m%d"))


PUBLISHED = {  # the best holdout error in the literature's table, the horizon, the end of what is known
    "sample": (1.603, 273, date(1997, 9, 30), (1.024, 2.212)),
    "master": (1.726, 273, date(1997, 9, 30), (1.038, 2.158)),
    "grocery": (3.149, 364, date(2006, 12, 31), (2.565, 4.915)),
}


@needs_data
@pytest.mark.parametrize("name", list(PUBLISHED))
def test_what_is_chosen_without_peeking_is_as_good_afterwards_as_the_best_of_the_table(name: str) -> None:
    best, horizon_days, until, (mae, rmse) = PUBLISHED[name]
    orders = _file(name)
    seen = insight.choose(orders[orders["day"] <= pd.Timestamp(until)], until, horizon_days)
    everything = buying_days(orders, date(2100, 1, 1))
    assert everything is not None
    after = _holdout(everything, seen.model, until, horizon_days)
    assert after.rmse <= 1.01 * best
    assert after.bias_rate is not None
    assert abs(after.bias_rate) <= 0.20
    bare = next(model for model in seen.fitted if model.name == seen.name)
    before = _holdout(everything, bare, until, horizon_days).bias_rate
    assert before is not None
    assert abs(after.bias_rate) <= abs(before)
    rule = _holdout(everything, insight.SameRate().fit(insight.summary(orders, until)), until, horizon_days)
    assert (round(rule.mae, 3), round(rule.rmse, 3)) == (mae, rmse)


def test_later_orders_change_nothing() -> None:
    orders, until = _shop(), START + timedelta(days=500)
    early = orders.filter(pl.col("day") <= until)
    one, other = (insight.choose(frame, until, 120) for frame in (orders, early))
    assert one.why == other.why
    assert [row.rmse for row in one.rows] == [row.rmse for row in other.rows]
    assert one.model.params_ == other.model.params_


def test_the_rules_stand_in_the_table_whatever_is_asked_for() -> None:
    until = START + timedelta(days=699)
    asked = insight.choose(_shop(), until, 200, models=[MBGNBD()])
    assert [row.model for row in asked.rows] == ["mbg", "same-rate", "hiatus"]
    assert asked.name == "mbg"
    assert asked.model.name == "mbg"
    free = insight.choose(_shop(), until, 200)
    names = [row.model for row in free.rows]
    assert {"same-rate", "hiatus"} < set(names)
    assert names[-1] == f"{free.name} recalibrated"


def test_a_model_errs_less_than_the_rules_where_people_leave() -> None:
    found = insight.choose(_shop(), START + timedelta(days=699), 200)
    errors = {row.model: row.rmse for row in found.rows}
    assert errors[found.name] < min(errors["same-rate"], errors["hiatus"])


@pytest.mark.parametrize(("people", "days"), [(400, 100), (4, 700)], ids=["less than half a year", "hardly anybody"])
def test_with_too_little_nothing_is_compared_and_the_reason_is_said(people: int, days: int) -> None:
    orders = _shop(people, days)
    found = insight.choose(orders, START + timedelta(days=days - 1), 90)
    assert found.rows == []
    assert found.why.startswith("Too few to compare")
    inside = found.model.model if isinstance(found.model, insight.Recalibrated) else found.model
    assert found.name == inside.name == "mbg"
    assert found.model.prior is not None


def test_nobody_at_all_is_no_error() -> None:
    nobody = pl.DataFrame(schema={"customer": pl.Int64, "day": pl.Date, "amount": pl.Float64})
    found = insight.choose(nobody, START, 90)
    assert found.rows == []
    assert "nobody has bought" in found.why


def test_the_ranking_is_only_praised_where_it_was_better() -> None:
    found = insight.choose(_shop(), START + timedelta(days=699), 200)
    rows = {row.model: row for row in found.rows}
    best_rule = max(rows[rule].top_decile_rate or 0.0 for rule in ("same-rate", "hiatus"))
    ours = rows[found.name].top_decile_rate or 0.0
    assert ("does not rank people better" in found.why) == (ours <= best_rule + 0.1)


@pytest.mark.parametrize("engine", list(ENGINES))
def test_every_engine_hands_over_the_same_days(engine: str) -> None:
    rows = [
        {"customer": who, "day": START + timedelta(days=day), "amount": 5}
        for who, day in (("b", 3), ("a", 9), ("a", 2), ("a", 9), ("c", 0), ("b", 1), ("a", 400))
    ]
    found = buying_days(ENGINES[engine](table(rows)), START + timedelta(days=30))
    assert found is not None
    first = START.toordinal()
    assert (found.day - first).tolist() == [2, 9, 1, 3, 0]
    assert found.start.tolist() == [0, 2, 4]
    known = found.known(first + 2)
    assert known.place.tolist() == [0, 1, 2]
    assert (known.x.tolist(), known.T.tolist()) == ([0, 0, 0], [0, 1, 2])
    assert found.bought(first + 2, first + 30).tolist() == [1, 1, 0]


def test_what_was_known_is_what_the_summary_says() -> None:
    orders, until = _shop(60), START + timedelta(days=400)
    days = buying_days(orders, START + timedelta(days=699))
    assert days is not None
    rows, _at = grouped(days.known(until.toordinal()))
    facts = insight.summary(orders, until)
    assert rows.people == len(facts)
    assert rows.repeats == facts["x"].sum()
    assert rows.log_gaps_sum.sum() == pytest.approx(facts["log_gaps_sum"].sum())
    assert rows.weight @ rows.t_x == facts["t_x_days"].sum()


def test_people_with_the_same_prediction_share_their_places() -> None:
    actual = np.array([0, 4, 0, 0, 1, 0, 0, 0, 0, 0])
    assert top_decile(actual, np.zeros(10)) == pytest.approx(0.1)
    assert normalised_gini(actual, np.zeros(10)) == 0.0
    assert normalised_gini(np.zeros(10, dtype=np.int64), np.arange(10.0)) is None


CHRISTMAS = Clock((0.5, 0.5, *(0.8,) * 8, 2.2, 3.28))


def _seasonal_shop(clock: Clock, people: int = 1500, years: int = 3) -> pl.DataFrame:
    """A shop that people join over sixteen months, whose time runs by a clock."""
    dice, start, end = np.random.default_rng(8), date(2022, 1, 1), date(2022 + years, 1, 1)
    begins, ends = clock.at(np.array([start.toordinal() - 1, end.toordinal() - 1]))
    rows = []
    for person in range(people):
        day = start + timedelta(days=int(dice.integers(500)))
        at, rate, leaves = float(clock.at(np.array([day.toordinal()]))[0]), dice.gamma(1.2, 1 / 60), dice.beta(0.5, 1.8)
        while begins <= at < ends:
            rows.append((person, date.fromordinal(int(np.ceil(clock.day(np.array([at]))[0]))), 10.0))
            at += max(0.5, dice.exponential(1 / rate))
            if dice.random() < leaves:
                break
    return pl.DataFrame(rows, schema=["customer", "day", "amount"], orient="row")


def test_a_season_is_found_and_forecasts_allow_for_it() -> None:
    orders, until = _seasonal_shop(CHRISTMAS), date(2023, 12, 31)
    everything, seen = buying_days(orders, date(2024, 12, 31)), buying_days(orders, until)
    assert everything is not None
    assert seen is not None
    clock = season(seen, until)
    assert clock is not None
    assert np.allclose(clock.months, CHRISTMAS.months, rtol=0.25)
    chosen = insight.choose(seen, until, 365)
    after = _holdout(everything, chosen.model, until, 365)
    plain = next(model for model in chosen.fitted if model.name == chosen.name)
    before = _holdout(everything, plain, until, 365)
    assert after.bias_rate is not None
    assert before.bias_rate is not None
    assert abs(after.bias_rate) < 0.12 < abs(before.bias_rate)
    assert after.rmse < before.rmse
    assert any("December counts for" in str(told) for told in chosen.warnings)
    assert chosen.used in {row.model for row in chosen.rows}
    assert " in season" in chosen.used


def test_growth_is_not_taken_for_a_season_and_little_data_shows_none() -> None:
    even = Clock((1.0,) * 12)
    seen = buying_days(_seasonal_shop(even, years=2), date(2023, 12, 31))
    assert seen is not None
    assert season(seen, date(2023, 12, 31)) is None
    assert season(seen, date(2023, 6, 30)) is None


def test_a_model_in_season_can_be_stored_and_tells_days_of_the_calendar() -> None:
    until = date(2023, 10, 31)
    facts = insight.summary(_seasonal_shop(CHRISTMAS, 300), until)
    model = InSeason(MBGNBD(), CHRISTMAS, until).fit(facts)
    assert LifetimeModel.from_dict(model.to_dict()).expected_total(facts, 90) == model.expected_total(facts, 90)
    quiet, busy = (model.expected_total(facts, days).value for days in (30, 61))
    assert busy > 2.2 * quiet
    seen = model.next_purchase(facts, until).drop_nulls("next_on")
    assert (seen["next_low"] <= seen["next_on"]).all()
    assert (seen["next_on"] <= seen["next_high"]).all()
    assert seen.filter(pl.col("next_low") <= until).is_empty()


def test_the_origins_never_reach_past_what_is_known() -> None:
    for known in (182, 273, 365, 800, 2000):
        for horizon in (7, 90, 365, 3650):
            for day, length, _alike in origins(1000, 1000 + known, horizon):
                assert day + length <= 1000 + known
                assert day - 1000 >= known / 3 - 1
                assert length > 0


def _trial(actual_rate: float, said: float, *, people: int = 2000, day: int = 0, horizon: int = 100) -> Trial:
    dice = np.random.default_rng(day + 1)
    actual = dice.poisson(actual_rate, people)
    mean = np.full(people, said)
    told = Predicted(mean, np.zeros(people), np.full(people, 9.0))
    place = np.arange(people)
    return Trial("mbg", Origin(day, horizon, True), place, actual, told, measured(actual, told))


def test_the_correction_goes_part_of_the_way_and_never_past_it() -> None:
    found = level([_trial(1.2, 1.0)])
    assert 1.0 < found.factor < 1.2
    assert found.seen_rate == pytest.approx(0.2, abs=0.05)
    surer = level([_trial(1.2, 1.0, day=day) for day in (0, 100, 200)])
    assert found.factor < surer.factor < 1.25


def test_what_chance_explains_is_not_corrected() -> None:
    found = level([_trial(1.0, 1.002)])
    assert found.factor == 1.0
    assert "within chance" in found.refused


def test_a_correction_that_came_too_late_is_refused() -> None:
    """What was off one way first and the other way later is no level."""
    found, _corrected = proved([_trial(0.8, 1.0, day=200), _trial(1.2, 1.0, day=0)])
    assert found.factor == 1.0
    assert found.refused


def test_a_corrected_model_ranks_as_before_and_can_be_stored() -> None:
    facts = insight.summary(_shop(), START + timedelta(days=699))
    plain = MBGNBD().fit(facts)
    model = insight.Recalibrated(plain, 0.8, 0.1)
    said = plain.expected_purchases(facts, 100)["expected_purchases"]
    corrected = model.expected_purchases(facts, 100)
    assert np.allclose(corrected["expected_purchases"], 0.8 * said)
    assert (corrected["expected_purchases_low"] <= corrected["expected_purchases_high"]).all()
    total, before = model.expected_total(facts, 100), plain.expected_total(facts, 100)
    assert total.value == pytest.approx(0.8 * before.value)
    assert total.low < total.value < total.high
    assert total.high / total.value > before.high / before.value
    assert model.p_alive(facts)["p_alive"].equals(plain.p_alive(facts)["p_alive"])
    again = LifetimeModel.from_dict(model.to_dict())
    assert again.expected_total(facts, 100) == total


@pytest.mark.parametrize("engine", list(ENGINES))
def test_a_rule_says_nothing_about_who_is_still_a_customer_or_when(engine: str) -> None:
    rows = [
        {"customer": who, "day": START + timedelta(days=day), "amount": 5} for who, day in ((1, 0), (1, 50), (2, 9))
    ]
    facts = insight.summary(ENGINES[engine](table(rows)), START + timedelta(days=100))
    for rule in (insight.SameRate(), insight.Hiatus()):
        rule.fit(facts)
        scored = rule.next_purchase(rule.p_alive(rule.expected_purchases(facts, 50)), START + timedelta(days=100))
        from regulars.insight.tests.engines import plain

        first, second = plain(scored)
        assert first["expected_purchases"] == 0.5
        assert second["expected_purchases"] == 0.0
        assert first["p_alive"] is None
        assert first["p_ever_again"] is None
        assert first["next_low"] is None
    assert LifetimeModel.from_dict(rule.to_dict()).name == "hiatus"


def test_what_a_rule_does_not_say_is_missing_and_not_nan_in_pandas() -> None:
    facts = insight.summary(pd.DataFrame({"customer": [1, 2], "day": [START, START], "amount": [5.0, 5.0]}), START)
    rule = insight.SameRate().fit(facts)
    scored = rule.next_purchase(rule.p_alive(facts), START)
    for name in ("p_alive", "p_ever_again"):
        assert str(scored[name].dtype) == "Float64"
        assert scored[name].isna().all()


def _christmas_shop(people: int, days: int, seed: int) -> pl.DataFrame:
    """People who come on a clock that runs two and a half times as fast in December, and leave at any moment."""
    dice = np.random.default_rng(seed)
    calendar = [date(2022, 3, 1) + timedelta(days=day) for day in range(days)]
    clock = np.cumsum([2.5 if day.month == 12 else 1.6 if day.month == 11 else 0.85 for day in calendar])
    rows = []
    for person in range(people):
        first, rate = int(dice.integers(0, days)), dice.gamma(0.9, 1 / 40)
        stays, at = first + dice.exponential(1 / dice.gamma(0.8, 1 / 200)), clock[first]
        day = first
        while day < min(days, stays):
            rows.append((person, calendar[day], 10.0))
            at += dice.exponential(1 / rate)
            day = int(np.searchsorted(clock, at))
    return pl.DataFrame(rows, schema=["customer", "day", "amount"], orient="row")


def test_a_first_christmas_is_not_carried_into_the_summer() -> None:
    until = date(2022, 3, 1) + timedelta(days=399)
    held = []
    for seed in range(4):
        orders = _christmas_shop(800, 580, seed)
        found = insight.choose(orders, until, 180)
        facts = insight.summary(orders, until)
        assert found.level is not None
        assert found.level.factor <= 1.0
        assert found.level.season_rate == found.level.factor - 1
        if found.level.season_rate:
            assert "than on an even calendar" in found.why
            assert found.used.endswith("recalibrated")
        assert found.level.spread > 0.1
        assert any("quieter" in str(w) and "may be too high" in str(w) for w in found.warnings)
        said = found.model.expected_total(facts, 180)
        came = orders.filter(pl.col("day") > until, pl.col("customer").is_in(facts["customer"].implode()))
        held.append(said.low <= came.select("customer", "day").n_unique() <= said.high)
        inside = found.model.model if isinstance(found.model, insight.Recalibrated) else found.model
        plain = inside.expected_total(facts, 180)
        assert said.value <= plain.value
        assert said.low < plain.low
    assert sum(held) == 4


def test_before_a_second_christmas_it_is_said_that_totals_may_be_too_low() -> None:
    until = date(2023, 10, 20)
    found = insight.choose(_christmas_shop(800, 620, 1), until, 75)
    assert any("busier" in str(w) and "may be too low" in str(w) for w in found.warnings)


def test_before_a_second_christmas_of_three_times_the_trade_the_total_lies_in_its_interval() -> None:
    until, orders = date(2023, 11, 30), _christmas_shop(800, 671, 2)
    found = insight.choose(orders, until, 31)
    facts = insight.summary(orders, until)
    came = orders.filter(pl.col("day") > until, pl.col("customer").is_in(facts["customer"].implode()))
    said = found.model.expected_total(facts, 31)
    assert said.low <= came.select("customer", "day").n_unique() <= said.high


def test_before_a_second_christmas_part_of_the_first_is_counted_in() -> None:
    until, orders = date(2023, 10, 31), _christmas_shop(800, 671, 2)
    found = insight.choose(orders, until, 61)
    facts = insight.summary(orders, until)
    came = orders.filter(pl.col("day") > until, pl.col("customer").is_in(facts["customer"].implode()))
    total, said = came.select("customer", "day").n_unique(), found.model.expected_total(facts, 61)
    assert found.level is not None
    assert found.level.season_rate > 0.1
    assert isinstance(found.model, insight.Recalibrated)
    plain = found.model.model.expected_total(facts, 61)
    assert abs(said.value - total) < abs(plain.value - total)
    assert found.rows[-1].model == found.used
    assert found.rows[-1].rmse <= found.backtest.row(found.entry).rmse * 1.01


def _level_of(pulls: Pulls | None, factor: float = 1.1, said: float = 1.0) -> tuple[Level, list[Trial] | None]:
    actual = np.arange(40) % 8
    trials = _tried({"mbg": actual * said}, actual).trials["mbg"]
    return outside_its_season(Level(factor, 0.1, 0.2, 1), trials, pulls)


def test_a_level_measured_where_months_were_unlike_is_refused_and_the_interval_allows_for_them() -> None:
    level, counted = _level_of(Pulls(0.0, 0.0, (0.0,), ripple=0.3))
    assert (level.factor, counted) == (1.0, None)
    assert "some months were much busier" in level.refused
    assert level.spread > 0.3
    even, _counted = _level_of(Pulls(0.0, 0.0, (0.0,), ripple=0.3, is_even=True))
    assert even.spread < level.spread


def test_in_a_shop_without_a_season_nothing_is_changed() -> None:
    assert _level_of(None) == (Level(1.1, 0.1, 0.2, 1), None)
    level, counted = _level_of(Pulls(0.01, -0.02, (0.01,), ripple=0.03))
    assert (level.factor, counted) == (1.1, None)
    assert level.spread < 0.105


def test_where_everybody_came_at_about_the_same_time_the_interval_allows_for_a_season_that_cannot_be_told() -> None:
    hidden, _counted = _level_of(Pulls(0.0, 0.0, (0.0,), is_hidden=True))
    assert hidden.factor == 1.1
    assert hidden.spread > 0.2
    over_a_year, _counted = _level_of(Pulls(0.0, 0.0, (0.0,), is_hidden=True, is_even=True))
    assert over_a_year.spread == 0.1


def test_a_season_seen_once_is_left_out_where_it_makes_people_less_right_on_the_days_tried() -> None:
    level, counted = _level_of(Pulls(0.5, -0.3, (0.5,)))
    assert (level.factor, level.season_rate, counted) == (1.0, 0.0, None)
    assert "another season" in level.refused
    level, counted = _level_of(Pulls(0.5, -0.3, (0.5,)), said=0.7)
    assert counted is not None
    assert level.factor == pytest.approx(np.exp(-0.8 * 0.3))


def test_where_months_were_unlike_no_rule_of_thumb_wins() -> None:
    actual = np.arange(40) % 8
    found = _tried({"mbg": actual * 0.4 + (actual % 2), "same-rate": actual * 3.0, "hiatus": actual * 1.0}, actual)
    assert winner(found) == "hiatus"
    assert winner(found, is_rippled=True) == "mbg"


def test_a_total_that_may_be_far_off_is_told_with_its_days_its_date_and_its_people() -> None:
    as_of = START + timedelta(days=359)
    few = insight.choose(_shop(days=360, people=60), as_of, 180)
    [told] = [one for one in few.warnings if isinstance(one, WideTotal)]
    assert (told.horizon_days, told.after) == (180, as_of)
    assert str(told).startswith(f"In the 180 days after {as_of} all ")
    alone = insight.choose(_shop(days=100, people=10), START + timedelta(days=99), 180)
    assert alone.rows == []
    assert any(isinstance(one, WideTotal) for one in alone.warnings)


def test_before_half_a_year_is_known_the_total_allows_for_months_never_seen_and_no_more() -> None:
    orders, as_of = _shop(days=150), START + timedelta(days=149)
    found, facts = insight.choose(orders, as_of, 180), insight.summary(orders, as_of)
    assert (found.rows, found.name) == ([], "mbg")
    assert any(isinstance(one, UnseenMonths) for one in found.warnings)
    plain, said = MBGNBD().fit(facts).expected_total(facts, 180), found.model.expected_total(facts, 180)
    assert said.value == pytest.approx(plain.value)
    assert said.low < 0.85 * plain.low
    assert said.high > 1.15 * plain.high
    asked_for = insight.choose(orders, as_of, 180, models=[MBGNBD()])
    assert asked_for.model.expected_total(facts, 180) == plain


def test_months_that_nobody_has_seen_are_named_before_they_come() -> None:
    until = date(2022, 11, 30)
    found = insight.choose(_christmas_shop(500, 340, 1), until, 62)
    assert any(str(w).startswith("December and January lie ahead and nothing is known of them") for w in found.warnings)
    assert isinstance(found.model, insight.Recalibrated)
    assert found.model.spread > 0.24
    later = insight.choose(_christmas_shop(500, 340, 1), until, 30)
    assert any(str(w).startswith("December lies ahead and nothing is known of it") for w in later.warnings)


def test_what_is_said_of_a_season_seen_once_agrees_with_whether_it_is_counted() -> None:
    busy, even = _christmas_shop(800, 640, 1), _shop(days=480)
    counted = set()
    for orders, until, horizon_days in (
        (busy, date(2023, 10, 31), 90),
        (busy, date(2023, 11, 20), 365),
        (even, START + timedelta(days=479), 180),
    ):
        found = insight.choose(orders, until, horizon_days)
        is_counted = found.level is not None and found.level.season_rate != 0
        said = " ".join(map(str, found.warnings))
        assert ("only part of it" in said) <= is_counted
        assert not (is_counted and ("none is counted in" in said or "leave it out" in said or "no season is" in said))
        counted.add(is_counted)
    assert counted == {True, False}


def test_a_season_cancels_out_over_a_year_after_a_year_that_is_known_and_not_over_less() -> None:
    orders = _shop(days=480)
    as_of = START + timedelta(days=479)
    for horizon_days, is_said in ((365, False), (180, True)):
        found = insight.choose(orders, as_of, horizon_days)
        assert any("no season is counted in" in str(w) for w in found.warnings) == is_said
        assert not any("nothing is known of" in str(w) for w in found.warnings)


def test_where_no_month_stands_out_a_season_changes_nothing() -> None:
    orders = _shop(days=360)
    as_of = START + timedelta(days=359)
    found = insight.choose(orders, as_of, 180)
    assert found.level is not None
    assert "another season" not in found.level.refused
    assert not any("There seems to be a season" in str(w) for w in found.warnings)


def _tried(said: dict[str, np.ndarray], actual: np.ndarray) -> Backtest:
    """A comparison from one day in which the candidates said this."""
    origin, place = Origin(0, 100, True), np.arange(len(actual))
    trials = {}
    for name, mean in said.items():
        ahead = Predicted(mean, np.floor(mean), np.ceil(mean))
        trials[name] = [Trial(name, origin, place, actual, ahead, measured(actual, ahead))]
    return Backtest([line(name, tried) for name, tried in trials.items()], [origin], "", trials)


def test_a_rule_that_is_only_near_because_it_says_too_much_in_a_busy_season_does_not_win() -> None:
    actual = np.arange(40) % 8
    said = {"mbg": actual * 0.4, "same-rate": np.roll(actual, 1) * 1.0, "hiatus": actual * 0.9 + (actual % 2)}
    found = _tried(said, actual)
    assert found.row("hiatus").rmse < 0.98 * found.row("mbg").rmse
    assert winner(found) == "mbg"
    said["hiatus"] = actual * 1.0
    said["mbg"] = actual * 0.4 + (actual % 2)
    assert winner(_tried(said, actual)) == "hiatus"


def test_among_equals_one_that_counts_in_the_season_wins() -> None:
    actual = np.arange(40) % 8
    rules = {"same-rate": actual * 3.0, "hiatus": actual * 3.0}
    near, nearly, far = actual + 1.0, actual + 1.005, actual + 1.5
    assert winner(_tried({"mbg": near, "mbg in season": nearly} | rules, actual)) == "mbg in season"
    assert winner(_tried({"mbg": near, "mbg in season": far} | rules, actual)) == "mbg"


def test_what_is_used_is_named_as_in_the_table() -> None:
    actual = np.arange(40) % 8
    found = _tried({"mbg": actual * 0.5, "mbg in season": actual * 0.9}, actual)
    level = Level(1.1, 0.1, 0.1, 1)
    choice = Choice(MBGNBD(), "mbg", "", found.rows, [], level, found, [], "mbg in season")
    assert choice.used == "mbg in season recalibrated"
    assert Choice(MBGNBD(), "mbg", "", found.rows, [], None, found, [], "mbg in season").used == "mbg in season"

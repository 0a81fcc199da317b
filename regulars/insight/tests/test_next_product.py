"""What is bought next: known gaps and planted pairs are found again, noise is not, and every engine says the same."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import insight
from regulars.insight import FrameError
from regulars.insight.next_product import association
from regulars.insight.tables import Columns, fetched, table_like
from regulars.insight.tests.engines import ENGINES, QUICK, table
from regulars.insight.tests.tables_for_tests import told

AS_OF = date(2026, 6, 30)
START = date(2024, 6, 30)
Order = tuple[int, date, Any]


def _frame(orders: list[Order], amount: float = 1.0) -> pl.DataFrame:
    customers, days, products = zip(*orders, strict=True) if orders else ((), (), ())
    frame = {"customer": customers, "day": days, "product": products, "amount": [amount] * len(orders)}
    kind = pl.Int64 if orders and isinstance(products[0], int) else pl.String
    return pl.DataFrame(frame, schema={"customer": pl.Int64, "day": pl.Date, "product": kind, "amount": pl.Float64})


def _refills(people: int, centre: float, between: float, within: float, seed: int, product: Any = "tea") -> list[Order]:
    """Buyers whose own usual gap is log-normal about `centre` days, for two years."""
    dice = random.Random(seed)
    orders: list[Order] = []
    for customer in range(people):
        own, day = centre * math.exp(dice.gauss(0, between)), START + timedelta(days=dice.randrange(60))
        while day <= AS_OF:
            orders.append((customer, day, product))
            day += timedelta(days=max(1, round(own * math.exp(dice.gauss(0, within)))))
    return orders


def test_the_usual_gap_of_a_product_is_found_again_and_its_range_holds_eight_in_ten() -> None:
    orders = _refills(400, 40, 0.05, 0.3, seed=2)
    [found] = told(insight.replenishment(_frame(orders), AS_OF))
    assert found["low"] < 40 < found["high"]
    by_person: dict[int, list[date]] = {}
    for customer, day, _ in orders:
        by_person.setdefault(customer, []).append(day)
    gaps = [(b - a).days for days in by_person.values() for a, b in pairwise(days)]
    inside = sum(found["next_low_days"] <= gap <= found["next_high_days"] for gap in gaps) / len(gaps)
    assert found["n"] == len(gaps)
    assert 0.77 < inside < 0.83


def test_intervals_of_the_usual_gap_cover_it_though_gaps_of_a_person_resemble_each_other() -> None:
    covered = 0
    for seed in range(60):
        [found] = told(insight.replenishment(_frame(_refills(30, 60, 0.4, 0.15, seed=seed)), AS_OF))
        # people with short gaps give more of them: the mean over gaps, which is estimated, lies below 60
        covered += found["low"] <= 51.1 <= found["high"]
    assert covered >= 50


def test_a_product_bought_again_by_too_few_has_no_gap_and_says_why() -> None:
    orders: list[Order] = [(n, START + timedelta(days=30 * k), "tea") for n in range(4) for k in range(9)]
    [found] = told(insight.replenishment(_frame(orders), AS_OF))
    assert (found["n"], found["gap_days"], found["gap_reason"]) == (32, None, "too few repeats")
    assert found["repeat_share"] is None


def test_the_own_rhythm_beats_that_of_the_product_once_there_are_three_gaps() -> None:
    orders = _refills(40, 40, 0.1, 0.1, seed=3)
    slow = [(900, AS_OF - timedelta(days=80 * k + 75), "tea") for k in range(4)]
    young = [(901, AS_OF - timedelta(days=40 * k + 35), "tea") for k in range(2)]
    found = {row["customer"]: row for row in told(insight.next_product(_frame(orders + slow + young), AS_OF))}
    assert (found[900]["basis"], found[900]["due_on"], found[900]["n"]) == ("own", AS_OF + timedelta(days=5), 3)
    assert found[901]["basis"] == "product"
    assert abs((found[901]["due_on"] - AS_OF).days - 5) <= 2
    assert found[900]["due_low"] <= found[900]["due_on"] <= found[900]["due_high"]
    assert (found[900]["because"], found[900]["lift"]) == ("tea", None)


def test_nobody_is_told_to_buy_again_what_they_gave_up() -> None:
    orders = _refills(40, 40, 0.1, 0.1, seed=3)
    gone = [(902, AS_OF - timedelta(days=40 * k + 200), "tea") for k in range(5)]
    assert 902 not in {row["customer"] for row in told(insight.next_product(_frame(orders + gone), AS_OF))}


def _leads(people: int = 200, seed: int = 5) -> list[Order]:
    """Half of the buyers of a razor buy blades a month later; soap and towels are bought by anybody."""
    dice = random.Random(seed)
    orders: list[Order] = []
    for customer in range(people):
        day = AS_OF - timedelta(days=dice.randrange(1, 300))
        for noise in ("soap", "towel", "comb"):
            if dice.random() < 0.4:
                orders.append((customer, AS_OF - timedelta(days=dice.randrange(300)), noise))
        if customer % 2:
            orders.append((customer, day, "razor"))
            later = day + timedelta(days=dice.randrange(25, 36))
            if dice.random() < 0.6 and later <= AS_OF:
                orders.append((customer, later, "blades"))
    return orders


def test_what_was_planted_is_found_and_noise_is_not() -> None:
    found = {(r["product"], r["other"]): r for r in told(insight.goes_with(_frame(_leads()), AS_OF))}
    rule = found["razor", "blades"]
    assert rule["is_sure"]
    assert rule["low"] > 1.5
    assert rule["followed"] == rule["n"]
    assert 0.4 < rule["share"] < 0.7
    assert 27 < rule["days"] < 33
    assert found["blades", "razor"]["followed"] == 0
    assert found["blades", "razor"]["days"] is None
    assert {pair for pair, r in found.items() if r["is_sure"]} == {("razor", "blades"), ("blades", "razor")}


def test_the_lift_is_that_of_the_four_cells_and_its_interval_covers() -> None:
    orders: list[Order] = [(n, START, "a") for n in range(60)] + [(n, START, "b") for n in range(40, 90)]
    orders += [(n, START, "c") for n in range(90, 300)]
    found = {(r["product"], r["other"]): r for r in told(insight.goes_with(_frame(orders), AS_OF))}
    pair = found["a", "b"]
    assert (pair["n"], pair["people"], pair["lift"]) == (20, 60, round(20 * 300 / (60 * 50), 6))
    error = math.sqrt(1 / 20 - 1 / 60 - 1 / 50 + 40 / 3000 - 1 / 300)
    assert pair["high"] / pair["lift"] == pytest.approx(math.exp(1.959964 * error), rel=1e-5)
    assert _covered_lifts(120) >= 0.9


def _covered_lifts(runs: int) -> float:
    dice = random.Random(9)
    covered = 0
    for _ in range(runs):
        bought = [(dice.random() < 0.5, dice.random() < 0.4) for _ in range(150)]
        orders = [
            (n, START, name) for n, pair in enumerate(bought) for name, has in zip("ab", pair, strict=True) if has
        ]
        orders += [(n, START, "z") for n in range(150)]
        found = {(r["product"], r["other"]): r for r in told(insight.goes_with(_frame(orders), AS_OF))}
        covered += found["a", "b"]["low"] <= 1 <= found["a", "b"]["high"]
    return covered / runs


def test_what_people_like_this_one_bought_next_is_suggested_with_its_count() -> None:
    new = [(990, AS_OF - timedelta(days=20), "razor"), (991, AS_OF - timedelta(days=20), "soap")]
    both = [(992, AS_OF - timedelta(days=20), "razor"), (992, AS_OF - timedelta(days=9), "blades")]
    found = {row["customer"]: row for row in told(insight.next_product(_frame(_leads() + new + both), AS_OF))}
    ours = found[990]
    assert (ours["kind"], ours["product"], ours["because"], ours["basis"]) == ("new", "blades", "razor", "people")
    assert ours["low"] < ours["share"] < ours["high"]
    assert ours["n"] >= 30
    assert abs((ours["due_on"] - AS_OF).days - 10) <= 2
    assert 991 not in found
    assert 992 not in found


def test_a_till_account_teaches_nothing() -> None:
    bulk: list[Order] = [(n, START, f"thing {k}") for n in range(12) for k in range(101)]
    few: list[Order] = [(n, START, f"thing {k}") for n in range(12) for k in range(100)]
    assert told(insight.goes_with(_frame(bulk), AS_OF)) == []
    assert len(told(insight.goes_with(_frame(few), AS_OF))) == 100 * 99


def test_nothing_is_said_of_pairs_of_too_few_people() -> None:
    orders: list[Order] = [(n, START + timedelta(days=k), "ab"[k]) for n in range(9) for k in range(2)]
    assert told(insight.goes_with(_frame(orders), AS_OF)) == []
    assert told(insight.next_product(_frame(orders), AS_OF)) == []
    assert len(told(insight.goes_with(_frame(orders), AS_OF, minimum_people=9))) == 2


def test_suggestions_are_counted_off() -> None:
    orders: list[Order] = []
    for number, product in enumerate("abcde"):
        orders += _refills(20, 30 + number, 0.05, 0.1, seed=number, product=product)
    found = told(insight.next_product(_frame(orders), AS_OF, most=2))
    places: dict[int, list[float]] = {}
    for row in found:
        places.setdefault(row["customer"], []).append(row["place"])
    assert len(places) == 20
    assert all(sorted(some) == [1, 2] for some in places.values())


def _both(numbers: bool) -> pa.Table:
    names = {"tea": 1, "razor": 2, "blades": 3, "soap": 4, "towel": 5, "comb": 6}
    orders = _refills(25, 40, 0.2, 0.2, seed=1) + _leads(80)
    rows = [
        {"customer": c, "day": d, "amount": 3.5, "product": names[p] if numbers else p}
        for c, d, p in [*orders, (3, AS_OF + timedelta(days=3), "tea")]
    ]
    rows.append({"customer": 4, "day": AS_OF, "amount": 3.5, "product": None})
    return table(rows, amount=pa.float64(), product=pa.int64() if numbers else pa.string())


ANSWERS = {
    "replenishment": lambda o: insight.replenishment(o, AS_OF),
    "goes with": lambda o: insight.goes_with(o, AS_OF),
    "next": lambda o: insight.next_product(o, AS_OF),
    "next of numbers": lambda o: insight.next_product(o, AS_OF, within_days=60),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_engine_suggests_alike(answer: str) -> None:
    orders = _both("numbers" in answer)
    engines = ENGINES if answer == "next" else QUICK
    answers = {name: told(ANSWERS[answer](make(orders))) for name, make in engines.items()}
    expected = answers.pop("pyarrow")
    assert len(expected) > 5
    for name, found in answers.items():
        assert found == expected, name


@pytest.mark.parametrize("answer", ["replenishment", "goes with", "next"])
def test_nobody_and_one_order_are_answered_and_not_refused(answer: str) -> None:
    for orders in (_frame([]), _frame([(1, START, "tea")]), _frame([(1, START, "tea")]).to_pandas()):
        found = told(ANSWERS[answer](orders))
        assert len(found) <= 1
        assert "NaN" not in str(found)


@pytest.mark.parametrize(
    ("ask", "fault", "said"),
    [
        (lambda o: insight.next_product(o.drop("product"), AS_OF), FrameError, 'Column "product": is missing'),
        (lambda o: insight.goes_with(o.with_columns(product=0.5), AS_OF), FrameError, "give text or whole numbers"),
        (lambda o: insight.goes_with(o, AS_OF, minimum_people=1), ValueError, "give 2 or more"),
        (lambda o: insight.next_product(o, AS_OF, most=0), ValueError, "most >= 1"),
        (
            lambda o: insight.next_product(o.with_columns(amount=pl.lit("a pound")), AS_OF),
            FrameError,
            r'"amount", row 1: holds text \("a pound"\)',
        ),
    ],
)
def test_what_cannot_be_used_is_named(ask: Any, fault: type[Exception], said: str) -> None:
    with pytest.raises(fault, match=said):
        ask(_frame([(1, START, "tea")]))


def test_what_was_given_back_was_not_bought() -> None:
    orders = _refills(40, 40, 0.1, 0.1, seed=3)
    kept = [(900, AS_OF - timedelta(days=40 * k + 35), "tea") for k in range(4)]
    frame = _frame([*orders, *kept]).with_row_index("order")
    back = frame.filter(customer=900).select(
        "customer", pl.lit(AS_OF).alias("day"), "product", amount=-pl.col("amount"), refund_of=pl.col("order")
    )
    both = pl.concat([frame, back], how="diagonal")
    assert 900 in {row["customer"] for row in told(insight.next_product(frame, AS_OF))}
    assert told(insight.next_product(both, AS_OF)) == told(insight.next_product(_frame(orders), AS_OF))


def test_of_very_many_people_those_who_bought_last_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    old: list[Order] = [(n, START + timedelta(days=n % 3), "ab"[k]) for n in range(60) for k in range(2)]
    new: list[Order] = [(n, AS_OF - timedelta(days=n % 3), "ac"[k]) for n in range(100, 150) for k in range(2)]
    monkeypatch.setattr(association, "MOST_PEOPLE", 40)
    found = told(insight.goes_with(_frame(old + new), AS_OF))
    assert {(row["product"], row["other"]) for row in found} == {("a", "c"), ("c", "a")}
    assert {row["n"] for row in found} == {50}


def test_of_people_with_very_many_pairs_of_products_those_who_bought_last_are_learned_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old: list[Order] = [(n, START, "abcd"[k]) for n in range(30) for k in range(4)]
    new: list[Order] = [(n, AS_OF - timedelta(days=2), "ac"[k]) for n in range(100, 130) for k in range(2)]
    monkeypatch.setattr(association, "MOST_PAIRS", 30 + 30 * 6 - 1)
    found = told(insight.goes_with(_frame(old + new), AS_OF))
    assert {(row["product"], row["other"], row["n"]) for row in found} == {("a", "c", 30), ("c", "a", 30)}
    monkeypatch.setattr(association, "MOST_PAIRS", 30 + 30 * 6)
    assert len(told(insight.goes_with(_frame(old + new), AS_OF))) == 4 * 3


def test_two_rows_of_one_day_have_no_gap_between_them() -> None:
    orders = _refills(40, 40, 0.1, 0.1, seed=3)
    assert told(insight.replenishment(_frame(orders + orders), AS_OF)) == told(
        insight.replenishment(_frame(orders), AS_OF)
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_small_table_is_put_back_in_the_kind_of_frame_with_what_is_missing_missing(engine: str) -> None:
    here = nw.from_native(ENGINES[engine](table([{"customer": 1}])))
    columns: Columns = {
        "customer": ("whole", [2, 1, None]),
        "share": ("number", [None, 0.25, 1.0]),
        "word": ("text", ["it's", None, ""]),
        "on": ("day", [date(2026, 1, 5), None, date(1, 1, 1) if engine == "duckdb" else AS_OF]),
        "is_so": ("truth", [True, None, False]),
    }
    found = table_like(here, columns)
    assert [tuple(_as_told(value) for value in row) for row in fetched(found)] == list(
        zip(*(values for _, values in columns.values()), strict=True)
    )
    assert fetched(table_like(here, {name: (kind, []) for name, (kind, _) in columns.items()})) == []


def _as_told(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


ROWS = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 200), st.sampled_from("abc")), min_size=40, max_size=120)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_neither_the_order_of_rows_nor_the_future_nor_money_changes_what_is_next(
    rows: list[tuple[int, int, str]], dice: Any
) -> None:
    orders: list[Order] = [(c, AS_OF - timedelta(days=d), p) for c, d, p in rows]
    later: list[Order] = [(c, AS_OF + timedelta(days=d + 1), p) for c, d, p in rows[:9]]
    shuffled = [*orders, *later]
    dice.shuffle(shuffled)
    for ask in ANSWERS.values():
        assert told(ask(_frame(orders))) == told(ask(_frame(shuffled, amount=2.0)))


def test_text_of_any_width_and_encoding_is_one_kind_of_product_in_arrow() -> None:
    orders = _frame(
        [*_refills(60, 30, 0.1, 0.2, seed=3), *_refills(60, 30, 0.1, 0.2, seed=4, product="cups")]
    ).to_arrow()
    short = pa.table({name: orders[name] for name in ("customer", "day", "amount")})
    written = {
        "long": orders,
        "short": short.append_column("product", orders["product"].cast(pa.string())),
        "encoded": short.append_column("product", orders["product"].cast(pa.string()).dictionary_encode()),
    }
    answers = [
        [told(measure(frame, AS_OF)) for measure in (insight.goes_with, insight.next_product)]
        for frame in written.values()
    ]
    assert answers[0][1]
    assert answers[0] == answers[1] == answers[2]

"""Share of wallet: asked before estimated, published rules, percentiles that are exact, and always labelled which."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars import insight
from regulars.insight import FrameError
from regulars.insight.capacity import capacities
from regulars.insight.frames import opened
from regulars.insight.tests.engines import ENGINES, table
from regulars.insight.tests.tables_for_tests import told

AS_OF = date(2026, 6, 30)


def _facts(amounts: list[float], kinds: list[str | None] | None = None) -> pl.DataFrame:
    frame = pl.DataFrame(
        {"customer": range(len(amounts)), "monetary": amounts}, schema_overrides={"customer": pl.Int64}
    )
    return frame.with_columns(kind=pl.Series(kinds, dtype=pl.String)) if kinds else frame


def _said(**columns: list[Any]) -> pl.DataFrame:
    size = len(next(iter(columns.values())))
    return pl.DataFrame({"customer": range(size), "told_on": [AS_OF] * size} | columns)


def _by(frame: Any) -> dict[Any, dict[str, Any]]:
    return {row["customer"]: row for row in told(frame)}


@pytest.mark.parametrize(
    ("rank", "brands", "share"),
    [(1, 1, 1.0), (1, 2, 2 / 3), (2, 2, 1 / 3), (1, 3, 1 / 2), (2, 3, 1 / 3), (3, 3, 1 / 6), (1, 4, 0.4), (4, 4, 0.1)],
)
def test_the_wallet_allocation_rule_gives_its_published_shares(rank: int, brands: int, share: float) -> None:
    found = _by(insight.wallet(_facts([60.0]), _said(told_rank=[rank], told_brands=[brands]), AS_OF))[0]
    assert found["share"] == pytest.approx(share, abs=1e-6)
    assert (found["basis"], found["rule"], found["n"]) == ("asked", "rank", 1)
    assert found["wallet"] == pytest.approx(60 / share, rel=1e-6)
    assert found["low"] <= found["share"] <= found["high"] <= 1


def test_what_was_asked_goes_before_what_is_estimated_and_both_are_labelled() -> None:
    facts = _facts([float(n) for n in range(1, 101)])
    said = _said(told_share=[0.5, None, None], told_total=[None, 8.0, None])
    found = _by(insight.wallet(facts, said, AS_OF))
    assert [found[n]["rule"] for n in range(4)] == ["share", "total", "peers", "peers"]
    assert (found[0]["low"], found[0]["high"], found[0]["wallet"]) == (0.45, 0.55, 2.0)
    assert (found[1]["share"], found[1]["low"], found[1]["high"]) == (0.25, 0.2, round(2 / 6, 6))
    assert (found[1]["wallet"], found[1]["wallet_low"], found[1]["wallet_high"]) == (8.0, 6.0, 10.0)
    assert (found[44]["share"], found[44]["wallet"], found[44]["n"]) == (0.5, 90.0, 100)
    assert (found[44]["wallet_low"], found[44]["wallet_high"]) == (85.0, 96.0)
    assert {row["basis"] for n, row in found.items() if n > 1} == {"estimated"}


def test_a_total_below_what_they_spend_here_means_that_they_have_no_other() -> None:
    found = _by(insight.wallet(_facts([60.0]), _said(told_total=[50.0]), AS_OF))[0]
    assert (found["share"], found["wallet"]) == (1.0, 60.0)


def test_an_answer_lapses_after_a_year_is_not_known_before_and_the_last_one_counts() -> None:
    days = [
        AS_OF - timedelta(days=366),
        AS_OF + timedelta(days=1),
        AS_OF - timedelta(days=9),
        AS_OF - timedelta(days=365),
    ]
    said = pl.DataFrame({"customer": [0, 1, 2, 2], "told_on": days, "told_share": [0.5, 0.5, 0.3, 0.9]})
    found = _by(insight.wallet(_facts([10.0] * 4), said, AS_OF))
    assert [found[n]["share"] for n in range(4)] == [None, None, 0.3, None]
    assert found[0]["share_reason"] == "too few peers"


def test_nothing_is_estimated_among_few_peers_or_without_spend() -> None:
    kinds = ["firm"] * 39 + ["home"] * 41 + [None]
    facts = _facts([10.0] * 39 + [20.0] * 40 + [0.0, 30.0], kinds)
    found = _by(insight.wallet(facts, None, AS_OF, peers="kind"))
    assert {found[n]["share_reason"] for n in range(39)} == {"too few peers"}
    assert {found[n]["n"] for n in range(39)} == {None}
    assert (found[50]["share"], found[50]["n"]) == (1.0, 40)
    assert (found[79]["share"], found[79]["share_reason"]) == (None, "no spend")
    assert found[80]["share_reason"] == "too few peers"


@given(st.lists(st.integers(1, 10**9), min_size=40, max_size=300), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_the_percentile_is_exactly_that_of_the_sorted_amounts(keys: list[int], groups: int) -> None:
    rows = [(str(n % groups), key) for n, key in enumerate(keys)]
    frame = pl.DataFrame(rows, schema={"peers": pl.String, "spend_key": pl.Int64}, orient="row")
    for peers, found in capacities(opened(frame), 40, 0.95).items():
        mine = sorted(key for name, key in rows if name == peers)
        assert found.value == mine[-(-9 * len(mine) // 10) - 1]
        assert found.low in mine
        assert found.low <= found.value <= found.high
        assert found.n == len(mine)


def test_the_interval_of_the_percentile_covers_it() -> None:
    dice = random.Random(6)
    covered = 0
    for _ in range(300):
        keys = [int(1_000 * dice.lognormvariate(0, 1)) + 1 for _ in range(120)]
        frame = pl.DataFrame({"peers": ["a"] * 120, "spend_key": keys})
        found = capacities(opened(frame), 40, 0.95)["a"]
        covered += found.low <= 1_000 * 2.71828**1.281552 + 1 <= found.high
    assert 0.91 <= covered / 300 <= 0.985


def test_room_needs_the_whole_interval_on_one_side() -> None:
    facts = _facts([30.0] * 4)
    said = _said(told_share=[0.8, 0.2, 0.52])
    graded = pl.DataFrame({"customer": range(5), "group": ["Champions"] * 5})
    found = _by(insight.with_room(graded, insight.wallet(facts, said, AS_OF)))
    assert [found[n]["room"] for n in range(5)] == ["has us already", "room to grow", None, None, None]
    assert [found[n]["room_reason"] for n in range(5)] == [None, None, "in between", "not known", "not known"]
    assert found[1]["room_amount"] == 120.0
    assert found[1]["room_low"] == 90.0
    assert found[1]["share_basis"] == "asked"


def _pair() -> tuple[pa.Table, pa.Table]:
    dice = random.Random(3)
    facts = [
        {
            "customer": n,
            "monetary": Decimal(dice.randrange(0, 90_000)) / 100,
            "kind": dice.choice(["firm", "home", None]),
        }
        for n in range(160)
    ]
    answers = [
        {
            "customer": n,
            "told_on": AS_OF - timedelta(days=dice.randrange(500)),
            "told_share": dice.choice([None, 0.0, 0.3, 1.0]),
            "told_total": dice.choice([None, 900.0]),
            "told_rank": dice.choice([None, 1]),
            "told_brands": 3,
        }
        for n in range(0, 200, 3)
    ]
    return (
        table(facts, monetary=pa.decimal128(14, 2), kind=pa.string()),
        table(answers, told_share=pa.float64(), told_total=pa.float64(), told_rank=pa.int64(), told_brands=pa.int64()),
    )


def test_every_engine_tells_shares_and_room_alike() -> None:
    facts, answers = _pair()
    found = {}
    for name, make in ENGINES.items():
        held = make(facts)
        wallets = insight.wallet(held, make(answers), AS_OF, peers="kind")
        found[name] = told(insight.with_room(held, wallets)), told(wallets)
    assert {row["rule"] for row in found["pyarrow"][1]} == {"share", "total", "rank", "peers", None}
    assert {row["room"] for row in found["pyarrow"][0]} == {"room to grow", "has us already", None}
    for name, rows in found.items():
        for row in rows[0]:
            row["monetary"] = round(float(row["monetary"]), 2)
        assert rows == found["pyarrow"], name


@given(st.lists(st.integers(0, 100_000), min_size=40, max_size=90), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_doubling_amounts_doubles_wallets_and_the_order_of_rows_is_irrelevant(cents: list[int], dice: Any) -> None:
    once, twice = _facts([c / 100 for c in cents]), _facts([c / 50 for c in cents])
    shuffled = list(range(len(cents)))
    dice.shuffle(shuffled)
    one, two = _by(insight.wallet(once, None, AS_OF)), _by(insight.wallet(twice[shuffled], None, AS_OF))
    for customer, row in one.items():
        assert two[customer]["share"] == row["share"]
        if row["wallet"] is not None:
            assert two[customer]["wallet"] == pytest.approx(2 * row["wallet"])
            assert row["wallet_low"] <= row["wallet"] <= row["wallet_high"]


def test_nobody_is_answered_and_pandas_has_no_nan() -> None:
    assert told(insight.wallet(_facts([]), None, AS_OF)) == []
    found = insight.wallet(_facts([1.0, 2.0]).to_pandas(), None, AS_OF)
    assert str(found["share"].dtype) == "Float64"
    assert "nan" not in str(found["share"].tolist())


@pytest.mark.parametrize(
    ("ask", "fault", "said"),
    [
        (
            lambda f: insight.wallet(f, _said(told_share=[0.2, 1.5]), AS_OF),
            FrameError,
            '"told_share", row 2: is not bet',
        ),
        (
            lambda f: insight.wallet(f, _said(told_total=[0.0]), AS_OF),
            FrameError,
            '"told_total", row 1: is not above 0',
        ),
        (lambda f: insight.wallet(f, _said(told_rank=[4], told_brands=[3]), AS_OF), FrameError, "1 and told_brands"),
        (lambda f: insight.wallet(f, _said(told_rank=[4]), AS_OF), FrameError, "only tell something together"),
        (lambda f: insight.wallet(f, _said(liked=[4]), AS_OF), FrameError, "told_share, told_total, or"),
        (lambda f: insight.wallet(f.drop("monetary"), None, AS_OF), FrameError, '"monetary": is missing'),
        (lambda f: insight.wallet(f.with_columns(monetary=pl.lit("x")), None, AS_OF), FrameError, "give numbers"),
        (lambda f: insight.wallet(f, None, AS_OF, peers="street"), FrameError, '"street": is missing'),
        (lambda f: insight.wallet(f, None, AS_OF, minimum_peers=10), ValueError, "give 40 or more"),
        (lambda f: insight.with_room(f, f), FrameError, '"spend": is missing'),
    ],
)
def test_what_cannot_be_used_is_named(ask: Any, fault: type[Exception], said: str) -> None:
    with pytest.raises(fault, match=said):
        ask(_facts([1.0, 2.0]))

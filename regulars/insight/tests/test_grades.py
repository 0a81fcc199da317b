"""Grades by hand: the vectors were worked on paper from the score rule, not from the code."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import polars as pl
import pytest

from regulars import insight

AS_OF = date(2026, 6, 30)


def _m_grades(amounts: list[int]) -> list[int | None]:
    frame = pl.DataFrame({"customer": range(len(amounts)), "day": [date(2026, 1, 1)] * len(amounts), "amount": amounts})
    graded: list[int | None] = insight.grades(frame, AS_OF).sort("customer")["m"].to_list()
    return graded


def test_under_ten_buyers_there_are_no_grades_and_no_group() -> None:
    assert _m_grades(list(range(9))) == [None] * 9


def test_ten_buyers_get_three_levels_written_one_three_five() -> None:
    # floor(3 * 0..9 / 10) = 0 0 0 0 1 1 1 2 2 2
    assert _m_grades(list(range(10))) == [1, 1, 1, 1, 3, 3, 3, 5, 5, 5]


def test_fifty_buyers_get_five_levels_of_ten() -> None:
    assert _m_grades(list(range(50))) == [1] * 10 + [2] * 10 + [3] * 10 + [4] * 10 + [5] * 10


def test_fifty_two_buyers_are_cut_where_the_rule_says() -> None:
    # floor(5 (rank - 1) / 52) reaches 1, 2, 3, 4 at rank - 1 = 11, 21, 32, 42
    assert _m_grades(list(range(52))) == [1] * 11 + [2] * 10 + [3] * 11 + [4] * 10 + [5] * 10


def test_tied_buyers_share_the_lowest_rank() -> None:
    # ranks 1 x 40, 41 x 10: floor(5 * 40 / 50) = 4
    assert _m_grades([7] * 40 + [9] * 10) == [1] * 40 + [5] * 10
    # ranks 1 x 5, 6 x 40, 46 x 5: floor(5 * 5 / 50) = 0, floor(5 * 45 / 50) = 4
    assert _m_grades([1] * 5 + [2] * 40 + [3] * 5) == [1] * 45 + [5] * 5
    assert _m_grades([4] * 60) == [1] * 60


def test_recency_grades_a_later_last_day_higher_and_frequency_counts_days() -> None:
    rows = []
    for customer in range(50):
        rows += [
            {"customer": customer, "day": AS_OF - timedelta(days=60 - customer - n), "amount": 1}
            for n in range(customer // 10 + 1)
            for _basket in range(2)
        ]
    graded = insight.grades(pl.DataFrame(rows), AS_OF).sort("customer")
    assert graded["f"].to_list() == [1] * 10 + [2] * 10 + [3] * 10 + [4] * 10 + [5] * 10
    assert graded["r"].to_list() == sorted(graded["r"].to_list())
    assert graded["r"][0] == 1
    assert graded["r"][-1] == 5


def test_noise_in_floats_splits_no_tie() -> None:
    threes = [[0.1, 0.2], [0.3, 0.0]] * 25
    frame = pl.DataFrame(
        {
            "customer": [customer for customer in range(50) for _ in range(2)],
            "day": [AS_OF] * 100,
            "amount": [amount for pair in threes for amount in pair],
        }
    )
    assert set(insight.grades(frame, AS_OF)["m"]) == {1}


# The table of the named groups as printed in docs/insight/grades.md, row R = 5 down to 1, column FM = 1 to 5.
PRINTED = """
New            | Potential loyal | Potential loyal | Champions   | Champions
Promising      | Potential loyal | Loyal           | Loyal       | Champions
About to sleep | Need attention  | Need attention  | Loyal       | Loyal
Hibernating    | Hibernating     | At risk         | At risk     | At risk
Lost           | Lost            | Hibernating     | Cannot lose | Cannot lose
"""


@pytest.mark.parametrize("r", [1, 2, 3, 4, 5])
def test_every_cell_of_the_table_has_its_name(r: int) -> None:
    printed = [cell.strip() for cell in PRINTED.strip().splitlines()[5 - r].split("|")]
    for f in range(1, 6):
        for m in range(1, 6):
            fm = -(-(f + m) // 2)
            assert insight.group_of(r, f, m) == printed[fm - 1]


def test_the_frame_names_groups_as_the_table_does() -> None:
    frame = pl.DataFrame(
        {
            "customer": range(250),
            "day": [AS_OF - timedelta(days=(n * 37) % 250) for n in range(250)],
            "amount": [(n * 91) % 250 for n in range(250)],
        }
    )
    for row in insight.grades(frame, AS_OF).to_dicts():
        assert row["group"] == insight.group_of(row["r"], row["f"], row["m"])
        assert row["simple_group"] == insight.simple_group_of(row["group"])


def test_the_four_simple_groups_hold_each_of_the_eleven_once() -> None:
    assert len(insight.GROUPS) == 11 == len(set(insight.GROUPS))
    assert list(insight.SIMPLE_GROUPS) == ["Regulars", "Coming along", "Slipping", "Gone quiet"]


def test_an_owners_own_breaks_grade_any_number_of_buyers() -> None:
    frame = pl.DataFrame(
        {
            "customer": [1, 1, 2],
            "day": [AS_OF - timedelta(days=30), AS_OF - timedelta(days=40), AS_OF - timedelta(days=31)],
            "amount": [Decimal(60), Decimal(40), Decimal("49.99")],
        }
    )
    breaks = insight.Breaks((365, 180, 90, 30), (2, 3, 5, 10), (Decimal(50), Decimal(100), Decimal(500), Decimal(900)))
    graded = insight.grades(frame, AS_OF, breaks=breaks).sort("customer")
    assert graded.select("r", "f", "m").rows() == [(5, 2, 3), (4, 1, 1)]


def test_the_rule_and_the_cut_points_agree_for_every_size() -> None:
    for n in [*range(10, 70), 101, 997]:
        amounts = [(k * k) % (n // 2 + 3) for k in range(n)]
        count = 5 if n >= 50 else 3
        written = {1: 1, 2: 3, 3: 5} if count == 3 else {k: k for k in range(1, 6)}
        expected = [written[1 + count * sum(other < a for other in amounts) // n] for a in amounts]
        assert _m_grades(amounts) == expected, n


def test_cut_points_are_exact_over_a_wide_range_of_money() -> None:
    amounts = [3**k % 10_000_000_019 for k in range(200)]
    graded = _m_grades(amounts)
    pairs = sorted(zip(amounts, graded, strict=True))
    assert [grade for _, grade in pairs] == [1] * 40 + [2] * 40 + [3] * 40 + [4] * 40 + [5] * 40
    assert all(a <= b for (a, _), (b, _) in pairwise(pairs))


@pytest.mark.parametrize("known", [0, 30])
def test_whose_money_nobody_noted_is_graded_by_days_and_visits_and_pushes_nobody_down(known: int) -> None:
    days = [AS_OF - timedelta(days=number) for number in range(60)]
    money = [None] * (60 - known) + list(range(1, known + 1))
    facts = pl.DataFrame(
        {"last_on": days, "frequency": [number % 10 + 1 for number in range(60)], "monetary": money},
        schema_overrides={"monetary": pl.Int64},
    )
    graded = insight.grade_summary(facts, AS_OF)
    unknown, others = graded.head(60 - known), graded.tail(known)
    assert unknown["m"].null_count() == 60 - known
    assert unknown["fm"].to_list() == unknown["f"].to_list()
    assert unknown["group"].null_count() == 0
    assert others["m"].to_list() == [1 + 5 * rank // 30 for rank in range(known)]

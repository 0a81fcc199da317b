from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from regulars import insight
from regulars.insight import FrameError
from regulars.insight.tests.engines import plain

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("silent_days", "signs", "group"),
    [
        (30, 0, "Waiting"), (30, 1, "Warm"), (30, 2, "Warm"), (30, 3, "Warm"),
        (31, 0, "Waiting"), (90, 1, "Waiting"), (90, 2, "Warm"), (90, 3, "Warm"),
        (91, 0, "Cold"), (180, 1, "Waiting"), (180, 3, "Waiting"),
        (181, 0, "Cold"), (181, 3, "Cold"),
    ],
)  # fmt: skip
def test_the_table_of_warm_waiting_and_cold(silent_days: int, signs: int, group: str) -> None:
    last = AS_OF - timedelta(days=silent_days)
    rows = [{"customer": 1, "day": last, "has_asked": signs >= 1, "might_spend": 100.0 if signs >= 3 else 1.0}]
    if signs >= 2:
        rows.append(rows[0] | {"day": last - timedelta(days=5), "has_asked": False, "might_spend": None})
    others = [{"customer": n, "day": AS_OF, "has_asked": False, "might_spend": 50.0} for n in (2, 3, 4)]
    [ours] = [row for row in plain(insight.prospects(pl.DataFrame(rows + others), AS_OF)) if row["customer"] == 1]
    assert (ours["signs"], ours["group"]) == (signs, group)


def test_a_contact_needs_a_day_and_later_contacts_are_ignored() -> None:
    frame = pl.DataFrame({"customer": [1, 2], "day": [AS_OF, AS_OF + timedelta(days=1)]})
    assert [row["customer"] for row in plain(insight.prospects(frame, AS_OF))] == [1]
    with pytest.raises(FrameError, match='"day", row 2'):
        insight.prospects(pl.DataFrame({"customer": [1, 2], "day": [AS_OF, None]}), AS_OF)


def _facts(buying_days: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer": [9] + [1] * buying_days,
            "day": [AS_OF - timedelta(days=400)] + [AS_OF - timedelta(days=7 * n) for n in range(buying_days)],
            "amount": [10.0] * (buying_days + 1),
        }
    )


def _told() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer": [1],
            "told_on": [AS_OF - timedelta(days=100)],
            "last_seen_on": [AS_OF - timedelta(days=120)],
            "usual_gap_days": [30],
            "usual_amount": [50.0],
        }
    )


def test_memory_fades_as_real_orders_arrive() -> None:
    weights, bases = [], []
    for buying_days in range(7):
        known = insight.with_memory(insight.summary(_facts(buying_days), AS_OF), _told(), AS_OF)
        [row] = [row for row in plain(known) if row["customer"] == 1]
        weights.append(row["memory_weight"])
        bases.append(row["basis"])
    assert weights == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 0, 0])
    assert bases == ["memory", "memory", "orders", "orders", "orders", "orders", "orders"]


def test_with_five_real_buying_days_only_the_orders_speak() -> None:
    facts = insight.summary(_facts(5), AS_OF)
    with_it = {r["customer"]: r for r in plain(insight.with_memory(facts, _told(), AS_OF))}[1]
    without = {r["customer"]: r for r in plain(facts)}[1]
    for column in ("frequency", "first_on", "last_on", "monetary", "median_gap_days"):
        assert with_it[column] == without[column]


def test_a_memory_told_later_is_not_known_yet() -> None:
    facts = insight.summary(_facts(0), AS_OF)
    assert len(plain(insight.with_memory(facts, _told(), AS_OF - timedelta(days=101)))) == 1


def test_owners_without_orders_get_grades_from_memory_alone() -> None:
    told = pl.DataFrame(
        {
            "customer": range(60),
            "told_on": [AS_OF] * 60,
            "last_seen_on": [AS_OF - timedelta(days=3 * n) for n in range(60)],
            "usual_gap_days": [7 + 3 * n for n in range(60)],
            "usual_amount": [100.0] * 60,
        }
    )
    nobody = insight.summary(_facts(0).slice(0, 0), AS_OF)
    graded = plain(insight.grade_summary(insight.with_memory(nobody, told, AS_OF), AS_OF))
    assert graded[0]["group"] == "Champions"
    assert graded[-1]["group"] == "Lost"
    assert {row["basis"] for row in graded} == {"memory"}

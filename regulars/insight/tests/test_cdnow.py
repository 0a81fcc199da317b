"""CDNOW, graded as of 1 July 1998, against an independent ranking in numpy and pandas."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from regulars import insight
from regulars.insight.tests.real_data import needs, real_data

AS_OF = date(1998, 7, 1)
MASTER = real_data("orders/cdnow_master.txt")
SAMPLE = real_data("orders/cdnow_sample.txt")
ORACLE = real_data("oracles/cdnow_rfm/cdnow_customers_summary.csv")
ORACLE_SPEND = ORACLE.with_name("cdnow_customers_summary_with_transactions.csv")

needs_data = needs(
    "orders/cdnow_master.txt", "orders/cdnow_sample.txt", "oracles/cdnow_rfm/cdnow_customers_summary.csv"
)


def _master() -> pd.DataFrame:
    columns = ["customer", "day", "cds", "amount"]
    frame = pd.read_csv(MASTER, sep=r"\s+", skiprows=1, names=columns, dtype={"customer": str, "day": str})
    return frame.assign(day=pd.to_datetime(frame["day"], format="%Y%m%d"))


def _independent(frame: pd.DataFrame) -> pd.DataFrame:
    """The score rule on whole cents with pandas' own ranking: nothing shared with insight."""
    frame = frame.assign(cents=np.rint(frame["amount"] * 100).astype(int))
    facts = frame.groupby("customer").agg(last=("day", "max"), days=("day", "nunique"), cents=("cents", "sum"))
    n = len(facts)
    scores = {
        name: 1 + np.floor(5 * (facts[column].rank(method="min") - 1) / n).astype(int)
        for name, column in (("r", "last"), ("f", "days"), ("m", "cents"))
    }
    return facts.assign(**scores)


@needs_data
def test_the_master_file_is_graded_as_an_independent_ranking_grades_it() -> None:
    orders = _master()
    graded = insight.grades(orders, AS_OF).set_index("customer").sort_index()
    expected = _independent(orders).sort_index()
    assert len(graded) == 23_570
    for ours, theirs in (("r", "r"), ("f", "f"), ("m", "m"), ("frequency", "days")):
        assert (graded[ours].astype(int).to_numpy() == expected[theirs].to_numpy()).all(), ours
    names = [insight.group_of(*row) for row in expected[["r", "f", "m"]].itertuples(index=False, name=None)]
    assert graded["group"].tolist() == names


def _calibration() -> pd.DataFrame:
    columns = ["old", "customer", "day", "cds", "amount"]
    orders = pd.read_csv(SAMPLE, sep=r"\s+", names=columns, dtype={"day": str})
    orders = orders.assign(day=pd.to_datetime(orders["day"], format="%Y%m%d"))
    facts = insight.summary(orders[["customer", "day", "amount"]], date(1997, 9, 30))
    return facts.set_index("customer").sort_index()


@needs_data
def test_repeat_days_and_ages_are_those_of_the_published_summary() -> None:
    ours = _calibration()
    published = pd.read_csv(ORACLE).set_index("ID").sort_index()
    assert len(ours) == len(published) == 2_357
    assert (ours["x"].to_numpy() == published["frequency"].to_numpy()).all()
    assert np.allclose(ours["t_x_days"] / 7, published["recency"], atol=0.006)
    assert np.allclose(ours["T_days"] / 7, published["T"], atol=0.006)


@needs_data
def test_the_spend_of_a_repeat_day_is_that_of_the_published_summary() -> None:
    ours, published = _calibration(), pd.read_csv(ORACLE_SPEND).set_index("ID").sort_index()
    assert ours["spend_mean"].notna().sum() == 946, "who came once has no repeat day, and the mean is missing, not 0"
    assert np.allclose(ours["spend_mean"].fillna(0.0).astype(float), published["zbar"], atol=0.0051)

"""CDNOW, graded as of 1 July 1998, against an independent ranking in numpy and pandas."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars import insight

AS_OF = date(1998, 7, 1)
FOLDER = Path(os.environ.get("REGULARS_TEST_DATA", "../shared/data"))
MASTER = FOLDER / "orders" / "cdnow_master.txt"
SAMPLE = FOLDER / "orders" / "cdnow_sample.txt"
ORACLE = FOLDER / "oracles" / "cdnow_rfm" / "cdnow_customers_summary.csv"

needs_data = pytest.mark.skipif(
    not (MASTER.exists() and SAMPLE.exists() and ORACLE.exists()),
    reason=f"the CDNOW files are not in {FOLDER}; set REGULARS_TEST_DATA to their folder",
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


@needs_data
def test_repeat_days_and_ages_are_those_of_the_published_summary() -> None:
    columns = ["old", "customer", "day", "cds", "amount"]
    orders = pd.read_csv(SAMPLE, sep=r"\s+", names=columns, dtype={"day": str})
    orders = orders.assign(day=pd.to_datetime(orders["day"], format="%Y%m%d"))
    ours = insight.summary(orders[["customer", "day", "amount"]], date(1997, 9, 30)).set_index("customer").sort_index()
    published = pd.read_csv(ORACLE).set_index("ID").sort_index()
    assert len(ours) == len(published) == 2_357
    assert (ours["x"].to_numpy() == published["frequency"].to_numpy()).all()
    assert np.allclose(ours["t_x_days"] / 7, published["recency"], atol=0.006)
    assert np.allclose(ours["T_days"] / 7, published["T"], atol=0.006)

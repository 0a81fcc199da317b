"""The lifetime models on every kind of frame: grouped there, joined back there, the same answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from regulars.insight.lifetime import MBGCNBD, unique_rows
from regulars.insight.lifetime.rows import with_scores
from regulars.insight.tests.businesses import AS_OF, a_business
from regulars.insight.tests.engines import ENGINES, plain

FACTS = a_business(np.random.default_rng(12), 150)
MODEL = MBGCNBD().fit(FACTS)


def _everything(frame: Any) -> list[dict[str, Any]]:
    scored, dated = plain(MODEL.score(frame, 120)), plain(MODEL.next_purchase(frame, AS_OF))
    return [one | other for one, other in zip(scored, dated, strict=True)]


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_the_same_model_and_the_same_scores(name: str) -> None:
    frame = ENGINES[name](FACTS.to_arrow())
    assert MBGCNBD().fit(frame).params_ == pytest.approx(MODEL.params_, rel=1e-9)
    expected, answer = _everything(FACTS), _everything(frame)
    assert len(answer) == 150
    assert any(row["next_on"] is None for row in answer)
    assert any(row["next_on"] is not None for row in answer)
    assert [list(row) for row in answer] == [list(row) for row in expected]
    assert answer == expected


@pytest.mark.parametrize("share", [1.0, 0.25])
@pytest.mark.parametrize("name", ENGINES)
def test_histories_in_whole_days_and_in_parts_of_days_find_their_scores(name: str, share: float) -> None:
    parts = FACTS.with_columns(*(pl.col(days) * share for days in ("t_x_days", "T_days")))
    plan = ENGINES[name](parts.to_arrow())
    quick = ENGINES[name](parts.select("x", "t_x_days", "T_days").to_arrow())
    expected = plain(MODEL.p_alive(parts))
    assert plain(with_scores(plan, lambda rows: {"p_alive": MODEL.alive(rows)}, histories=quick)) == expected
    assert len({row["p_alive"] for row in expected}) > 20


def test_rows_keep_their_order_and_their_index() -> None:
    frame = FACTS.to_pandas().sample(frac=1, random_state=3)
    scored = MODEL.p_alive(frame)
    assert list(scored.index) == list(frame.index)
    assert list(scored["customer"]) == list(frame["customer"])
    by_customer = dict(zip(FACTS["customer"], MODEL.p_alive(FACTS)["p_alive"], strict=True))
    assert scored["p_alive"].tolist() == [by_customer[customer] for customer in scored["customer"]]


def test_nullable_and_untyped_columns_of_pandas_are_read() -> None:
    plain_frame = FACTS.to_pandas().drop(columns="last_on")
    for kind in ("Int64", "int32", "object"):
        frame = plain_frame.astype({"x": kind, "t_x_days": kind, "T_days": kind})
        assert np.allclose(unique_rows(frame).weight, unique_rows(FACTS).weight), kind
    assert str(MODEL.next_purchase(FACTS.to_pandas(), AS_OF)["next_on"].dtype).startswith("datetime64")
    assert isinstance(MODEL.score(plain_frame, 30), pd.DataFrame)


def test_a_repeat_day_of_every_person_is_counted_once() -> None:
    rows = unique_rows(FACTS)
    assert rows.people == len(FACTS)
    assert rows.repeats == FACTS["x"].sum()
    assert rows.log_gaps_sum.sum() == pytest.approx(FACTS["log_gaps_sum"].sum())
    assert rows.mean_age_days == pytest.approx(FACTS["T_days"].mean())
    key = [pl.struct("x", "t_x_days", "T_days")]
    assert len(rows) == FACTS.select(pl.struct("x", "t_x_days", "T_days").n_unique()).item(), key

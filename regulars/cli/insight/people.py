"""One row a person: facts, chances, what they are worth, grades, rhythm, next days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw

from regulars import insight
from regulars.cli.insight.engines import Engine
from regulars.insight.frames import opened, ordinal
from regulars.insight.lifetime import LifetimeModel
from regulars.insight.spend import GammaGamma
from regulars.insight.value import value

COLUMNS = ("customer", "x", "t_x_days", "T_days", "p_alive", "expected_purchases", "expected_purchases_low",
           "expected_purchases_high", "expected_spend", "value", "value_low", "value_high", "r", "f", "m", "group",
           "usual_gap_days", "slipping", "next_low", "next_high")  # fmt: skip
FLOATS = ("p_alive", "expected_purchases", "expected_spend", "value", "value_low", "value_high", "usual_gap_days")
OF_MONEY = ("expected_spend", "value", "value_low", "value_high")


@dataclass(frozen=True)
class Asked:
    """What is computed for: the day, the horizon, and how money counts."""

    as_of: date
    horizon_days: int
    margin_rate: float
    discount_rate_year: float


def people_of(
    engine: Engine, orders: Any, facts: Any, model: LifetimeModel, spend: GammaGamma | None, asked: Asked
) -> None:
    """Make table `people` with `COLUMNS`, by customer."""
    scored = engine.kept(model.p_alive(facts), "with_chances")
    scored = engine.kept(model.expected_purchases(scored, asked.horizon_days), "with_purchases")
    scored = engine.kept(model.next_purchase(scored, asked.as_of), "with_next")
    if spend is not None:
        scored = engine.kept(spend.expected_spend(scored), "with_spend")
        scored = value(
            scored,
            model,
            spend,
            asked.horizon_days,
            margin_rate=asked.margin_rate,
            discount_rate_year=asked.discount_rate_year,
            as_of=asked.as_of,
        )
        scored = engine.kept(scored, "with_value")
    graded = insight.grade_summary(_with_a_measure(scored, has_money=spend is not None), asked.as_of)
    engine.land(_with_rhythm(engine.kept(graded, "graded"), orders, asked.as_of), "landed")
    _lay_out(engine, has_money=spend is not None)


def _with_a_measure(facts: Any, *, has_money: bool) -> Any:
    """Without amounts the grade of money is that of visits, so that the group rests on what is known."""
    if has_money:
        return facts
    return opened(facts).with_columns(monetary=nw.col("frequency").cast(nw.Float64)).to_native()


def _with_rhythm(facts: Any, orders: Any, as_of: date) -> Any:
    """Each person's usual gap, and whether a silence as long as theirs is improbable under it (as on the pages)."""
    frame = opened(insight.with_rhythm(facts, orders, as_of))
    is_late = (ordinal("slips_on") <= as_of.toordinal()).fill_null(False)
    return frame.with_columns(slipping=is_late).to_native()


def _lay_out(engine: Engine, *, has_money: bool) -> None:
    """The columns that were promised, in their order and types; never a NaN."""
    there = {str(name) for name, *_rest in engine.con.execute("DESCRIBE landed").fetchall()}
    parts = []
    for column in COLUMNS:
        if column not in there or (column in (*OF_MONEY, "m") and not has_money):
            parts.append(f'NULL::{_kind(column)} AS "{column}"')
        elif column in FLOATS:
            number = f'"{column}"::DOUBLE'
            parts.append(f'CASE WHEN isfinite({number}) THEN {number} END AS "{column}"')
        elif column == "customer":
            parts.append("customer")
        else:
            parts.append(f'"{column}"::{_kind(column)} AS "{column}"')
    engine.con.execute(
        f"CREATE TABLE people AS SELECT {', '.join(parts)}, monetary::DOUBLE AS monetary_, last_on::DATE AS last_on_ FROM landed"
    )
    engine.con.execute("DROP TABLE landed")


def _kind(column: str) -> str:
    if column in FLOATS:
        return "DOUBLE"
    return {"group": "VARCHAR", "slipping": "BOOLEAN", "next_low": "DATE", "next_high": "DATE"}.get(column, "BIGINT")

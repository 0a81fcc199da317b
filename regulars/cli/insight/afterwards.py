"""What came after the day that was asked for, where the file holds it: looked at last, changing nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from regulars.cli.insight.engines import Engine
from regulars.cli.insight.orders import make_orders
from regulars.cli.insight.people import Asked
from regulars.insight.backtest import Measures, Predicted, measured
from regulars.insight.lifetime import LifetimeModel


def afterwards(engine: Engine, model: LifetimeModel, facts: Any, asked: Asked, last_on: date) -> tuple[Measures, int]:
    """Compare what the model says of the days the file still holds with what came on them; also how many days."""
    days, con = min(asked.horizon_days, (last_on - asked.as_of).days), engine.con
    make_orders(con, "bought_later", asked.as_of + timedelta(days=days))
    engine.land(engine.kept(model.expected_purchases(facts, days), "ahead"), "ahead_landed")
    found: dict[str, Any] = con.execute(
        "SELECT coalesce(c.n, 0)::BIGINT AS n, e.expected_purchases::DOUBLE AS mean,"
        " e.expected_purchases_low::DOUBLE AS low, e.expected_purchases_high::DOUBLE AS high"
        " FROM ahead_landed e LEFT JOIN (SELECT customer, count(DISTINCT day) AS n FROM bought_later"
        f" WHERE day > DATE '{asked.as_of}' GROUP BY customer) c USING (customer)"
    ).fetchnumpy()
    return measured(found["n"], Predicted(found["mean"], found["low"], found["high"])), days

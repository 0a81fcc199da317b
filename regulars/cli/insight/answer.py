"""What is said with --json, and the file of people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regulars.cli.insight import targets
from regulars.cli.insight.analysis import Answer
from regulars.cli.insight.people import COLUMNS
from regulars.insight.backtest import Row
from regulars.insight.backtest.rolling import RULES
from regulars.insight.lifetime import LifetimeModel
from regulars.kit.cells import SIGNS
from regulars.kit.errors import Refusal


def as_json(answer: Answer, unit: str) -> dict[str, Any]:
    """Everything in standard JSON: what is not known is null, never NaN."""
    counted = answer.counted
    said: dict[str, Any] = _finite(
        {
            "data": {
                "customers": answer.customers,
                "orders": counted.orders,
                "refunds_matched": counted.refunds_matched,
                "refunds_unmatched": counted.refunds_unmatched,
                "first_day": answer.first_on.isoformat(),
                "last_day": answer.last_on.isoformat(),
            },
            "models": [_model(model, unit) for model in answer.choice.fitted],
            "chosen": {"name": answer.choice.name, "why": answer.choice.why},
            "spend": _spend(answer),
            "backtest": [_row(row) for row in answer.choice.rows],
            "warnings": answer.warnings,
        }
    )
    return said


def _model(model: LifetimeModel, unit: str) -> dict[str, Any]:
    params, errors, log_likelihood = model.in_unit(unit)
    params = dict(params)
    if hasattr(model, "k_") and model.name == "mbg-cnbd":
        params["k"] = model.k_
    return {
        "name": model.name,
        "params": params,
        "standard_errors": errors,
        "log_likelihood": None if model.name in RULES else log_likelihood,
        "customers": model.n_,
    }


def _spend(answer: Answer) -> dict[str, Any] | None:
    if answer.spend is None or answer.spend.params_ is None:
        return None
    return {**answer.spend.params_, "log_likelihood": answer.spend.log_likelihood_, "customers": answer.spend.n_}


def _row(row: Row) -> dict[str, Any]:
    names = ("model", "mae", "rmse", "bias_rate", "coverage_95", "gini", "top_decile_rate")
    return {name: getattr(row, name) for name in names}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def check_target(path: Path, read: Sequence[Path]) -> None:
    """Refuse a file of people that could not be written, before anything is computed."""
    if path.suffix.lower() not in {".parquet", ".csv"}:
        raise Refusal(f"{path}: people can be written as .parquet or .csv.")
    targets.check(path, read)


def write_people(answer: Answer, path: Path) -> None:
    """Write one row a person, sorted by customer."""
    columns = ", ".join(f'"{name}"' for name in COLUMNS if name != "customer")
    if path.suffix.lower() == ".parquet":
        who, how = "customer", "(FORMAT parquet)"
    else:
        text = "customer::VARCHAR"
        unsafe = f"regexp_matches({text}, '^[\\s]*[{SIGNS}]') AND try_cast({text} AS DOUBLE) IS NULL"
        who, how = f"CASE WHEN {unsafe} THEN '''' || {text} ELSE {text} END AS customer", "(FORMAT csv, HEADER true)"
    target = str(path).replace("'", "''")
    answer.con.execute("SET preserve_insertion_order = true")
    with targets.writing(path):
        answer.con.execute(f"COPY (SELECT {who}, {columns} FROM people ORDER BY people.customer) TO '{target}' {how}")

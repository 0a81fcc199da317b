"""Lifetime value: what a million people cost, and whether the intervals hold what they say.

    python bench/value.py                         everything, some minutes
    python bench/value.py --only totals --businesses 400 --people 500
    python bench/value.py --only totals --crossed    each truth fitted by the other model as well

Promised: 95 % intervals of the money of a year hold the truth of 93 to 97 of 100 invented businesses; about 2.5 % of
people lie beyond each end of theirs. Times are of the processor, one thread; businesses are shared out among the cores.
Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import polars as pl

from regulars.insight.lifetime import MBGNBD, LifetimeModel, ParetoNBD
from regulars.insight.spend import GammaGamma
from regulars.insight.tests.invented import YEAR_DAYS, invented, truth
from regulars.insight.value import value, value_by_period

AS_OF = date(2025, 12, 31)
KINDS: dict[str, type[LifetimeModel]] = {"mbg": MBGNBD, "pareto": ParetoNBD}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(PARTS))
    parser.add_argument("--businesses", type=int, default=300)
    parser.add_argument("--people", type=int, nargs="*", default=[60, 500])
    parser.add_argument("--crossed", action="store_true", help="fit each truth by the other model as well")
    parser.add_argument("--million", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: the cores)")
    options = parser.parse_args()
    report = {name: part(options) for name, part in PARTS.items() if options.only in (None, name)}
    print(json.dumps({"bench": "value", "load": os.getloadavg()[0], **report}, indent=1))
    return 0


def totals(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Each business is invented, fitted, asked for its year, and compared with the year that follows."""
    pairs = [(of, by) for of, by in product(KINDS, repeat=2) if of == by or options.crossed]
    with ProcessPoolExecutor(max(options.jobs, 1), mp_context=get_context("spawn")) as pool:
        return [_totals(pool, of, by, n, options.businesses) for of, by in pairs for n in options.people]


def _totals(pool: ProcessPoolExecutor, of: str, by: str, n: int, businesses: int) -> dict[str, Any]:
    found = np.array(list(pool.map(partial(_total, of, by, n), range(businesses), chunksize=5)))
    below, above, months, ratios, width = found.T
    shares = {"inside": 1 - below - above, "truth_below": below, "truth_above": above, "months_inside": months}
    return {
        "truth": of,
        "fitted": by,
        "people": n,
        "businesses": businesses,
        **{key: round(float(share.mean()), 4) for key, share in shares.items()},
        "expected_over_truth_median": round(float(np.median(ratios)), 3),
        "width_over_expected_median": round(float(np.median(width)), 3),
    }


def _total(of: str, by: str, n: int, seed: int) -> tuple[float, ...]:
    """Whether less or more came in the year than its interval, the share of months within, what was expected of it."""
    facts, days, amounts, _ = invented(n, seed, KINDS[of])
    model, spend = KINDS[by]().fit(facts), GammaGamma().fit(facts)
    seen = pl.DataFrame(value_by_period(facts, model, spend, YEAR_DAYS, as_of=AS_OF, discount_rate_year=0))
    paid = np.array([amounts[days <= (day - AS_OF).days].sum() for day in seen["until_on"]])
    low, middle, high = (seen[name][-1] for name in ("total_value_low", "total_value", "total_value_high"))
    month = np.diff(paid, prepend=0)
    held = np.mean((seen["value_low"].to_numpy() <= month) & (month <= seen["value_high"].to_numpy()))
    ratio, width = middle / max(paid[-1], 1e-9), (high - low) / max(middle, 1e-9)
    return float(paid[-1] < low), float(paid[-1] > high), float(held), ratio, width


def persons(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Of many people of a known truth: how many bring more or less than the ends of their own interval."""
    found = []
    for name, kind in KINDS.items():
        facts, _, amounts, customer = invented(50_000, 7, kind)
        seen = pl.DataFrame(value(facts, truth(kind), GammaGamma().fit(facts), YEAR_DAYS, discount_rate_year=0))
        brought = np.bincount(customer, amounts, len(seen))
        above = float(np.mean(brought > seen["value_high"].to_numpy() * (1 + 1e-9)))
        sure = seen["value_low"].to_numpy() > 0
        below = float(np.mean(brought[sure] < seen["value_low"].to_numpy()[sure])) if sure.any() else None
        found.append(
            {"truth": name, "above_rate": above, "below_rate_where_low_is_not_0": below, "of": int(sure.sum())}
        )
    return found


def million(options: argparse.Namespace) -> dict[str, Any]:
    """Fit and value many people whose days are whole, over 39 weeks and over three years."""
    spans = {"39 weeks": (189, 273), "three years": (1, 1096)}
    return {name: _million(options.million, ages) for name, ages in spans.items()}


def _million(n: int, ages_days: tuple[int, int]) -> dict[str, Any]:
    facts = pl.DataFrame(invented(n, 1, MBGNBD, ages_days).facts)
    days = facts.with_columns(pl.col("t_x_days").floor(), pl.col("spend_mean").round(2))
    model, spend = MBGNBD().fit(days), GammaGamma()
    return {
        "people": n,
        "distinct": days.select("x", "t_x_days", "T_days").unique().height,
        "fit_spend_s": _cpu(lambda: spend.fit(days)),
        "value_s": _cpu(lambda: value(days, model, spend)),
        "months_s": _cpu(lambda: value_by_period(days, model, spend, as_of=AS_OF)),
        "fit_pareto_s": _cpu(lambda: ParetoNBD().fit(days)),
    }


def _cpu(act: Callable[[], Any]) -> float:
    before = time.process_time()
    act()
    return round(time.process_time() - before, 3)


PARTS: dict[str, Callable[[argparse.Namespace], Any]] = {"persons": persons, "million": million, "totals": totals}

if __name__ == "__main__":
    sys.exit(main())

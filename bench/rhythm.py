"""Which rule tells slipping better: twice the usual gap, or a silence with a probability below 1 in 10?

Simulated businesses with known truth, eight seeds each (1,200 people over two years); means with 95 % intervals over
the seeds. Run: python bench/rhythm.py. The table in docs/insight/rhythm.md is what it prints.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import rankdata, t

from regulars import insight
from regulars.insight import Rhythms
from regulars.insight.tests.test_rhythms import END, business

PEOPLE, SEEDS = 1_200, range(201, 209)
BUSINESSES = {
    "haphazard, every 40 days": (1.0, 40, 0.08),
    "regular, every 30 days": (3.0, 30, 0.06),
    "habit, every 14 days": (6.0, 14, 0.03),
    "rare, every 90 days": (1.5, 90, 0.15),
}


def compared(k: float, mean: float, p_gone: float, seed: int) -> list[float]:
    """False alarms and found of each rule, found at as many false alarms, and the areas under both curves."""
    orders, is_gone = business(PEOPLE, k, mean, p_gone, seed)
    facts = insight.summary(orders, END)
    said = Rhythms().fit(facts).p_silence(facts.filter(pl.col("frequency") >= 3), END)
    gone = np.array([is_gone[person] for person in said["customer"]])
    p, silent = said["p_silence"].to_numpy(), said["silent_days"].to_numpy().astype(float)
    ratio = silent / said["median_gap_days"].to_numpy()
    twice, improbable = (ratio > 2) & (silent >= 14), (p < 0.1) & (silent >= 14)
    alike = p <= np.quantile(p[~gone], twice[~gone].mean())
    rates = [rule[who].mean() for rule, who in ((twice, ~gone), (twice, gone), (improbable, ~gone), (improbable, gone))]
    return [*rates, alike[gone].mean(), area(-p, gone), area(ratio, gone)]


def area(score: np.ndarray, gone: np.ndarray) -> float:
    """How often somebody who left is ranked above somebody who did not."""
    left, stayed = gone.sum(), (~gone).sum()
    return float((rankdata(score)[gone].sum() - left * (left + 1) / 2) / (left * stayed))


def main() -> None:
    """Print the table."""
    print("| business | twice the gap | P < 1 in 10 | P at as many false alarms | area, P / twice | difference |")
    print("| --- | --- | --- | --- | --- | --- |")
    wide = t.ppf(0.975, len(SEEDS) - 1) / np.sqrt(len(SEEDS))
    for name, settings in BUSINESSES.items():
        found = np.array([compared(*settings, seed) for seed in SEEDS])
        found = np.column_stack([found, found[:, 5] - found[:, 6]])
        mean, half = found.mean(axis=0), wide * found.std(axis=0, ddof=1)
        shares = [f"{100 * m:.0f} ± {100 * h:.0f} %" for m, h in zip(mean[:5], half[:5], strict=True)]
        curves = f"{mean[5]:.3f} / {mean[6]:.3f} | {mean[7]:+.3f} ± {half[7]:.3f}"
        print(f"| {name} | {shares[0]}, {shares[1]} | {shares[2]}, {shares[3]} | {shares[4]} | {curves} |", flush=True)


if __name__ == "__main__":
    main()

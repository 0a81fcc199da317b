"""Findings of an invented shop in the shapes of `models.findings`, for pages that only read them."""

from __future__ import annotations

from datetime import date
from typing import Any

from regulars.kit import clock
from regulars.standings.models import Finding

CURVE = [
    {"day": day, "share": round(0.72 * (1 - 0.985**day), 4), "low": max(0.0, round(0.66 * (1 - 0.985**day) - 0.02, 4)),
     "high": round(0.77 * (1 - 0.985**day) + 0.02, 4) if day else 0.0, "waiting": 300 - day // 3}
    for day in range(0, 731, 5)
]  # fmt: skip
STAYING = [
    {"day": day, "share": round(0.9988**day, 4), "low": max(0.0, round(0.9988**day - 0.0001 * day, 4)),
     "high": min(1.0, round(0.9988**day + 0.00008 * day, 4)), "waiting": 300 - day // 3}
    for day in range(0, 731, 10)
]  # fmt: skip


def months(first: date, count: int) -> list[str]:
    numbers = [first.year * 12 + first.month - 1 + number for number in range(count)]
    return [date(number // 12, number % 12 + 1, 1).isoformat() for number in numbers]


def _cohorts(as_of: date, count: int = 14) -> list[dict[str, Any]]:
    begin = as_of.year * 12 + as_of.month - 1 - (count - 1)
    starts = months(date(begin // 12, begin % 12 + 1, 1), count)
    return [
        {"start": start, "people": 18 + number, "came": [18 + number, *(max(0, 9 - month) for month in range(1, count - number))]}
        for number, start in enumerate(starts)
    ]  # fmt: skip


def _forecast(as_of: date) -> dict[str, Any]:
    begin = as_of.year * 12 + as_of.month - 1
    past = months(date((begin - 12) // 12, (begin - 12) % 12 + 1, 1), 12)
    ahead = months(date(begin // 12, begin % 12 + 1, 1), 12)
    return {
        "months": [
            {"month": month, "purchases": 70 - number, "purchases_low": 55 - number, "purchases_high": 88 - number,
             "amount": f"{5200 - 90 * number:.2f}", "amount_low": f"{4100 - 90 * number:.2f}",
             "amount_high": f"{6500 - 80 * number:.2f}"}
            for number, month in enumerate(ahead)
        ],
        "purchases": {"value": 774, "low": 690, "high": 861},
        "amount": {"value": "56460.00", "low": "49200.00", "high": "64100.00"},
        "past": [
            {"month": month, "purchases": 60 + number, "amount": f"{4300 + 170 * number:.2f}"}
            for number, month in enumerate(past)
        ],
        "is_seasonal": False,
        "reason": "",
    }  # fmt: skip


def _model() -> dict[str, Any]:
    names = (("mbg-cnbd", 1.21, 0.03, True), ("mbg", 1.34, -0.12, False), ("bg", 1.36, -0.1, False),
             ("pareto", 1.33, -0.11, False), ("same-rate", 1.82, 0.52, False), ("hiatus", 1.51, 0.21, False))  # fmt: skip
    return {
        "name": "mbg-cnbd", "since": "2026-01-04", "fitted_on": "2026-03-01", "params": {"k": 2, "r": 1.1},
        "standard_errors": {}, "n": 318, "log_likelihood": -9582.1, "why": "", "warnings": [],
        "backtest": [
            {"model": name, "mae": rmse / 2, "rmse": rmse, "bias_rate": bias, "coverage_95": 0.96, "gini": 0.7,
             "top_decile_rate": 0.49, "is_chosen": is_chosen, "is_heuristic": name in {"same-rate", "hiatus"}}
            for name, rmse, bias, is_chosen in names
        ],
        "recalibration": 1.0, "spend": {"p": 6.2, "q": 3.7, "v": 15.4, "n": 240}, "margin_rate": 1.0,
        "calibration": [
            {"people": 32, "expected": 0.05 * 1.75**tenth, "happened": 0.055 * 1.74**tenth + 0.03 * (tenth % 3)}
            for tenth in range(10)
        ],
        "last": {"from": "2025-07-01", "until": "2025-12-31", "people": 260,
                 "expected": {"value": 402, "low": 371, "high": 433}, "happened": 417},
        "reason": "",
    }  # fmt: skip


def some_findings(as_of: date, late: list[int] | None = None, **other: dict[str, Any]) -> None:
    """Keep every finding but the groups, which the grading finds itself; `late` are the ids of people who slip."""
    ids = late or []
    band = {"at_stake_amount": "2100.00", "expected_amount": "900.00", "lost_amount": "1200.00"}
    named = [
        {
            "person_id": pk,
            "silent_days": 96,
            "usual_gap_days": 41.0,
            "at_stake_amount": "640.00",
            "lost_amount": "410.00",
        }
        for pk in ids
    ]
    data: dict[str, dict[str, Any]] = {
        "retention": {"period": "month", "cohorts": _cohorts(as_of), "buyers": 318, "reason": "",
                      "repeat": {"value": 0.62, "low": 0.565, "high": 0.672}},
        "second": {"curve": CURVE, "median_days": 78, "reason": ""},
        "survival": {"lines": [{"by": "", "key": "", "people": 318, "curve": STAYING},
                               {"by": "channel", "key": "shop", "people": 270, "curve": STAYING},
                               {"by": "channel", "key": "online", "people": 48, "curve": STAYING[:60]}], "reason": ""},
        "value": {"horizon_days": 365, "margin_rate": 1.0, "people": 318, "reason": "",
                  "total": {"value": "52000.00", "low": "45000.00", "high": "59500.00"},
                  "buckets": [{"from_amount": str(low), "before_amount": str(high) if high else None, "people": n,
                               "value_amount": f"{n * (low + 20)}.00"}
                              for low, high, n in ((0, 50, 120), (50, 100, 74), (100, 200, 61), (200, 400, 40),
                                                   (400, 800, 18), (800, None, 5))],
                  "top_share": {"10": 0.44, "20": 0.61}},
        "forecast": _forecast(as_of),
        "slipping": {"people": max(2, len(ids)) * 2, "reason": "", **band, "bands": [
            {"times_from": 2, "times_before": 3, "people": max(2, len(ids)), **band, "named": named},
            {"times_from": 3, "times_before": 5, "people": max(2, len(ids)), **band, "named": []},
            {"times_from": 5, "times_before": None, "people": 0, "at_stake_amount": "0.00", "expected_amount": "0.00",
             "lost_amount": "0.00", "named": []}]},
        "model": _model(),
    }  # fmt: skip
    for name, found in {**data, **other}.items():
        Finding.objects.update_or_create(
            name=name, defaults={"as_of": as_of, "data": found, "n": 318, "made_at": clock.now()}
        )

"""No rows, or one person of whom nothing else is known: an answer without a guess, on three engines, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight.tests.engines import QUICK
from regulars.insight.tests.tables_for_tests import told

AS_OF = date(2026, 6, 30)
SCHEMA = pa.schema(
    [
        ("customer", pa.int64()),
        ("day", pa.date32()),
        ("amount", pa.decimal128(14, 2)),
        ("product", pa.string()),
        ("channel", pa.string()),
        ("monetary", pa.float64()),
        ("told_on", pa.date32()),
        ("told_share", pa.float64()),
        ("has_asked", pa.bool_()),
        ("might_spend", pa.decimal128(14, 2)),
    ]
)
ONE = {
    "customer": [1],
    "day": [AS_OF],
    "amount": [Decimal(3)],
    "product": ["tea"],
    "monetary": [3.0],
    "told_on": [AS_OF],
}
NOBODY = SCHEMA.empty_table()
SOMEBODY = pa.table({name: ONE.get(name, [None]) for name in SCHEMA.names}, schema=SCHEMA)

ASKED: dict[str, Callable[[Any], Any]] = {
    "retention": lambda o: insight.retention(o, AS_OF, by="channel"),
    "churn": lambda o: insight.churn(o, AS_OF, by="channel"),
    "repeat rate": lambda o: insight.repeat_rate(o, AS_OF),
    "curve": lambda o: insight.kaplan_meier(insight.times_to_second(o, AS_OF, by="week"), by="cohort"),
    "median": lambda o: insight.median_times(insight.times_until_quiet(o, AS_OF)),
    "replenishment": lambda o: insight.replenishment(o, AS_OF),
    "goes with": lambda o: insight.goes_with(o, AS_OF),
    "next": lambda o: insight.next_product(o, AS_OF),
    "room": lambda o: insight.with_room(o, insight.wallet(o, o, AS_OF, peers="channel")),
    "potential": lambda o: insight.potential(o, o, AS_OF),
}


@pytest.mark.parametrize("engine", ["pandas", "pyarrow", "duckdb"])
@pytest.mark.parametrize("asked", ASKED)
def test_nobody_and_one_person_are_answered(engine: str, asked: str) -> None:
    for given in (NOBODY, SOMEBODY):
        found = told(ASKED[asked](QUICK[engine](given)))
        assert len(found) <= 2
        assert "nan" not in str(found).lower()

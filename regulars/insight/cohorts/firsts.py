"""When each customer bought first, and which cohort that puts them in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import narwhals as nw

from regulars.insight.cohorts.periods import PERIODS, index_of, name_of, with_name
from regulars.insight.errors import FrameError
from regulars.insight.frames import Frame, ordinal
from regulars.insight.orders import purchases
from regulars.insight.tables import fetched, merged, nullable, with_labels

OTHERS = "(others)"
MOST_GROUPS = 50


def is_column(by: str | None) -> bool:
    """Say whether `by` names a column of the orders, and not a period or nothing."""
    return by is not None and by not in PERIODS


def bought_by(orders: Any, as_of: date, by: str | None) -> Frame:
    """Keep the purchases, with ``label`` from the column that `by` names."""
    if not is_column(by):
        return nullable(purchases(orders, as_of))
    assert by is not None
    if by in ("customer", "day", "amount", "refund", "refunded_on", "cancelled"):
        raise FrameError(by, "cannot name cohorts; give a period or another column")
    frame = with_labels(nullable(purchases(orders, as_of, also=[by])), by)
    return frame.select("customer", "day", label=nw.col(by).cast(nw.String))


def with_cohorts(bought: Frame, by: str | None) -> Frame:
    """Give each customer's ``first_on`` (day), ``first`` (its number) and ``cohort`` (a label, a number or missing)."""
    if is_column(by):
        return _labelled(bought)
    firsts = bought.group_by("customer").agg(first_on=nw.col("day").min())
    cohort = nw.lit(0, nw.Int64) if by is None else index_of("first_on", by)
    return firsts.with_columns(first=ordinal("first_on"), cohort=cohort)


def times_only(times: Frame, by: str | None) -> Frame:
    """Keep what an answer of waiting times holds, with names for the numbers of periods."""
    kept = ["customer", "days", "happened", "known_days"]
    if by is None:
        return times.select(*kept)
    named = times if is_column(by) else with_name(times, "first_on", by, "cohort")
    return named.select(*kept, "cohort")


def _labelled(bought: Frame) -> Frame:
    """Take the label of the first day; of several that day the first in order."""
    firsts = bought.group_by("customer").agg(first_on=nw.col("day").min())
    begun = merged(bought, firsts, ["customer"]).filter(nw.col("day") == nw.col("first_on"))
    labelled = begun.group_by("customer").agg(first_on=nw.col("first_on").min(), cohort=nw.col("label").min())
    return _few_labels(labelled.with_columns(first=ordinal("first_on")))


def _few_labels(labelled: Frame) -> Frame:
    """Put all but the largest groups together, so that what is fetched stays small."""
    counts = labelled.group_by("cohort").agg(people=nw.len())
    biggest = counts.sort("people", "cohort", descending=[True, False]).head(MOST_GROUPS + 1)
    names = [name for name, _ in fetched(biggest)]
    if len(names) <= MOST_GROUPS:
        return labelled
    kept = [name for name in names[: MOST_GROUPS - 1] if name is not None]
    is_kept = nw.col("cohort").is_in(kept) | nw.col("cohort").is_null()
    return labelled.with_columns(cohort=nw.when(is_kept).then(nw.col("cohort")).otherwise(nw.lit(OTHERS)))


def cohort_name(cohort: Any, by: str | None) -> str | None:
    """Name a cohort for the answer; missing where the column was, or where there is but one."""
    if by is None or cohort is None:
        return None
    return str(cohort) if is_column(by) else name_of(int(cohort), by)


def in_order(cohorts: Sequence[Any]) -> list[Any]:
    """Sort cohorts: unknown and the others last."""
    return sorted(set(cohorts), key=lambda cohort: (cohort is None, cohort == OTHERS, cohort))

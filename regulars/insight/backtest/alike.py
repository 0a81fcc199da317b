"""People with the same history, taken together."""

from __future__ import annotations

import numpy as np

from regulars.insight.backtest.buying import Floats, Ints, Known
from regulars.insight.lifetime.rows import Array, UniqueRows


def grouped(known: Known) -> tuple[UniqueRows, Ints]:
    """Group people with the same history; also the row of each person."""
    reach = int(known.T.max()) + 1 if len(known) else 1
    code = (known.x * reach + known.T) * reach + known.t_x
    _codes, first, at, weight = np.unique(code, return_index=True, return_inverse=True, return_counts=True)

    def numbers(values: Array) -> Floats:
        return values[first].astype(np.float64)

    logs = np.bincount(at, known.log_gaps_sum, len(first))
    rows = UniqueRows(numbers(known.x), numbers(known.t_x), numbers(known.T), logs, weight.astype(np.float64))
    return rows, at.astype(np.int64)

"""Customers with the same history are one row: grouped in the frame's own engine, scored once, joined back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals as nw
import numpy as np

from regulars.insight.arrays import joined_with
from regulars.insight.errors import FrameError
from regulars.insight.frames import Frame, need, opened

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
KEYS = ("x", "t_x_days", "T_days")
_DENSE_CELLS = 1 << 23
_FAULTS = {"x": "is not a count of days", "t_x_days": "is not a number of days within T_days", "T_days": "is negative"}


@dataclass(frozen=True)
class UniqueRows:
    """Distinct histories and how many people share each.

    Parameters
    ----------
    x : array of shape (rows,)
        Repeat buying days.
    t_x, T : arrays of shape (rows,), days
        From the first buying day to the last one and to the end of what is known.
    log_gaps_sum : array of shape (rows,)
        Sum over the people of the row of the natural logarithms of their gaps, in days.
    weight : array of shape (rows,)
        People.
    """

    x: Array
    t_x: Array
    T: Array
    log_gaps_sum: Array
    weight: Array
    _coarse: dict[int, UniqueRows] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.x)

    @property
    def people(self) -> float:
        """Count everybody."""
        return float(self.weight.sum())

    @property
    def repeats(self) -> float:
        """Count the repeat buying days of everybody."""
        return float(self.weight @ self.x)

    @property
    def mean_age_days(self) -> float:
        """Average T over everybody; 1 where nobody has any, so that it can be divided by."""
        mean = float(self.weight @ self.T) / self.people if len(self) else 0.0
        return mean if mean > 0 else 1.0

    def on_grid(self, most: int) -> UniqueRows:
        """Pool neighbours in time, a week at first, until at most about `most` rows are left.

        t_x and T of a pooled row are their means, so that totals stay; x is never pooled.
        """
        if most not in self._coarse and len(self) > most:
            rows, step = self, 7.0
            while len(rows) > most and step < 4 * max(self.mean_age_days, 7.0):
                rows = self._pooled(step)
                step *= 2
            self._coarse[most] = rows
        return self._coarse.get(most, self)

    def _pooled(self, step: float) -> UniqueRows:
        codes, _, _ = _codes([self.x, np.floor(self.T / step), np.floor(self.t_x / step)])
        weight = np.bincount(codes, self.weight)
        means = [np.bincount(codes, self.weight * values) / weight for values in (self.x, self.t_x, self.T)]
        return UniqueRows(np.rint(means[0]), means[1], means[2], np.bincount(codes, self.log_gaps_sum), weight)


def unique_rows(facts: Any) -> UniqueRows:
    """Group customers with the same history.

    Parameters
    ----------
    facts : frame
        What `regulars.insight.summary` returns: ``x``, ``t_x_days`` and ``T_days`` are read, and ``log_gaps_sum``
        where it is there. Only the distinct rows of a DuckDB relation or a PySpark frame are fetched.

    Returns
    -------
    UniqueRows
        Sorted by x, T and t_x.

    Raises
    ------
    FrameError
        When a column is missing, or its value is empty or impossible.

    Examples
    --------
    >>> import polars as pl
    >>> facts = pl.DataFrame({"x": [0, 2, 0], "t_x_days": [0, 9, 0], "T_days": [30, 30, 30]})
    >>> unique_rows(facts).weight
    array([2., 1.])
    """
    return _grouped(opened(facts))[0]


def with_scores(
    facts: IntoFrameT, score: Callable[[UniqueRows], dict[str, Array]], may_miss: tuple[str, ...] = ()
) -> IntoFrameT:
    """Add columns that depend on the history alone.

    Parameters
    ----------
    facts : frame
        See `unique_rows`; every column passes through.
    score : callable
        Takes the distinct rows, returns an array of shape (rows,) for each new column.
    may_miss : tuple of str
        New columns in which a negative value stands for "missing".

    Returns
    -------
    frame
        `facts` with the new columns.
    """
    frame = opened(facts)
    rows, codes = _grouped(frame)
    columns = score(rows)
    if isinstance(frame, nw.DataFrame):
        series = [nw.new_series(name, values[codes], backend=frame.implementation) for name, values in columns.items()]
        scored: Frame = frame.with_columns(*series)
    else:
        beside = dict(zip((f"{key}_" for key in KEYS), (rows.x, rows.t_x, rows.T), strict=True)) | columns
        scored = _joined(frame, beside)
    known = [nw.when(nw.col(name) >= 0).then(nw.col(name)).alias(name) for name in may_miss]
    given: IntoFrameT = (scored.with_columns(*known) if known else scored).to_native()
    return given


def _grouped(frame: Frame) -> tuple[UniqueRows, Array]:
    """Give the distinct rows and, for a frame in memory, the place of each of its rows among them."""
    schema = need(frame, *KEYS)
    gaps = ["log_gaps_sum"] if "log_gaps_sum" in schema else []
    if isinstance(frame, nw.DataFrame):
        given = {name: np.asarray(frame[name].to_numpy()) for name in (*KEYS, *gaps)}
    else:
        given = _fetched(frame.group_by(*KEYS).agg(nw.len().alias("people"), *(nw.col(g).sum() for g in gaps)))
    x, t_x, age = (_numbers(given[name]) for name in KEYS)
    _refuse_faults(x, t_x, age, is_ordered=isinstance(frame, nw.DataFrame))
    codes, firsts, counts = _codes([x, age, t_x])
    people = np.bincount(codes, _numbers(given["people"]), len(firsts)) if "people" in given else _floats(counts)
    logs = _numbers(given["log_gaps_sum"]) if gaps else np.zeros(len(x))
    gaps_sum = np.bincount(codes, np.where(np.isfinite(logs), logs, 0.0), len(firsts))
    rows = UniqueRows(_floats(x[firsts]), _floats(t_x[firsts]), _floats(age[firsts]), gaps_sum, people)
    return rows, codes


def _floats(values: Array) -> Array:
    floats: Array = values.astype(np.float64)
    return floats


def _numbers(values: Array) -> Array:
    """Make whole numbers or floats of a column; what is neither becomes not-a-number, and is refused by name."""
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan) if values.mask.any() else values.data
    if values.dtype.kind in "iu":
        return values
    if values.dtype.kind == "O":
        values = np.array([np.nan if value is None else value for value in values.tolist()])
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        return np.full(len(values), np.nan)


def _refuse_faults(x: Array, t_x: Array, age: Array, *, is_ordered: bool) -> None:
    most = 1e7
    with np.errstate(invalid="ignore"):
        faults = {
            "x": None if _is_within(x, most) and _is_whole(x) else (x >= 0) & (x < most) & (x == np.floor(x)),
            "T_days": None if _is_within(age, most) else (age >= 0) & (age < most),
            "t_x_days": (t_x >= 0) & (t_x <= age),
        }
    for column, sound in faults.items():
        if sound is not None and not sound.all():
            at = int(np.argmin(sound))
            values = ", ".join(f"{name} {float(v[at]):g}" for name, v in zip(KEYS, (x, t_x, age), strict=True))
            where = f"row {at + 1}" if is_ordered else f"the row with {values}".replace("nan", "empty")
            value = {"x": x, "t_x_days": t_x, "T_days": age}[column][at]
            raise FrameError(column, "is empty or not a number" if np.isnan(value) else _FAULTS[column], where)


def _is_within(values: Array, most: float) -> bool:
    return not len(values) or bool(values.min() >= 0 and values.max() < most)


def _is_whole(values: Array) -> bool:
    return values.dtype.kind in "iu" or bool((values == np.floor(values)).all())


def _codes(columns: list[Array]) -> tuple[Array, Array, Array]:
    """Number the distinct combinations in sorted order: (number of each row, a first row of each, count of each)."""
    key, span = np.zeros(len(columns[0]), dtype=np.int64), 1
    for values in columns:
        code, size = _code(values)
        if span * size > 1 << 62:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            span = int(key.max()) + 1
        key = key * size + code if span > 1 else code
        span *= size
    if span > max(_DENSE_CELLS, 4 * len(key)):
        _, firsts, codes, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        return codes, firsts, counts
    all_counts = np.bincount(key, minlength=span)
    present = np.flatnonzero(all_counts)
    place = np.empty(span, dtype=np.int32)
    place[present] = np.arange(len(present), dtype=np.int32)
    found: Array = place[key]
    firsts = np.empty(len(present), dtype=np.int64)
    firsts[found] = np.arange(len(key))
    return found, firsts, all_counts[present]


def _code(values: Array) -> tuple[Array, int]:
    if not len(values):
        return values.astype(np.int64), 1
    whole = values.astype(np.int64, copy=False)
    if whole is values or (whole == values).all():
        low = int(whole.min())
        return whole - low, int(whole.max()) - low + 1
    distinct, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64), len(distinct)


def _fetched(frame: nw.LazyFrame[Any]) -> dict[str, Array]:
    native = frame.to_native()
    if nw.dependencies.is_duckdb_relation(native):
        return dict(native.fetchnumpy())
    if frame.implementation.is_polars():
        collected = frame.collect()
        return {name: np.asarray(collected[name].to_numpy()) for name in collected.columns}
    fetched = [tuple(row) for row in native.collect()]
    columns = frame.collect_schema().names()
    return {
        name: np.array(values, dtype=object) for name, values in zip(columns, _turned(fetched, columns), strict=True)
    }


def _turned(rows: list[tuple[Any, ...]], columns: list[str]) -> list[list[Any]]:
    return [[row[at] for row in rows] for at in range(len(columns))]


def _joined(frame: nw.LazyFrame[Any], beside: dict[str, Array]) -> Frame:
    """Join computed columns to a frame of a late engine, within its own connection or session."""
    keys = [f"{key}_" for key in KEYS]
    keyed = frame.with_columns(*(nw.col(key).cast(nw.Float64).alias(f"{key}_") for key in KEYS))
    return joined_with(keyed, beside, *keys).drop(*keys)

"""Customers with the same history are one row: grouped in the frame's own engine, scored once, joined back."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Hashable
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
_MOST = 1e7
_PART = 50_000
_KEPT = 2  # the chances of being a customer still, and the shares of stages
_MOST_AT_ONCE = 4  # each part takes some 100 MB meanwhile
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
    _latest: dict[Hashable, Array] = field(default_factory=dict, init=False, repr=False, compare=False)

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

    def at(self, places: Array | slice) -> UniqueRows:
        """Take some of the rows."""
        taken = (values[places] for values in (self.x, self.t_x, self.T, self.log_gaps_sum, self.weight))
        some = UniqueRows(*taken)
        some._latest.update({of: values[..., places] for of, values in self._latest.items()})
        return some

    def once(self, of: Hashable, reckoned: Callable[[], Array]) -> Array:
        """Reckon something of these rows (the last axis), or give it again if it is among the latest that was asked of
        them, or of more rows of which these were taken."""
        if of not in self._latest:
            found = reckoned()
            while len(self._latest) >= _KEPT:
                del self._latest[next(iter(self._latest))]
            self._latest[of] = found
        return self._latest[of]

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
        codes, (x, _, _), _ = _coded([self.x, np.floor(self.T / step), np.floor(self.t_x / step)])
        weight = np.bincount(codes, self.weight)
        t_x, age = (np.bincount(codes, self.weight * values) / weight for values in (self.t_x, self.T))
        return UniqueRows(_floats(x), t_x, age, np.bincount(codes, self.log_gaps_sum), weight)


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
    facts: IntoFrameT,
    score: Callable[[UniqueRows], dict[str, Array]],
    may_miss: tuple[str, ...] = (),
    *,
    histories: Any = None,
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
    histories : frame, optional
        Where `facts` are a long plan: a frame that holds the same histories and is read more quickly.

    Returns
    -------
    frame
        `facts` with the new columns.
    """
    frame = opened(facts)
    rows, codes = _grouped(frame if histories is None or isinstance(frame, nw.DataFrame) else opened(histories))
    columns = _scored_by_parts(rows, score)
    if isinstance(frame, nw.DataFrame):
        series = [
            nw.new_series(name, values.take(codes), backend=frame.implementation) for name, values in columns.items()
        ]
        scored: Frame = frame.with_columns(*series)
    else:
        scored = _joined(frame, rows, columns)
    known = [nw.when(nw.col(name) >= 0).then(nw.col(name)).alias(name) for name in may_miss]
    given: IntoFrameT = (scored.with_columns(*known) if known else scored).to_native()
    return given


def _scored_by_parts(rows: UniqueRows, score: Callable[[UniqueRows], dict[str, Array]]) -> dict[str, Array]:
    """Score many rows part by part, on every core: numpy lets go of Python while it reckons.

    Parts are of a fixed size, so that the answer is the same to the last digit on any machine.
    """
    if len(rows) <= _PART:
        return score(rows)
    from concurrent.futures import ThreadPoolExecutor

    parts = [rows.at(slice(start, start + _PART)) for start in range(0, len(rows), _PART)]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_AT_ONCE)) as pool:
        found = list(pool.map(score, parts))
    return {name: np.concatenate([each[name] for each in found]) for name in found[0]}


def _grouped(frame: Frame) -> tuple[UniqueRows, Array]:
    """Give the distinct rows and, for a frame in memory, the place of each of its rows among them."""
    schema = need(frame, *KEYS)
    gaps = ["log_gaps_sum"] if "log_gaps_sum" in schema else []
    if isinstance(frame, nw.DataFrame):
        given = {name: np.asarray(frame[name].to_numpy()) for name in (*KEYS, *gaps)}
    else:
        given = _fetched(frame.group_by(*KEYS).agg(nw.len().alias("people"), *(nw.col(g).sum() for g in gaps)))
    codes, (x, age, t_x), counts = _coded([_numbers(given[name]) for name in ("x", "T_days", "t_x_days")])
    people = np.bincount(codes, _numbers(given["people"]), len(x)) if "people" in given else _floats(counts)
    logs = _numbers(given["log_gaps_sum"]) if gaps else np.zeros(0)
    gaps_sum = np.bincount(codes, np.where(np.isfinite(logs), logs, 0.0), len(x)) if len(logs) else np.zeros(len(x))
    rows = UniqueRows(_floats(x), _floats(t_x), _floats(age), gaps_sum, people)
    _refuse_faults(rows, codes if isinstance(frame, nw.DataFrame) else None)
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
    if values.dtype.kind in "Mm":
        return np.full(len(values), np.nan)
    return values.astype(np.float64) if values.dtype.kind in "fb" else np.array([_number(v) for v in values.tolist()])


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def _refuse_faults(rows: UniqueRows, codes: Array | None) -> None:
    """Refuse impossible rows; `codes` tells which row of an ordered frame it was."""
    x, t_x, age = rows.x, rows.t_x, rows.T
    with np.errstate(invalid="ignore"):
        sound_by_column = {
            "x": (x >= 0) & (x < _MOST) & (x == np.floor(x)),
            "T_days": (age >= 0) & (age < _MOST),
            "t_x_days": (t_x >= 0) & (t_x <= age),
        }
    for (column, sound), values in zip(sound_by_column.items(), (x, age, t_x), strict=True):
        if sound.all():
            continue
        at = int(np.argmin(sound)) if codes is None else int(codes[np.argmin(sound[codes])])
        shown = ", ".join(f"{name} {float(v[at]):g}" for name, v in zip(KEYS, (x, t_x, age), strict=True))
        where = f"the row with {shown}".replace("nan", "empty")
        if codes is not None:
            where = f"row {int(np.argmin(sound[codes])) + 1}"
        raise FrameError(column, "is empty or not a number" if np.isnan(values[at]) else _FAULTS[column], where)


def _coded(columns: list[Array]) -> tuple[Array, list[Array], Array]:
    """Number the distinct combinations in sorted order: (number of each row, the combinations, count of each)."""
    codes: Array
    key, span, digits = np.zeros(0, dtype=np.int64), 1, []
    for values in columns:
        code, distinct, low, size = _digits(values)
        if span * size > 1 << 62:
            return _coded_slowly(columns)
        key = _appended(key, code, size) if span > 1 else code
        span *= size
        digits.append((distinct, low, size))
    if span > max(_DENSE_CELLS, 4 * len(key)):
        present, codes, counts = np.unique(key, return_inverse=True, return_counts=True)
    else:
        all_counts = np.bincount(key, minlength=span)
        present = np.flatnonzero(all_counts)
        place = np.empty(span, dtype=np.int32)
        place[present] = np.arange(len(present), dtype=np.int32)
        codes, counts = place.take(key).astype(np.intp), all_counts.take(present)
    combinations = []
    for distinct, low, size in reversed(digits):
        present, digit = np.divmod(present, size)
        combinations.append(digit + low if distinct is None else distinct[digit])
    return codes, combinations[::-1], counts


def _appended(key: Array, code: Array, size: int) -> Array:
    longer: Array = key * size
    longer += code
    return longer


def _coded_slowly(columns: list[Array]) -> tuple[Array, list[Array], Array]:
    table = np.column_stack([_floats(values) for values in columns])
    combinations, codes, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    return codes.reshape(-1), list(combinations.T), counts


def _digits(values: Array) -> tuple[Array, Array | None, int, int]:
    """Turn a column into digits from 0: (digit of each row, the distinct values or None, the lowest, how many)."""
    if not len(values):
        return values.astype(np.int64), None, 0, 1
    with np.errstate(invalid="ignore"):
        whole = values.astype(np.int64, copy=False)
    if whole is values or (whole == values).all():
        low = int(whole.min())
        return whole - low if low else whole, None, low, int(whole.max()) - low + 1
    distinct, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64), distinct, 0, len(distinct)


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


def _joined(frame: nw.LazyFrame[Any], rows: UniqueRows, columns: dict[str, Array]) -> Frame:
    """Join computed columns to a frame of a late engine, within its own connection or session."""
    own, theirs = _key(rows)
    keyed = frame.with_columns(**theirs)
    return joined_with(keyed, own | columns, *own).drop(*own)


def _key(rows: UniqueRows) -> tuple[dict[str, Array], dict[str, nw.Expr]]:
    """Give what tells histories apart, as columns of `rows` and as columns of a frame.

    One whole number where all days are whole, which is several times quicker to join on than three floats.
    """
    given = dict(zip(KEYS, (rows.x, rows.t_x, rows.T), strict=True))
    spans = [int(values.max(initial=0)) + 1 for values in given.values()]
    is_whole = all(bool((values == np.floor(values)).all()) for values in given.values())
    if not is_whole or math.prod(spans) > 1 << 62:
        return (
            {f"{key}_": values for key, values in given.items()},
            {f"{key}_": nw.col(key).cast(nw.Float64) for key in given},
        )
    own, theirs = np.zeros(len(rows), dtype=np.int64), nw.lit(0, dtype=nw.Int64)
    for (key, values), span in zip(given.items(), spans, strict=True):
        own, theirs = own * span + values.astype(np.int64), theirs * span + nw.col(key).cast(nw.Int64)
    return {"history_": own}, {"history_": theirs}

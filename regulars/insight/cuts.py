"""Exact cut points of a large column without ranking it: grouped counts, narrowed until one value is left."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from regulars.insight.frames import Frame, rows

_BUCKETS = 16_384


def values_at(frame: Frame, column: str, places: Sequence[int], low: int, high: int) -> list[int]:
    """Find the values that stand at given places when a column is sorted.

    Parameters
    ----------
    frame : frame
        Lazy or not; read once for each narrowing step (one step per factor 16,384 of ``high - low``).
    column : str
        Whole numbers (Int64), none missing.
    places : sequence of int
        Places counted from 1, each at most the number of rows.
    low, high : int
        Smallest and largest value of the column.

    Returns
    -------
    list of int
        One value for each place: exactly ``sorted(column)[place - 1]``.

    Notes
    -----
    A histogram of at most 16,384 buckets (or the few buckets of interest) is all that leaves the engine, so nothing
    is sorted or ranked globally and a distributed engine only shuffles counts.

    Examples
    --------
    >>> import polars as pl
    >>> numbers = nw.from_native(pl.DataFrame({"paid": [50, 10, 40, 20, 1_000_000]}))
    >>> values_at(numbers, "paid", [1, 3, 5], 10, 1_000_000)
    [10, 40, 1000000]
    """
    targets = {place: (low, place) for place in places}  # place -> (start of its bucket, place within the bucket)
    size = high - low + 1
    while size > 1:
        width = -(-size // _BUCKETS)
        starts = {start for start, _ in targets.values()}
        counts = _counts(frame, column, starts, size, width)
        targets = {place: _narrowed(counts[start], start, rest) for place, (start, rest) in targets.items()}
        size = width
    return [targets[place][0] for place in places]


def _counts(frame: Frame, column: str, starts: set[int], size: int, width: int) -> dict[int, list[tuple[int, int]]]:
    """For each starting point, the occupied sub-buckets in order: (start of the sub-bucket, rows in it)."""
    found: dict[int, list[tuple[int, int]]] = {}
    for start in sorted(starts):
        value = nw.col(column)
        inside = frame.filter((value >= start) & (value < start + size))
        bucket = ((value - start) // width).alias("bucket")
        counted = inside.select(bucket).group_by("bucket").agg(n=nw.len())
        found[start] = sorted((start + int(number) * width, int(n)) for number, n in rows(counted))
    return found


def _narrowed(counts: list[tuple[int, int]], start: int, rest: int) -> tuple[int, int]:
    for bucket_start, n in counts:
        if rest <= n:
            return bucket_start, rest
        rest -= n
    raise ValueError(f"there is no place {rest} after {start}")

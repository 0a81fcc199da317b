"""Refunds that are rows of their own: which order each belongs to, set by set, on every engine.

Most customers never gave anything back: they are set aside first, and only the others are looked at. Then three passes,
each on what the one before left open: a refund that names its order; a refund of exactly what an earlier
order came to; a refund of less than that. DuckDB and PySpark use windows within one customer or one order; the engines
that hold everything in memory sort once and use numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.frames import Frame, in_memory, kept, with_array

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROUNDS = 2
_PARTS = 10_000  # as grades compare money: to the fourth decimal


def matched(frame: Frame, kinds: dict[str, int]) -> Frame:
    """Give each row what is left of it once refunds have found their orders.

    `frame` has customer, day, net (never negative), is_refund (0 or 1), ref (the order's own id, or the one a refund
    names) and perhaps product. `kinds` counts the refunds that name an order, that do not, and those of a product.
    The answer has `total` and `left` in whole parts and `n`: customers with refunds have one row for `n` equal rows of
    `size` each.
    """
    frame = frame.with_columns(size=_parts(frame))
    calm, concerned = _apart(frame, is_named=bool(kinds["named"]))
    done = _all_passes(_placed(_counted(concerned)), kinds)
    calm = calm.with_columns(n=nw.lit(1).cast(nw.Int64), total=nw.col("size"), left=nw.col("size"))
    done = done.with_columns(left=nw.col("left").cast(nw.Int64))  # sums come back wider
    return _one_below_another(calm, done.select(*calm.collect_schema()))


def _apart(frame: Any, *, is_named: bool) -> tuple[Any, Any]:
    """Part the customers that no refund can touch from those with a refund or with an order that one names."""
    is_refund = nw.col("is_refund") == 1
    people = frame.filter(is_refund).select("customer")
    if is_named:
        names = frame.filter(is_refund, ~nw.col("ref").is_null()).select("ref").unique()
        people = nw.concat([people, frame.join(names, on="ref", how="semi").select("customer")])
    people = _kept(people.unique())
    return frame.join(people, on="customer", how="anti"), frame.join(people, on="customer", how="semi")


def _one_below_another(above: Any, below: Any) -> Frame:
    both: Frame = nw.concat([above, below])
    return both


def _all_passes(frame: Frame, kinds: dict[str, int]) -> Frame:
    is_named, has_product = ~nw.col("ref").is_null(), "product" in frame.collect_schema()
    frame = frame.with_columns(loose=nw.when(~is_named).then(nw.col("customer")), left=nw.col("total"))
    if has_product:
        has_product_too = ~nw.col("product").is_null()
        if kinds["named"] and kinds["of_product"]:
            keys = ("ref", "loose", "product")
            frame = _waterfall(frame, keys, is_named & has_product_too, is_named & has_product_too)
        if kinds["unnamed"] and kinds["of_product"]:
            frame = _exactly(frame, ("product",), has_product_too)
    if kinds["named"]:
        frame = _waterfall(frame, ("ref", "loose"), is_named, is_named)
    if kinds["unnamed"]:
        frame = _exactly(frame, (), nw.col("product").is_null() if has_product else None)
        frame = _loosely(frame, has_product)
    return frame


def part_size(kind: nw.dtypes.DType) -> int:
    """Say how many parts make one unit of the amount."""
    return 1 if kind.is_integer() else _PARTS


def pieces() -> nw.Expr:
    """Say how many of the `n` equal rows still have something left."""
    is_free = (nw.col("size") == 0).cast(nw.Int64)
    return (nw.col("left") + nw.col("size") - 1 + is_free) // (nw.col("size") + is_free)


def money_back(kind: nw.dtypes.DType) -> nw.Expr:
    """Give what is left of a row in the unit and the type it was given in."""
    if kind.is_integer():
        return nw.col("left")
    part = nw.col("left").cast(nw.Float64) / _PARTS
    part = part.cast(kind) if isinstance(kind, nw.Decimal) else part
    is_as_given = (nw.col("left") == nw.col("total")) & (nw.col("n") == 1)
    return nw.when(is_as_given).then(nw.col("net")).otherwise(part)


def _parts(frame: Frame) -> nw.Expr:
    if frame.collect_schema()["net"].is_integer():
        return nw.col("net").cast(nw.Int64)
    return (nw.col("net").cast(nw.Float64) * _PARTS).round(0).cast(nw.Int64)


def _counted(frame: Frame) -> Frame:
    """Count equal rows as one: rows have no order of their own, and every window must see them in the same one."""
    counted = frame.group_by(*frame.collect_schema()).agg(nw.len().alias("n"))
    counted = counted.with_columns(nw.col("n").cast(nw.Int64))
    return counted.with_columns(total=nw.col("size") * nw.col("n"))


def _placed(frame: Frame) -> Frame:
    """Number the rows of each customer by day; orders before the refunds of the same day."""
    others = [c for c in frame.collect_schema() if c not in ("customer", "day", "is_refund", "size", "n", "total")]
    order = ["day", "is_refund", "size", *others]
    if not in_memory(frame):
        return frame.with_columns(one=nw.lit(1)).with_columns(
            place=nw.col("one").cum_sum().over("customer", order_by=order).cast(nw.Int64)
        )
    frame = nw.maybe_reset_index(frame.sort("customer", *order))
    return frame.with_row_index("place").with_columns(nw.col("place").cast(nw.Int64))


def _exactly(frame: Frame, keys: tuple[str, ...], of: nw.Expr | None) -> Frame:
    """Match refunds that name no order with the customer's latest earlier order of exactly that much."""
    is_whole = nw.col("left") == nw.col("total")
    refunds = ~nw.col("loose").is_null()
    return _waterfall(frame, ("customer", "size", *keys), is_whole, refunds & of if of is not None else refunds)


def _waterfall(frame: Frame, keys: tuple[str, ...], orders: nw.Expr, refunds: nw.Expr) -> Frame:
    """Let each refund take from the latest order before it that has something left, within the same keys.

    Orders lift a level and refunds lower it, never below the ground; what remains of an order is how much of its own
    lift is never taken away again, and what remains of a refund is what it would have sunk into the ground.
    """
    is_refund = nw.col("is_refund") == 1
    frame = frame.with_columns(
        lift=nw.when(~is_refund & orders).then(nw.col("left")).otherwise(nw.lit(0)).fill_null(0),
        drop=nw.when(is_refund & refunds).then(nw.col("left")).otherwise(nw.lit(0)).fill_null(0),
    )
    order = ["is_refund", "place", "customer"] if "ref" in keys else ["place"]
    frame = _levels_in_memory(frame, keys, order) if in_memory(frame) else _levels(frame, keys, order)
    rest = nw.col("rest") - nw.col("level") + nw.col("lift")
    rest = nw.when(rest < 0).then(nw.lit(0)).when(rest > nw.col("lift")).then(nw.col("lift")).otherwise(rest)
    still_open, still_paid = nw.col("sunk") + nw.col("left") - nw.col("drop"), rest + nw.col("left") - nw.col("lift")
    left = nw.when(is_refund).then(still_open).otherwise(still_paid)
    return kept(frame.with_columns(left=left).drop("lift", "drop", "level", "rest", "sunk"))


def _levels(frame: Frame, keys: tuple[str, ...], order: list[str]) -> Frame:
    frame = frame.with_columns(step=nw.col("lift") - nw.col("drop"))
    frame = frame.with_columns(height=nw.col("step").cum_sum().over(*keys, order_by=order))
    frame = frame.with_columns(lowest=nw.col("height").cum_min().over(*keys, order_by=order))
    frame = frame.with_columns(lowest=nw.when(nw.col("lowest") < 0).then(nw.col("lowest")).otherwise(nw.lit(0)))
    before = nw.col("lowest").shift(1).over(*keys, order_by=order).fill_null(0)
    frame = frame.with_columns(level=nw.col("height") - nw.col("lowest"), sunk=before - nw.col("lowest"))
    frame = frame.with_columns(rest=nw.col("level").cum_min(reverse=True).over(*keys, order_by=order))
    return frame.drop("step", "height", "lowest")


def _levels_in_memory(frame: Frame, keys: tuple[str, ...], order: list[str]) -> Frame:
    import numpy as np

    assert isinstance(frame, nw.DataFrame)
    frame = nw.maybe_reset_index(frame.sort(*keys, *order))
    starts = _starts(frame, keys)
    step = frame["lift"].to_numpy().astype("int64") - frame["drop"].to_numpy().astype("int64")
    total = np.cumsum(step)
    height = total - (total - step)[starts]
    lowest = np.minimum(_least_so_far(height, starts), 0)
    before = np.concatenate([[0], lowest[:-1]])
    before[np.unique(starts)] = 0
    level = height - lowest
    ends = len(step) - 1 - _starts_of_reversed(starts)
    rest = _least_so_far(level[::-1], ends)[::-1]
    for name, values in (("level", level), ("sunk", before - lowest), ("rest", rest)):
        frame = with_array(frame, name, values)
    return frame


def _starts(frame: nw.DataFrame[Any], keys: tuple[str, ...]) -> NDArray[np.int64]:
    """For each row, the place of the first row with the same keys."""
    import numpy as np

    is_same = np.ones(len(frame), dtype=bool)
    for key in keys:
        value, before = nw.col(key), nw.col(key).shift(1)
        same = frame.select(
            equal=(value == before).fill_null(False).cast(nw.Int64),
            absent=(value.is_null() & before.is_null()).cast(nw.Int64),
        )
        is_same &= (same["equal"].to_numpy() + same["absent"].to_numpy()) > 0
    is_same[:1] = False
    return np.maximum.accumulate(np.where(is_same, 0, np.arange(len(frame))))


def _starts_of_reversed(starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same of the rows in reverse, counted in reverse."""
    import numpy as np

    last = np.concatenate([starts[1:] != starts[:-1], [True]]) if len(starts) else np.zeros(0, dtype=bool)
    return len(starts) - 1 - np.maximum.accumulate(np.where(last[::-1], np.arange(len(starts)), 0))


def _least_so_far(values: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The running minimum within each segment, by doubling: as many steps as the longest segment has binary digits."""
    import numpy as np

    least, places, reach = values.copy(), np.arange(len(values)), 1
    longest = int((places - starts).max()) + 1 if len(values) else 0
    while reach < longest:
        back = places - reach
        inside = back >= starts
        shifted = least[np.where(inside, back, 0)]
        least = np.where(inside, np.minimum(least, shifted), least)
        reach *= 2
    return least


def _loosely(frame: Frame, has_product: bool) -> Frame:
    """Match what is still open with the latest earlier order that it fits into."""
    for _ in range(ROUNDS):
        frame = _picked_in_memory(frame, has_product) if in_memory(frame) else _picked(frame, has_product)
    return frame


def _picked(frame: Any, has_product: bool) -> Frame:
    key = ["product"] if has_product else []
    refunds = frame.filter(nw.col("is_refund") == 1, ~nw.col("loose").is_null(), nw.col("left") > 0)
    refunds = refunds.select("customer", "size", "left", *key, at="place")
    orders = frame.filter(nw.col("is_refund") == 0, nw.col("left") > 0)
    orders = orders.select("customer", "place", room="left", **({"kind": "product"} if has_product else {}))
    fits = [nw.col("place") < nw.col("at"), nw.col("room") >= nw.col("size")]
    if has_product:
        fits.append(nw.col("product").is_null() | (nw.col("kind") == nw.col("product")).fill_null(False))
    pairs = refunds.join(orders, on="customer").filter(*fits)
    pick = pairs.group_by("customer", "at", "size", "left").agg(place=nw.col("place").max())
    pick = pick.join(orders.select("customer", "place", "room"), on=["customer", "place"])
    before = nw.col("left").cum_sum().over("customer", "place", order_by=["at"]) - nw.col("left")
    fitting = ((nw.col("room") - before) // nw.col("size")) * nw.col("size")
    pick = pick.with_columns(fitting=fitting)
    took = nw.when(nw.col("fitting") < 0).then(nw.lit(0)).when(nw.col("fitting") > nw.col("left"))
    pick = _kept(pick.with_columns(took=took.then(nw.col("left")).otherwise(nw.col("fitting"))))
    taken = pick.group_by("customer", "place").agg(gone=nw.col("took").sum())
    found = pick.select("customer", "took", place="at")
    frame = frame.join(taken, on=["customer", "place"], how="left").join(found, on=["customer", "place"], how="left")
    left = nw.col("left") - nw.col("gone").fill_null(0) - nw.col("took").fill_null(0)
    return kept(frame.with_columns(left=left).drop("gone", "took"))


def _kept(frame: Any) -> Any:
    return kept(frame)


def _picked_in_memory(frame: Frame, has_product: bool) -> Frame:
    import numpy as np

    assert isinstance(frame, nw.DataFrame)
    frame = nw.maybe_reset_index(frame.sort("place"))
    starts = _starts(frame, ("customer",))
    left, size = (frame[c].to_numpy().astype("int64") for c in ("left", "size"))
    is_refund = frame["is_refund"].to_numpy() == 1
    is_open = is_refund & ~frame["loose"].is_null().to_numpy() & (left > 0)
    room = np.where(is_refund, 0, left)
    kinds = _codes(frame["product"]) if has_product else None
    wanted: dict[int, int] = {}
    for at in np.flatnonzero(is_open):
        place = _latest(room, kinds, int(starts[at]), int(at), int(size[at]))
        if place < 0:
            continue
        before = wanted.get(place, 0)
        wanted[place] = before + int(left[at])
        took = min(max((int(room[place]) - before) // int(size[at]) * int(size[at]), 0), int(left[at]))
        left[place] -= took
        left[at] -= took
    return with_array(frame.drop("left"), "left", left)


def _latest(room: NDArray[np.int64], kinds: NDArray[np.int64] | None, start: int, at: int, size: int) -> int:
    """Find the last place before `at` with room for `size`, looking back in ever longer strides; -1 for none."""
    import numpy as np

    stride, end = 64, at
    while end > start:
        begin = max(start, end - stride)
        fits = room[begin:end] >= size
        if kinds is not None and kinds[at] >= 0:
            fits &= kinds[begin:end] == kinds[at]
        found = np.flatnonzero(fits)
        if len(found):
            return begin + int(found[-1])
        end, stride = begin, stride * 4
    return -1


def _codes(values: nw.Series[Any]) -> NDArray[np.int64]:
    """Number the different values; -1 where there is none."""
    import numpy as np

    numbers: dict[Any, int] = {}
    absent = values.is_null().to_list()
    pairs = zip(values.to_list(), absent, strict=True)
    return np.array([-1 if none else numbers.setdefault(v, len(numbers)) for v, none in pairs], dtype="int64")

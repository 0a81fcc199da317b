"""The orders contract: what a frame of orders must hold, and which of its rows are purchases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.errors import FrameError
from regulars.insight.frames import (
    Frame,
    first_row_not,
    gathered,
    is_untyped,
    need,
    on_or_before,
    opened,
    refuse_where,
    rows,
    with_a_type,
    with_days,
    wrong_kind,
)
from regulars.insight.refunds import matched, money_back, part_size, pieces

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MORE_THAN_MONEY = 1e14
_OPTIONAL = ("refund", "refunded_on", "cancelled", "order", "refund_of", "product")


@dataclass(frozen=True)
class RefundReport:
    """What a frame of orders came to once refunds had found their orders.

    Parameters
    ----------
    customers, orders : int
        People with a purchase, and the purchases that remain (wholly refunded and cancelled ones are gone).
    refunds_matched, refunds_unmatched : int
        Refunds that lie wholly on an order, and those of which a part or the whole found none.
    unmatched_amount : float
        What found no order, in the unit of ``amount``.
    first_day, last_day : date or None
        First and last day with a purchase.
    """

    customers: int
    orders: int
    refunds_matched: int
    refunds_unmatched: int
    unmatched_amount: float
    first_day: date | None
    last_day: date | None


def purchases(orders: Any, as_of: date, also: Sequence[str] = (), *, refund_rows: bool = True) -> Frame:
    """Keep the orders that count as purchases on a given day.

    Parameters
    ----------
    orders : frame
        One row an order, in any order of rows, with the columns

        * ``customer``: any value that can be compared, never missing;
        * ``day``: date or timestamp (its own wall-clock day counts), never missing;
        * ``amount``: what was paid before refunds: Decimal or float in the business currency, or integer
          minor units (cents). Classic pandas has no decimal type: Decimals in it are read as floats. Below 0 it is a
          refund of its own;
        * ``refund`` (optional): what was given back, >= 0, in the same unit; missing is 0;
        * ``refunded_on`` (optional): when; a refund later than `as_of` has not happened yet;
        * ``cancelled`` (optional): true where the order was called off;
        * ``order`` (optional): the order's id, where refunds are rows that name it;
        * ``refund_of`` (optional): the id of the order that this row refunds (its ``amount`` may have either sign);
        * ``product``, ``channel`` (optional): what was bought, and where.
    as_of : date
        The last day that counts; a refund of a later day has not happened yet.
    also : sequence of str
        Other columns of the frame to keep as they are: ``product``, ``channel``.
    refund_rows : bool, default True
        False says that no row is a refund: a negative amount is then a fault and not a refund.

    Returns
    -------
    frame
        ``customer``, ``day`` and ``net`` (amount less refunds) and what was asked for. Later orders, cancelled orders
        and orders that were wholly refunded are gone; an order that cost nothing stays.

    Raises
    ------
    FrameError
        Naming the column and the row: a missing column or value, a negative refund, days or amounts that are neither.

    Notes
    -----
    A refund row belongs to (1) the order it names, up to what was paid for it; without a name (2) the customer's
    latest order, of the same day or before and not yet refunded, that came to exactly as much; else (3) their latest
    one that it fits into, in two rounds: refunds that want the same order get it in the sequence of their days as long
    as they fit. A refund that names a product only looks at orders of that product. What finds no order changes
    nothing and is reported by `refund_report`. Equal rows of one day of a customer with refunds become one row with
    their sum.

    Each step is a window within one customer or one order (a refund takes from the latest order before it that has
    something left, which is how brackets match), never over everybody.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame(
    ...     {
    ...         "customer": ["Ann", "Ann", "Bo"],
    ...         "day": [date(2026, 1, 5), date(2026, 3, 1), date(2026, 1, 9)],
    ...         "amount": [20.0, 30.0, 8.0],
    ...         "refund": [5.0, 0.0, 8.0],
    ...     }
    ... )
    >>> purchases(orders, date(2026, 2, 1)).rows()
    [('Ann', datetime.date(2026, 1, 5), 15.0)]
    """
    frame, kinds = _checked(orders, as_of, refund_rows, also)
    if kinds["refunds"]:
        frame = _without_refunded(_matched(frame, kinds), frame.collect_schema()["net"])
    return frame.select("customer", "day", *also, "net")


def refund_report(orders: Any, as_of: date | None = None) -> RefundReport:
    """Count what refunds there are, and how many found their order.

    Parameters
    ----------
    orders : frame
        See `purchases`.
    as_of : date, optional
        The last day that counts; all days without it.

    Returns
    -------
    RefundReport

    Raises
    ------
    FrameError
        When `orders` breaks its contract.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame(
    ...     {
    ...         "customer": ["Ann", "Ann", "Ann", "Bo"],
    ...         "day": [date(2026, 1, 5), date(2026, 1, 9), date(2026, 1, 20), date(2026, 1, 9)],
    ...         "amount": [20.0, 30.0, -20.0, -8.0],
    ...     }
    ... )
    >>> report = refund_report(orders)
    >>> report.orders, report.refunds_matched, report.refunds_unmatched, report.unmatched_amount
    (1, 1, 1, 8.0)
    """
    frame, kinds = _checked(orders, as_of or date.max, True, ())
    matched_count = kinds["refunded"]
    unmatched, amount = 0, 0.0
    if kinds["refunds"]:
        kind = frame.collect_schema()["net"]
        everything = _matched(frame, kinds)
        is_refund = nw.col("is_refund") == 1
        open_ones = (
            nw.when(is_refund).then((nw.col("left") + nw.col("size") - 1) // nw.col("size")).otherwise(nw.lit(0))
        )
        open_parts = nw.when(is_refund).then(nw.col("left")).otherwise(nw.lit(0))
        counted = everything.select(
            n=(nw.col("is_refund") * nw.col("n")).sum(), unmatched=open_ones.sum(), open_parts=open_parts.sum()
        )
        [(refunds, unmatched, parts)] = rows(counted)
        matched_count += int(refunds) - int(unmatched)
        amount = int(parts) / part_size(kind)
        frame = _without_refunded(everything, kind)
    [(customers, found, first, last)] = rows(
        frame.select(
            customers=nw.col("customer").n_unique(),
            count=nw.col("n").sum() if kinds["refunds"] else nw.len(),
            first=nw.col("day").min(),
            last=nw.col("day").max(),
        )
    )
    count = int(found or 0)
    days = (_day(first), _day(last)) if count else (None, None)
    return RefundReport(int(customers) if count else 0, count, matched_count, int(unmatched), amount, *days)


def unmatched_refunds(orders: IntoFrameT, as_of: date) -> IntoFrameT:
    """List the refunds that found no order, or not for their whole.

    Parameters
    ----------
    orders : frame
        See `purchases`.
    as_of : date
        The last day that counts.

    Returns
    -------
    frame
        ``customer``, ``day``, ``refunds`` (how many equal ones) and ``unmatched_amount`` (float, in the unit of
        ``amount``).

    Raises
    ------
    FrameError
        When `orders` breaks its contract.

    Examples
    --------
    >>> import polars as pl
    >>> orders = pl.DataFrame({"customer": [7], "day": [date(2026, 1, 5)], "amount": [-20.0]})
    >>> unmatched_refunds(orders, date(2026, 2, 1)).rows()
    [(7, datetime.date(2026, 1, 5), 1, 20.0)]
    """
    frame, kinds = _checked(orders, as_of, True, ())
    kind = frame.collect_schema()["net"]
    if kinds["refunds"]:
        frame = _matched(frame, kinds).filter(nw.col("is_refund") == 1, nw.col("left") > 0)
    else:
        frame = frame.with_columns(n=nw.lit(1), left=nw.lit(0)).filter(nw.col("left") > 0)
    native: IntoFrameT = frame.select(
        "customer",
        "day",
        refunds=nw.col("n").cast(nw.Int64),
        unmatched_amount=nw.col("left").cast(nw.Float64) / part_size(kind),
    ).to_native()
    return native


def _day(value: Any) -> date:
    return date(value.year, value.month, value.day)


def _checked(orders: Any, as_of: date, refund_rows: bool, also: Sequence[str]) -> tuple[Frame, dict[str, int]]:
    """Refuse what breaks the contract; give orders and refunds of the time with `net`, and how many there are."""
    frame = opened(orders)
    schema = need(frame, "customer", "day", "amount", *also)
    given = [c for c in dict.fromkeys((*_OPTIONAL, *also)) if c in schema]
    frame = with_days(frame.select("customer", "day", "amount", *given), "day")
    frame = with_a_type(frame, "customer")
    for column in ("amount", "refund"):
        if column in schema:
            frame = _with_numbers(frame, column)
    if "cancelled" in given:
        frame = _with_flags(frame, schema["cancelled"])
    frame, is_refund = _with_refund_of(frame, given)
    to_count = _to_count(frame, is_refund, given, as_of) if refund_rows else {}
    kinds = refuse_where(frame, _faults(frame, given, refund_rows), ("customer", "day"), to_count)
    kinds = dict.fromkeys(("refunds", "named", "unnamed", "of_product", "refunded"), 0) | kinds
    if "cancelled" in given:
        frame = frame.filter(~nw.col("cancelled").fill_null(False))
    frame = frame.filter(on_or_before(frame, "day", as_of))
    if kinds["refunds"]:
        frame = frame.with_columns(is_refund=is_refund.cast(nw.Int64))
    if "refund" in given:
        return _less_refunds(frame, as_of, "refunded_on" in given), kinds
    return frame.with_columns(net=nw.col("amount")), kinds


def _with_refund_of(frame: Frame, given: list[str]) -> tuple[Frame, nw.Expr]:
    """Bring the ids of orders to one kind; an empty text names nothing."""
    is_negative = (nw.col("amount") < 0).fill_null(False)
    if "refund_of" not in given:
        return frame, is_negative
    schema = frame.collect_schema()
    if "order" not in given:
        raise FrameError("order", "is missing; refund_of names orders by it")
    kinds = [schema[c] for c in ("order", "refund_of")]
    if all(kind.is_numeric() for kind in kinds):
        target: Any = nw.Int64 if all(kind.is_integer() for kind in kinds) else nw.Float64
    else:
        target = nw.String
    ids = {c: nw.col(c).cast(target) for c in ("order", "refund_of")}
    if target is nw.String:
        whole = {c: id_.str.replace_all(r"\.0$", "") if schema[c].is_float() else id_ for c, id_ in ids.items()}
        ids = {c: nw.when(id_ != "").then(id_) for c, id_ in whole.items()}
    frame = frame.with_columns(**ids)
    return frame, is_negative | ~nw.col("refund_of").is_null()


def _to_count(frame: Frame, is_refund: nw.Expr, given: list[str], as_of: date) -> dict[str, nw.Expr]:
    counts = on_or_before(frame, "day", as_of).fill_null(False)
    if "cancelled" in given:
        counts = counts & ~nw.col("cancelled").fill_null(False)
    is_refund = is_refund & counts & (nw.col("amount") != 0).fill_null(False)
    also = {"refunds": is_refund}
    if "refund_of" in given:
        is_named = ~nw.col("refund_of").is_null()
        also |= {"named": is_refund & is_named, "unnamed": is_refund & ~is_named}
    if "product" in given:
        also["of_product"] = is_refund & ~nw.col("product").is_null()
    if "refund" in given:
        also["refunded"] = counts & ~is_refund & _is_refunded(frame, as_of, "refunded_on" in given)
    return also


def _is_refunded(frame: Frame, as_of: date, is_dated: bool) -> nw.Expr:
    counts = (nw.col("refund") > 0).fill_null(False)
    if is_dated:
        frame = with_days(frame, "refunded_on")
        counts = counts & (nw.col("refunded_on").is_null() | on_or_before(frame, "refunded_on", as_of))
    return counts


def _less_refunds(frame: Frame, as_of: date, is_dated: bool) -> Frame:
    if is_dated:
        frame = with_days(frame, "refunded_on")
    counts = _is_refunded(frame, as_of, is_dated)
    if "is_refund" in frame.collect_schema():
        counts = counts & (nw.col("is_refund") == 0)
    is_whole = counts & (nw.col("refund") >= nw.col("amount"))
    net = nw.when(counts).then(nw.col("amount") - nw.col("refund")).otherwise(nw.col("amount"))
    return frame.filter(~is_whole).with_columns(net=net)


def _matched(frame: Frame, kinds: dict[str, int]) -> Frame:
    schema = frame.collect_schema()
    ref = nw.lit(None, nw.String)
    if "refund_of" in schema:
        ref = nw.when(nw.col("refund_of").is_null()).then(nw.col("order")).otherwise(nw.col("refund_of"))
        ref = nw.when((nw.col("is_refund") == 0) | ~nw.col("refund_of").is_null()).then(ref)
    else:
        kinds = kinds | {"unnamed": kinds["refunds"]}
    dropped = ("amount", "refund", "refunded_on", "cancelled", "order", "refund_of")
    frame = frame.filter((nw.col("is_refund") == 0) | (nw.col("amount") != 0))
    frame = frame.with_columns(ref=ref, net=_without_sign(nw.col("net")))
    found = matched(gathered(frame).drop(*[c for c in dropped if c in schema]), kinds)
    return found.lazy() if isinstance(frame, nw.LazyFrame) and isinstance(found, nw.DataFrame) else found


def _without_sign(value: nw.Expr) -> nw.Expr:
    return nw.when(value < 0).then(0 - value).otherwise(value)


def _without_refunded(frame: Frame, kind: nw.dtypes.DType) -> Frame:
    frame = frame.filter(nw.col("is_refund") == 0, (nw.col("left") > 0) | (nw.col("total") == 0))
    n = nw.when(nw.col("total") > 0).then(pieces()).otherwise(nw.col("n"))
    return frame.with_columns(net=money_back(kind), n=n)


def _faults(frame: Frame, given: list[str], refund_rows: bool) -> dict[tuple[str, str], nw.Expr]:
    faults = {(column, "is empty"): nw.col(column).is_null() for column in ("customer", "day", "amount")}
    for column in [c for c in ("amount", "refund") if c == "amount" or c in given]:
        value = nw.col(column)
        if frame.collect_schema()[column].is_float():
            faults[column, "is not a number"] = ~value.is_finite() & ~value.is_null()
        faults[column, "is too large to be money"] = (value.cast(nw.Float64).abs() > MORE_THAN_MONEY).fill_null(False)
        if column == "refund":
            faults[column, "is negative"] = (value < 0).fill_null(False)
        elif not refund_rows:
            hint = "is negative; put what was given back in the refund column"
            faults[column, hint] = (value < 0).fill_null(False)
    return faults


def _with_flags(frame: Frame, kind: nw.dtypes.DType) -> Frame:
    """Read `cancelled` as true and false; databases without them keep 1 and 0."""
    if kind.is_numeric():
        return frame.with_columns(cancelled=nw.col("cancelled").fill_null(0) != 0)
    if isinstance(kind, nw.Boolean):
        return frame
    if not is_untyped(frame, kind):
        raise wrong_kind(frame, "cancelled", kind, "give true and false")
    if not isinstance(frame, nw.DataFrame):
        return frame.with_columns(cancelled=nw.col("cancelled").cast(nw.Boolean))
    values = [False if value is None or value != value else value for value in frame["cancelled"].to_list()]
    if not all(isinstance(value, (bool, int, float)) for value in values):
        row = first_row_not(frame, "cancelled", (bool, int, float))
        raise FrameError("cancelled", "holds something that is neither true nor false", row)
    flags = nw.new_series("cancelled", [bool(value) for value in values], nw.Boolean, backend=frame.implementation)
    return nw.maybe_reset_index(frame).with_columns(flags)


def _with_numbers(frame: Frame, column: str) -> Frame:
    kind = frame.collect_schema()[column]
    if kind.is_numeric():
        return frame
    if not is_untyped(frame, kind):
        raise wrong_kind(frame, column, kind, "give Decimal, float or integer minor units")
    try:
        return frame.with_columns(nw.col(column).cast(nw.Float64))
    except (TypeError, ValueError) as fault:
        row = first_row_not(frame, column, (int, float, Decimal))
        raise FrameError(column, "holds something that is not a number", row) from fault

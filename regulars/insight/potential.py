"""What people who have not bought may bring: how many like them bought, and how much."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from regulars.insight.estimates import Estimate, wilson_interval
from regulars.insight.frames import Frame, day_literal, kept, need, on_or_before, opened, with_text
from regulars.insight.groups import chosen
from regulars.insight.orders import purchases
from regulars.insight.prospects import PROSPECT_GROUPS, graded_people
from regulars.insight.tables import Columns, fetched, merged, nullable, table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

HORIZON_DAYS = 180
EARLIER_DAYS = 4
MINIMUM_PEOPLE = 20
MINIMUM_BUYERS = 5
ANSWER_WITHIN = 0.25
TOO_FEW = "too few like them"


class Seen(NamedTuple):
    """What became of people who once were in a group: how many, how many bought, what they paid."""

    people: int
    buyers: int
    paid: float
    squares: float


def potential(
    contacts: IntoFrameT,
    orders: IntoFrameT,
    as_of: date,
    *,
    horizon_days: int = HORIZON_DAYS,
    confidence: float = 0.95,
) -> IntoFrameT:
    """Grade people who have not bought, and say what they may be expected to bring.

    Parameters
    ----------
    contacts : frame
        As for `prospects`, and of everybody, also of those who have bought since: one row a contact with ``customer``,
        ``day``, and optionally ``has_asked`` and ``might_spend`` (what they said they might spend with us in the time
        of the horizon, in the unit of ``amount``).
    orders : frame
        Of the same kind, see `regulars.insight.orders.purchases`. Customers in both are the same people.
    as_of : date
        The last day that counts; later contacts and orders are ignored.
    horizon_days : int, default 180
        How far to look ahead.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        One row for each who has been in touch and not bought by `as_of`:

        * ``customer``, ``contacts``, ``last_contact_on``, ``signs``, ``group`` (Warm, Waiting, Cold): see `prospects`
        * ``n``: people like them on earlier days; ``p_buys``, ``p_low``, ``p_high``: how many of those bought within
          the horizon (Wilson)
        * ``expected``, ``expected_low``, ``expected_high``: expected money within the horizon, of one person, in the
          unit of ``amount``; the interval is that of the expectation, not of what the one will spend
        * ``basis``: ``"asked"`` (their own ``might_spend`` times ``p_buys``) or ``"estimated"`` (what people like them
          paid, those who bought nothing included)
        * ``expected_reason``: ``"too few like them"`` where the money is missing

    Raises
    ------
    FrameError
        When `contacts` or `orders` break their contracts.
    ValueError
        When `horizon_days` is less than 1.

    Notes
    -----
    People like them: those who stood in the same group `horizon_days`, twice, three and four times as long ago (as
    known on that day), and had not bought by then; what each did in the `horizon_days` after is counted, so that the
    windows do not overlap. One person may count on several of these days. ``p_buys`` is missing below 20 people, and
    money estimated from others below 5 buyers. The interval of the money is normal on the logarithm of p times m, with
    variance (1 - p) / (n p) + s^2 / (b m^2), where m and s are the mean and deviation of what b buyers paid; for an
    asked amount a quarter either way is added to the interval of p (our own convention). Money is skewed: with few
    buyers read it as a rough guide.

    Examples
    --------
    >>> import polars as pl
    >>> early, late = date(2026, 1, 1), date(2026, 6, 25)
    >>> contacts = pl.DataFrame({"customer": range(41), "day": [early] * 40 + [late], "has_asked": [True] * 41})
    >>> orders = pl.DataFrame({"customer": range(10), "day": [date(2026, 3, 1)] * 10, "amount": [50.0] * 10})
    >>> found = potential(contacts, orders, date(2026, 6, 30), horizon_days=170)
    >>> found.filter(pl.col("customer") == 40).select("group", "n", "p_buys", "expected", "basis").row(0)
    ('Warm', 40, 0.25, 12.5, 'estimated')
    """
    if horizon_days < 1:
        raise ValueError(f"{horizon_days} days is no horizon; give 1 or more")
    asked = nullable(opened(contacts))
    need(asked, "customer", "day")
    bought = kept(_by_window(nullable(purchases(orders, as_of)), as_of, horizon_days))
    firsts = bought.select("customer", "first_on")
    seen = _seen(asked, bought, as_of, horizon_days)
    people = _not_bought(asked, firsts, as_of)
    people = merged(people, table_like(people, _columns(seen, confidence)), ["group"], "left")
    native: IntoFrameT = with_text(_told(people), "group").to_native()
    return native


def _not_bought(contacts: Frame, firsts: Frame, day: date) -> Frame:
    """Grade, as known on a day, those who had not bought by then."""
    buyers = firsts.filter(on_or_before(firsts, "first_on", day)).select("customer")
    return nullable(graded_people(merged(contacts, buyers, ["customer"], "anti"), day))


def _by_window(bought: Frame, as_of: date, horizon_days: int) -> Frame:
    """Sum up in one pass: the first day of each customer, and for each window whether and how much they paid."""
    net = nw.col("net").cast(nw.Float64)
    parts: dict[str, nw.Expr] = {}
    for number in range(1, EARLIER_DAYS + 1):
        after, last = (as_of - timedelta(days=n * horizon_days) for n in (number, number - 1))
        is_in = (nw.col("day") > day_literal(bought, "day", after)) & (
            nw.col("day") <= day_literal(bought, "day", last)
        )
        parts |= {f"has_{number}": is_in.cast(nw.Int64), f"paid_{number}": nw.when(is_in).then(net).otherwise(0.0)}
    marked = bought.select("customer", "day", **parts)
    sums = [nw.col(name).max() if name.startswith("has") else nw.col(name).sum() for name in parts]
    return marked.group_by("customer").agg(nw.col("day").min().alias("first_on"), *sums)


def _seen(contacts: Frame, bought: Frame, as_of: date, horizon_days: int) -> dict[str, Seen]:
    """Count what became of each group in the windows before."""
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0] * 4)
    firsts = bought.select("customer", "first_on")
    for number in range(1, EARLIER_DAYS + 1):
        day = as_of - timedelta(days=number * horizon_days)
        people = _not_bought(contacts, firsts, day).select("customer", "group")
        paid = bought.select("customer", has=nw.col(f"has_{number}"), paid=nw.col(f"paid_{number}"))
        both = merged(people, paid, ["customer"], "left")
        both = both.with_columns(has=nw.col("has").fill_null(0), paid=nw.col("paid").fill_null(0.0))
        both = both.with_columns(square=nw.col("paid") * nw.col("paid"))
        sums = (nw.col("has").sum(), nw.col("paid").sum(), nw.col("square").sum())
        counted = both.group_by("group").agg(nw.len().alias("n"), *sums).select("group", "n", "has", "paid", "square")
        for group, *counts in fetched(counted):
            totals[group] = [total + float(count) for total, count in zip(totals[group], counts, strict=True)]
    return {group: Seen(int(n), int(buyers), paid, squares) for group, (n, buyers, paid, squares) in totals.items()}


def _columns(seen: dict[str, Seen], confidence: float) -> Columns:
    found = [seen.get(group, Seen(0, 0, 0.0, 0.0)) for group in PROSPECT_GROUPS]
    rates = [wilson_interval(s.buyers, s.people, confidence) if s.people >= MINIMUM_PEOPLE else None for s in found]
    money = [_money(s, confidence) if rate else None for s, rate in zip(found, rates, strict=True)]
    return {
        "group": ("text", list(PROSPECT_GROUPS)),
        "n": ("whole", [s.people for s in found]),
        **_parts(("p_buys", "p_low", "p_high"), rates),
        **_parts(("others", "others_low", "others_high"), money),
    }


def _parts(names: tuple[str, str, str], found: list[Estimate | None]) -> Columns:
    return {name: ("number", [e[place] if e else None for e in found]) for place, name in enumerate(names)}


def _money(seen: Seen, confidence: float) -> Estimate | None:
    """Estimate what one person of a group brings: share who buy, times what buyers pay."""
    n, b = seen.people, seen.buyers
    if b < MINIMUM_BUYERS or seen.paid <= 0:
        return None
    p, mean = b / n, seen.paid / b
    variance = max(0.0, seen.squares - b * mean * mean) / (b - 1)
    error = math.sqrt((1 - p) / (n * p) + variance / (b * mean * mean))
    spread = math.exp(NormalDist().inv_cdf((1 + confidence) / 2) * error)
    return Estimate(p * mean, p * mean / spread, p * mean * spread, n)


def _told(people: Frame) -> Frame:
    said = nw.col("might_spend")
    is_asked = ~said.is_null() & ~nw.col("p_buys").is_null()
    amounts: dict[str, Any] = {
        "expected": nw.when(is_asked).then(said * nw.col("p_buys")).otherwise(nw.col("others")),
        "expected_low": nw.when(is_asked)
        .then(said * nw.col("p_low") * (1 - ANSWER_WITHIN))
        .otherwise(nw.col("others_low")),
        "expected_high": nw.when(is_asked)
        .then(said * nw.col("p_high") * (1 + ANSWER_WITHIN))
        .otherwise(nw.col("others_high")),
    }
    people = people.with_columns(**amounts)
    has = ~nw.col("expected").is_null()
    names = ("customer", "contacts", "last_contact_on", "signs", "group", "n", "p_buys", "p_low", "p_high", *amounts)
    return people.select(
        *names,
        basis=chosen([(is_asked, "asked"), (has & ~is_asked, "estimated")]),
        expected_reason=chosen([(~has, TOO_FEW)]),
    )

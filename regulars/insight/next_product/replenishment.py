"""How long a product lasts, from how soon people bought it again."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from regulars.insight.estimates import t_quantile, wilson_interval
from regulars.insight.frames import Frame
from regulars.insight.next_product.pairs import pairs_of, product_kind
from regulars.insight.tables import Columns, fetched, table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MOST_PRODUCTS = 2_000
MINIMUM_GAPS = 10
MINIMUM_PEOPLE = 5
WINDOW = 0.8
TOO_FEW = "too few repeats"


class Model(NamedTuple):
    """What is known of the gaps of one product, on the scale of logarithms of days."""

    product: Any
    people: int
    repeated: int
    n: int
    centre: float | None
    error: float | None
    spread: float | None
    own_spread: float | None


def replenishment(orders: IntoFrameT, as_of: date, *, confidence: float = 0.95) -> IntoFrameT:
    """Say after how many days a product is usually bought again.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`, and ``product`` (text or whole numbers; a row without one is left out).
    as_of : date
        The last day that counts; later orders are ignored.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        One row a product, the 2,000 with the most buyers:

        * ``product``, ``people`` (who bought it), ``repeated`` (who bought it on a second day), ``repeat_share``,
          ``repeat_low``, ``repeat_high`` (Wilson; missing with fewer than 5 people)
        * ``n``: gaps between two days on which the same person bought it
        * ``gap_days``, ``low``, ``high``: the usual gap in days with its interval
        * ``next_low_days``, ``next_high_days``: 8 in 10 come again within this range
        * ``gap_reason``: ``"too few repeats"`` (fewer than 10 gaps, or of fewer than 5 people) where the gap is missing

    Raises
    ------
    FrameError
        When `orders` breaks its contract or has no product.

    Notes
    -----
    Gaps are taken as log-normal: the usual gap is exp(mean of their logarithms), so one long holiday counts little and
    a range never begins below 0. One person's gaps resemble each other; the error of the mean is therefore summed by
    person, sqrt(P / (P - 1) sum_i (sum of i - n_i mean)^2) / n, with Student's t on P - 1 degrees (the sandwich of
    Liang and Zeger 1986, Biometrika 73, 13-22). Who bought once and never again has no gap: read the gap beside the
    share that came again.

    Examples
    --------
    >>> import polars as pl
    >>> from datetime import timedelta
    >>> days = [date(2026, 1, 1) + timedelta(days=30 * n) for n in range(4)] * 5
    >>> orders = pl.DataFrame({"customer": [n // 4 for n in range(20)], "day": days, "amount": [9] * 20})
    >>> found = replenishment(orders.with_columns(product=pl.lit("shampoo")), date(2026, 6, 1))
    >>> found.select("product", "people", "repeated", "n", "gap_days").row(0)[:4], round(found["gap_days"][0], 6)
    (('shampoo', 5, 5, 15), 30.0)
    """
    pairs = pairs_of(orders, as_of)
    native: IntoFrameT = table_like(pairs, _told(pairs, models(pairs, confidence), confidence)).to_native()
    return native


def models(pairs: Frame, confidence: float = 0.95) -> list[Model]:
    """Sum up the gaps by product in the engine, and say what they tell; the most bought first."""
    gaps, total = nw.col("gaps"), nw.col("log_sum")
    has = gaps > 0
    within = nw.when(has).then(nw.col("log_squares") - total * total / gaps).otherwise(nw.lit(0.0))
    marked = pairs.with_columns(
        has=has.cast(nw.Int64), squares=total * total, crossed=gaps * total, sizes=gaps * gaps, within=within
    )
    summed = ("has", "gaps", "log_sum", "log_squares", "squares", "crossed", "sizes", "within")
    by_product = marked.group_by("product").agg(nw.len().alias("people"), *(nw.col(c).sum() for c in summed))
    biggest = by_product.sort("people", "product", descending=[True, False]).head(MOST_PRODUCTS)
    return [_model(*row, confidence=confidence) for row in fetched(biggest.select("product", "people", *summed))]


def _model(
    product: Any,
    people: int,
    repeated: int,
    n: int,
    log_sum: float,
    log_squares: float,
    squares: float,
    crossed: float,
    sizes: int,
    within: float,
    *,
    confidence: float,
) -> Model:
    people, repeated, n = int(people), int(repeated), int(n)
    if n < MINIMUM_GAPS or repeated < MINIMUM_PEOPLE:
        return Model(product, people, repeated, n, None, None, None, None)
    centre = log_sum / n
    clustered = max(0.0, squares - 2 * centre * crossed + centre * centre * sizes)
    error = math.sqrt(clustered * repeated / (repeated - 1)) / n * t_quantile((1 + confidence) / 2, repeated - 1)
    scatter = math.sqrt(max(0.0, log_squares - n * centre * centre) / (n - 1)) * math.sqrt(1 + 1 / n)
    degrees = n - repeated
    own = math.sqrt(max(0.0, within) / degrees) * t_quantile((1 + WINDOW) / 2, degrees) if degrees >= 5 else None
    return Model(product, people, repeated, n, centre, error, scatter * t_quantile((1 + WINDOW) / 2, n - 1), own)


def repeat_share(model: Model, confidence: float = 0.95) -> tuple[float | None, float | None, float | None]:
    """Estimate the share of buyers who bought it again."""
    found = wilson_interval(model.repeated, model.people, confidence) if model.people >= MINIMUM_PEOPLE else None
    return (found.value, found.low, found.high) if found else (None, None, None)


def _told(pairs: Frame, found: list[Model], confidence: float) -> Columns:
    shares = [repeat_share(model, confidence) for model in found]
    return {
        "product": (product_kind(pairs), [m.product for m in found]),
        "people": ("whole", [m.people for m in found]),
        "repeated": ("whole", [m.repeated for m in found]),
        "repeat_share": ("number", [share[0] for share in shares]),
        "repeat_low": ("number", [share[1] for share in shares]),
        "repeat_high": ("number", [share[2] for share in shares]),
        "n": ("whole", [m.n for m in found]),
        "gap_days": ("number", [_days(m.centre, 0.0) for m in found]),
        "low": ("number", [_days(m.centre, m.error, -1) for m in found]),
        "high": ("number", [_days(m.centre, m.error) for m in found]),
        "next_low_days": ("number", [_days(m.centre, m.spread, -1) for m in found]),
        "next_high_days": ("number", [_days(m.centre, m.spread) for m in found]),
        "gap_reason": ("text", [TOO_FEW if m.centre is None else None for m in found]),
    }


def _days(centre: float | None, spread: float | None, sign: int = 1) -> float | None:
    return None if centre is None or spread is None else math.exp(centre + sign * spread)

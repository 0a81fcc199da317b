"""A few suggestions for each customer: what is used up, and what people like this one bought next."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw

from regulars.insight.frames import Frame, day_literal, kept, plus_days, with_nullable, with_text
from regulars.insight.groups import chosen
from regulars.insight.next_product.association import MINIMUM_PEOPLE, Rule, rules
from regulars.insight.next_product.pairs import KEY, pairs_of, product_kind
from regulars.insight.next_product.replenishment import Model, models, repeat_share
from regulars.insight.tables import Columns, merged, placed, stacked, table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

OWN_GAPS = 3
REPEAT_LOW = 0.2
RULES_A_PRODUCT = 6
_PACKED = 10_000_000  # more days than the calendar has
_COLUMNS = ("customer", "kind", "product", "because", "people", "share", "low", "high", "lift", "n", "basis")
_CARRIED = ("customer", "product", "because", "people", "share", "low", "high", "lift", "n", "is_own")
_DAYS = ("from_on", "days", "days_low", "days_high")


def next_product(
    orders: IntoFrameT,
    as_of: date,
    *,
    most: int = 3,
    within_days: int = 30,
    minimum_people: int = MINIMUM_PEOPLE,
) -> IntoFrameT:
    """Suggest to each customer what they might buy next, and when.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`, and ``product`` (text or whole numbers; a row without one is left out).
    as_of : date
        The last day that counts; later orders are ignored.
    most : int, default 3
        Suggestions a customer at most.
    within_days : int, default 30
        The same again is suggested when its range of days begins by `as_of` + so many days.
    minimum_people : int, default 10
        See `goes_with`.

    Returns
    -------
    frame
        One row a suggestion; a customer of whom nothing can be said has none:

        * ``customer``, ``place`` (1 first), ``kind``: ``"again"`` or ``"new"``
        * ``product``, ``because``: what they bought that leads to it (for ``"again"`` the product itself)
        * ``people``, ``share``, ``low``, ``high``: of so many buyers of `because` who could, the share who bought
          `product` later, with Wilson's interval; ``lift`` (missing for ``"again"``)
        * ``due_on``, ``due_low``, ``due_high``: about when, and the range of 8 in 10
        * ``n``, ``basis``: the gaps that the days rest on, and whose: ``"own"``, ``"product"`` or ``"people"``

    Raises
    ------
    FrameError
        When `orders` breaks its contract or has no product.
    ValueError
        When `most` is less than 1 or `within_days` is negative.

    Notes
    -----
    *Again*: from the last day they bought it, after their own usual gap when they have three or more gaps (with the
    scatter within persons of that product), else after the product's (see `replenishment`). Only where they bought it
    again before or at least 20 % of all buyers do (the low end of the interval), and not when they have been silent on
    it for twice the high end: they have stopped. *New*: rules of `goes_with` that are sure and were followed by
    `minimum_people` or more, the 6 likeliest for each product; never what they already have; not when the range of
    days is over. Of several reasons for one product the one with the highest low end counts. *Again* comes first, by
    its date; then *new*, by the low end of the share. How often such a suggestion is taken is not known here: keep a
    group without.

    Examples
    --------
    >>> import polars as pl
    >>> from datetime import timedelta
    >>> days = [date(2026, 1, 1) + timedelta(days=30 * n) for n in range(4)] * 6
    >>> orders = pl.DataFrame({"customer": [n // 4 for n in range(24)], "day": days, "amount": [9] * 24})
    >>> found = next_product(orders.with_columns(product=pl.lit("shampoo")), date(2026, 4, 20)).sort("customer")
    >>> found.select("customer", "kind", "product", "due_on", "basis").row(0)
    (0, 'again', 'shampoo', datetime.date(2026, 5, 1), 'own')
    """
    if most < 1 or within_days < 0:
        raise ValueError("give most >= 1 and within_days >= 0")
    pairs = kept(pairs_of(orders, as_of))
    again = _again(pairs, models(pairs), as_of, within_days)
    new = _new(pairs, rules(pairs, minimum_people), as_of, minimum_people)
    both = stacked(again, new)
    ranked = placed(both, ["customer"], ["order_", "score_", "product"]).filter(nw.col("place") <= most)
    is_again, is_own = nw.col("order_") == 1, nw.col("is_own")
    bases = [(is_own, "own"), (is_again & ~is_own, "product"), (~is_again, "people")]
    ranked = ranked.with_columns(kind=chosen([(is_again, "again"), (~is_again, "new")]), basis=chosen(bases))
    for name, days in (("due_on", "days"), ("due_low", "days_low"), ("due_high", "days_high")):
        ranked = plus_days(ranked, "from_on", days, name)
    first, *others = _COLUMNS
    told = ranked.select(first, "place", *others, "due_on", "due_low", "due_high")
    native: IntoFrameT = with_text(with_nullable(told, "people", "n", whole=True), "product", "because").to_native()
    return native


def _again(pairs: Frame, found: list[Model], as_of: date, within_days: int) -> Frame:
    known = [model for model in found if model.centre is not None]
    shares = [repeat_share(model) for model in known]
    table = table_like(
        pairs,
        {
            "product": (product_kind(pairs), [m.product for m in known]),
            "people": ("whole", [m.people for m in known]),
            "product_n": ("whole", [m.n for m in known]),
            "share": ("number", [s[0] for s in shares]),
            "low": ("number", [s[1] for s in shares]),
            "high": ("number", [s[2] for s in shares]),
            "centre": ("number", [m.centre for m in known]),
            "spread": ("number", [m.spread for m in known]),
            "own_spread": ("number", [m.own_spread for m in known]),
        },
    )
    gaps = nw.col("gaps")
    held = merged(pairs, table, ["product"]).filter((gaps > 0) | (nw.col("low") >= REPEAT_LOW))
    held = held.with_columns(is_own=(gaps >= OWN_GAPS) & ~nw.col("own_spread").is_null())
    several = nw.when(gaps > 0).then(gaps).otherwise(nw.lit(1)).cast(nw.Float64)
    own_spread = nw.col("own_spread") * (1 + 1 / several).sqrt()
    held = held.with_columns(
        middle=nw.when(nw.col("is_own")).then(nw.col("log_sum") / several).otherwise(nw.col("centre")),
        around=nw.when(nw.col("is_own")).then(own_spread).otherwise(nw.col("spread")),
        n=nw.when(nw.col("is_own")).then(gaps).otherwise(nw.col("product_n")),
    )
    held = held.with_columns(
        days=nw.col("middle").exp().round(0),
        days_low=(nw.col("middle") - nw.col("around")).exp().round(0),
        days_high=(nw.col("middle") + nw.col("around")).exp().round(0),
        silent=nw.lit(as_of.toordinal()) - nw.col("last"),
    )
    is_due = nw.col("days_low") - nw.col("silent") <= within_days
    held = held.filter(is_due & (nw.col("silent") <= nw.col("days_high") * 2))
    held = held.with_columns(
        because=nw.col("product"),
        from_on=nw.col("last_on"),
        lift=nw.when(nw.col("gaps") < 0).then(nw.lit(1.0)),  # missing: one product has no lift with itself
        order_=nw.lit(1, nw.Int64),
        score_=nw.col("days") - nw.col("silent"),
    )
    return _alike(held)


def _alike(held: Frame) -> Frame:
    """Give both kinds of suggestions the same columns of the same types."""
    whole = {name: nw.col(name).cast(nw.Int64) for name in ("people", "n", "days", "days_low", "days_high")}
    number = {name: nw.col(name).cast(nw.Float64) for name in ("share", "low", "high", "lift", "score_")}
    return held.with_columns(**whole, **number).select(*_CARRIED, *_DAYS, "order_", "score_")


def _new(pairs: Frame, found: list[Rule], as_of: date, minimum_people: int) -> Frame:
    best = sorted(_best(found, minimum_people), key=lambda rule: (-(rule.share_low or 0.0), rule.product))
    kind = product_kind(pairs)
    table = table_like(
        pairs,
        {
            "rank": ("whole", range(len(best))),
            "because": (kind, [r.product for r in best]),
            "people": ("whole", [r.at_risk for r in best]),
            "share": ("number", [r.share for r in best]),
            "low": ("number", [r.share_low for r in best]),
            "high": ("number", [r.share_high for r in best]),
            "lift": ("number", [r.lift for r in best]),
            "n": ("whole", [r.followed for r in best]),
            "days": ("number", [_whole(r.days) for r in best]),
            "days_low": ("number", [_whole(r.days_low) for r in best]),
            "days_high": ("number", [_whole(r.days_high) for r in best]),
        },
    )
    held = _likeliest(pairs, best, as_of)
    held = merged(held, table, ["rank"])
    held = held.with_columns(age=nw.lit(0) - nw.col("age"))
    held = plus_days(held.with_columns(as_of_=day_literal(pairs, "last_on", as_of)), "as_of_", "age", "from_on")
    held = held.with_columns(
        is_own=nw.lit(value=False),
        order_=nw.lit(2, nw.Int64),
        score_=nw.lit(0.0) - nw.col("low"),
    )
    return _alike(held)


def _likeliest(pairs: Frame, best: list[Rule], as_of: date) -> Frame:
    """Find the rule with the lowest rank for each customer and product they do not have.

    Rank and days since are packed into one number, so that one grouping finds the best rule, its days, and (below 0)
    who has the product.
    """
    kind = product_kind(pairs)
    leads: Columns = {
        "product": (kind, [r.product for r in best]),
        "other": (kind, [r.other for r in best]),
        "rank": ("whole", range(len(best))),
        "days_high": ("number", [_whole(r.days_high) for r in best]),
    }
    led_to = sorted({rule.other for rule in best})
    held = merged(pairs.select(*KEY, "first"), table_like(pairs, leads), ["product"])
    held = held.with_columns(age=nw.lit(as_of.toordinal()) - nw.col("first"))
    held = held.filter(nw.col("age") <= nw.col("days_high"))
    open_ = held.select("customer", product=nw.col("other"), packed=nw.col("rank") * _PACKED + nw.col("age"))
    has = merged(pairs.select(*KEY), table_like(pairs, {"product": (kind, led_to)}), ["product"])
    both = stacked(open_, has.with_columns(packed=nw.lit(-1, nw.Int64)).select("customer", "product", "packed"))
    found = both.group_by(*KEY).agg(packed=nw.col("packed").min()).filter(nw.col("packed") >= 0)
    found = found.with_columns(rank=nw.col("packed") // _PACKED)
    return found.select(*KEY, "rank", age=nw.col("packed") - nw.col("rank") * _PACKED)


def _whole(days: float | None) -> float | None:
    return None if days is None else float(math.floor(days + 0.5))


def _best(found: list[Rule], minimum_people: int) -> list[Rule]:
    by_product: dict[Any, list[Rule]] = defaultdict(list)
    for rule in found:
        if rule.is_sure and rule.share_low is not None and rule.followed >= minimum_people:
            by_product[rule.product].append(rule)
    kept = []
    for some in by_product.values():
        kept += sorted(some, key=lambda rule: (-(rule.share_low or 0.0), rule.other))[:RULES_A_PRODUCT]
    return kept

"""Which products go together, and which is bought after which."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from regulars.insight.estimates import t_quantile, wilson_interval
from regulars.insight.frames import Frame, kept
from regulars.insight.next_product.pairs import firsts_of, product_kind
from regulars.insight.next_product.replenishment import WINDOW
from regulars.insight.tables import Columns, fetched, merged, table_like

if TYPE_CHECKING:
    from narwhals.typing import IntoFrameT

MINIMUM_PEOPLE = 10
MOST_PRODUCTS = 500
MOST_OF_ONE_PERSON = 100
MOST_PEOPLE = 200_000
MOST_PAIRS = 20_000_000


class Rule(NamedTuple):
    """What buying one product tells of another."""

    product: Any
    other: Any
    people: int
    n: int
    lift: float
    low: float
    high: float
    is_sure: bool
    at_risk: int
    followed: int
    share: float | None
    share_low: float | None
    share_high: float | None
    days: float | None
    days_low: float | None
    days_high: float | None


def goes_with(
    orders: IntoFrameT, as_of: date, *, minimum_people: int = MINIMUM_PEOPLE, confidence: float = 0.95
) -> IntoFrameT:
    """Say which products the same people buy, and which is bought after which and how soon.

    Parameters
    ----------
    orders : frame
        See `regulars.insight.orders.purchases`, and ``product`` (text or whole numbers; a row without one is left out).
    as_of : date
        The last day that counts; later orders are ignored.
    minimum_people : int, default 10
        Pairs bought by fewer people are left out; nothing is said of an order in time followed by fewer.
    confidence : float, default 0.95
        Of the intervals.

    Returns
    -------
    frame
        One row for each ordered pair:

        * ``product``, ``other``, ``people`` (who bought `product`), ``n`` (who bought both)
        * ``lift``, ``low``, ``high``: so many times as many bought both as if the two had nothing to do with each other
        * ``is_sure``: the lift would be above 1 even after looking at all the pairs (Bonferroni)
        * ``at_risk`` (who bought `product` and not `other` before or on the same day), ``followed`` (how many of them
          bought `other` later), ``share``, ``share_low``, ``share_high`` (Wilson; missing with too few at risk)
        * ``days``, ``days_low``, ``days_high``: from the first of `product` to the first of `other`, the usual and the
          range of 8 in 10; missing with fewer than `minimum_people` who followed

    Raises
    ------
    FrameError
        When `orders` breaks its contract or has no product.
    ValueError
        When `minimum_people` is less than 2.

    Notes
    -----
    Counted are people, not baskets. lift = n N / (a b) with a and b buyers of each and N in all; its logarithm is about
    normal with variance 1/n - 1/a - 1/b + 2n/(a b) - 1/N (the delta method on the four cells of the table). To keep the
    self-join bounded only the 500 products with the most buyers take part; people who bought more than 100 different
    products are left out (they are resellers or a till account); and of more than 200,000 people, or of people who hold
    more than 20 million pairs of products, only those who bought last are learned from, back to the day that makes as
    many. Counts, lifts and shares then describe those people. That two things are bought by the same people
    does not mean that one leads to the other.

    Examples
    --------
    >>> import polars as pl
    >>> rows = [(n, date(2026, 1, 1), "razor") for n in range(20)]
    >>> rows += [(n, date(2026, 2, 1), "blades") for n in range(15)]
    >>> rows += [(n, date(2026, 1, 5), "soap") for n in range(30, 60)]
    >>> orders = pl.DataFrame(rows, schema=["customer", "day", "product"], orient="row").with_columns(amount=5)
    >>> found = goes_with(orders, date(2026, 6, 1)).filter(product="razor").row(0, named=True)
    >>> found["other"], found["n"], round(found["lift"], 2), found["share"], found["days"]
    ('blades', 15, 2.5, 0.75, 31.0)
    """
    if minimum_people < 2:
        raise ValueError(f"{minimum_people} people say nothing; give 2 or more")
    pairs = kept(firsts_of(orders, as_of))
    found = rules(pairs, minimum_people, confidence)
    native: IntoFrameT = table_like(pairs, rules_table(found, product_kind(pairs))).to_native()
    return native


def rules(pairs: Frame, minimum_people: int, confidence: float = 0.95) -> list[Rule]:
    """Count pairs of products in the engine, and say what they tell."""
    learned, everybody = _learned_from(pairs)
    by_product = learned.group_by("product").agg(people=nw.len())
    common = by_product.sort("people", "product", descending=[True, False]).head(MOST_PRODUCTS)
    people = {product: int(n) for product, n in fetched(common) if n >= minimum_people}
    if len(people) < 2:
        return []
    names = list(people)
    kind = product_kind(pairs)
    numbers = table_like(learned, {"product": (kind, names), "item": ("whole", range(len(names)))})
    numbered = merged(learned, numbers, ["product"]).select("customer", "item", "first")
    counted = [(names[int(one)], names[int(other)], *of) for one, other, *of in _counted(numbered, minimum_people)]
    tests = max(1, len(people) * (len(people) - 1) // 2)
    made = _made(counted, people, everybody, tests, minimum_people, confidence)
    return sorted(made, key=lambda rule: (rule.product, -rule.lift, rule.other))


def _learned_from(pairs: Frame) -> tuple[Frame, int]:
    """Keep the people to learn from: none who bought in bulk, and of very many those who bought last."""
    sizes = pairs.group_by("customer").agg(products=nw.len(), last=nw.col("last").max())
    usual = kept(sizes.filter(nw.col("products") <= MOST_OF_ONE_PERSON))
    found = usual.with_columns(pairs=nw.col("products").cast(nw.Int64) * (nw.col("products").cast(nw.Int64) - 1))
    counted = fetched(found.group_by("last").agg(people=nw.len(), pairs=nw.col("pairs").sum()))
    people, joined, since = 0, 0, 0
    for day, n, more in sorted((tuple(map(int, row)) for row in counted), reverse=True):
        if people >= MOST_PEOPLE or (people and joined + more // 2 > MOST_PAIRS):
            break
        people, joined, since = people + n, joined + more // 2, day
    chosen = usual.filter(nw.col("last") >= since).select("customer")
    return kept(merged(pairs.select("customer", "product", "first"), chosen, ["customer"])), people


def _counted(numbered: Frame, minimum_people: int) -> list[tuple[Any, ...]]:
    """Count each pair once, the lesser number first, with who came later and the logarithms of the days between."""
    others = numbered.rename({"item": "other", "first": "other_first"})
    both = merged(numbered, others, ["customer"]).filter(nw.col("item") < nw.col("other"))
    days = (nw.col("other_first") - nw.col("first")).cast(nw.Float64)
    ways = {"after": days > 0, "before": days < 0}
    both = both.with_columns(**{way: is_so.cast(nw.Int64) for way, is_so in ways.items()}, log_days=_logs(days))
    both = both.with_columns(log_square=nw.col("log_days") * nw.col("log_days"))
    sums = [nw.col(way).sum().alias(way) for way in ways]
    for way in ways:
        for column in ("log_days", "log_square"):
            name = f"{way}_{column}"
            both = both.with_columns((nw.col(column) * nw.col(way)).alias(name))
            sums.append(nw.col(name).sum().alias(name))
    counts = both.group_by("item", "other").agg(nw.len().alias("n"), *sums)
    return fetched(counts.filter(nw.col("n") >= minimum_people).select("item", "other", "n", *_COUNTED))


_COUNTED = tuple(f"{way}{of}" for way in ("after", "before") for of in ("", "_log_days", "_log_square"))


def _logs(days: nw.Expr) -> nw.Expr:
    apart = days.abs()
    return nw.when(apart > 0).then(apart).otherwise(nw.lit(1.0)).log()


def _made(
    counts: list[tuple[Any, ...]],
    people: dict[Any, int],
    everybody: int,
    tests: int,
    minimum_people: int,
    confidence: float,
) -> Iterator[Rule]:
    z, strict = (NormalDist().inv_cdf(1 - (1 - confidence) / 2 / number) for number in (1, tests))
    for product, other, n, *ways in counts:
        n, a, b = int(n), people[product], people[other]
        log_lift = math.log(n * everybody / (a * b))
        error = math.sqrt(max(0.0, 1 / n - 1 / a - 1 / b + 2 * n / (a * b) - 1 / everybody))
        lift = (math.exp(log_lift), math.exp(log_lift - z * error), math.exp(log_lift + z * error))
        is_sure = log_lift > strict * error
        for one, two, buyers, way in ((product, other, a, ways[:3]), (other, product, b, ways[3:])):
            yield Rule(one, two, buyers, n, *lift, is_sure, *_followed(buyers, n, way, minimum_people, confidence))


def _followed(buyers: int, n: int, way: list[Any], minimum_people: int, confidence: float) -> tuple[Any, ...]:
    followed = int(way[0])
    at_risk = buyers - (n - followed)
    share = wilson_interval(followed, at_risk, confidence) if at_risk >= minimum_people else None
    shares = (share.value, share.low, share.high) if share else (None, None, None)
    days = _range(followed, way[1], way[2]) if followed >= minimum_people else (None, None, None)
    return (at_risk, followed, *shares, *days)


def _range(n: int, log_sum: float, log_squares: float) -> tuple[float, float, float]:
    centre = log_sum / n
    scatter = math.sqrt(max(0.0, log_squares - n * centre * centre) / (n - 1)) * math.sqrt(1 + 1 / n)
    spread = scatter * t_quantile((1 + WINDOW) / 2, n - 1)
    return round(math.exp(centre), 9), math.exp(centre - spread), math.exp(centre + spread)


_KINDS: Any = {
    "people": "whole",
    "n": "whole",
    "lift": "number",
    "low": "number",
    "high": "number",
    "is_sure": "truth",
    "at_risk": "whole",
    "followed": "whole",
    "share": "number",
    "share_low": "number",
    "share_high": "number",
    "days": "number",
    "days_low": "number",
    "days_high": "number",
}


def rules_table(found: list[Rule], kind: Any) -> Columns:
    """Lay the rules out as columns."""
    kinds = {"product": kind, "other": kind} | _KINDS
    return {name: (kinds[name], [getattr(rule, name) for rule in found]) for name in Rule._fields}

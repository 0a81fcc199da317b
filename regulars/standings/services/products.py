"""What is used up and bought again, and what is bought after what: a few hundred rows for the pages and the counter."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import narwhals as nw

from regulars.insight.frames import kept, opened, rows
from regulars.insight.next_product.association import MINIMUM_PEOPLE, Rule, rules
from regulars.insight.next_product.pairs import pairs_of
from regulars.insight.next_product.replenishment import Model, models, repeat_share
from regulars.standings.engines import Engine
from regulars.standings.models import Finding
from regulars.standings.services.finding import Found

MOST_PRODUCTS = 200
RULES_A_PRODUCT = 4


def found(engine: Engine, as_of: date) -> dict[str, Found]:
    """Learn from the lines of everybody's orders; what too few people bought is left out."""
    nothing: dict[str, Any] = {"again": {}, "after": {}, "reason": "too-few-buyers"}
    lines: Any = opened(engine.table("all_lines"))
    if not rows(lines.select("order_id").head(1)):
        return {Finding.Name.PRODUCTS: Found(0, nothing)}
    orders: Any = opened(engine.table("all_orders"))
    bought = lines.join(orders, left_on="order_id", right_on="id", how="inner")
    ours = opened(engine.table("facts")).select(buyer="customer")
    bought = bought.join(ours, left_on="customer", right_on="buyer", how="semi")
    bought = bought.select("customer", "day", "amount", "refund", "cancelled", "product")
    pairs = kept(pairs_of(bought.to_native(), as_of))
    [(people,)] = rows(pairs.select(nw.col("customer").n_unique()))
    again, after = _again(models(pairs)), _after(rules(pairs, MINIMUM_PEOPLE))
    return {
        Finding.Name.PRODUCTS: Found(
            int(people or 0),
            nothing | {"again": again, "after": after, "reason": "" if again or after else "too-few-buyers"},
        )
    }


def _again(known: list[Model]) -> dict[str, Any]:
    said = {}
    for model in known[:MOST_PRODUCTS]:
        if model.centre is None or model.spread is None:
            continue
        _share, low, _high = repeat_share(model)
        said[str(model.product)] = {
            "people": model.people,
            "repeated": model.repeated,
            "low": _figures(low or 0.0),
            "gap_days": round(math.exp(model.centre)),
            "low_days": round(math.exp(model.centre - model.spread)),
            "high_days": round(math.exp(model.centre + model.spread)),
        }
    return said


def _after(found_rules: list[Rule]) -> dict[str, Any]:
    """Keep sure rules that enough people followed, the likeliest of each product."""
    sure = [r for r in found_rules if r.is_sure and r.share_low is not None and r.followed >= MINIMUM_PEOPLE]
    said: dict[str, list[dict[str, Any]]] = {}
    for rule in sorted(sure, key=lambda rule: (-(rule.share_low or 0.0), rule.product, rule.other)):
        listed = said.setdefault(str(rule.product), []) if len(said) < MOST_PRODUCTS else said.get(str(rule.product))
        if listed is not None and len(listed) < RULES_A_PRODUCT:
            listed.append(
                {"product": rule.other, "people": rule.at_risk, "followed": rule.followed,
                 "low": _figures(rule.share_low or 0.0), "days": round(rule.days or 0),
                 "days_high": round(rule.days_high or 0)}
            )  # fmt: skip
    return said


def _figures(share: float) -> float:
    """Four places: more would differ between engines."""
    return round(share, 4)

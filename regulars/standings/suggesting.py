"""What to suggest to somebody: what is used up by now, and what people who bought the same came back for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Exists, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.templatetags.kit import day_words
from regulars.people.models import Silence
from regulars.purchases.models import OrderLine, Product
from regulars.standings.models import Finding
from regulars.standings.pages import figures
from regulars.standings.queries import finding

LINES_READ = 400
MOST = 3
SOON_DAYS = 30
OWN_GAPS = 3
GENTLY = (Silence.Kind.BEREAVEMENT, Silence.Kind.COMPLAINT)
REPEAT_LOW = 0.2  # of all buyers, where somebody has not bought it again themselves (as `insight.next_product`)


@dataclass(frozen=True)
class Suggestion:
    """One thing to suggest, and why, with its count."""

    product: str
    why: str


def suggestions(person_id: int, today: date) -> list[Suggestion]:
    """Say at most three: what is due again first, then what is new to them. Three queries; one where little is known.

    The days of what somebody buys regularly are their own; otherwise those of everybody who bought it. Nothing to sell
    is suggested to somebody who mourns or is unhappy with us.
    """
    return suggested(person_id, today, finding(Finding.Name.PRODUCTS))


def suggested(person_id: int, today: date, known: Finding | None) -> list[Suggestion]:
    """The same where what the last grading found of products was read with something else. Two queries, or none."""
    if known is None or known.data.get("reason"):
        return []
    days = _days_of(person_id, today)
    due = sorted(_due(days, known.data["again"], today))
    new = sorted(_new(days, known.data["after"], today), key=lambda row: -row[0])
    places = dict.fromkeys([*(pk for _day, pk, _row in due), *(pk for _low, pk, *_rest in new)])
    names = Product.objects.in_bulk({*list(places)[:MOST], *(because for _l, _p, because, _r in new)})
    said = {pk: _again_words(names[pk].name, day, between, today) for day, pk, between in due if pk in names}
    for _low, pk, because, rule in new:
        if pk in names and because in names and pk not in said:
            said[pk] = _new_words(names[pk].name, names[because].name, rule)
    return [said[pk] for pk in places if pk in said][:MOST]


def _days_of(person_id: int, today: date) -> dict[int, list[date]]:
    """Each product's days on which somebody bought it, in order; none of somebody to whom nothing is sold now."""
    care = Silence.objects.filter(Q(until=None) | Q(until__gte=today), lifted_at=None, kind__in=GENTLY)
    rows = (
        OrderLine.objects.filter(
            ~Exists(care.filter(person_id=person_id)),
            order__person_id=person_id,
            order__is_purchase=True,
            product__isnull=False,
        )
        .order_by("-order__bought_on", "-order_id")
        .values_list("product_id", "order__bought_on")[:LINES_READ]
    )
    days: dict[int, set[date]] = {}
    for product_id, on in rows:
        if product_id is not None:
            days.setdefault(product_id, set()).add(on)
    return {product_id: sorted(some) for product_id, some in days.items()}


def _due(
    days: Mapping[int, list[date]], again: Mapping[str, Mapping[str, Any]], today: date
) -> list[tuple[date, int, tuple[date, date]]]:
    """What is used up soon or lately: when, which, and the range of 8 in 10: while it lasts, or twice the usual gap."""
    found = []
    for product_id, on in days.items():
        row = again.get(str(product_id))
        if row is None or (len(on) < 2 and row["low"] < REPEAT_LOW):
            continue
        usual = _usual(on, row)
        low, high = (round(usual * row[name] / max(row["gap_days"], 1)) for name in ("low_days", "high_days"))
        silent = (today - on[-1]).days
        if low - silent <= SOON_DAYS and silent <= max(high, 2 * usual):
            due = (on[-1] + timedelta(days=low), on[-1] + timedelta(days=high))
            found.append((on[-1] + timedelta(days=round(usual)), product_id, due))
    return found


def _usual(on: list[date], row: Mapping[str, Any]) -> float:
    if len(on) <= OWN_GAPS:
        return float(row["gap_days"])
    gaps = [(b - a).days for a, b in pairwise(on)]
    return math.exp(sum(map(math.log, gaps)) / len(gaps))


def _new(
    days: Mapping[int, list[date]], after: Mapping[str, list[dict[str, Any]]], today: date
) -> list[tuple[float, int, int, dict[str, Any]]]:
    """What they have not bought and people like them did later, each once by its best reason."""
    best: dict[int, tuple[float, int, int, dict[str, Any]]] = {}
    for product_id, on in days.items():
        for rule in after.get(str(product_id), ()):
            other = int(rule["product"])
            is_over = (today - on[0]).days > rule["days_high"]
            if other in days or is_over or (other in best and best[other][0] >= rule["low"]):
                continue
            best[other] = (rule["low"], other, product_id, rule)
    return list(best.values())


def _again_words(name: str, day: date, between: tuple[date, date], today: date) -> Suggestion:
    facts = {"day": day_words(day), "first": day_words(between[0]), "last": day_words(between[1])}
    if between[1] < today:
        return Suggestion(name, _("Was due about %(day)s; 8 in 10 had come for it by %(last)s.") % facts)
    if day < today:
        return Suggestion(name, _("Due since about %(day)s; 8 in 10 come for it by %(last)s.") % facts)
    return Suggestion(name, _("Due again about %(day)s; 8 in 10 come for it between %(first)s and %(last)s.") % facts)


def _new_words(name: str, because: str, rule: Mapping[str, Any]) -> Suggestion:
    weeks = max(1, math.ceil(rule["days_high"] / 7))
    facts = {
        "because": because,
        "product": name,
        "weeks": ngettext("%(n)d week", "%(n)d weeks", weeks) % {"n": weeks},
        "followed": figures.count(rule["followed"]),
        "people": figures.count(rule["people"]),
    }
    words = _(
        "People who bought %(because)s often came back for %(product)s within %(weeks)s: %(followed)s of %(people)s."
    )
    return Suggestion(name, words % facts)

"""Keep the totals of people and days in step with the orders, by what a batch changed, never by adding up anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from regulars.purchases.services.writing import run_over


class Share(NamedTuple):
    """What one order adds to the totals: whose, which day, 1 if it counts as a purchase, net in thousandths."""

    person_id: int | None
    bought_on: str
    orders: int
    net_mils: int


@dataclass
class _PersonChange:
    orders: int = 0
    buying_days: int = 0
    net_mils: int = 0
    first_on: str | None = None
    last_on: str | None = None
    loses: bool = False


def shares(order_ids: Sequence[int]) -> list[Share]:
    """What these orders add to the totals at this moment. One query."""
    rows = run_over(
        [[order_id] for order_id in order_ids],
        {"id": "bigint"},
        "SELECT o.person_id, o.bought_on, CASE WHEN o.is_purchase THEN 1 ELSE 0 END, o.net_mils"
        " FROM {rows} JOIN purchases_order o ON o.id = d.id",
    )
    return [Share(person_id, str(day), orders, net) for person_id, day, orders, net in rows]


def settle(before: Iterable[Share], after: Iterable[Share]) -> None:
    """Move the totals from `before` to `after`; the orders themselves stand as `after` already.

    Exact because only one transaction at a time writes orders (`one_writer`).
    """
    pairs: dict[tuple[int | None, str], list[int]] = {}
    for sign, side in ((-1, before), (1, after)):
        for person_id, day, orders, net in side:
            pair = pairs.setdefault((person_id, day), [0, 0])
            pair[0] += sign * orders
            pair[1] += sign * net
    _settle_days(pairs)
    _settle_people({key: pair for key, pair in pairs.items() if key[0] is not None and pair != [0, 0]})


def _settle_days(pairs: dict[tuple[int | None, str], list[int]]) -> None:
    days: dict[str, list[int]] = {}
    for (_, day), (orders, net) in pairs.items():
        total = days.setdefault(day, [0, 0])
        total[0] += orders
        total[1] += net
    rows = [(day, *total) for day, total in sorted(days.items()) if total != [0, 0]]
    if not rows:
        return
    columns = {"day": "date", "orders": "bigint", "net": "bigint"}
    run_over(
        rows,
        columns,
        'INSERT INTO purchases_daytotals ("on", orders, net_mils)'
        " SELECT d.day, 0, 0 FROM {rows} WHERE true ON CONFLICT DO NOTHING",
    )
    run_over(
        rows,
        columns,
        "UPDATE purchases_daytotals AS t SET orders = t.orders + d.orders, net_mils = t.net_mils + d.net"
        ' FROM {rows} WHERE t."on" = d.day',
    )


def _settle_people(pairs: dict[tuple[int | None, str], list[int]]) -> None:
    if not pairs:
        return
    changes: dict[int | None, _PersonChange] = {}
    for person_id, day, orders, net, purchases_now in _counted(pairs):
        change = changes.setdefault(person_id, _PersonChange())
        change.orders += orders
        change.net_mils += net
        change.buying_days += (purchases_now > 0) - (purchases_now - orders > 0)
        change.loses |= orders < 0
        if orders > 0 and purchases_now:
            change.first_on = min(change.first_on or day, day)
            change.last_on = max(change.last_on or day, day)
    _write_people(changes)


def _counted(pairs: dict[tuple[int | None, str], list[int]]) -> list[tuple[int, str, int, int, int]]:
    """Every changed (person, day) with the number of purchases that stand there now. One query, by index."""
    rows = run_over(
        [(person_id, day, *pair) for (person_id, day), pair in pairs.items()],
        {"person_id": "bigint", "day": "date", "orders": "bigint", "net": "bigint"},
        "SELECT d.person_id, d.day, d.orders, d.net, (SELECT count(*) FROM purchases_order o"
        " WHERE o.person_id = d.person_id AND o.bought_on = d.day AND o.is_purchase) FROM {rows}",
    )
    return [(person_id, str(day), orders, net, now) for person_id, day, orders, net, now in rows]


def _write_people(changes: dict[int | None, _PersonChange]) -> None:
    rows = [
        (person_id, c.orders, c.buying_days, c.net_mils, c.first_on, c.last_on, c.loses)
        for person_id, c in sorted(changes.items(), key=lambda item: item[0] or 0)
    ]
    run_over(
        [row[:1] for row in rows],
        {"person_id": "bigint"},
        "INSERT INTO purchases_persontotals (person_id, orders, buying_days, net_mils)"
        " SELECT d.person_id, 0, 0, 0 FROM {rows} WHERE true ON CONFLICT DO NOTHING",
    )
    gaining = [row[:6] for row in rows if not row[6]]
    losing = [row[:4] for row in rows if row[6]]
    if gaining:
        _gain(gaining)
    if losing:
        _lose(losing)


FIGURES = {"person_id": "bigint", "orders": "bigint", "days": "bigint", "net": "bigint"}


def _gain(rows: Sequence[Sequence[object]]) -> None:
    """People who only bought more: first and last day follow from the batch itself."""
    run_over(
        rows,
        {**FIGURES, "first_on": "date", "last_on": "date"},
        "UPDATE purchases_persontotals AS t SET orders = t.orders + d.orders, buying_days = t.buying_days + d.days,"
        " net_mils = t.net_mils + d.net,"
        " first_bought_on = CASE WHEN t.first_bought_on <= d.first_on THEN t.first_bought_on"
        " ELSE coalesce(d.first_on, t.first_bought_on) END,"
        " last_bought_on = CASE WHEN t.last_bought_on >= d.last_on THEN t.last_bought_on"
        " ELSE coalesce(d.last_on, t.last_bought_on) END"
        " FROM {rows} WHERE t.person_id = d.person_id",
    )


def _lose(rows: Sequence[Sequence[object]]) -> None:
    """People who lost a purchase somewhere: first and last day are looked up, one index step each."""
    run_over(
        rows,
        FIGURES,
        "UPDATE purchases_persontotals AS t SET orders = t.orders + d.orders, buying_days = t.buying_days + d.days,"
        " net_mils = t.net_mils + d.net,"
        " first_bought_on = (SELECT o.bought_on FROM purchases_order o"
        " WHERE o.person_id = d.person_id AND o.is_purchase ORDER BY o.bought_on LIMIT 1),"
        " last_bought_on = (SELECT o.bought_on FROM purchases_order o"
        " WHERE o.person_id = d.person_id AND o.is_purchase ORDER BY o.bought_on DESC LIMIT 1)"
        " FROM {rows} WHERE t.person_id = d.person_id",
    )

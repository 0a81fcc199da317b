"""Keep the totals of people and days in step with the orders, by what a batch changed, never by adding up anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from regulars.purchases.services.writing import run_over, write_rows

Share = tuple[int | None, str, int, int]
"""What one order adds to the totals: whose, which day, 1 if it counts as a purchase, net in thousandths."""

Pairs = dict[tuple[int | None, str], list[int]]


@dataclass(slots=True)
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
    return [(person_id, str(day), orders, net) for person_id, day, orders, net in rows]


def settle(before: Iterable[Share], after: Iterable[Share]) -> None:
    """Move the totals from `before` to `after`; the orders themselves stand as `after` already.

    Exact because only one transaction at a time writes orders (`one_writer`).
    """
    pairs: Pairs = {}
    for person_id, day, orders, net in after:
        pair = pairs.setdefault((person_id, day), [0, 0])
        pair[0] += orders
        pair[1] += net
    for person_id, day, orders, net in before:
        pair = pairs.setdefault((person_id, day), [0, 0])
        pair[0] -= orders
        pair[1] -= net
    _settle_days(pairs)
    _settle_people({key: pair for key, pair in pairs.items() if key[0] is not None and (pair[0] or pair[1])})


def _settle_days(pairs: Pairs) -> None:
    days: dict[str, list[int]] = {}
    for (_, day), (orders, net) in pairs.items():
        total = days.setdefault(day, [0, 0])
        total[0] += orders
        total[1] += net
    settle_days(days)


def settle_days(days: Mapping[str, Sequence[int]]) -> None:
    """Add orders and net to the totals of days. Two statements."""
    rows = [(day, *total) for day, total in sorted(days.items()) if any(total)]
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


def _settle_people(pairs: Pairs) -> None:
    if not pairs:
        return
    standing = _purchases_now(pairs)
    changes: dict[int | None, _PersonChange] = {}
    for key, (orders, net) in pairs.items():
        change = changes.get(key[0])
        if change is None:
            change = changes[key[0]] = _PersonChange()
        change.orders += orders
        change.net_mils += net
        if not orders:
            continue
        now, day = standing[key], key[1]
        change.buying_days += (now > 0) - (now - orders > 0)
        if orders < 0:
            change.loses = True
        elif now:
            change.first_on = min(change.first_on or day, day)
            change.last_on = max(change.last_on or day, day)
    _write_people(changes)


def _purchases_now(pairs: Pairs) -> dict[tuple[int | None, str], int]:
    """How many purchases stand now on every (person, day) whose number changed. One query, by index.

    Only days between a person's first and last can have held a purchase before; an import in order of time counts few.
    """
    changed = {key: pair[0] for key, pair in pairs.items() if pair[0]}
    rows = run_over(
        list(changed),
        {"person_id": "bigint", "day": "date"},
        "SELECT d.person_id, d.day, (SELECT count(*) FROM purchases_order o"
        " WHERE o.person_id = d.person_id AND o.bought_on = d.day AND o.is_purchase) FROM {rows}"
        " JOIN purchases_persontotals t ON t.person_id = d.person_id"
        " AND d.day BETWEEN t.first_bought_on AND t.last_bought_on",
    )
    return changed | {(person_id, str(day)): now for person_id, day, now in rows}


def _write_people(changes: dict[int | None, _PersonChange]) -> None:
    gaining, losing = [], []
    for person_id, c in changes.items():
        row = (person_id, c.orders, c.buying_days, c.net_mils)
        if c.loses:
            losing.append(row)
        else:
            gaining.append((*row, c.first_on, c.last_on))
    if gaining:
        _gain(gaining)
    if losing:
        _lose(losing)


FIGURES = {"person_id": "bigint", "orders": "bigint", "days": "bigint", "net": "bigint"}


def _gain(rows: Sequence[Sequence[object]]) -> None:
    """People who only bought more: first and last day follow from the batch itself."""
    write_rows(
        rows,
        {**FIGURES, "first_on": "date", "last_on": "date"},
        "INSERT INTO purchases_persontotals AS t"
        " (person_id, orders, buying_days, net_mils, first_bought_on, last_bought_on) {values}"
        " ON CONFLICT (person_id) DO UPDATE SET orders = t.orders + excluded.orders,"
        " buying_days = t.buying_days + excluded.buying_days, net_mils = t.net_mils + excluded.net_mils,"
        " first_bought_on = CASE WHEN t.first_bought_on <= excluded.first_bought_on THEN t.first_bought_on"
        " ELSE coalesce(excluded.first_bought_on, t.first_bought_on) END,"
        " last_bought_on = CASE WHEN t.last_bought_on >= excluded.last_bought_on THEN t.last_bought_on"
        " ELSE coalesce(excluded.last_bought_on, t.last_bought_on) END",
    )


def _lose(rows: Sequence[Sequence[object]]) -> None:
    """People who lost a purchase somewhere, so that they have totals: first and last day are looked up by index."""
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

"""Record orders, each once: new ones in bulk, changed ones brought up to date, the same again left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import transaction

from regulars.kit import bulletin, clock, database
from regulars.kit.business import business
from regulars.kit.changes import next_change_number
from regulars.kit.services import fix_currency
from regulars.purchases.events import OrdersRecorded
from regulars.purchases.services import story
from regulars.purchases.services.baskets import COLUMNS, Basket, baskets, former_hash
from regulars.purchases.services.inputs import NewOrder, Recorded
from regulars.purchases.services.known import Key, Known, known_orders
from regulars.purchases.services.lines import insert_lines
from regulars.purchases.services.refund_rows import upsert_refunds
from regulars.purchases.services.totals import Share, settle, shares
from regulars.purchases.services.updating import bring_up_to_date
from regulars.purchases.services.writing import insert_rows, new_ids, one_writer

BULK = 2000
SERVED_BY = COLUMNS.index("served_by_id")


class _Sorted(NamedTuple):
    new: list[Basket]
    changed: list[tuple[int, Basket]]
    seen: int


def record_orders(
    orders: Sequence[NewOrder], *, is_bulk: bool = False, about_to_change: Callable[[list[int]], None] | None = None
) -> Recorded:
    """Record paid baskets, each once, in one transaction; totals, timeline and one notice with them.

    A (source, reference) known before counts as seen when its content is the same (nothing is written then), else as
    updated. A person, once known, is never taken off an order again; a refund noted by hand stays unless the source
    now tells the same amount; an order cancelled by hand stays cancelled. Amounts are rounded half up to the smallest
    coin. Refuses amounts below zero. Batches of more than 2000, and parts of a larger whole (`is_bulk`), write no
    timeline entries: the person page shows their orders from the orders themselves. `about_to_change` is told the ids
    of known orders just before they are written.
    """
    return record_baskets(baskets(orders), is_bulk=is_bulk, about_to_change=about_to_change)


def record_baskets(
    prepared: list[Basket], *, is_bulk: bool = False, about_to_change: Callable[[list[int]], None] | None = None
) -> Recorded:
    """`record_orders` for orders that are prepared already (`basket_of`)."""
    with transaction.atomic():
        one_writer()
        known = known_orders({basket.key for basket in prepared})
        work = _sort(prepared, known)
        ids = {key: row.id for key, row in known.items()}
        if about_to_change and work.changed:
            about_to_change([order_id for order_id, _ in work.changed])
        if work.new or work.changed:
            ids.update(_write(work, known, is_bulk=is_bulk))
    return _recorded(prepared, ids, work)


def _recorded(prepared: list[Basket], ids: dict[Key, int], work: _Sorted) -> Recorded:
    written = [*work.new, *(basket for _, basket in work.changed)]
    return Recorded(
        ids=[ids[basket.key] for basket in prepared],
        new=len(work.new),
        seen=work.seen,
        updated=len(work.changed),
        cancelled=sum(basket.is_cancelled for basket in written),
        new_ids=[ids[basket.key] for basket in work.new],
        updated_ids=[order_id for order_id, _ in work.changed],
    )


def _sort(prepared: list[Basket], known: dict[Key, Known]) -> _Sorted:
    """Of two with one key in the batch the later one wins; the earlier counts as seen."""
    last = {basket.key: basket for basket in prepared}
    new, changed = [], []
    for key, basket in last.items():
        row = known.get(key)
        if row is None:
            new.append(basket)
        elif not _says_the_same(row, basket) or _has_other_person(row, basket):
            changed.append((row.id, basket))
    return _Sorted(new, changed, len(prepared) - len(new) - len(changed))


def _says_the_same(row: Known, basket: Basket) -> bool:
    return row.content_hash == basket.content_hash or row.content_hash == former_hash(basket)


def _has_other_person(row: Known, basket: Basket) -> bool:
    return basket.person_id is not None and basket.person_id != row.person_id and not row.is_forgotten


def _write(work: _Sorted, known: dict[Key, Known], *, is_bulk: bool) -> dict[Key, int]:
    if business().currency_fixed_at is None:
        fix_currency()
    change_number = next_change_number()
    ids = _insert(work.new, change_number)
    changed_ids = [order_id for order_id, _ in work.changed]
    before = shares(changed_ids) if changed_ids else []
    story.forget(
        (known[b.key].id, known[b.key].person_id) for _, b in work.changed if _has_other_person(known[b.key], b)
    )
    bring_up_to_date(work.changed, change_number)
    after = [_share(basket) for basket in work.new]
    settle(before, [*after, *(shares(changed_ids) if changed_ids else [])])
    _tell(work, ids, change_number, is_bulk=is_bulk)
    return ids


def _share(basket: Basket) -> Share:
    counts = not basket.is_cancelled and not (basket.refunded_mils and basket.refunded_mils >= basket.paid_mils)
    net = 0 if basket.is_cancelled else basket.paid_mils - basket.refunded_mils
    return basket.person_id, basket.bought_on, int(counts), net


def _insert(new: list[Basket], change_number: int) -> dict[Key, int]:
    if not new:
        return {}
    numbered = list(zip(new_ids("purchases_order", len(new)), new, strict=True))
    stamp = (change_number, str(clock.now().replace(tzinfo=None)), False)
    people = {basket.person_id for basket in new if basket.person_id is not None}
    servers = {basket.columns[SERVED_BY] for basket in new} - {None}
    # Products need not be held: they are never deleted.
    with database.keys_unchecked(len(new), {"people_person": people, "staff_user": servers}):
        insert_rows(
            "purchases_order",
            ("id", "content_hash", "change_number", "recorded_at", "is_cancelled_by_hand", *COLUMNS),
            [(order_id, basket.content_hash, *stamp, *basket.columns) for order_id, basket in numbered],
        )
        insert_lines(numbered)
        upsert_refunds([(order_id, row) for order_id, basket in numbered if basket.refunds for row in basket.refunds])
    return {basket.key: order_id for order_id, basket in numbered}


def _tell(work: _Sorted, ids: dict[Key, int], change_number: int, *, is_bulk: bool) -> None:
    """Write the timeline of a small batch and post one notice for any."""
    written = [(ids[basket.key], basket) for basket in work.new] + work.changed
    is_bulk = is_bulk or len(written) > BULK
    person_ids = {basket.person_id for _, basket in written if basket.person_id is not None}
    if not is_bulk:
        story.write([order_id for order_id, _ in written])
    sources = {basket.key[0] for _, basket in written}
    days = [basket.bought_on for _, basket in written]
    bulletin.post(
        OrdersRecorded(
            change_number=change_number,
            first_id=min(order_id for order_id, _ in written),
            last_id=max(order_id for order_id, _ in written),
            count=len(written),
            new=len(work.new),
            person_ids=() if is_bulk else tuple(sorted(person_ids)),
            source=sources.pop() if len(sources) == 1 else "",
            is_bulk=is_bulk,
            earliest_on=min(days),
            latest_on=max(days),
        )
    )

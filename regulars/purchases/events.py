"""What this room tells the rooms above. Ids and primitives only; days are ISO text; one notice a batch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OrdersRecorded:
    """A batch of orders came in or changed.

    All of them carry `change_number`: `Order.objects.filter(change_number=...)` finds the batch whatever its size.
    `first_id` to `last_id` spans new and updated orders and may span others. `person_ids` is empty when `is_bulk`.
    """

    change_number: int
    first_id: int
    last_id: int
    count: int
    new: int
    person_ids: tuple[int, ...]
    source: str
    is_bulk: bool
    earliest_on: str
    latest_on: str


@dataclass(frozen=True)
class OrderRefunded:
    """Money went back for one order; `is_whole` says that nothing of it is left."""

    order_id: int
    person_id: int | None
    refund_id: int
    refunded_on: str
    is_whole: bool


@dataclass(frozen=True)
class OrderCancelled:
    """An order is no longer a purchase."""

    order_id: int
    person_id: int | None


@dataclass(frozen=True)
class OrdersRemoved:
    """Orders were taken out again, as if never recorded; their ids stay as tombstones."""

    order_ids: tuple[int, ...]
    person_ids: tuple[int, ...]
    change_number: int

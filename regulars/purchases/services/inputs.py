"""What callers hand in, and what they get back. Named tuples, because a file brings a million of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

NOTHING = Decimal(0)
ONE = Decimal(1)


class NewLine(NamedTuple):
    """One line; `amount` is for the whole quantity, after the line's own discount."""

    name: str
    sku: str = ""
    quantity: Decimal = ONE
    amount: Decimal = NOTHING
    kind: str = "product"


class NewRefund(NamedTuple):
    """Money that went back. A reference seen before on the same order replaces what it said."""

    reference: str
    refunded_on: date
    amount: Decimal
    line_index: int | None = None


class NewOrder(NamedTuple):
    """One paid basket. `paid_amount` is in business currency with tax and shipping, before refunds."""

    source: str
    reference: str
    person_id: int | None
    bought_on: date
    paid_amount: Decimal
    bought_at: datetime | None = None
    lines: tuple[NewLine, ...] = ()
    tax_amount: Decimal = NOTHING
    shipping_amount: Decimal = NOTHING
    discount_amount: Decimal = NOTHING
    channel: str = ""
    served_by_id: int | None = None
    is_cancelled: bool = False
    refunds: tuple[NewRefund, ...] = ()
    note: str = ""


class LaterRefund(NamedTuple):
    """A refund that came in apart from its order, which must be known already."""

    source: str
    order_reference: str
    refund: NewRefund


@dataclass(frozen=True)
class Recorded:
    """What became of a batch. `ids` stands beside the input, one for one.

    `new`, `seen` (same content, nothing written) and `updated` add up to the input; `cancelled` says how many of the
    new and updated ones are cancelled.
    """

    ids: list[int]
    new: int
    seen: int
    updated: int
    cancelled: int
    new_ids: list[int]
    updated_ids: list[int]


@dataclass(frozen=True)
class RefundsRecorded:
    """What became of refunds that came in apart; `unknown` holds the positions whose order nobody knows."""

    new: int
    seen: int
    updated: int
    unknown: list[int]

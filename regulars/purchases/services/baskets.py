"""From what a caller hands in to what the tables hold: whole thousandths, clipped words, one hash of the content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import blake2b, md5
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.money import digits
from regulars.purchases.models import ItemKind
from regulars.purchases.services.inputs import NewOrder, NewRefund

LARGEST_MILS = 10**15
KINDS = frozenset(ItemKind.values)
Line = tuple[str, str, int, int, str]  # name, sku, quantity in mils, amount in mils, kind
RefundRow = tuple[str, str, int, int | None]  # reference, day, amount in mils, position of the line


class Basket(NamedTuple):
    """One order as its row will stand; `columns` in the order of COLUMNS."""

    key: tuple[str, str]
    person_id: int | None
    bought_on: str
    paid_mils: int
    refunded_mils: int
    is_cancelled: bool
    columns: tuple[Any, ...]
    lines: tuple[Line, ...]
    refunds: tuple[RefundRow, ...]
    content_hash: int


COLUMNS = (
    "source",
    "reference",
    "person_id",
    "bought_on",
    "bought_at",
    "paid_mils",
    "refunded_mils",
    "tax_mils",
    "shipping_mils",
    "discount_mils",
    "is_cancelled",
    "is_refunded_beyond_paid",
    "channel",
    "served_by_id",
    "note",
)


def baskets(orders: Sequence[NewOrder]) -> list[Basket]:
    """Prepare a batch outside the writing transaction. Refuses amounts below zero, with the order's number."""
    mils = rounding()
    return [_basket(order, mils) for order in orders]


def rounding() -> Callable[[Decimal], int]:
    """A function from a decimal to thousandths, rounded half up to the smallest coin of the business."""
    step = 10 ** max(3 - digits(business().currency), 0)

    def mils(amount: Decimal) -> int:
        if not amount:
            return 0
        scaled = amount * 1000
        whole = int(scaled)
        if whole != scaled or whole % step:
            whole = int((scaled / step).to_integral_value(ROUND_HALF_UP)) * step
        if not 0 <= whole <= LARGEST_MILS:
            raise ValueError
        return whole

    return mils


def _basket(order: NewOrder, mils: Callable[[Decimal], int]) -> Basket:
    if not order.reference:
        raise Refusal(_("An order needs a number of its own, so that it is never recorded twice."))
    try:
        paid, tax = mils(order.paid_amount), mils(order.tax_amount)
        shipping, discount = mils(order.shipping_amount), mils(order.discount_amount)
        lines = tuple(
            (clip(line.name, 200), clip(line.sku, 100), _quantity(line.quantity), mils(line.amount), _kind(line.kind))
            for line in order.lines
        )
        refunds = refund_rows(order.refunds, mils) if order.refunds else ()
    except (ValueError, OverflowError, InvalidOperation) as fault:
        sentence = _("Order %(reference)s has an amount below zero or beyond belief; an amount is 0 or more.")
        raise Refusal(sentence % {"reference": order.reference}) from fault
    return basket_of(
        order.source,
        order.reference,
        order.person_id,
        order.bought_on.isoformat(),
        _moment(order.bought_at),
        paid,
        tax,
        shipping,
        discount,
        order.is_cancelled,
        order.channel,
        order.served_by_id,
        order.note,
        lines,
        refunds,
    )


def basket_of(
    source: str,
    reference: str,
    person_id: int | None,
    day: str,
    at: str | None,
    paid_mils: int,
    tax_mils: int,
    shipping_mils: int,
    discount_mils: int,
    is_cancelled: bool,
    channel: str,
    served_by_id: int | None,
    note: str,
    lines: tuple[Line, ...],
    refunds: tuple[RefundRow, ...],
) -> Basket:
    """Put together an order whose values are as the tables hold them: ISO days, UTC moments, whole thousandths.

    For callers who have prepared a million of them set by set; they answer for what `_basket` checks.
    """
    refunded = sum(refund[2] for refund in refunds)
    key = (clip(source, 60), clip(reference, 200))
    facts = (
        *(day, at, paid_mils, refunded, tax_mils, shipping_mils, discount_mils, is_cancelled, refunded > paid_mils),
        *(clip(channel, 40), served_by_id, note.replace("\x00", "")),
    )
    content = (*key, person_id, *facts)
    hashed = _hash(facts, lines, refunds)
    return Basket(key, person_id, day, paid_mils, refunded, is_cancelled, content, lines, refunds, hashed)


def of_person(basket: Basket, person_id: int | None) -> Basket:
    """The same order as somebody's; whose it is is no part of its content."""
    if basket.person_id == person_id:
        return basket
    key, _person, day, paid, refunded, is_cancelled, columns, lines, refunds, hashed = basket
    columns = (*key, person_id, *columns[3:])
    return Basket(key, person_id, day, paid, refunded, is_cancelled, columns, lines, refunds, hashed)


def refund_rows(refunds: Sequence[NewRefund], mils: Callable[[Decimal], int]) -> tuple[RefundRow, ...]:
    """Refunds with a reference each; of two with the same one, both are kept and numbered."""
    rows: dict[str, RefundRow] = {}
    for number, refund in enumerate(refunds, start=1):
        amount = mils(refund.amount)
        reference = clip(refund.reference, 190) or str(number)
        while reference in rows:
            reference += "'"
        if amount:
            rows[reference] = (reference, refund.refunded_on.isoformat(), amount, refund.line_index)
    return tuple(rows.values())


def clip(text: str, length: int) -> str:
    """Fit the column. PostgreSQL takes no zero bytes and no long words; SQLite would take both."""
    return text[:length] if "\x00" not in text else text.replace("\x00", "")[:length]


def _quantity(quantity: Decimal) -> int:
    if quantity == 1:
        return 1000
    mils = int((quantity * 1000).to_integral_value(ROUND_HALF_UP))
    if not 0 <= mils <= LARGEST_MILS:
        raise ValueError
    return mils


def _kind(kind: str) -> str:
    return kind if kind in KINDS else "product"


def _moment(at: datetime | None) -> str | None:
    """UTC without a zone, which is how Django's SQLite columns read it; PostgreSQL connections are set to UTC."""
    return None if at is None else str(at.astimezone(UTC).replace(tzinfo=None))


def content_text(facts: Sequence[Any], lines: Sequence[Line], refunds: Sequence[RefundRow]) -> str:
    """The content of an order as one text; `intake` puts the same one together for a million orders at once."""
    told = "\x1f".join(map(_told, facts))
    told += "".join("\x1e" + "\x1f".join(map(_told, line)) for line in lines)
    return told + "\x1d" + "".join("\x1e" + "\x1f".join(map(_told, refund)) for refund in refunds)


def _told(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _hash(facts: Sequence[Any], lines: Sequence[Line], refunds: Sequence[RefundRow]) -> int:
    """63 bits of the content without the person: whose order it is may change by a merge and is compared apart.

    A fingerprint and no protection: MD5, because DuckDB reckons it too.
    """
    text = content_text(facts, lines, refunds).encode("utf-8", "surrogatepass")
    return int.from_bytes(md5(text, usedforsecurity=False).digest()[8:], "little") >> 1


def former_hash(basket: Basket) -> int:
    """The hash as it was reckoned before, for orders that have stood in the book since."""
    content = (basket.columns[3:], basket.lines, basket.refunds)
    told = repr(content).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), signed=True)

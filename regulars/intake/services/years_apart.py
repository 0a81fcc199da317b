"""Numbers that begin at 1 again every year: the order 17 of this spring is not the 17 of the spring before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from regulars.intake.staging.baskets import YEARS_APART_DAYS
from regulars.people.bulk import among_texts
from regulars.purchases.models import Order
from regulars.purchases.services import Basket

OF_ANY_FILE = "file "  # the sources of lists that no program is known for; programs never give a number twice


def told_apart(baskets: Sequence[Basket], source: str) -> list[Basket]:
    """Give the year to the number of an order where the book holds another one, half a year away, under it. One query.

    Another one is somebody else's, or came to something else: a day alone may have been read the wrong way before.
    """
    if not source.startswith(OF_ANY_FILE):
        return list(baskets)
    numbers = among_texts({basket.key[1] for basket in baskets})
    rows = Order.objects.filter(source=source[:60], reference__in=numbers)
    known = {row[0]: row[1:] for row in rows.values_list("reference", "bought_on", "person_id", "paid_amount")}
    return [_of_its_year(basket) if _is_another(basket, known.get(basket.key[1])) else basket for basket in baskets]


def _is_another(basket: Basket, before: Sequence[object] | None) -> bool:
    if before is None:
        return False
    on, person_id, paid_amount = before
    assert isinstance(on, date)
    if abs((date.fromisoformat(basket.bought_on) - on).days) <= YEARS_APART_DAYS:
        return False
    return basket.person_id != person_id or basket.paid_mils != int(paid_amount * 1000)  # type: ignore[operator]  # an amount


def _of_its_year(basket: Basket) -> Basket:
    source, number = basket.key
    number = f"{number[:190]} ({basket.bought_on[:4]})"
    return basket._replace(key=(source, number), columns=(source, number, *basket.columns[2:]))

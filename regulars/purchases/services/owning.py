"""A line that was sold becomes a thing somebody owns, with the usual months of its product."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.purchases.models import ItemKind, Order, OrderLine, Product
from regulars.purchases.queries.owning import key_of
from regulars.rapport import services as rapport
from regulars.rapport.models import Belonging
from regulars.rapport.months import months_after
from regulars.staff.models import User

MOST_MONTHS = 240


@transaction.atomic
def note_as_owned(
    order: Order,
    line: OrderLine,
    *,
    warranty_months: int | None = None,
    service_months: int | None = None,
    by: User | None = None,
) -> Belonging:
    """Write a sold product among the things of its buyer, once a line; the months become usual for the product.

    None takes what is usual for it. Refuses an order that does not count, or of nobody known.
    """
    if order.person is None or not order.is_purchase:
        raise Refusal(_("This sale was taken back, or nobody knows whose it was."))
    if line.kind != ItemKind.PRODUCT or not line.name:
        raise Refusal(_("Only a product can be owned."))
    for field, months in (("warranty_months", warranty_months), ("service_months", service_months)):
        if months is not None and not 1 <= months <= MOST_MONTHS:
            raise Refusal(_("Please write a number of months from 1 to 240."), field=field)
    product = Product.objects.filter(pk=line.product_id).first() if line.product_id else None
    warranty = warranty_months or (product.warranty_months if product else None)
    service = service_months or (product.service_months if product else None)
    if product and (product.warranty_months, product.service_months) != (warranty, service):
        Product.objects.filter(pk=product.pk).update(warranty_months=warranty, service_months=service)
    said = {
        "what": line.name,
        "bought_on": order.bought_on,
        "is_from_us": True,
        "warranty_until": months_after(order.bought_on, warranty) - timedelta(days=1) if warranty else None,
        "service_months": service,
    }
    return rapport.add_belonging(order.person, said, key=key_of(order, line.position), by=by)

"""The only way a view gets an order: 404 for one that is not there."""

from __future__ import annotations

from django.http import Http404

from regulars.purchases.models import Order


def order_seen(order_id: int) -> Order:
    """The order with its person and who served; every member of staff may see every order. One query."""
    order = Order.objects.select_related("person", "served_by", "cancelled_by").filter(pk=order_id).first()
    if order is None:
        raise Http404
    return order

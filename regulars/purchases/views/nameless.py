"""Sales whose buyer is still to be named: noted at a market stall, by a name that several people bear or nobody yet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number
from regulars.purchases import queries, services
from regulars.purchases.access import order_seen
from regulars.purchases.models import Order
from regulars.purchases.views.listing import rows_of
from regulars.staff.doors import requires, who_knocks

SHOWN = 20


@requires("purchases.sell")
@require_safe
def nameless(request: HttpRequest) -> HttpResponse:
    """Twenty at a time, the oldest first, each with who may be meant. A few queries for each of the twenty."""
    orders = list(Order.objects.whose_is_asked().order_by("id")[: SHOWN + 1])
    asked: list[dict[str, Any]] = []
    for row in rows_of(orders[:SHOWN]):
        text = request.GET.get(f"q{row.order.pk}", row.order.meant_for)
        asked.append({"row": row, "text": text, "found": queries.buyers_found(text).people})
    return render(request, "purchases/nameless.html", {"asked": asked, "has_more": len(orders) > SHOWN})


@requires("purchases.sell")
@require_POST
def owner(request: HttpRequest, order_id: int) -> HttpResponse:
    """Say whose sale it was, or that nobody knows any more."""
    order, chosen = order_seen(order_id), request.POST.get("person", "")
    if chosen == "nobody":
        services.leave_nameless(order.pk)
        messages.success(request, _("It stays a sale without a name."))
        return redirect_back(request, "purchases:nameless")
    try:
        if (number := row_number(chosen)) is None:
            raise Refusal(_("Please choose a person."))
        order = services.assign_order(order.pk, number, who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Noted for %(person)s.") % {"person": order.person})
    return redirect_back(request, "purchases:nameless")

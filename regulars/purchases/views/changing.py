"""Money back, and orders that were none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit import clock
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.secrets import new_token
from regulars.purchases import services
from regulars.purchases.access import order_seen
from regulars.purchases.forms import RefundForm
from regulars.staff.doors import requires, who_knocks


@requires("purchases.refund")
@require_http_methods(["GET", "HEAD", "POST"])
def refunds(request: HttpRequest, order_id: int) -> HttpResponse:
    """Note that money went back, for all of an order, a part or one line."""
    order = order_seen(order_id)
    if request.method != "POST":
        form = RefundForm(order=order, initial={"on": clock.today(), "key": new_token(), "line": ""})
        return render(request, "purchases/refund.html", {"order": order, "form": form})
    form = RefundForm(request.POST, order=order)
    if form.is_valid():
        amount, on, line = form.said()
        try:
            services.record_refund(order, amount, on, who_knocks(request), line, reference=form.cleaned_data["key"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Noted what went back."))
            return redirect_back(request, "purchases:detail", order.pk)
    return render(request, "purchases/refund.html", {"order": order, "form": form}, status=422)


@requires("purchases.refund")
@require_http_methods(["GET", "HEAD", "POST"])
def cancellation(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask once more, then mark the order as cancelled."""
    order = order_seen(order_id)
    refusal = None
    if request.method == "POST":
        try:
            services.cancel_order(order, who_knocks(request))
        except Refusal as said_no:
            refusal = said_no
        else:
            messages.success(request, _("Cancelled. It no longer counts as a purchase."))
            return redirect_back(request, "purchases:detail", order.pk)
    context = {"order": order, "refusal": refusal}
    return render(request, "purchases/cancel.html", context, status=422 if refusal else 200)

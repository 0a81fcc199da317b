"""What was sold for other firms, and what they still owe."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.kit import clock
from regulars.kit.answer import redirect_back
from regulars.purchases import queries, services
from regulars.purchases.models import Merchant
from regulars.staff.doors import requires, who_knocks


@requires("purchases.see")
@require_safe
def commissions(request: HttpRequest) -> HttpResponse:
    """A line a firm."""
    return render(request, "purchases/commissions.html", {"rows": queries.by_merchant()})


@requires("purchases.refund")
@require_POST
def payout(request: HttpRequest, merchant_id: int) -> HttpResponse:
    """The firm paid everything up to today."""
    merchant = Merchant.objects.filter(pk=merchant_id).first()
    if merchant is None:
        raise Http404
    paid = services.note_payout(merchant, clock.today(), who_knocks(request))
    said = ngettext("Noted as paid out: %(n)d sale.", "Noted as paid out: %(n)d sales.", paid)
    messages.success(request, said % {"n": paid})
    return redirect_back(request, "purchases:commissions")

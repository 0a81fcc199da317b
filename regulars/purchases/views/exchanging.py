"""One thing back, another taken."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit.answer import redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.money import shown
from regulars.kit.secrets import new_token
from regulars.purchases import services
from regulars.purchases.access import order_seen
from regulars.purchases.forms import ExchangeForm
from regulars.purchases.services import Exchanged
from regulars.staff.doors import requires, who_knocks


@requires("purchases.refund")
@require_http_methods(["GET", "HEAD", "POST"])
def exchanges(request: HttpRequest, order_id: int) -> HttpResponse:
    """Ask what came back and what was taken; say what is to be paid or given back."""
    order = order_seen(order_id)
    form = ExchangeForm(request.POST or None, order=order, initial={"key": new_token(), "line": ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = services.exchange(
                order, data["amount"], data["what"], who_knocks(request), key=data["key"], line=form.chosen()
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _said(done))
            return redirect_back(request, "purchases:detail", done.taken.pk)
    context = {"order": order, "form": form}
    return render(request, "purchases/exchange.html", context, status=422 if form.errors else 200)


def _said(done: Exchanged) -> str:
    amount = shown(abs(done.to_pay), business().currency)
    if done.to_pay > 0:
        return _("Exchanged. %(amount)s are to be paid on top.") % {"amount": amount}
    if done.to_pay < 0:
        return _("Exchanged. Give %(amount)s back.") % {"amount": amount}
    return _("Exchanged, even.")

"""The quick sale: who, how much, what, within ten seconds."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number
from regulars.kit.secrets import new_token
from regulars.purchases import queries, services
from regulars.purchases.access import order_seen
from regulars.purchases.forms import NEW, NOBODY, SaleForm, TermsForm
from regulars.purchases.models import Merchant, Order
from regulars.purchases.saying import say_to_chosen
from regulars.staff.doors import requires, who_knocks
from regulars.staff.models import User
from regulars.staff.permissions import may

TYPED = ("who", "person", "reach", "sent_by", "amount", "what", "on")


@requires("purchases.sell")
@require_http_methods(["GET", "HEAD", "POST"])
def sale(request: HttpRequest) -> HttpResponse:
    """The form; `?person=` chooses somebody, `?noted=` shows the sale just saved with its undo."""
    if request.method == "POST" and "X-Queued" in request.headers:
        return _arrived(request)
    if request.method == "POST" and "find" not in request.POST:
        return _save(request)
    said = request.POST if request.method == "POST" else request.GET
    typed = {
        name: said[name] for name in ("who", "person", "reach", "sent_by", "amount", "what", "on") if said.get(name)
    }
    kept = said.get("key") or new_token()
    return _page(request, SaleForm(initial={"key": kept, **typed}))


@requires("purchases.sell")
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """The page for a market stall: it opens without signal, and stays open for the next sale."""
    form = SaleForm(request.POST or None, initial={"key": new_token(), **request.GET.dict()})
    if request.method == "POST":
        reply = _arrived(request)
        if "X-Queued" in request.headers:
            return reply
        if reply.status_code == 201:
            messages.success(request, _("Noted."))
            return redirect("purchases:counter")
        if form.is_valid():
            form.add_error(None, json.loads(reply.content)["sentence"])
    context = {
        "form": form,
        "names": queries.here_lately(),
        "sold_lately": queries.sold_lately(),
        "asked": Order.objects.whose_is_asked().exists(),
    }
    return render(request, "purchases/counter.html", context, status=422 if form.errors else 200)


@requires("purchases.sell")
@require_safe
def people_found(request: HttpRequest) -> HttpResponse:
    """Who may be meant by what was typed so far."""
    context = _who(request, request.GET.get("who", ""), request.GET.get("person", ""))
    return render(request, "purchases/_who.html", context)


@requires("purchases.sell")
@require_safe
def saying(request: HttpRequest) -> HttpResponse:
    """What to say to whoever was just chosen."""
    say = say_to_chosen(request.GET.get("person", ""), may_know_all=may(request.user, "people.change"))
    return render(request, "purchases/_say.html", {"say": say})


@requires("purchases.sell")
@require_POST
def removal(request: HttpRequest, order_id: int) -> HttpResponse:
    """Take back a sale just noted."""
    order = order_seen(order_id)
    try:
        services.undo_sale(order, who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect_back(request, "purchases:detail", order.pk)
    messages.success(request, _("Taken back, as if it had not been noted."))
    return redirect_back(request, "purchases:list")


def _save(request: HttpRequest) -> HttpResponse:
    form, terms = SaleForm(request.POST), TermsForm(request.POST)
    if not form.is_valid() or not terms.is_valid():
        return _page(request, form, terms, status=422)
    try:
        order = _sold(form, terms, who_knocks(request))
    except Refusal as refusal:
        form = _with_a_fresh_key(request)
        if refusal.field in terms.fields:
            terms.add_error(refusal.field, refusal.sentence)
        else:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _page(request, form, terms, status=422)
    return redirect(f"{reverse('purchases:sell')}?noted={order.pk}")


@transaction.atomic
def _sold(form: SaleForm, terms: TermsForm, by: User) -> Order:
    """The sale with all that is particular about it, or nothing of it."""
    said, more = form.cleaned_data, terms.cleaned_data
    amount = terms.part(said["amount"]) if more["merchant"] else said["amount"]
    order = services.sell(
        form.person_id(),
        amount,
        said["what"],
        by,
        said["on"],
        key=said["key"],
        newcomer=form.newcomer(),
        channel=more["channel"] or "shop",
    )
    if more["merchant"]:
        services.note_commission(order, services.merchant_named(more["merchant"]), said["amount"])
    if more["due_on"]:
        services.put_on_account(order, more["due_on"], by)
    if more["gift_for"].strip():
        services.note_gift(order, more["gift_for"], more["occasion"], more["secret_until"])
    return order


def _arrived(request: HttpRequest) -> HttpResponse:
    """An entry that waited on a phone without signal: kept once, answered in JSON to the queue that sent it."""
    form = SaleForm(request.POST)
    if not form.is_valid():
        said = next(iter(form.errors.values()))[0]
        return JsonResponse({"sentence": str(said)}, status=422)
    data = form.cleaned_data
    try:
        order = services.arrive(
            data["key"],
            data["amount"],
            data["what"],
            who_knocks(request),
            person_id=form.chosen(),
            who="" if data["person"] == NOBODY else data["who"],
            newcomer=form.newcomer() if data["person"] == NEW and data["reach"].strip() else None,
            noted_at=data["happened_at"],
        )
    except Refusal as refusal:
        return JsonResponse({"sentence": refusal.sentence}, status=422)
    return JsonResponse({"kept": order.pk}, status=201)


def _with_a_fresh_key(request: HttpRequest) -> SaleForm:
    """What was typed, to be saved as another sale."""
    data = request.POST.copy()
    data["key"] = new_token()
    form = SaleForm(data)
    form.is_valid()
    return form


def _page(request: HttpRequest, form: SaleForm, terms: TermsForm | None = None, status: int = 200) -> HttpResponse:
    who, person = str(form["who"].value() or ""), str(form["person"].value() or "")
    context: dict[str, Any] = {
        "form": form,
        "terms": terms or TermsForm(),
        "merchants": list(Merchant.objects.values_list("name", flat=True)[:50]),
        "sold_lately": queries.sold_lately(),
        "noted": _noted(request),
        **_who(request, who, person),
    }
    return render(request, "purchases/sell.html", context, status=status)


def _who(request: HttpRequest, text: str, chosen: str) -> dict[str, Any]:
    """The people to choose from, the chosen one first, then those found by the text; and what to say to the one."""
    found = queries.buyers_found(text, chosen)
    is_certain = len(found.people) == 1 and not found.is_guess and not chosen
    picked = found.people[0].value if is_certain else chosen
    return {
        "found": found.people,
        "who": text,
        "picked": picked,
        "say": say_to_chosen(picked, may_know_all=may(request.user, "people.change")),
        "new": NEW,
        "nobody": NOBODY,
    }


def _noted(request: HttpRequest) -> Order | None:
    number = row_number(request.GET.get("noted", ""))
    if number is None:
        return None
    mine = Order.objects.filter(pk=number, served_by_id=request.user.pk).select_related("person")
    return mine.first()

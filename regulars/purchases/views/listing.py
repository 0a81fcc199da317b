"""What was sold: the list, and one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.kit import clock
from regulars.kit.answer import answer
from regulars.kit.numbers import row_number
from regulars.people.models import Person
from regulars.people.queries import search
from regulars.purchases import queries
from regulars.purchases.access import order_seen
from regulars.purchases.models import Commission, Gift, Order, PartyOrder
from regulars.purchases.what import what
from regulars.staff.doors import requires
from regulars.staff.permissions import may

PAGE = 30


@dataclass(frozen=True)
class Row:
    """One order in the list."""

    order: Order
    what: str


@requires("purchases.see")
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Everything sold, newest first, a page at a time; found by name, e-mail or order number."""
    text, person = request.GET.get("q", "").strip(), _person(request.GET.get("person", ""))
    only = Q(person_id=person.pk) if person else _matching(text) if text else None
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = queries.recent_orders(after, PAGE, before=before, only=only)
    kept = {"q": text, "person": str(person.pk) if person else ""}
    context = {
        "rows": rows_of(page.orders),
        "text": text,
        "person": person,
        "is_all": only is None,
        "next_url": _page_url(kept, "after", page.after),
        "previous_url": _page_url(kept, "before", page.before),
        "months": list(reversed(queries.month_totals(_months_ago(2), clock.today()))) if only is None else [],
        "may_sell": may(request.user, "purchases.sell"),
    }
    return answer(request, "purchases/list.html", "purchases/_orders.html", context)


@requires("purchases.see")
@require_safe
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """One order: what, who, how it was paid, and what came back."""
    found = order_seen(order_id)
    lines = list(found.lines.order_by("position"))
    context = {
        "order": found,
        "lines": lines,
        "what": what([line.name for line in lines]) or _("A sale"),
        "ownable": queries.ownable_lines(found, lines) if may(request.user, "rapport.record") else [],
        "gift": Gift.objects.select_related("receiver").filter(order=found).first(),
        "commission": Commission.objects.select_related("merchant").filter(order=found).first(),
        "party": PartyOrder.objects.select_related("party__host").filter(order=found).first(),
        "refunds": list(found.refunds.select_related("by", "line").order_by("refunded_on", "id")),
        "may_refund": may(request.user, "purchases.refund") and not found.is_cancelled,
    }
    return render(request, "purchases/order.html", context)


def rows_of(orders: list[Order]) -> list[Row]:
    """Orders with what they were, in words. One query for all."""
    names = queries.names_of([order.pk for order in orders])
    return [Row(order, what(names.get(order.pk, []))) for order in orders]


def _matching(text: str) -> Q:
    numbers = Q(reference__in=(text, f"#{text.lstrip('#')}"))
    return numbers | Q(person_id__in=search(text).ids)


def _person(number: str) -> Person | None:
    pk = row_number(number)
    return None if pk is None else Person.objects.filter(pk=pk).first()


def _page_url(kept: dict[str, str], way: str, mark: str) -> str:
    query = {name: value for name, value in {**kept, way: mark}.items() if value}
    return f"{reverse('purchases:list')}?{urlencode(query)}" if mark else ""


def _months_ago(months: int) -> date:
    today = clock.today()
    number = today.year * 12 + today.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)

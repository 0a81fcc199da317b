"""The service that prints and posts for us: connect it, hand a run over, call a card off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.errors import Refusal
from regulars.outreach.access import run_for
from regulars.outreach.card_forms import ServiceForm
from regulars.outreach.models import MailOrder
from regulars.outreach.services import posted
from regulars.staff.doors import requires, who_knocks


@requires("outreach.connect")
@sensitive_post_parameters("api_key")
@require_http_methods(["GET", "HEAD", "POST"])
def service_page(request: HttpRequest) -> HttpResponse:
    """Connect a service; its key is only ever entered, never shown."""
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            posted.connect_service(typed["provider"], typed["api_key"], who_knocks(request), typed["address"])
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Connected. A run of cards can be handed over now."))
            return _back("outreach:mail-service")
    context = {"form": form, "service": posted.active_service()}
    return render(request, "outreach/mail_service.html", context, status=422 if form.errors else 200)


def _back(name: str, *args: int) -> HttpResponse:
    reply = redirect(name, *args)
    reply.status_code = 303
    return reply


@requires("outreach.connect")
@require_POST
def disconnect(request: HttpRequest) -> HttpResponse:
    """Put the service away."""
    posted.disconnect_service(who_knocks(request))
    messages.success(request, _("Put away, and its key forgotten."))
    return _back("outreach:mail-service")


@requires("outreach.approve")
@require_POST
def hand_over(request: HttpRequest, run_id: int) -> HttpResponse:
    """Have a run printed and posted by the service."""
    user = who_knocks(request)
    try:
        n = posted.begin_handing_over(run_for(user, run_id), user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        words = ngettext("%(n)d card is being handed over.", "%(n)d cards are being handed over.", n)
        messages.success(request, words % {"n": n})
    return _back("outreach:run", run_id)


@requires("outreach.approve")
@require_POST
def call_off(request: HttpRequest, order_id: int) -> HttpResponse:
    """Call one card off while the service still can."""
    order = get_object_or_404(MailOrder.objects.select_related("service", "touch", "run"), pk=order_id)
    try:
        posted.call_off(order, who_knocks(request))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Called off. It is not printed."))
    return _back("outreach:run", order.run_id)

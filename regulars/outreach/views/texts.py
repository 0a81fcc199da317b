"""Sending texts by a provider: set it up, try it, and see what left while one is only trying it out."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit.errors import Refusal
from regulars.outreach.channels.text import accounts
from regulars.outreach.channels.text.adapters.sandbox import written
from regulars.outreach.channels.text.forms import TextAccountForm, initial_of
from regulars.outreach.channels.text.receipts import take_receipt
from regulars.outreach.channels.text.receiving import Incoming, receive_text
from regulars.outreach.models import TextAccount, TextMessage
from regulars.outreach.services.text_limits import too_long_waiting
from regulars.staff.doors import requires, who_knocks

SHOWN = 30


@requires("outreach.connect")
@sensitive_post_parameters("password", "headers", "hook_secret")
@require_http_methods(["GET", "HEAD", "POST"])
def texts_page(request: HttpRequest) -> HttpResponse:
    """Show who sends our texts, and the form to connect somebody."""
    account = accounts.active_text_account()
    form = TextAccountForm(request.POST or None, initial=initial_of(account))
    if request.method == "POST" and form.is_valid():
        try:
            accounts.connect_texts(accounts.NewTextAccount(**form.as_new()), who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Connected. Approved texts go by themselves from now on."))
            return redirect("outreach:texts")
    context = {
        "account": account,
        "form": form,
        "hooks": [accounts.hook_address(account, place) for place in ("incoming", "receipts")] if account else [],
        "kept": _kept(account),
        "too_long": too_long_waiting(account),
    }
    return render(request, "outreach/texts.html", context, status=422 if form.errors else 200)


def _kept(account: TextAccount | None) -> list[dict[str, object]]:
    """What left while trying it out, the latest first. One query and a file each."""
    if account is None or account.provider != TextAccount.Provider.SANDBOX:
        return []
    rows = TextMessage.objects.filter(account=account).select_related("touch__person").order_by("-pk")[:SHOWN]
    said = {one["key"]: one for one in written(row.key for row in rows)}
    return [{"message": row, "touch": row.touch, **said[row.key]} for row in rows if row.key in said]


@requires("outreach.connect")
@require_POST
def disconnect(request: HttpRequest) -> HttpResponse:
    """Send texts from one's own phone again."""
    accounts.disconnect_texts(who_knocks(request))
    messages.success(request, _("Disconnected. Texts wait for your own phone again."))
    return redirect("outreach:texts")


@requires("outreach.connect")
@require_POST
def pretend(request: HttpRequest, message_id: int) -> HttpResponse:
    """While trying it out: let somebody answer, or let the text arrive or not."""
    account = accounts.active_text_account()
    rows = TextMessage.objects.filter(pk=message_id, account=account).select_related("touch")
    message = rows.first() if account and account.provider == TextAccount.Provider.SANDBOX else None
    if account is None or message is None:
        raise Http404
    words = request.POST.get("words", "").strip()
    status = request.POST.get("status", "")
    if words:
        receive_text(account, Incoming(secrets.token_hex(8), message.touch.to_address, words))
        messages.success(request, _("It came in; look at the replies."))
    elif status in {TextMessage.Status.DELIVERED, TextMessage.Status.FAILED}:
        take_receipt(account, message.key, status)
        messages.success(request, _("Written down."))
    return redirect("outreach:texts")

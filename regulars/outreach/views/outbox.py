"""The outbox: what waits, what is held and why, what went, what is not known."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.outreach import queries, services
from regulars.outreach.access import batch_for
from regulars.outreach.channels.text.accounts import active_text_account
from regulars.outreach.channels.text.claiming import used_up_why as texts_used_up_why
from regulars.outreach.programmes_shown import waiting_lines
from regulars.outreach.queries.outbox import PAGE, TABS, TouchPage
from regulars.outreach.queries.programmes import programmes_waiting
from regulars.outreach.services.allowance import used_up_why
from regulars.outreach.services.programme_states import paused
from regulars.outreach.services.resting import active_account
from regulars.outreach.showing import shown_lines
from regulars.outreach.trying_shown import findings_of
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may

LABELS = {
    "unasked": gettext_lazy("Waiting for your yes"),
    "waiting": gettext_lazy("Waiting to go"),
    "held": gettext_lazy("Held"),
    "unknown": gettext_lazy("Not known"),
    "sent": gettext_lazy("Sent"),
    "failed": gettext_lazy("Did not go"),
    "stopped": gettext_lazy("Stopped"),
}


@requires("outreach.see")
@require_safe
def outbox_page(request: HttpRequest) -> HttpResponse:
    """One tab of the outbox. At most eighteen queries, and six a wording where letters wait for a yes."""
    user = who_knocks(request)
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in TABS else "waiting"
    page = queries.page_of(tab, _number(request.GET.get("page", "1")))
    account, texts = active_account(), active_text_account()
    context = {
        "tab": tab,
        "tabs": _tabs(tab),
        "heading": LABELS[tab],
        "lines": shown_lines(page.rows, may_approve=may(user, "outreach.approve"), paused=paused()),
        "findings": findings_of(page.rows) if tab == "unasked" else (),
        "programmes": waiting_lines(programmes_waiting()),
        "batches": queries.open_batches() if tab in {"waiting", "held"} else [],
        "account": account,
        "account_why": used_up_why(account) if account else "",
        "texts_why": texts_used_up_why(texts) if texts else "",
        "outbox_folder": settings.OUTBOX_DIR,
        "may_connect": may(user, "outreach.connect"),
        "may_approve": may(user, "outreach.approve"),
        **_pager(tab, page),
    }
    return render(request, "outreach/outbox.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _tabs(current: str) -> list[dict[str, object]]:
    counted = queries.counts()
    tabs = []
    for key, label in LABELS.items():
        n = counted.get(key, 0)
        more = f" {n}" if 0 < n < 100 else " 100+" if n else ""
        if key in {"unasked", "unknown", "failed"} and not n and key != current:
            continue
        tabs.append(
            {"label": f"{label}{more}", "url": f"{reverse('outreach:outbox')}?tab={key}", "is_current": key == current}
        )
    return tabs


def _pager(tab: str, page: TouchPage) -> dict[str, str]:
    address = f"{reverse('outreach:outbox')}?tab={tab}&page="
    return {
        "previous_url": f"{address}{page.number - 1}" if page.number > 1 else "",
        "next_url": f"{address}{page.number + 1}" if page.has_more else "",
    }


@requires("outreach.approve")
@require_POST
def approve_shown(request: HttpRequest) -> HttpResponse:
    """One yes to the letters shown, each as it was shown (`number=its short name`)."""
    pairs = (pair.partition("=") for pair in request.POST.getlist("letter")[: 10 * PAGE])
    seen = {int(pk): name for pk, _sign, name in pairs if pk.isascii() and pk.isdigit() and len(pk) < 19}
    wanted = list(queries.unasked().filter(pk__in=seen).values_list("pk", flat=True))
    answer = services.approve(wanted, who_knocks(request), seen)
    if answer.approved:
        words = ngettext("%(n)d letter is on its way.", "%(n)d letters are on their way.", len(answer.approved))
        messages.success(request, words % {"n": len(answer.approved)})
    if answer.changed:
        messages.warning(request, _("Some words have changed since you read them. Please read them again."))
    for sentence in sorted(set(answer.refused.values())):
        messages.error(request, sentence)
    return redirect_back(request, "outreach:outbox")


@requires("outreach.approve")
@require_POST
def release_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Let the rest of a large batch go now."""
    user = who_knocks(request)
    n = services.go_on(batch_for(user, batch_id), user)
    words = ngettext("%(n)d letter goes out now.", "%(n)d letters go out now.", n)
    messages.success(request, words % {"n": n} if n else _("They were on their way already."))
    return redirect_back(request, "outreach:outbox")

"""Calls, texts from one's own phone, words by hand, notices: a list to work through, and a page for each."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit import clock
from regulars.kit.answer import answer, is_htmx, redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.access import hand_for, person_for
from regulars.outreach.channels.call.script import scripts_for
from regulars.outreach.channels.text.links import qr_of
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.forms import HandForm, HandOutcomeForm, LaterForm
from regulars.outreach.library import LibraryText, text_named, texts
from regulars.outreach.models import Channel, Outcome, Purpose, Touch
from regulars.outreach.previewing import as_version
from regulars.outreach.queries.call_sheet import call_sheet
from regulars.outreach.queries.hands import TABS, hands_page, tab_counts, tab_of
from regulars.outreach.services import hands
from regulars.outreach.services.drafting import draft_for
from regulars.outreach.showing_hands import hand_lines, time_there
from regulars.people.models import Person
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may

LABELS = {
    "calls": gettext_lazy("Calls"),
    "texts": gettext_lazy("Text messages"),
    "hand": gettext_lazy("Write by hand"),
    "elsewhere": gettext_lazy("Elsewhere"),
}
OUTCOMES = {
    "calls": (
        (Outcome.SPOKE, gettext_lazy("We spoke")),
        (Outcome.LEFT_MESSAGE, gettext_lazy("Left a message")),
        (Outcome.NO_ANSWER, gettext_lazy("No answer")),
        (Outcome.CALL_AGAIN, gettext_lazy("Call again on that day")),
        (Outcome.NOT_NOW, gettext_lazy("Not a good time for them")),
        (Outcome.WRONG_NUMBER, gettext_lazy("Wrong number")),
    ),
    "texts": ((Outcome.DONE, gettext_lazy("I have sent it")),),
    "hand": ((Outcome.DONE, gettext_lazy("Written and posted")),),
    "elsewhere": ((Outcome.DONE, gettext_lazy("It stands there now")),),
}
SAID = {
    Outcome.DONE: gettext_lazy("Written down."),
    Outcome.NOT_NOW: gettext_lazy("Written down. Nothing is asked of them for a while."),
    Outcome.WRONG_NUMBER: gettext_lazy("Written down. This number is not rung any more."),
}


@requires("outreach.see")
@require_safe
def hands_list(request: HttpRequest) -> HttpResponse:
    """One tab of what is to be done. At most twenty queries."""
    asked = request.GET.get("tab", "")
    counts = tab_counts()
    tab = asked if asked in TABS else next((key for key, n in counts.items() if n), "calls")
    page = hands_page(tab, _number(request.GET.get("page", "1")))
    address = f"{reverse('outreach:hands')}?tab={tab}&page="
    context = {
        "tab": tab,
        "tabs": [
            {
                "label": f"{label}{f' {counts[key]}' if counts[key] else ''}",
                "url": f"{reverse('outreach:hands')}?tab={key}",
                "is_current": key == tab,
            }
            for key, label in LABELS.items()
        ],
        "heading": LABELS[tab],
        "lines": hand_lines(page.rows, clock.now()),
        **_outcome_context(request, tab),
        "previous_url": f"{address}{page.number - 1}" if page.number > 1 else "",
        "next_url": f"{address}{page.number + 1}" if page.has_more else "",
    }
    return render(request, "outreach/hands.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _outcome_context(request: HttpRequest, tab: str) -> dict[str, Any]:
    return {
        "outcomes": OUTCOMES.get(tab, ()),
        "may_record": may(request.user, "outreach.record"),
        "tomorrow": clock.today() + timedelta(days=1),
    }


@requires("outreach.see")
@require_safe
def hand_page(request: HttpRequest, touch_id: int) -> HttpResponse:
    """One of them, with everything to have at hand. At most thirty queries."""
    return _page_of(request, hand_for(who_knocks(request), touch_id))


def _page_of(
    request: HttpRequest, touch: Touch, form: HandOutcomeForm | None = None, *, status: int = 200
) -> HttpResponse:
    line = hand_lines([touch], clock.now())[0]
    context = {
        "line": line,
        "form": form or HandOutcomeForm(initial={"number": line.number}),
        "script": touch.body or (scripts_for([touch.person_id]).get(touch.person_id, "") if line.is_call else ""),
        "sheet": _sheet(request, touch.person) if line.is_call else None,
        "qr": qr_of(line.sms_url) if line.sms_url else qr_of(line.number_link) if line.number_link else "",
        "is_page": True,
        **_outcome_context(request, tab_of(touch.channel)),
    }
    return render(request, "outreach/hand.html", context, status=status)


def _sheet(request: HttpRequest, person: Person) -> object:
    return call_sheet(person, may_know_all=may(request.user, "people.change"))


@requires("outreach.see")
@require_safe
def before_a_call(request: HttpRequest, person_id: int) -> HttpResponse:
    """What to know before ringing somebody, whoever suggested the call. At most twenty queries."""
    person = person_for(who_knocks(request), person_id)
    context = {
        "person": person,
        "sheet": _sheet(request, person),
        "there": time_there(person, clock.now()),
        "script": scripts_for([person.pk]).get(person.pk, ""),
        "may_record": may(request.user, "outreach.record"),
    }
    return render(request, "outreach/before_a_call.html", context)


@requires("outreach.record")
@require_POST
def record(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Write down what came of it."""
    user = who_knocks(request)
    touch = hand_for(user, touch_id)
    form = HandOutcomeForm(request.POST)
    if form.is_valid():
        try:
            taken = hands.take_outcome(touch, by=user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return _recorded(request, taken)
    touch.refresh_from_db()
    return _refused(request, touch, form)


def _recorded(request: HttpRequest, taken: hands.Taken) -> HttpResponse:
    words = str(SAID.get(Outcome(taken.touch.outcome), SAID[Outcome.DONE]))
    if taken.again is not None:
        day = date_format(clock.local(taken.again.due_at), "MONTH_DAY_FORMAT")
        words = _("Written down. The next call is on %(day)s.") % {"day": day}
    elif taken.touch.why and taken.touch.outcome in hands.REACHES_NOBODY:
        words = _("Written down. %(why)s It is not tried again.") % {"why": taken.touch.why}
    if is_htmx(request) and not request.POST.get("is_page"):
        return render(request, "kit/_line_done.html", {"words": words})
    messages.success(request, words)
    return redirect_back(request, f"{reverse('outreach:hands')}?tab={tab_of(taken.touch.channel)}")


def _refused(request: HttpRequest, touch: Touch, form: HandOutcomeForm) -> HttpResponse:
    if not is_htmx(request) or request.POST.get("is_page"):
        return _page_of(request, touch, form, status=422)
    line = hand_lines([touch], clock.now())[0]
    context = {"line": line, "form": form, "is_refused": True, **_outcome_context(request, tab_of(touch.channel))}
    return render(request, "outreach/_hand.html", context, status=422)


@requires("outreach.record")
@require_POST
def put_off(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Not now: on another day."""
    user = who_knocks(request)
    touch = hand_for(user, touch_id)
    form = LaterForm(request.POST)
    until = form.cleaned_data["until"] if form.is_valid() else clock.today() + timedelta(days=1)
    try:
        hands.put_off(touch, until, user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Put off until %(day)s.") % {"day": date_format(until, "MONTH_DAY_FORMAT")})
    return redirect_back(request, f"{reverse('outreach:hands')}?tab={tab_of(touch.channel)}")


@requires("outreach.record")
@require_POST
def leave_out(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Not at all."""
    user = who_knocks(request)
    touch = hand_for(user, touch_id)
    try:
        services.skip(touch, user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Left out."))
    return redirect_back(request, f"{reverse('outreach:hands')}?tab={tab_of(touch.channel)}")


@requires("outreach.record")
@require_http_methods(["GET", "HEAD", "POST"])
def new_hand(request: HttpRequest) -> HttpResponse:
    """Write to somebody, or plan to ring them."""
    user = who_knocks(request)
    person = person_for(user, _number_or_404(request.POST.get("to") or request.GET.get("to", "")))
    asked = request.GET.get("by", Channel.TEXT)
    channel = asked if tab_of(asked) else Channel.TEXT
    begins = text_named(request.GET.get("from", ""), business().language)
    initial = {
        "channel": channel,
        "due_on": clock.today(),
        "key": secrets.token_urlsafe(12),
        "where": _last_profile(person),
        "purpose": begins.purpose if begins else Purpose.CARE,
        "body": _first_words(person, channel, begins),
    }
    form = HandForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            touch = hands.plan_by_hand(hands.ByHand(person.pk, **form.cleaned_data), user)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return redirect_back(request, "outreach:hand", touch.pk)
    context = {
        "form": form,
        "person": person,
        "measured": measure(str(form["body"].value() or "").replace("\r\n", "\n").strip()),
        "begins": [text for text in texts(business().language) if text.channel == Channel.TEXT],
    }
    status = 422 if form.errors else 200
    return answer(request, "outreach/new_hand.html", "outreach/_new_hand.html", context, status=status)


def _first_words(person: Person, channel: str, begins: LibraryText | None) -> str:
    """What stands in the field at first: the script of a call, a text of the library with their name in it."""
    if begins is not None and begins.channel == Channel.TEXT:
        draft = draft_for(as_version("", begins.words, {}), [person.pk]).ready.get(person.pk)
        return draft.text if draft else ""
    return scripts_for([person.pk]).get(person.pk, "") if channel == Channel.CALL else ""


def _number_or_404(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    return int(text)


def _last_profile(person: Person) -> str:
    """The link that was used the last time."""
    rows = Touch.objects.filter(person=person, channel=Channel.SOCIAL).exclude(to_address="").order_by("-pk")
    return rows.values_list("to_address", flat=True).first() or ""

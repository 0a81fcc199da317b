"""Mailings: one message to many. Looking changes nothing; what is done is done once, however often it is pressed."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import answer
from regulars.kit.errors import Refusal
from regulars.kit.secrets import new_token
from regulars.outreach.access import mailing_for
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.choosing_files import chosen_files, ticks
from regulars.outreach.mailing_examples import as_somebody, route_for
from regulars.outreach.mailing_forms import (
    CARD_WORDS,
    FILTER,
    IN_THE_BOOK,
    PASTED,
    TEXT_WORDS,
    MailingForm,
    asked_for,
    chosen_in_list,
    offered,
)
from regulars.outreach.mailings_shown import shown_mailing, stage_words
from regulars.outreach.models import Channel, Mailing
from regulars.outreach.previewing import letter_on_screen
from regulars.outreach.queries import mailings as queries
from regulars.outreach.queries.enclosures import papers_of_mailing, papers_of_version
from regulars.outreach.queries.following import counts_links
from regulars.outreach.queries.roofs import POSTED
from regulars.outreach.services import mailings
from regulars.outreach.services.drafting import Draft, draft_for
from regulars.outreach.services.mailings.routes import Route
from regulars.outreach.views.trying import card_sheet, framed
from regulars.outreach.views.words import to_myself
from regulars.people.models import Person
from regulars.people.queries.matching import Asked
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may

Stage = Mailing.Stage


@requires("outreach.see")
@require_safe
def mailings_page(request: HttpRequest) -> HttpResponse:
    """The mailings, the newest first. One query and those of the frame."""
    rows = queries.latest_mailings()
    context = {
        "mailings": [(row, stage_words(row, is_waiting=waits)) for row, waits in rows],
        "may_write": may(who_knocks(request), "outreach.approve"),
    }
    return render(request, "outreach/mailings.html", context)


@requires("outreach.approve")
@require_http_methods(["GET", "HEAD", "POST"])
def new_mailing(request: HttpRequest) -> HttpResponse:
    """Write down a mailing; the filters of a list of people come along in the address."""
    if request.method == "POST":
        return _save(request, None)
    start = {"to": IN_THE_BOOK, "when": Mailing.When.NOW, "spread_days": 5}
    return _form(request, MailingForm(initial=start), None)


@requires("outreach.approve")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_mailing(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """Change what has not begun."""
    mailing = mailing_for(who_knocks(request), mailing_id)
    if request.method == "POST":
        return _save(request, mailing)
    return _form(request, MailingForm(initial=_as_form(mailing)), mailing)


def _as_form(mailing: Mailing) -> dict[str, Any]:
    is_list = Asked.of(mailing.audience).is_list
    return {
        **_written(TEXT_WORDS, mailings.own_words(mailing, Channel.TEXT)),
        **_written(CARD_WORDS, mailings.own_words(mailing, Channel.CARD)),
        "name": mailing.name,
        "wording": mailing.wording,
        "second_wording": mailing.second_wording,
        "other_wording": mailing.other_wording,
        "to": IN_THE_BOOK if is_list else PASTED,
        "when": mailing.when,
        "on": mailing.at.date() if mailing.at else None,
        "hour": mailing.at.time() if mailing.at else None,
        "spread_days": mailing.spread_days,
        "counts_links": counts_links(mailing.programme),
    }


def _written(name: str, words: mailings.OwnWords) -> dict[str, str]:
    return {name: words.words, **{f"{name}_{code}": other for code, other in words.others.items()}}


def _form(
    request: HttpRequest, form: MailingForm, mailing: Mailing | None, refusal: Refusal | None = None
) -> HttpResponse:
    chosen, text = _chosen(request, mailing)
    context = {
        "form": form,
        "mailing": mailing,
        "refusal": refusal,
        "token": request.POST.get("token") or new_token(),
        "offered": offered(chosen),
        "text": text,
        "measured": measure(str(form[TEXT_WORDS].value() or "").strip()),
        "other_texts": [(one, measure(str(one.value() or "").strip())) for one in form.in_others(TEXT_WORDS)],
        "other_cards": form.in_others(CARD_WORDS),
        "has_other_texts": any(one.value() or one.errors for one in form.in_others(TEXT_WORDS)),
        "has_other_cards": any(one.value() or one.errors for one in form.in_others(CARD_WORDS)),
        "files": ticks(request, papers_of_mailing(mailing) if mailing else ()),
        "files_problem": refusal.sentence if refusal and refusal.field == "file" else "",
    }
    return render(request, "outreach/edit_mailing.html", context, status=422 if refusal or form.errors else 200)


def _chosen(request: HttpRequest, mailing: Mailing | None) -> tuple[dict[str, str], str]:
    """What people are chosen by: as it was sent, as the mailing has it, or as the list of people had it."""
    if request.method == "POST":
        sent = {key.removeprefix(FILTER): value for key, value in request.POST.items() if key.startswith(FILTER)}
        return cast(dict[str, str], sent), request.POST.get("text", "")
    if mailing is not None:
        asked = Asked.of(mailing.audience)
        return {one.key: one.value for one in asked.filters}, asked.text
    return chosen_in_list(request.GET), request.GET.get("q", "").strip()[:200]


def _save(request: HttpRequest, mailing: Mailing | None) -> HttpResponse:
    form = MailingForm(request.POST)
    if not form.is_valid():
        return _form(request, form, mailing)
    user = who_knocks(request)
    try:
        new = _read(request, form, mailing)
        row = mailings.change_mailing(mailing, new, user) if mailing else mailings.make_mailing(new, user)
        mailings.gather(row)
    except Refusal as refusal:
        return _form(request, form, mailing, refusal)
    return _to(row)


def _read(request: HttpRequest, form: MailingForm, mailing: Mailing | None) -> mailings.NewMailing:
    found = form.cleaned_data
    return mailings.NewMailing(
        token=request.POST.get("token", "")[:40],
        name=found["name"],
        wording=found["wording"],
        second_wording=found["second_wording"],
        text=form.own_words(TEXT_WORDS),
        card=form.own_words(CARD_WORDS),
        other_wording=found["other_wording"],
        audience=_audience(request, form, mailing),
        when=found["when"],
        at=form.moment,
        spread_days=found["spread_days"] or 5,
        counts_links=found.get("counts_links", False),
        files=chosen_files(request),
    )


def _audience(request: HttpRequest, form: MailingForm, mailing: Mailing | None) -> Asked:
    if form.cleaned_data["to"] == IN_THE_BOOK:
        return asked_for(request.POST)
    pasted = mailings.read_pasted(form.cleaned_data["pasted"])
    if not pasted.ids and mailing is not None and not form.cleaned_data["pasted"].strip():
        return Asked.of(mailing.audience)
    if not pasted.ids:
        raise Refusal(_("Nobody in the book was found for these lines."), field="pasted")
    _say_who_is_missing(request, pasted)
    return Asked(ids=pasted.ids)


def _say_who_is_missing(request: HttpRequest, pasted: mailings.Pasted) -> None:
    for lines, one, many in (
        (pasted.unknown, _("Nobody in the book: %(who)s"), _("Nobody in the book for %(n)d lines: %(who)s")),
        (pasted.several, _("Several people fit, so nobody was taken: %(who)s"),
         _("Several people fit %(n)d lines, so nobody was taken: %(who)s")),
    ):  # fmt: skip
        if lines:
            words = one if len(lines) == 1 else many
            who = ", ".join(line[:60] for line in lines[:20]) + (" …" if len(lines) > 20 else "")
            messages.warning(request, words % {"n": len(lines), "who": who})


@requires("outreach.see")
@require_safe
def mailing_page(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """One mailing: who gets it and who does not, how far it is, what came of it. At most seventy queries."""
    user = who_knocks(request)
    mailing = mailing_for(user, mailing_id)
    context = {
        "mailing": mailing,
        "shown": shown_mailing(mailing, may_approve=may(user, "outreach.approve")),
        "may_approve": may(user, "outreach.approve"),
        "reader": as_somebody(mailing, request.GET.get("as", "")),
        "own_number": request.session.get("own_number", ""),
    }
    return answer(request, "outreach/mailing.html", "outreach/_mailing.html", context)


@requires("outreach.see")
@require_safe
def example_frame(request: HttpRequest, mailing_id: int, person_id: int) -> HttpResponse:
    """What one of them will get, as it will look, for the frame on the mailing's page."""
    route, draft = _example(request, mailing_id, person_id)
    return framed(letter_on_screen(draft, route.version.wording.purpose, request.GET.get("scheme", "")))


def _example(request: HttpRequest, mailing_id: int, person_id: int) -> tuple[Route, Draft]:
    """What one of them gets, and the way it goes."""
    mailing = mailing_for(who_knocks(request), mailing_id)
    recipient = queries.recipients_among(mailing, [person_id]).get(person_id)
    route = route_for(mailing, recipient) if recipient else None
    draft = draft_for(route.version, [person_id], variants=route.variants).ready.get(person_id) if route else None
    if route is None or draft is None:
        raise Http404
    return route, draft


@requires("outreach.see")
@require_safe
def example_card(request: HttpRequest, mailing_id: int, person_id: int) -> HttpResponse:
    """The card one of them will get, as the sheet that will be printed."""
    route, draft = _example(request, mailing_id, person_id)
    if route.channel not in POSTED:
        raise Http404
    return card_sheet(person_id, draft)


@requires("outreach.approve")
@require_POST
def example_test(request: HttpRequest, mailing_id: int, person_id: int) -> HttpResponse:
    """What one of them will get, letter or text, sent to whoever asks."""
    route, _draft = _example(request, mailing_id, person_id)
    if route.channel in POSTED:
        raise Http404
    mailing = mailing_for(who_knocks(request), mailing_id)
    person = Person.objects.get(pk=person_id)
    papers = {one.name: one for one in (*papers_of_version(route.version.pk), *papers_of_mailing(mailing))}
    more = {"purpose": route.purpose, "variants": route.variants, "papers": tuple(papers.values())}
    try:
        to_myself(request, route.version, person, **more)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return _to(mailing)


@requires("outreach.see")
@require_safe
def left_out_page(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """Who is left out for one reason, or for any."""
    mailing = mailing_for(who_knocks(request), mailing_id)
    why = request.GET.get("why")
    mark = request.GET.get("after", "")
    after = int(mark) if mark.isascii() and mark.isdigit() and len(mark) < 19 else 0
    rows = queries.left_out_of(mailing, why, after)
    further = QueryDict(mutable=True)
    further.update({**({"why": why} if why is not None else {}), "after": str(rows[-1].pk) if rows else ""})
    context = {
        "mailing": mailing,
        "rows": rows,
        "why": why or "",
        "next_url": f"?{further.urlencode()}" if len(rows) == queries.SHOWN else "",
    }
    return render(request, "outreach/mailing_left_out.html", context)


@requires("outreach.approve")
@require_POST
def look_again(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """Look up once more who gets it."""
    mailing = mailing_for(who_knocks(request), mailing_id)
    mailings.gather(mailing)
    return _to(mailing)


@requires("outreach.approve")
@require_POST
def sample(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """Let a few go first."""
    user = who_knocks(request)
    mailing = mailing_for(user, mailing_id)
    n = _done(request, lambda: mailings.send_sample(mailing, user))
    if n:
        words = ngettext("%(n)d goes first. Look how it is taken, then let the others go.",
                         "%(n)d go first. Look how they are taken, then let the others go.", n)  # fmt: skip
        messages.success(request, words % {"n": n})
    return _to(mailing)


@requires("outreach.approve")
@require_POST
def begin(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """Yes, to all of them."""
    user = who_knocks(request)
    mailing = mailing_for(user, mailing_id)
    if _done(request, lambda: mailings.begin_mailing(mailing, user)):
        messages.success(request, _("It is on its way."))
    return _to(mailing)


@requires("outreach.approve")
@require_POST
def call_instead(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """Ring the ticked ones up instead."""
    user = who_knocks(request)
    mailing = mailing_for(user, mailing_id)
    picked = [int(pk) for pk in request.POST.getlist("person") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    n = mailings.call_instead(mailing, picked, user)
    if n:
        words = ngettext("%(n)d person is called instead.", "%(n)d people are called instead.", n)
        messages.success(request, words % {"n": n})
    return _to(mailing)


def _done(request: HttpRequest, act: Any) -> Any:
    try:
        return act()
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return None


def _to(mailing: Mailing) -> HttpResponse:
    reply = redirect("outreach:mailing", mailing.pk)
    reply.status_code = 303
    return reply

"""One touch: what it says, what happened to it, and what can still be done."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import answer, redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.money import shown as money_shown
from regulars.outreach import services
from regulars.outreach.access import touch_for
from regulars.outreach.channels.email.local_outbox import name_for, path_of
from regulars.outreach.channels.text.accounts import active_text_account
from regulars.outreach.channels.text.prices import FREE, cost_of
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.choosing_files import read_file
from regulars.outreach.forms import EnclosureForm, LetterWords
from regulars.outreach.models import Channel, State, Touch
from regulars.outreach.previewing import touch_on_screen
from regulars.outreach.programmes_shown import names_of
from regulars.outreach.queries.enclosures import Paper, files_of, papers_of
from regulars.outreach.queries.reach import mobiles_of
from regulars.outreach.services.programme_states import paused
from regulars.outreach.services.text_limits import too_long_among
from regulars.outreach.showing import is_kept_as_file, shown
from regulars.outreach.views.trying import framed
from regulars.staff.doors import requires, who_knocks
from regulars.staff.models import User
from regulars.staff.permissions import may

LONGEST_FILE = 500_000


@requires("outreach.see")
@require_safe
def touch_page(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Show one touch with its whole story. Five queries."""
    user = who_knocks(request)
    touch = touch_for(user, touch_id)
    changes = [
        {"at": change.at, "state": State(change.to_state).label, "why": change.why, "by": change.by}
        for change in touch.changes.select_related("by")
    ]
    line = shown(touch, may_approve=may(user, "outreach.approve"), paused=paused())
    context = {
        "touch": touch,
        "line": line,
        "changes": changes,
        "occasion": names_of([touch.programme])[touch.programme],
        "is_file": is_kept_as_file(touch),
        "files": files_of(touch) if touch.channel == Channel.EMAIL else [],
        "papers": _beside_its_own(touch),
        "may_enclose": line.can_edit and touch.channel == Channel.EMAIL,
        "enclosure_form": EnclosureForm(),
        **_as_text(touch),
    }
    return render(request, "outreach/touch.html", context)


def _beside_its_own(touch: Touch) -> list[Paper]:
    """The files that come with its words or its mailing. Three queries."""
    if touch.channel != Channel.EMAIL:
        return []
    own = set(touch.enclosures.values_list("name", flat=True))
    return [paper for paper in papers_of([touch]).get(touch.pk, ()) if paper.name not in own]


def _as_text(touch: Touch) -> dict[str, object]:
    """How many parts a text has, and what they cost or will; two queries, and only for a text."""
    if touch.channel != Channel.TEXT:
        return {}
    measured, account = measure(touch.body), active_text_account()
    to = touch.to_address or mobiles_of([touch.person_id]).get(touch.person_id, "")
    cost = touch.cost_amount or (cost_of(account.prices, to, measured.segments) if account else FREE)
    price = money_shown(cost, business().currency) if cost else ""
    return {"measured": measured, "price": price, "too_long": too_long_among([touch], is_bulk=False).get(touch.pk, "")}


@requires("outreach.see")
@require_safe
def letter_frame(request: HttpRequest, touch_id: int) -> HttpResponse:
    """A letter in blocks as it will look, for the frame on its page."""
    touch = touch_for(who_knocks(request), touch_id)
    if touch.channel != Channel.EMAIL or not touch.blocks:
        raise Http404
    return framed(touch_on_screen(touch, request.GET.get("scheme", "")))


@requires("outreach.see")
@require_safe
def letter_file(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Show the file of a letter that was kept here, as plain text."""
    touch = touch_for(who_knocks(request), touch_id)
    path = path_of(name_for(touch))
    if not is_kept_as_file(touch) or not path.exists():
        raise Http404
    with path.open("rb") as file:
        content = file.read(LONGEST_FILE)
    reply = HttpResponse(content, content_type="text/plain; charset=utf-8")
    reply["Content-Disposition"] = f'inline; filename="{path.name}.txt"'
    return reply


@requires("outreach.approve")
@require_POST
def enclose(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Put a file into one letter."""
    user = who_knocks(request)
    touch = touch_for(user, touch_id)
    form = EnclosureForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        return _do(
            request,
            touch_id,
            lambda touch, user: services.enclose(touch, file.name, read_file(file), user),
            _("The file goes with the letter."),
        )
    messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
    return redirect_back(request, "outreach:touch", touch.pk)


@requires("outreach.approve")
@require_POST
def take_out(request: HttpRequest, touch_id: int, enclosure_id: int) -> HttpResponse:
    """Take a file out of one letter."""
    return _do(
        request, touch_id, lambda touch, user: services.take_out(touch, enclosure_id, user), _("The file is out again.")
    )


@requires("outreach.see")
@require_POST
def look_as_filter(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Show one letter as a spam filter sees it. Nothing changes; it is a POST because a filter has to run."""
    touch = touch_for(who_knocks(request), touch_id)
    context: dict[str, object] = {"touch": touch}
    try:
        context["verdict"] = services.look_as_a_filter(touch)
    except Refusal as refusal:
        context["refusal"] = refusal.sentence
    return render(request, "outreach/filter.html", context, status=422 if "refusal" in context else 200)


@requires("outreach.approve")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_words(request: HttpRequest, touch_id: int) -> HttpResponse:
    """The owner's own words under one touch."""
    user = who_knocks(request)
    touch = touch_for(user, touch_id)
    form = LetterWords(request.POST or None, initial={"subject": touch.subject, "body": touch.body})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_draft(touch, form.cleaned_data["subject"], form.cleaned_data["body"], user)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Kept. It goes with your words."))
            return redirect_back(request, "outreach:touch", touch.pk)
    context = {"touch": touch, "form": form, "is_letter": touch.channel == Channel.EMAIL}
    return answer(request, "outreach/edit.html", "outreach/_edit.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, touch_id: int, act: Callable[[Touch, User], object], said: str) -> HttpResponse:
    """The one way of all buttons on a touch: do it, say so, go back; or say why not."""
    user = who_knocks(request)
    try:
        act(touch_for(user, touch_id), user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, said)
    return redirect_back(request, "outreach:outbox")


@requires("outreach.approve")
@require_POST
def stop(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Stop one touch that has not left."""
    return _do(
        request,
        touch_id,
        lambda touch, user: services.skip(touch, user, _("Stopped before it left.")),
        _("Stopped. It will not go."),
    )


@requires("outreach.approve")
@require_POST
def take_up(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Take a stopped touch up again: it goes after the usual delay, with the words it had."""

    def again(touch: Touch, user: User) -> None:
        row = services.reopen(touch, user)
        result = services.approve([row.pk], user, {row.pk: row.draft_hash})
        if result.refused:
            raise Refusal(result.refused[row.pk])

    return _do(request, touch_id, again, _("It is on its way again."))


@requires("outreach.approve")
@require_POST
def release_one(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Look again now at a touch that is held."""
    return _do(
        request,
        touch_id,
        lambda touch, user: services.release([touch.pk], user),
        _("Released. If the reason still stands, it will be held again."),
    )


@requires("outreach.approve")
@require_POST
def hurry(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Let a letter go without waiting for the rest of the delay."""
    return _do(request, touch_id, services.send_now, _("It goes now."))


@requires("outreach.approve")
@require_POST
def retry(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Try a letter that failed or came back once more."""
    return _do(request, touch_id, services.try_again, _("It will be tried again."))


@requires("outreach.approve")
@require_POST
def decide(request: HttpRequest, touch_id: int) -> HttpResponse:
    """Settle a letter of which nobody knows whether it arrived."""
    decision = request.POST.get("decision", "")
    return _do(request, touch_id, lambda touch, user: services.settle_unknown(touch, decision, user), _("Settled."))

"""The owner's page. Every action works as a plain form and, with htmx, swaps only its own line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.kit import clock
from regulars.kit.answer import is_htmx
from regulars.kit.errors import Refusal
from regulars.kit.numbers import place_number
from regulars.kit.worries import worries
from regulars.outreach.services import has_mailbox
from regulars.people.queries import has_people
from regulars.staff.doors import requires
from regulars.staff.permissions import may
from regulars.today import queries, services
from regulars.today.forms import CardForm, OutcomeForm, SnoozeForm, WordsForm
from regulars.today.models import Choice
from regulars.today.services.deciding import line_of
from regulars.today.trying import tried, tried_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django import forms

    from regulars.staff.models import User
    from regulars.today.lines import Line


def _staff(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # the door lets nobody else in


def _day_asked(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.today()


@require_GET
@requires("today.see")
def today(request: HttpRequest) -> HttpResponse:
    """The day, or with ?on= a look at another one."""
    on = _day_asked(request)
    plan = queries.plan(on, shown=queries.SHOWN)
    if may(_staff(request), "today.approve") and on == clock.today():
        plan = replace(plan, sections=tried_each(plan.sections))
    if on == clock.today():
        # The frame then says what the page shows, without counting it again.
        request.counts_found = {"today": len(plan.lines)}  # type: ignore[attr-defined]
    context = {
        **_of_the_day(request, plan),
        "worries": worries() if may(_staff(request), "house.health") else [],
        **_about_mailbox(request, [line for section in plan.sections for line in section.letters]),
        "has_people": bool(plan.lines) or has_people(),
        **_just_answered(request),
    }
    return render(request, "today/today.html", context)


def _just_answered(request: HttpRequest) -> dict[str, Any]:
    """What was answered by a plain form a moment ago, with the way back that a page with script shows in its place."""
    if not (keys := request.GET.getlist("answered")):
        return {}
    answers = queries.just_answered(keys)
    yes = [one for one in answers if one.choice == Choice.APPROVED] if may(_staff(request), "today.approve") else []
    return {
        "said_yes": [one for one in yes if services.can_be_taken_back(one.key)],
        "settled_more": [one for one in yes if not services.can_be_taken_back(one.key)],
        "left": [one for one in answers if one.choice != Choice.APPROVED],
    }


def _of_the_day(request: HttpRequest, plan: queries.Plan) -> dict[str, Any]:
    """What the head of the page and the words beside it say. Three queries."""
    progress = queries.progress(clock.today())
    return {
        "plan": plan,
        "on": plan.on,
        "is_today": plan.on == clock.today(),
        "hour": clock.local(clock.now()).hour,
        "owner": _staff(request).display_name.split(" ")[0],
        "progress": progress,
        "minutes_in_all": max(progress.minutes + plan.minutes, 1),
        "kept": queries.kept_for_later(plan.on),
    }


def _day_moved(request: HttpRequest) -> dict[str, Any]:
    """The same after an answer, where it was given on the page that shows it."""
    if urlsplit(request.headers.get("HX-Current-URL", "")).path != reverse("today:today"):
        return {}
    return {**_of_the_day(request, queries.plan(clock.today(), shown=queries.SHOWN)), "is_moved": True}


@require_GET
@requires("today.see")
def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """All lines of one kind, twenty-five at a time."""
    start = place_number(request.GET.get("from", ""), most=queries.FARTHEST)
    section = queries.section(kind, _day_asked(request), start)
    if section is None:
        raise Http404
    end = start + len(section.lines)
    if may(_staff(request), "today.approve"):
        section = tried(section)
    context = {
        "section": section,
        "start": start,
        "end": end,
        "next": end if end < section.total else None,
        "is_today": True,
        **_about_mailbox(request, section.letters),
    }
    return render(request, "today/kind.html", context)


def _about_mailbox(request: HttpRequest, letters: Sequence[Line]) -> dict[str, bool]:
    """Is there a letter here that nothing would carry? At most one query."""
    return {
        "lacks_mailbox": bool(letters) and not has_mailbox(),
        "may_connect": may(_staff(request), "outreach.connect"),
    }


@require_POST
@requires("today.approve")
def approve(request: HttpRequest) -> HttpResponse:
    """One yes to the lines whose words were shown; each comes as key=what-was-seen."""
    seen = dict(pair.rsplit("=", 1) for pair in request.POST.getlist("line") if "=" in pair)
    is_one_line = is_htmx(request) and len(seen) == 1
    line = _line_or_none(next(iter(seen))) if is_one_line else None
    answer = services.approve_lines(seen, _staff(request))
    if is_one_line and answer.approved and not answer.refused:
        context = {
            "line": line,
            "sentence": _what_becomes_of_it(),
            "key": answer.approved[0],
            "is_leaving": True,
            "can_take_back": services.can_be_taken_back(answer.approved[0]),
            "needs_mailbox": not has_mailbox() and may(_staff(request), "outreach.connect"),
            **_day_moved(request),
        }
        return render(request, "today/_answered.html", context)
    if answer.approved:
        say = messages.success if has_mailbox() else messages.warning
        say(request, _what_becomes_of(len(answer.approved)))
    if answer.changed:
        messages.warning(request, _("Some words have changed since you read them. Please read them again."))
    for sentence in set(answer.refused.values()):
        messages.error(request, sentence)
    return _back(request, answer.approved)


@require_POST
@requires("today.approve")
def take_back(request: HttpRequest) -> HttpResponse:
    """Take back the yes to one line, or to those said yes to together, where their letters have not left."""
    keys = request.POST.getlist("line")[: queries.PORTION]
    lines, refusals = [], []
    for key in keys:
        try:
            lines.append(services.take_back_line(key, _staff(request)))
        except Refusal as refusal:
            refusals.append(refusal)
    if is_htmx(request) and len(keys) == 1:
        if refusals:
            return _refused(request, refusals[0], keys[0])
        context = {"line": lines[0], **_day_moved(request), "is_today": True}
        return render(request, "today/_line_again.html", context)
    if lines:
        said = ngettext("Taken back: it is on the page again.", "Taken back: they are on the page again.", len(lines))
        messages.success(request, said)
    for sentence in {refusal.sentence for refusal in refusals}:
        messages.error(request, sentence)
    return _back(request)


def _what_becomes_of_it() -> str:
    if has_mailbox():
        return _("It goes out soon.")
    return _("No mailbox is connected yet: it is kept as a file on this machine and reaches nobody.")


def _what_becomes_of(count: int) -> str:
    """Never say that letters go out where they are only kept."""
    if has_mailbox():
        return ngettext("%(count)d letter goes out soon.", "%(count)d letters go out soon.", count) % {"count": count}
    return ngettext(
        "No mailbox is connected yet: %(count)d letter is kept as a file on this machine and reaches nobody.",
        "No mailbox is connected yet: %(count)d letters are kept as files on this machine and reach nobody.",
        count,
    ) % {"count": count}


def _back(request: HttpRequest, answered: Sequence[str] = ()) -> HttpResponse:
    """The day again; beside it what was just answered, so that it can be taken back without script too."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    said = urlencode([("answered", key) for key in answered[: queries.PORTION]])
    reply = redirect(f"{reverse('today:today')}?{said}" if said else reverse("today:today"))
    reply.status_code = 303
    return reply


def _answered(request: HttpRequest, line: Line, sentence: str, *, can_return: bool = False) -> HttpResponse:
    if is_htmx(request):
        context = {"line": line, "key": line.key, "sentence": sentence, "can_return": can_return}
        return render(request, "today/_answered.html", {**context, **_day_moved(request)})
    messages.success(request, f"{line.person or line.what}: {sentence}")
    return _back(request, [line.key] if can_return else [])


def _line_or_none(key: str) -> Line | None:
    try:
        return line_of(key)
    except Refusal:
        return None


def _refused(request: HttpRequest, refusal: Refusal, key: str, form: forms.Form | None = None) -> HttpResponse:
    """The line again with the sentence, 422; the page without JavaScript shows it at the top."""
    line = _line_or_none(key)
    if is_htmx(request) and line is not None:
        return render(
            request, "today/_line.html", {"line": line, "refusal": refusal, "form": form, "is_today": True}, status=422
        )
    if is_htmx(request):
        return render(request, "today/_answered.html", {"sentence": refusal.sentence, "key": key}, status=422)
    messages.error(request, refusal.sentence)
    return _back(request)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("today.decide")
def words(request: HttpRequest, key: str) -> HttpResponse:
    """Change the words under one line."""
    try:
        line = line_of(key)
    except Refusal as refusal:
        return _refused(request, refusal, key)
    kind_of_form = WordsForm if line.way == "email" else CardForm
    draft = line.draft
    form = kind_of_form(request.POST or None, initial={"subject": draft.subject, "body": draft.body} if draft else {})
    if request.method == "POST" and form.is_valid():
        try:
            line = services.edit_line(
                key, form.cleaned_data.get("subject", ""), form.cleaned_data["body"], _staff(request)
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            if is_htmx(request):
                return render(request, "today/_line.html", {"line": line, "is_today": True})
            messages.success(request, _("The new words are under the line. They leave when you say yes."))
            return _back(request)
    status = 422 if form.is_bound and form.errors else 200
    template = "today/_words.html" if is_htmx(request) else "today/words.html"
    return render(request, template, {"line": line, "form": form}, status=status)


@require_POST
@requires("today.decide")
def snooze(request: HttpRequest, key: str) -> HttpResponse:
    form = SnoozeForm(request.POST)
    until = (form.cleaned_data["until"] if form.is_valid() else None) or clock.today() + timedelta(days=1)
    try:
        line = services.snooze_line(key, until, _staff(request))
    except Refusal as refusal:
        return _refused(request, refusal, key)
    sentence = _("Put off until %(day)s.") % {"day": date_format(until, "MONTH_DAY_FORMAT")}
    return _answered(request, line, sentence, can_return=line.way != "reminder" and line.due.kind != "hands")


@require_POST
@requires("today.decide")
def skip(request: HttpRequest, key: str) -> HttpResponse:
    try:
        line = services.skip_line(key, _staff(request))
    except Refusal as refusal:
        return _refused(request, refusal, key)
    return _answered(
        request,
        line,
        _("Not this time."),
        can_return=line.way not in {"reminder", "contact"} and line.due.kind != "hands",
    )


@require_POST
@requires("today.decide")
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    try:
        line = services.reopen_line(key, _staff(request))
    except Refusal as refusal:
        return _refused(request, refusal, key)
    if is_htmx(request):
        context = {"line": line, **_day_moved(request), "is_today": True}
        return render(request, "today/_line_again.html", context)
    return _back(request)


@require_POST
@requires("today.decide")
def outcome(request: HttpRequest, key: str) -> HttpResponse:
    form = OutcomeForm({"outcome": "spoke", **request.POST.dict()})
    outcome = request.POST.get("outcome", "")
    note = request.POST.get("note", "")[:1000]
    again_on = form.cleaned_data.get("again_on") if form.is_valid() else None
    try:
        line = services.take_outcome(key, outcome, note, _staff(request), again_on=again_on)
    except Refusal as refusal:
        return _refused(request, refusal, key, form)
    return _answered(request, line, _("Written down."))


@require_POST
@requires("today.approve")
def print_card(request: HttpRequest, key: str) -> HttpResponse:
    try:
        line = services.print_line(key, _staff(request))
    except Refusal as refusal:
        return _refused(request, refusal, key)
    return _answered(request, line, _("It waits among the cards to print."))


@require_POST
@requires("today.decide")
def answer_question(request: HttpRequest, key: str) -> HttpResponse:
    try:
        line = services.answer_question(key, request.POST.get("answer", ""), _staff(request))
    except Refusal as refusal:
        return _refused(request, refusal, key)
    return _answered(request, line, _("Thank you."))

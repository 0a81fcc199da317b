"""Cards to print: what is due, the runs, and every card as it will look. Looking changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from regulars.kit import clock
from regulars.kit.answer import redirect_back
from regulars.kit.errors import Refusal
from regulars.kit.secrets import new_token
from regulars.outreach.access import piece_for, run_for, touch_for
from regulars.outreach.card_forms import RunForm, sheet_choices
from regulars.outreach.cards_shown import groups_of
from regulars.outreach.models import PrintPiece, PrintRun
from regulars.outreach.queries import printing as waiting
from regulars.outreach.queries.card_budget import over_this_month
from regulars.outreach.services import posted, printing
from regulars.outreach.services.printing import sheets
from regulars.outreach.services.printing.pieces import on_paper
from regulars.outreach.services.printing.running import MOST, said_of
from regulars.outreach.services.printing.stationery import stationery
from regulars.staff.doors import requires, who_knocks
from regulars.staff.permissions import may

BESIDE = ("envelope", "label")
LATER_DAYS = 60


@requires("outreach.see")
@require_safe
def cards_page(request: HttpRequest) -> HttpResponse:
    """What is to be printed this week, by kind; of one mailing (`?programme=`) all of it. At most nineteen queries."""
    return _cards(request)


def _cards(request: HttpRequest, form: RunForm | None = None, refusal: Refusal | None = None) -> HttpResponse:
    now, paper = clock.now(), stationery()
    week = now + timedelta(days=waiting.AHEAD_DAYS)
    programme = request.GET.get("programme", "")[:80]
    most = MOST if programme else waiting.SHOWN
    touches = list(waiting.due_to_print(now, week, programme).select_related("person")[:most])
    groups = groups_of(touches, on_paper(touches, paper, links=False), paper)
    choices = sheet_choices(sheets.engine().SHEETS, ("card", "postcard", "letter"))
    later = 0 if programme else waiting.waiting_to_print(now, now + timedelta(days=LATER_DAYS)) - len(touches)
    context = {
        "groups": groups,
        "count": len(touches),
        "has_more": len(touches) == most,
        "is_one_mailing": bool(programme),
        "later": max(0, later),
        "form": form or RunForm(choices=choices, initial={"sheet": sheets.usual_sheet(paper), "start_at": 1}),
        "token": new_token(),
        "refusal": refusal,
        "is_over_budget": over_this_month(clock.local(now).date()) is not None,
        "open_runs": waiting.open_runs(),
        "latest_runs": waiting.latest_runs(5),
        "printer": printing.usual_printer(),
        "may_approve": may(who_knocks(request), "outreach.approve"),
        "may_write": may(who_knocks(request), "outreach.write"),
    }
    return render(request, "outreach/cards.html", context, status=422 if refusal else 200)


@requires("outreach.approve")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Make a run of the ticked cards."""
    choices = sheet_choices(sheets.engine().SHEETS, ("card", "postcard", "letter"))
    form = RunForm(request.POST, choices=choices)
    if not form.is_valid():
        return _cards(request, form, Refusal(_("Please choose what to print on."), field="sheet"))
    new = printing.NewRun(
        token=request.POST.get("token", "")[:40],
        sheet=form.cleaned_data["sheet"],
        seen=_seen(request.POST.getlist("card")),
        start_at=form.cleaned_data["start_at"] or 1,
        marks=form.cleaned_data["marks"],
    )
    try:
        run = printing.begin_run(new, who_knocks(request))
    except Refusal as refusal:
        return _cards(request, form, refusal)
    return _to(run)


def _seen(picked: list[str]) -> dict[int, str]:
    """The cards ticked, each with the short name of the words that were shown."""
    pairs = (pair.partition("=") for pair in picked)
    return {int(pk): name for pk, _sign, name in pairs if pk.isascii() and pk.isdigit() and len(pk) < 19}


def _to(run: PrintRun) -> HttpResponse:
    reply = redirect("outreach:run", run.pk)
    reply.status_code = 303
    return reply


@requires("outreach.see")
@require_safe
def run_page(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run with a look at every card. At most eight queries."""
    user = who_knocks(request)
    run = run_for(user, run_id)
    pieces = list(run.pieces.select_related("touch__person"))
    context = {
        "run": run,
        "sheet": sheets.engine().SHEETS.get(run.sheet),
        "cards": [piece for piece in pieces if piece.state != PrintPiece.State.LEFT_OUT],
        "left_out": [piece for piece in pieces if piece.state == PrintPiece.State.LEFT_OUT],
        "no_address": sum(1 for piece in pieces if not piece.to_lines and piece.state != PrintPiece.State.LEFT_OUT),
        "beside": sheet_choices(sheets.engine().SHEETS, BESIDE),
        "fits": "envelope-a2" if run.sheet == "card-quarter-letter" else "envelope-c6",
        "is_open": run.state == PrintRun.State.OPEN,
        "service": posted.active_service(),
        "orders": list(run.orders.select_related("touch__person").order_by("pk")),
        "token": new_token(),
        "may_approve": may(user, "outreach.approve"),
    }
    return render(request, "outreach/run.html", context)


@requires("outreach.see")
@require_safe
@cache_control(private=True, no_store=True)
def run_sheets(request: HttpRequest, run_id: int) -> HttpResponse:
    """The sheets of a run as PDF, or envelopes and labels for it with ?sheet= and ?start_at=."""
    run = run_for(who_knocks(request), run_id)
    chosen = request.GET.get("sheet", "")
    if chosen and chosen not in sheets.engine().SHEETS:
        raise Http404
    start = request.GET.get("start_at", "")
    first = int(start) if start.isascii() and start.isdigit() and 0 < int(start[:4]) < 1000 else None
    try:
        found = printing.made_again(run, sheet=chosen, start_at=first)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("outreach:run", run.pk)
    if found is None or not found.pdf:
        raise Http404
    return _pdf(found.pdf, f"cards-{run.pk}{'-' + chosen if chosen else ''}")


def _pdf(content: bytes, name: str) -> HttpResponse:
    reply = HttpResponse(content, content_type="application/pdf")
    reply["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return reply


@requires("outreach.see")
@require_safe
@cache_control(private=True, max_age=60)
def card_preview(request: HttpRequest, touch_id: int) -> HttpResponse:
    """A card that waits, as it would look today."""
    touch = touch_for(who_knocks(request), touch_id)
    if touch.channel not in waiting.ON_PAPER:
        raise Http404
    own = stationery()
    piece = on_paper([touch], own, links=False)[0]
    look = sheets.look_of(sheets.look_now(own), own.front, own.signature, None)
    chosen = request.GET.get("sheet", "") or sheets.usual_sheet(own)
    return _drawn(chosen, piece, look)


@requires("outreach.see")
@require_safe
@cache_control(private=True, max_age=600)
def piece_preview(request: HttpRequest, run_id: int, piece_id: int) -> HttpResponse:
    """A card of a run, exactly as it is printed."""
    piece = piece_for(who_knocks(request), run_id, piece_id)
    run = piece.run
    return _drawn(run.sheet, piece, sheets.look_of(run.look, run.front, run.signature, run.logo))


def _drawn(sheet: str, piece: Any, look: Any) -> HttpResponse:
    try:
        sheets.sheet_of(sheet)
    except Refusal as refusal:
        raise Http404 from refusal
    return HttpResponse(sheets.drawn(sheet, piece, look), content_type="image/png")


@requires("outreach.approve")
@require_POST
def settle(request: HttpRequest, run_id: int) -> HttpResponse:
    """The owner says what came out; `spoilt` are the pieces that did not."""
    user = who_knocks(request)
    run = run_for(user, run_id)
    is_all = request.POST.get("said") == "all"
    spoilt = [] if is_all else [int(pk) for pk in request.POST.getlist("spoilt") if pk.isascii() and pk.isdigit()]
    try:
        if not is_all and not spoilt:
            raise Refusal(_("Tick the cards that did not come out."))
        settled = printing.settle_run(run, spoilt, user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, said_of(settled))
    return _to(run)


@requires("outreach.approve")
@require_POST
def put_back(request: HttpRequest, run_id: int) -> HttpResponse:
    """Nothing was printed: the cards of this run are due again."""
    user = who_knocks(request)
    try:
        printing.put_back(run_for(user, run_id), user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Put back. The cards wait to be printed."))
    return redirect_back(request, "outreach:cards")


@requires("outreach.approve")
@require_POST
def print_again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Print one card once more, or all that are ticked, because the owner asks for it."""
    user = who_knocks(request)
    run = run_for(user, run_id)
    wanted = [int(pk) for pk in request.POST.getlist("piece") if pk.isascii() and pk.isdigit()]
    try:
        run = printing.print_again(run, wanted, request.POST.get("token", "")[:40], user)
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return _to(run)

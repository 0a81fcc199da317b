"""How cards look, what they cost, and where the printer puts them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.money import quantized
from regulars.outreach.card_forms import LookForm, PictureForm, PostForm, PrinterForm
from regulars.outreach.models import CardPicture, Printer
from regulars.outreach.services import printing
from regulars.outreach.services.printing import sheets
from regulars.outreach.services.printing.pieces import OnPaper
from regulars.outreach.services.printing.stationery import content_of, stationery, usual_printer
from regulars.staff.doors import requires, who_knocks

LOOK = ("motif", "front_words", "font", "accent", "has_logo", "qr", "qr_to", "qr_says")
POST = ("card_amount", "abroad_amount", "budget_amount", "making_days", "home_days", "abroad_days", "holidays")


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def look_page(request: HttpRequest) -> HttpResponse:
    """How the cards look, with an example beside it."""
    own = stationery()
    form = LookForm(request.POST or None, initial={name: getattr(own, name) for name in LOOK})
    if request.method == "POST" and form.is_valid():
        try:
            printing.change_stationery(form.cleaned_data, who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Kept. Cards printed from now on look like this."))
            return _back_to("outreach:card-look")
    return _look(request, form)


def _back_to(name: str) -> HttpResponse:
    reply = redirect(name)
    reply.status_code = 303
    return reply


def _look(request: HttpRequest, form: LookForm | None = None, picture: PictureForm | None = None) -> HttpResponse:
    own = stationery()
    context = {
        "own": own,
        "form": form or LookForm(initial={name: getattr(own, name) for name in LOOK}),
        "picture_form": picture or PictureForm(),
        "kind_asked": request.POST.get("kind", ""),
        "has_public_address": bool(business().public_address),
    }
    is_refused = bool((form and form.errors) or (picture and picture.errors))
    return render(request, "outreach/card_look.html", context, status=422 if is_refused else 200)


@requires("outreach.write")
@require_POST
def add_picture(request: HttpRequest) -> HttpResponse:
    """Take a signature or a picture for the front, or put one away."""
    user, kind = who_knocks(request), request.POST.get("kind", "")
    form = PictureForm(request.POST, request.FILES)
    try:
        if request.POST.get("away"):
            printing.choose_picture(kind, None, user)
        elif form.is_valid():
            content = form.cleaned_data["picture"].read()
            printing.choose_picture(kind, printing.add_picture(content, kind, user), user)
        else:
            return _look(request, picture=form)
    except Refusal as refusal:
        _note(form, refusal)
        return _look(request, picture=form)
    messages.success(request, _("Kept. Cards printed from now on look like this."))
    return _back_to("outreach:card-look")


def _note(form: forms.Form, refusal: Refusal) -> None:
    form.is_valid()
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)


@requires("outreach.write")
@require_safe
@cache_control(private=True, no_store=True)
def picture(request: HttpRequest, kind: str) -> HttpResponse:
    """The signature or the picture in use, only for those who may change it."""
    own = stationery()
    found = {CardPicture.Kind.SIGNATURE.value: own.signature, CardPicture.Kind.FRONT.value: own.front}.get(kind)
    content = content_of(found)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/png" if content.startswith(b"\x89PNG") else "image/jpeg")


@requires("outreach.write")
@require_safe
@cache_control(private=True, no_store=True)
def example(request: HttpRequest) -> HttpResponse:
    """An example of a card as it looks now."""
    own, shop = stationery(), business()
    piece = OnPaper(
        touch_id=0,
        to_lines=("Anneke Noordman",),
        greeting=_("Dear Anneke,"),
        words=_("thank you for coming back to us. I hope the scarf keeps you warm all winter."),
        signed="\n".join(part for part in (_("Until soon"), shop.owner_name, shop.name) if part),
        front_words=own.front_words,
        language=shop.language.split("-")[0],
    )
    look = sheets.look_of(sheets.look_now(own), own.front, own.signature, None)
    return HttpResponse(sheets.drawn(sheets.usual_sheet(own), piece, look), content_type="image/png")


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def post_page(request: HttpRequest) -> HttpResponse:
    """What cards cost, and how long they take."""
    own = stationery()
    initial: dict[str, Any] = {name: _as_paid(getattr(own, name)) for name in POST}
    form = PostForm(request.POST or None, initial={**initial, "holidays": "\n".join(own.holidays)})
    if request.method == "POST" and form.is_valid():
        printing.change_stationery(form.cleaned_data, who_knocks(request))
        messages.success(request, _("Kept."))
        return _back_to("outreach:card-post")
    context = {"form": form, "home_amount": business().postage_amount}
    return render(request, "outreach/card_post.html", context, status=422 if form.errors else 200)


@requires("outreach.write")
@require_http_methods(["GET", "HEAD", "POST"])
def printer_page(request: HttpRequest) -> HttpResponse:
    """The printer: print the page, measure, type it in, print the test sheet."""
    row = usual_printer()
    form = PrinterForm(request.POST or None, initial=_measured(row))
    if request.method == "POST" and form.is_valid():
        try:
            printing.save_printer(form.cleaned_data, who_knocks(request))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Kept. Print the page once more: both folds should cross at the longest tick."))
            return _back_to("outreach:printer")
    return render(request, "outreach/printer.html", {"form": form, "printer": row}, status=422 if form.errors else 200)


def _as_paid(value: Any) -> Any:
    """A sum with the digits people pay in: 0.60, not 0.600."""
    return quantized(value, business().currency) if isinstance(value, Decimal) else value


def _measured(row: Printer | None) -> dict[str, Any]:
    if row is None:
        plain = {"dx_mm": 0, "dy_mm": 0, "scale_x": 1, "scale_y": 1, "skew_deg": 0, "envelope_turn": 0}
        return {"name": _("Our printer"), "paper": sheets.paper_here(), **plain}
    return {"name": row.name, "paper": row.paper, **sheets.printer_now(row)}


@requires("outreach.write")
@require_safe
@cache_control(private=True, no_store=True)
def calibration(request: HttpRequest) -> HttpResponse:
    """The page to measure, as PDF; with ?plain=1 without what was measured before."""
    row = usual_printer()
    kept = {} if request.GET.get("plain") else sheets.printer_now(row)
    paper = row.paper if row else sheets.paper_here()
    content = sheets.engine().calibration(paper, sheets.engine().Printer(**kept))
    reply = HttpResponse(content, content_type="application/pdf")
    reply["Content-Disposition"] = 'inline; filename="printer.pdf"'
    return reply

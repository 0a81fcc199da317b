"""Paste or type people: shown as they are understood, corrected, then saved once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from regulars.intake import services
from regulars.intake.forms import CardForm, PasteForm
from regulars.intake.models import ImportRun
from regulars.kit.answer import redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.numbers import row_number
from regulars.people.words import sort_key
from regulars.staff.doors import requires, who_knocks

MOST_CARDS = 200
FEW_CARDS = 5  # with more the button to save stands above them too


@requires("intake.run")
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Show the field; then everybody as a card to correct or leave out; then save those that stay."""
    if request.method == "POST" and request.POST.get("do") == "save" and request.POST.get("cards", "").isdigit():
        return _save_cards(request)
    form = PasteForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    try:
        lines = services.read_lines(form.cleaned_data["text"])
        if request.POST.get("do") != "save":
            return _page(request, form, lines)
        run = services.save_lines(lines, who_knocks(request), request.POST.get("key", ""))
    except Refusal as refusal:
        form.add_error("text", refusal.sentence)
        return _page(request, form, status=422)
    return _saved(request, run, [line for line in lines if line.reason])


def _save_cards(request: HttpRequest) -> HttpResponse:
    """Save the cards as corrected; a card that cannot be read is shown again with all the others."""
    order = "mdy" if business().country in services.MONTH_FIRST else "dmy"
    count = min(row_number(request.POST["cards"]) or 0, MOST_CARDS)
    cards = [CardForm(request.POST, prefix=f"p{at}", order=order) for at in range(count)]
    form, left = PasteForm(request.POST), request.POST.get("left", "")
    dropped = [card for card in cards if card["is_dropped"].value()]
    kept = [card for card in cards if card not in dropped]
    if [card for card in kept if not card.is_valid()]:
        return _page(request, form, cards=cards, left=left, status=422)
    try:
        lines = [card.line(at) for at, card in enumerate(kept, start=1)]
        run = services.save_lines(lines, who_knocks(request), request.POST.get("key", ""))
    except Refusal as refusal:
        form.add_error("text", refusal.sentence)
        return _page(request, form, cards=cards, left=left, status=422)
    return _saved(request, run, services.read_lines(left) if left.strip() else [])


def _saved(request: HttpRequest, run: ImportRun, left: Sequence[services.Pasted]) -> HttpResponse:
    """To what came of it; lines that could not be understood stay in the box."""
    if not left:
        return redirect_back(request, "intake:run", run.pk)
    text = "\n".join(line.text for line in left)
    return _page(request, PasteForm({"text": text}), services.read_lines(text), saved=run)


def _page(
    request: HttpRequest,
    form: PasteForm,
    lines: Sequence[services.Pasted] = (),
    *,
    cards: Sequence[CardForm] = (),
    left: str = "",
    saved: ImportRun | None = None,
    status: int = 200,
) -> HttpResponse:
    good = [line for line in lines if not line.reason]
    bad = [line for line in lines if line.reason]
    known = services.names_in_the_book(good)
    if not cards and len(good) <= MOST_CARDS:
        cards = [CardForm.of(line, f"p{at}") for at, line in enumerate(good)]
    context: dict[str, Any] = {
        "form": form,
        "good": good,
        "cards": [(card, sort_key(str(card["name"].value() or "")) in known) for card in cards],
        "bad": bad,
        "left": left or "\n".join(line.text for line in bad),
        "count": len(cards) or len(good),
        "few": FEW_CARDS,
        "has_half_memories": any(card["how_often"].value() and not card["amount"].value() for card in cards),
        "saved": saved,
        "key": request.POST.get("key") if not saved and request.POST.get("key") else secrets.token_hex(16),
    }
    return render(request, "intake/people.html", context, status=status)

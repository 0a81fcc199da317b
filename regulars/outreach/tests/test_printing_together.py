"""Two tabs, two people, a double click: what only shows when several print at once."""

from __future__ import annotations

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach.models import PrintPiece, PrintRun, State, Touch
from regulars.outreach.services import printing
from regulars.outreach.tests.builders import a_card, a_person, a_shop, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
SHEET = "card-quarter-a4"


def outcome_of(act):
    try:
        return act()
    except Refusal as refusal:
        return refusal


def begin(cards, token):
    return outcome_of(
        lambda: printing.begin_run(printing.NewRun(token, SHEET, {card.pk: card.draft_hash for card in cards}), None)
    )


def test_a_form_clicked_six_times_at_once_makes_one_run(in_threads):
    a_shop()
    cards = [a_card(a_person())]
    runs = in_threads(6, lambda number: begin(cards, "form"))
    assert len({run.pk for run in runs}) == 1
    assert PrintPiece.objects.filter(is_live=True).count() == PrintRun.objects.count() == 1


def test_six_who_print_the_same_cards_at_once_print_each_once(in_threads):
    a_shop()
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk", "Cy Cole")]
    found = in_threads(6, lambda number: begin(cards, f"form {number}"))
    runs = [run for run in found if isinstance(run, PrintRun)]
    assert sum(run.size for run in runs) == len(cards)
    live = PrintPiece.objects.filter(is_live=True).values_list("touch_id", flat=True)
    assert sorted(live) == [card.pk for card in cards]


def test_of_six_who_say_what_came_out_one_is_heard(in_threads):
    a_shop()
    card = a_card(a_person())
    run = begin([card], "form")
    piece = run.pieces.get()

    def say(number):
        return outcome_of(lambda: printing.settle_run(run, [piece.pk] if number % 2 else [], None))

    found = in_threads(6, say)
    heard = [settled for settled in found if not isinstance(settled, Refusal)]
    assert len(heard) == 1
    is_live = PrintPiece.objects.get(pk=piece.pk).is_live
    assert is_live == bool(heard[0].printed) == (states([card]) == [State.SENT])


def test_six_who_print_one_card_again_print_it_once_more(in_threads):
    a_shop()
    card = a_card(a_person())
    run = begin([card], "form")
    printing.settle_run(run, [], None)
    run.refresh_from_db()
    piece = run.pieces.get()
    in_threads(6, lambda number: outcome_of(lambda: printing.print_again(run, [piece.pk], f"again {number}", None)))
    assert PrintRun.objects.filter(again_of=run).count() == 1
    assert PrintPiece.objects.filter(touch=card, is_live=True).count() == 1
    assert Touch.objects.get(pk=card.pk).changes.filter(to_state=State.SENT).count() == 1

"""Print runs: begun once, made again the same, printed when the owner says so, nothing printed twice or lost."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.models import PrintPiece, PrintRun, State, Touch
from regulars.outreach.queries.printing import due_to_print, open_runs
from regulars.outreach.services import printing
from regulars.outreach.services.expiring import expire
from regulars.outreach.services.printing.pieces import parted
from regulars.outreach.tests.builders import a_card, a_person, a_shop, states, the_owner
from regulars.people.models import Household, TimelineEntry
from regulars.people.services import change_person

pytestmark = pytest.mark.django_db
CARD, LABEL = "card-quarter-a4", "label-l7160"
_tokens = itertools.count(1)


@pytest.fixture
def owner(db):
    a_shop(country="DE")
    return the_owner()


def begun(touches, owner, token="", **choices):
    seen = {touch.pk: touch.draft_hash for touch in touches}
    new = printing.NewRun(token or f"form-{next(_tokens)}", choices.pop("sheet", CARD), seen, **choices)
    return printing.begin_run(new, owner)


def due():
    now = clock.now()
    return list(due_to_print(now, now + timedelta(days=7)).values_list("pk", flat=True))


def test_a_run_takes_the_cards_and_they_are_due_no_more(owner):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk")]
    assert due() == [card.pk for card in cards]
    run = begun(cards, owner)
    assert (run.size, due(), open_runs()) == (2, [], [run])
    assert states(cards) == [State.APPROVED, State.APPROVED]
    piece = run.pieces.first()
    assert piece.to_lines == ["Ann Archer", "Linienstr. 12", "10178 Berlin"]
    assert (piece.greeting, piece.signed) == ("Dear Ann,", "Until soon\nMaya")


def test_the_same_form_sent_twice_makes_one_run(owner):
    cards = [a_card(a_person())]
    assert begun(cards, owner, "form") == begun(cards, owner, "form")
    assert PrintRun.objects.count() == 1


def test_a_card_in_a_run_cannot_be_put_into_another(owner):
    card = a_card(a_person())
    begun([card], owner)
    with pytest.raises(Refusal, match="another run"):
        begun([card], owner)
    assert PrintPiece.objects.count() == 1


def test_the_sheets_of_a_run_come_out_the_same_when_the_shop_has_changed(owner):
    card = a_card(a_person())
    run = begun([card], owner)
    made = printing.made_again(run)
    assert made is not None
    first = made.pdf
    printing.change_stationery({"font": "book", "front_words": "Hello"}, owner)
    services.edit_draft(card, "Thanks", "Dear Ann,\n\nother words.\n\nMaya", owner)
    again = printing.made_again(PrintRun.objects.get(pk=run.pk))
    assert again is not None
    assert again.pdf == first
    assert first.startswith(b"%PDF")


def test_when_all_came_out_they_are_sent_with_the_run_as_evidence(owner):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk")]
    run = begun(cards, owner)
    settled = printing.settle_run(run, [], owner)
    assert (settled.printed, settled.spoilt, settled.late) == (2, 0, 0)
    assert states(cards) == [State.SENT, State.SENT]
    row = Touch.objects.get(pk=cards[0].pk)
    assert (row.evidence["print_run"], row.outcome) == (run.pk, "done")
    assert TimelineEntry.objects.filter(person=cards[0].person, room="outreach").count() == 1
    assert due() == []


def test_what_did_not_come_out_is_due_again_and_the_others_are_sent(owner):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk", "Cy Cole")]
    run = begun(cards, owner)
    bad = run.pieces.get(touch=cards[1])
    settled = printing.settle_run(run, [bad.pk], owner)
    assert (settled.printed, settled.spoilt, settled.late) == (2, 1, 0)
    assert states(cards) == [State.SENT, State.APPROVED, State.SENT]
    assert due() == [cards[1].pk]
    again = begun([Touch.objects.get(pk=cards[1].pk)], owner)
    printing.settle_run(again, [], owner)
    assert states([cards[1]]) == [State.SENT]


def test_a_run_is_settled_once(owner):
    run = begun([a_card(a_person())], owner)
    printing.settle_run(run, [], owner)
    with pytest.raises(Refusal, match="already"):
        printing.settle_run(run, [run.pieces.get().pk], owner)
    with pytest.raises(Refusal, match="already"):
        printing.put_back(run, owner)
    assert due() == []


def test_a_run_put_back_leaves_its_cards_due(owner):
    card = a_card(a_person())
    run = begun([card], owner)
    assert printing.put_back(run, owner) == 1
    assert due() == [card.pk]


def test_one_card_is_printed_again_only_when_asked_and_is_sent_once(owner):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk")]
    run = begun(cards, owner)
    piece = run.pieces.get(touch=cards[0])
    with pytest.raises(Refusal, match="Say first"):
        printing.print_again(run, [piece.pk], "again", owner)
    printing.settle_run(run, [], owner)
    run.refresh_from_db()
    again = printing.print_again(run, [piece.pk], "again", owner)
    assert printing.print_again(run, [piece.pk], "again", owner) == again
    with pytest.raises(Refusal, match="already"):
        printing.print_again(run, [piece.pk], "another tab", owner)
    copy = again.pieces.get()
    assert (copy.words, copy.to_lines) == (piece.words, piece.to_lines)
    printing.settle_run(again, [copy.pk], owner)
    again.refresh_from_db()
    third = printing.print_again(again, [copy.pk], "third", owner)
    printing.settle_run(third, [], owner)
    assert Touch.objects.get(pk=cards[0].pk).changes.filter(to_state=State.SENT).count() == 1
    assert due() == []


def test_what_cannot_be_printed_is_left_out_with_the_reason_and_stays_due(owner):
    good, homeless = a_card(a_person("Ann Archer")), a_card(a_person("Bo Birk"), place=None)
    changed, wordy = a_card(a_person("Cy Cole")), a_card(a_person("Di Dorn"), body="word " * 9000)
    empty = a_card(a_person("Eva Ernst"), body="")
    seen = {card.pk: card.draft_hash for card in (good, homeless, changed, wordy, empty)}
    services.edit_draft(changed, "", "Dear Cy,\n\nother words.", owner)
    run = printing.begin_run(printing.NewRun("form", "postcard-a6", seen), owner)
    left = dict(run.pieces.filter(state="left_out").values_list("touch_id", "why"))
    assert set(left) == {homeless.pk, changed.pk, wordy.pk, empty.pk}
    assert all(left.values())
    assert (left[homeless.pk], run.size) == ("There is no postal address.", 1)
    assert set(due()) == set(left)


def test_a_folded_card_without_an_address_can_be_printed_and_handed_over(owner):
    card = a_card(a_person(), place=None)
    run = begun([card], owner)
    assert run.size == 1
    labels = printing.made_again(run, sheet=LABEL, start_at=4)
    assert labels is not None
    assert (labels.pages, labels.pdf) == (0, b"")


def test_two_under_one_roof_get_one_card_of_the_season(owner):
    roof = Household.objects.create(name="Under one roof")
    cards = []
    for name in ("Ann Archer", "Bo Archer"):
        person = a_person(name)
        change_person(person, changes={"household_id": roof.pk}, by=None)
        cards.append(a_card(person, programme="season:new-year", purpose="greeting"))
    run = begun(cards, owner)
    assert run.size == 1
    assert "roof" in run.pieces.get(state="left_out").why


def test_a_card_stopped_while_it_was_being_printed_is_not_called_sent(owner):
    cards = [a_card(a_person(name)) for name in ("Ann Archer", "Bo Birk")]
    run = begun(cards, owner)
    services.cancel([cards[0].pk], owner)
    settled = printing.settle_run(run, [], owner)
    assert (settled.printed, settled.late) == (2, 1)
    assert states(cards) == [State.CANCELLED, State.SENT]


def test_a_card_that_would_come_too_late_is_not_due(owner, frozen_clock):
    card = a_card(a_person(), not_after=clock.now() + timedelta(days=2))
    assert due() == [card.pk]
    frozen_clock.ahead(days=3)
    assert due() == []


def test_a_card_in_an_open_run_does_not_expire_before_its_owner_says_what_came_out(owner, frozen_clock):
    cards = [a_card(a_person(), not_after=frozen_clock.now + timedelta(days=2)) for _each in range(3)]
    run = begun(cards[:2], owner)
    frozen_clock.ahead(days=3)
    assert expire() == 1
    assert states(cards) == ["approved", "approved", "expired"]
    spoilt = run.pieces.get(touch=cards[1])
    printing.settle_run(run, [spoilt.pk], owner)
    assert expire() == 1
    assert states(cards) == ["sent", "expired", "expired"]


def test_a_card_of_a_run_put_back_expires_like_any_other(owner, frozen_clock):
    card = a_card(a_person(), not_after=frozen_clock.now + timedelta(days=2))
    run = begun([card], owner)
    frozen_clock.ahead(days=3)
    assert expire() == 0
    printing.put_back(run, owner)
    assert expire() == 1


def test_nobody_prints_nothing(owner):
    with pytest.raises(Refusal, match="at least one"):
        begun([], owner)
    assert PrintRun.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Dear Ann,\n\nthank you.\n\nMaya\nThe shop", ("Dear Ann,", "thank you.", "Maya\nThe shop")),
        ("Only words", ("", "Only words", "")),
        ("Thank you, Ann.\n\nCome again.", ("Thank you, Ann.", "Come again.", "")),
        ("", ("", "", "")),
    ],
)
def test_a_letter_is_parted_into_greeting_words_and_name(body, expected):
    assert parted(body) == expected

"""What happens to a line when somebody answers it."""

from __future__ import annotations

import contextvars
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach import services as outreach
from regulars.outreach.models import Touch
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.partial_dates import PartialDate
from regulars.today import services
from regulars.today.models import Decision
from regulars.today.queries import lines_by_key, plan
from regulars.today.tests.builders import ON, a_person, an_owner, bought, graded


def only_line():
    (line,) = plan(ON).lines
    return line


def test_a_yes_makes_one_touch_with_the_words_that_were_shown(maya) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    line = only_line()
    answer = services.approve_lines({line.key: line.seen}, maya)
    touch = Touch.objects.get()
    assert answer.approved == (line.key,)
    assert (touch.state, touch.subject, touch.body) == ("approved", line.draft.subject, line.draft.body)
    assert touch.due_at == datetime(2026, 6, 10, 9, 10, tzinfo=UTC)
    assert plan(ON).total == 0


def test_words_changed_after_a_refusal_are_the_words_that_leave(maya) -> None:
    outreach.save_wording("first-purchase", subject="Thank you", body="Here is 10% off.", by=maya, has_offer=True)
    ann = a_person("Ann Kavanagh")
    bought(ann, [8])
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    people.record_consent([ann.pk], "email", "marketing", True, basis="consent", source="test", wording="yes", by=maya)
    line = services.edit_line(line.key, "Thank you", "Other words.", maya)
    assert services.approve_lines({line.key: line.seen}, maya).approved == (line.key,)
    assert Touch.objects.get().body == "Other words."


@pytest.mark.parametrize("is_edited", [False, True])
def test_an_offer_in_a_thank_you_goes_only_to_those_who_agreed_to_offers(maya, is_edited) -> None:
    outreach.save_wording("first-purchase", subject="Thank you", body="Here is 10% off.", by=maya, has_offer=True)
    outreach.save_wording("thank-you", subject="Thank you", body="Here is 10% off.", by=maya, has_offer=True)
    bought(a_person("Ann Kavanagh"), [8])
    line = only_line()
    if is_edited:
        line = services.edit_line(line.key, "Thank you", "And 10% off for you.", maya)
    answer = services.approve_lines({line.key: line.seen}, maya)
    touch = Touch.objects.get()
    assert answer.approved == ()
    assert answer.refused == {line.key: "Never agreed to offers."}
    assert plan(ON).total == 1
    assert (touch.state, touch.purpose, touch.has_offer) == ("planned", "marketing", True)
    assert outreach.send_due() == 0


def test_a_second_yes_changes_nothing(maya) -> None:
    bought(a_person(), [8])
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    again = services.approve_lines({line.key: line.seen}, maya)
    assert again.approved == ()
    assert again.answered_before == (line.key,)
    assert Touch.objects.count() == 1


def test_a_letter_that_changed_since_it_was_read_comes_back(maya) -> None:
    bought(a_person(), [8])
    line = only_line()
    services.edit_line(line.key, "Thank you", "Other words.", maya)
    answer = services.approve_lines({line.key: line.seen}, maya)
    assert answer.approved == ()
    assert [changed.draft and changed.draft.body for changed in answer.changed] == ["Other words."]
    assert not Touch.objects.exists()


def test_the_owners_own_words_are_what_leaves(maya) -> None:
    bought(a_person(), [8])
    services.edit_line(only_line().key, "Thank you", "Dear Ann,\n\nthe scarf suits you.", maya)
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    assert Touch.objects.get().body == "Dear Ann,\n\nthe scarf suits you."


def test_words_with_an_unfilled_field_are_refused(maya) -> None:
    bought(a_person(), [8])
    with pytest.raises(Refusal, match="Curly brackets"):
        services.edit_line(only_line().key, "Thank you", "Dear {{ first_name }}", maya)


def test_a_line_put_off_comes_back_on_its_day(maya) -> None:
    bought(a_person(), [8])
    services.snooze_line(only_line().key, ON + timedelta(days=2), maya)
    assert plan(ON).total == 0
    assert plan(ON + timedelta(days=1)).total == 0
    assert plan(ON + timedelta(days=2)).total == 1


def test_a_line_cannot_be_put_off_into_the_past(maya) -> None:
    bought(a_person(), [8])
    with pytest.raises(Refusal, match="after today"):
        services.snooze_line(only_line().key, ON, maya)
    assert plan(ON).total == 1


def test_a_line_left_out_stays_out_and_can_be_brought_back(maya) -> None:
    bought(a_person(), [8])
    key = only_line().key
    services.skip_line(key, maya)
    assert plan(ON + timedelta(days=3)).total == 0
    services.reopen_line(key, maya)
    assert plan(ON).total == 1


def test_what_was_approved_cannot_be_skipped_or_brought_back(maya) -> None:
    bought(a_person(), [8])
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    for verb in (services.skip_line, services.reopen_line):
        with pytest.raises(Refusal):
            verb(line.key, maya)
    assert Touch.objects.get().state == "approved"


def test_a_call_without_an_answer_comes_back_tomorrow_three_times_at_most(maya, frozen_clock) -> None:
    bought(a_person("Bo", email=False, phones=("020 911 1234",)), [100, 140, 180])
    graded()
    key = only_line().key
    for day in range(3):
        frozen_clock.move_to(datetime(2026, 6, 10 + day, 9, tzinfo=UTC))
        services.take_outcome(key, "no_answer", "", maya)
    assert Touch.objects.count() == 3
    assert plan(ON + timedelta(days=3)).total == 0


def test_what_came_of_a_call_stands_in_the_ledger(maya) -> None:
    person = a_person("Bo", email=False, phones=("020 911 1234",))
    bought(person, [100, 140, 180])
    graded()
    services.take_outcome(only_line().key, "spoke", "The wedding was lovely.", maya)
    touch = Touch.objects.get()
    assert (touch.person_id, touch.channel, touch.outcome, touch.note) == (
        person.pk,
        "call",
        "spoke",
        "The wedding was lovely.",
    )
    assert plan(ON).total == 0


def test_a_new_purchase_starts_a_new_silence(maya) -> None:
    person = a_person("Bo", email=False, phones=("020 911 1234",))
    bought(person, [100, 140, 180])
    graded()
    services.skip_line(only_line().key, maya)
    bought(person, [0])
    graded()
    later = ON + timedelta(days=200)
    assert [line.person for line in plan(later).lines if line.due.kind == "slipped"] == ["Bo"]


def test_a_promise_kept_is_done_on_the_persons_page_too(maya) -> None:
    reminder = people.remind(a_person("Ruth"), "Ring ready", ON, kind="promise", by=maya)
    services.take_outcome(only_line().key, "done", "", maya)
    reminder.refresh_from_db()
    assert reminder.done_at is not None


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_ten_hands_that_say_yes_at_once_send_one_letter(the_day) -> None:
    maya = an_owner()
    bought(a_person(), [8])
    line = only_line()
    start, faults = threading.Barrier(10), []

    def press() -> None:
        try:
            start.wait()
            services.approve_lines({line.key: line.seen}, maya)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    hands = [threading.Thread(target=contextvars.copy_context().run, args=(press,)) for _ in range(10)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert faults == []
    assert Touch.objects.count() == 1
    assert Decision.objects.get().choice == "approved"


def test_a_line_nobody_knows_is_not_found(maya) -> None:
    assert lines_by_key(["thank_you:999:", "nonsense", "slipped:x:y"], ON) == {}


def test_a_birthday_letter_approved_early_leaves_on_the_morning_of_the_day(maya) -> None:
    people.add_occasion(a_person("Ann"), "birthday", PartialDate(6, 15))
    bought(Person.objects.get(), [40])
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    assert Touch.objects.get().due_at == datetime(2026, 6, 15, 8, tzinfo=UTC)


@pytest.mark.django_db
def test_a_planned_call_is_a_line_of_today_until_it_is_done():
    from regulars.outreach import services as outreach
    from regulars.today.lines import hands

    person = a_person("Mo Weber", phones=("+49 151 23456789",))
    today = clock.today()
    touch = outreach.plan_by_hand(outreach.ByHand(person.pk, "call", "", "k", today), None)
    (due,) = hands.due(today, 10)
    (line,) = hands.compose([due], {}, today)
    assert (line.page, line.way) == (f"/calls/{touch.pk}/", "place")
    outreach.take_outcome(touch, "spoke")
    assert hands.due(today, 10) == []


@pytest.mark.django_db
def test_a_planned_call_left_out_or_put_off_here_is_so_on_its_own_page():
    from regulars.outreach.queries.hands import due_for_hands

    today = clock.today()
    for number, key in enumerate(("left", "later")):
        person = a_person(f"Mo {key}", phones=(f"+49 151 2345678{number}",))
        outreach.plan_by_hand(outreach.ByHand(person.pk, "call", "", key, today), None)
    left, later = Touch.objects.order_by("pk")
    services.skip_line(f"hands:{left.pk}:", None)
    services.snooze_line(f"hands:{later.pk}:", today + timedelta(days=2), None)
    left.refresh_from_db()
    assert left.state == "cancelled"
    assert not due_for_hands(today).exists()
    assert due_for_hands(today + timedelta(days=2)).get() == later


def test_a_yes_is_taken_back_until_the_letter_leaves_and_can_be_given_again(maya) -> None:
    bought(a_person("Ann Kavanagh"), [8])
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    assert services.take_back_line(line.key, maya).key == line.key
    touch = Touch.objects.get()
    assert (touch.state, touch.approved_at, touch.approved_by) == ("planned", None, None)
    assert only_line().seen == line.seen
    assert outreach.send_due() == 0
    with pytest.raises(Refusal, match="nothing to take back"):
        services.take_back_line(line.key, maya)
    assert services.approve_lines({line.key: line.seen}, maya).approved == (line.key,)
    assert Touch.objects.get().state == "approved"


@pytest.mark.django_db(transaction=True)
def test_a_yes_cannot_be_taken_back_once_the_letter_has_left(the_day, frozen_clock) -> None:
    maya = an_owner()
    bought(a_person("Ann Kavanagh"), [8])
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    frozen_clock.move_to(datetime(2026, 6, 10, 9, 11, tzinfo=UTC))
    assert outreach.send_due() == 1
    with pytest.raises(Refusal, match="cannot be done any more"):
        services.take_back_line(line.key, maya)
    assert Decision.objects.get().choice == "approved"
    assert plan(ON).total == 0


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_four_hands_one_takes_a_yes_back(the_day) -> None:
    maya = an_owner()
    bought(a_person("Ann Kavanagh"), [8])
    line = only_line()
    services.approve_lines({line.key: line.seen}, maya)
    outcomes: list[str] = []

    def take_back() -> None:
        try:
            services.take_back_line(line.key, maya)
            outcomes.append("taken back")
        except Refusal:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=contextvars.copy_context().run, args=(take_back,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "refused", "refused", "taken back"]
    assert Touch.objects.get().state == "planned"

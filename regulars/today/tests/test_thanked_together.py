"""Several purchases of one person are thanked for together, and never in two equal letters within a week."""

from __future__ import annotations

import contextvars
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach.models import Touch
from regulars.purchases import services as purchases
from regulars.purchases.models import Order
from regulars.purchases.services import LaterRefund, NewRefund
from regulars.today import services
from regulars.today.lines import Line, thank_you
from regulars.today.models import Choice, Decision
from regulars.today.queries import kept_for_later, plan, progress
from regulars.today.services.deciding import decide
from regulars.today.tests.builders import ON, a_person, an_owner, bought

pytestmark = pytest.mark.django_db


def thanks(day: int = 0) -> list[Line]:
    return [line for line in plan(ON + timedelta(days=day)).lines if line.due.kind == "thank_you"]


def paid_back(order: Order) -> None:
    refund = NewRefund("back", ON, Decimal("64.00"))
    purchases.record_refunds([LaterRefund(order.source, order.reference, refund)])


def test_one_line_and_one_letter_say_both_and_one_yes_settles_both(maya) -> None:
    first, second = bought(a_person("Ann Kavanagh"), [10, 8])
    (line,) = thanks()
    assert (line.due.subject_id, line.due.also) == (first.pk, (second.pk,))
    assert "10 days ago" in line.why_now
    assert "8 days ago" in line.why_now
    assert line.why_now.endswith("One thank-you for all of it.")
    assert line.due.due_on == ON - timedelta(days=3)
    assert line.draft is not None
    assert line.draft.extras == {"bought": "Green silk scarf", "bought_on": "31 May and 2 June"}
    assert services.approve_lines({line.key: line.seen}, maya).approved == (line.key,)
    assert Touch.objects.get().occurrence == str(first.pk)
    assert set(Decision.objects.values_list("subject_id", "choice", "answered_with")) == {
        (first.pk, "approved", None),
        (second.pk, "approved", first.pk),
    }
    assert thanks() == []
    assert progress(ON).answered == 1


def test_what_falls_due_before_the_answer_joins_it_and_the_line_is_read_again(maya) -> None:
    bought(a_person("Ann Kavanagh"), [9, 6])
    (line,) = thanks()
    assert line.due.also == ()
    (tomorrow,) = thanks(1)
    assert (tomorrow.key, len(tomorrow.due.also)) == (line.key, 1)
    assert tomorrow.seen != line.seen


def test_what_falls_due_within_a_week_of_a_thank_you_waits_until_the_week_is_over(maya) -> None:
    _first, second = bought(a_person("Ann Kavanagh"), [8, 5])
    (line,) = thanks()
    services.approve_lines({line.key: line.seen}, maya)
    assert [len(thanks(day)) for day in range(9)] == [0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert thanks(7)[0].due.subject_id == second.pk


def test_what_the_second_waits_for_never_lasts_longer_than_its_own_days(maya) -> None:
    for apart in range(1, 8):
        bought(a_person("Ann Kavanagh"), [14, 14 - apart])
        lines = thanks()
        services.approve_lines({line.key: line.seen for line in lines}, maya)
        waiting = Order.objects.exclude(pk__in=Decision.objects.values("subject_id"))
        shown = {line.due.subject_id for day in range(15) for line in thanks(day)}
        assert set(waiting.values_list("pk", flat=True)) <= shown
        Order.objects.all().delete()


def test_a_refund_takes_only_its_own_purchase_out_and_the_rest_is_read_again(maya) -> None:
    first, second = bought(a_person("Ann Kavanagh"), [10, 8])
    (line,) = thanks()
    paid_back(first)
    answer = services.approve_lines({line.key: line.seen}, maya)
    assert (answer.approved, [one.due.subject_id for one in answer.changed]) == ((), [second.pk])
    assert not Touch.objects.exists()
    (left,) = thanks()
    assert (left.due.subject_id, left.due.also) == (second.pk, ())
    assert services.approve_lines({left.key: left.seen}, maya).approved == (left.key,)


def test_a_refund_of_the_later_one_changes_the_letter_which_comes_back(maya) -> None:
    _first, second = bought(a_person("Ann Kavanagh"), [10, 8])
    (line,) = thanks()
    paid_back(second)
    answer = services.approve_lines({line.key: line.seen}, maya)
    assert (answer.approved, [one.key for one in answer.changed]) == ((), [line.key])


def test_putting_off_leaving_out_and_taking_back_hold_for_all_of_them(maya) -> None:
    bought(a_person("Ann Kavanagh"), [10, 8, 6])
    (line,) = thanks()
    services.snooze_line(line.key, ON + timedelta(days=2), maya)
    assert [len(thanks(day)) for day in range(3)] == [0, 0, 1]
    assert len(thanks(2)[0].due.also) == 2
    assert [one.key for one in kept_for_later(ON)] == [line.key]
    assert services.reopen_line(line.key, maya).seen == line.seen
    services.approve_lines({line.key: line.seen}, maya)
    assert services.take_back_line(line.key, maya).seen == line.seen
    services.skip_line(line.key, maya)
    assert thanks() == []
    assert {line.due.subject_id for line in thanks(1)} == {Order.objects.latest("bought_on").pk}


def test_a_card_or_a_word_in_the_shop_thanks_for_all_of_it_too(maya) -> None:
    bought(a_person("Bo", email=False), [10, 8])
    (line,) = thanks()
    assert line.way == "in_person"
    services.take_outcome(line.key, "done", "", maya)
    assert thanks() == []
    assert Touch.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_hands_that_say_yes_at_once_thank_once_for_all_of_it(the_day, in_threads) -> None:
    maya = an_owner()
    orders = bought(a_person("Ann Kavanagh"), [12, 10, 8])
    (line,) = thanks()
    days = [contextvars.copy_context() for _ in range(2)]
    results = in_threads(2, lambda n: days[n].run(services.approve_lines, {line.key: line.seen}, maya))
    assert not [one for one in results if isinstance(one, Exception)]
    assert sorted(len(one.approved) for one in results) == [0, 1]
    assert Touch.objects.count() == 1
    assert Decision.objects.filter(choice="approved").count() == len(orders)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_whoever_answers_a_part_of_it_first_leaves_the_rest_to_be_read_again(the_day) -> None:
    maya = an_owner()
    first, second = bought(a_person("Ann Kavanagh"), [10, 8])
    (line,) = thanks()
    Decision.objects.create(kind="thank_you", subject_id=second.pk, choice="done", at=clock.now())
    assert decide([line], Choice.APPROVED, maya) == set()
    assert not Decision.objects.filter(subject_id=first.pk).exists()


def test_people_with_several_purchases_cost_no_more_queries(maya) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            thank_you.due(ON, 101)
        return len(seen)

    bought(a_person("Ann"), [10, 8])
    few = asked()
    for number in range(8):
        bought(a_person(f"P {number}"), [12, 10, 8])
    assert asked() <= few


def test_a_line_that_is_no_longer_due_is_still_refused(maya) -> None:
    (order,) = bought(a_person("Ann Kavanagh"), [8])
    (line,) = thanks()
    paid_back(order)
    with pytest.raises(Refusal, match="no longer due"):
        services.skip_line(line.key, maya)

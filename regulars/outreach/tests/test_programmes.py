"""Pausing, going on with, finishing and stopping a programme, and what is said before it is done."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.local_outbox import LocalOutbox
from regulars.outreach.models import Programme, State, Touch, TouchChange
from regulars.outreach.services import claiming, programmes
from regulars.outreach.services.tidying import tidy
from regulars.outreach.tests.builders import (
    a_new_touch,
    a_person,
    a_shop,
    a_touch,
    an_approved_touch,
    approved,
    many_people,
    states,
    the_owner,
)
from regulars.staff.models import AuditEntry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path, settings):
    settings.OUTBOX_DIR = tmp_path / "outbox"


@pytest.fixture
def mailing(frozen_clock):
    """One of each: gone, approved, approved and soon too late, held, planned."""
    a_shop()
    soon = frozen_clock.now + timedelta(hours=1)
    gone = an_approved_touch(a_person(), programme="mailing:7", minutes=2, cost_amount=Decimal("0.85"))
    services.send_due()
    goes = an_approved_touch(a_person(), programme="mailing:7", minutes=1)
    late = an_approved_touch(a_person(), programme="mailing:7", not_after=soon)
    held = an_approved_touch(a_person(), programme="mailing:7")
    services.hold([held.pk], None, "Wait for the picture.", None)
    asks = a_touch(a_person(), programme="mailing:7")
    return [gone, goes, late, held, asks]


def test_nothing_of_a_paused_programme_leaves_and_the_others_go_on(mailing):
    other = an_approved_touch(a_person())
    assert services.pause_programme("mailing:7", the_owner())
    services.send_due()
    assert states([*mailing, other]) == ["sent", "approved", "approved", "held", "planned", "sent"]
    services.resume_programme("mailing:7", None)
    services.send_due()
    assert states(mailing) == ["sent", "sent", "sent", "held", "planned"]


def test_what_grew_too_late_while_paused_expires_with_the_reason_and_does_not_leave(mailing, frozen_clock):
    services.pause_programme("mailing:7", None)
    frozen_clock.ahead(hours=2)
    before = services.preview("mailing:7", "resume")
    assert (before.goes, before.too_late, before.asks) == (2, 1, 1)
    services.resume_programme("mailing:7", None)
    services.send_due()
    assert states(mailing) == ["sent", "sent", "expired", "held", "planned"]
    services.pause_programme("mailing:7", None)
    touch = a_touch(a_person(), programme="mailing:7", not_after=frozen_clock.now + timedelta(hours=1))
    frozen_clock.ahead(hours=2)
    tidy()
    assert "paused" in Touch.objects.get(pk=touch.pk).why


def test_a_programme_that_finishes_sends_what_was_approved_and_takes_in_nothing_new(mailing):
    before = services.preview("mailing:7", "drain")
    assert (before.goes, before.stops) == (3, 1)
    services.drain_programme("mailing:7", the_owner())
    services.release([mailing[3].pk])
    services.send_due()
    assert states(mailing) == ["sent", "sent", "sent", "sent", "cancelled"]
    late_comer = a_touch(a_person(), programme="mailing:7")
    assert late_comer.state == State.CANCELLED
    assert "nothing new" in late_comer.why


def test_stopping_a_programme_stops_all_that_has_not_left(mailing):
    before = services.preview("mailing:7", "cancel")
    assert (before.stops, before.account.gone) == (4, 1)
    services.cancel_programme("mailing:7", the_owner(), "The date was wrong.")
    assert states(mailing) == ["sent"] + ["cancelled"] * 4
    assert Touch.objects.get(pk=mailing[1].pk).why == "The date was wrong."
    assert not Programme.objects.get().is_settling
    assert AuditEntry.objects.filter(action="programme_ended").count() == 1


def test_a_yes_for_a_stopped_programme_is_refused_with_the_reason(mailing):
    services.cancel_programme("mailing:7", None)
    services.reopen(Touch.objects.get(pk=mailing[1].pk), None)
    touch = Touch.objects.get(pk=mailing[1].pk)
    assert approved([touch]).refused == {touch.pk: "This programme was stopped."}


def test_minutes_and_costs_of_a_programme_are_summed_and_nothing_changes_by_looking(mailing):
    account = services.account_of("mailing:7")
    assert (account.minutes, account.cost_amount) == (Decimal(3), Decimal("0.85"))
    assert account.by_state == {"sent": 1, "approved": 2, "held": 1, "planned": 1}
    assert account.by_channel == {"email": 5}
    assert (account.gone, account.waiting) == (1, 4)
    for verb in ("pause", "resume", "drain", "cancel"):
        services.preview("mailing:7", verb)
    assert not Programme.objects.exists()


def test_what_cannot_be_done_is_refused_in_words(mailing):
    services.drain_programme("mailing:7", None)
    services.cancel_programme("mailing:7", None)
    with pytest.raises(Refusal, match="Let it go on first"):
        services.pause_programme("mailing:7", None)
    assert "Let it go on first" in services.preview("mailing:7", "drain").refusal


def test_a_claimed_letter_of_a_programme_paused_meanwhile_goes_back(mailing, monkeypatch):
    real = claiming.claim_letters

    def paused_just_then(*args, **kwargs):
        rows = real(*args, **kwargs)
        services.pause_programme("mailing:7", None)
        return rows

    monkeypatch.setattr(claiming, "claim_letters", paused_just_then)
    services.send_due()
    assert states(mailing)[1:3] == ["approved", "approved"]


def test_six_who_press_the_same_button_press_it_once(in_threads):
    a_shop()
    touches = [an_approved_touch(a_person(), programme="mailing:7") for _each in range(4)]
    results = in_threads(6, lambda number: services.cancel_programme("mailing:7", None, "Once."))
    assert sorted(results) == [False] * 5 + [True]
    assert states(touches) == ["cancelled"] * 4
    assert all(touch.changes.filter(to_state=State.CANCELLED).count() == 1 for touch in touches)


def test_pausing_and_stopping_at_once_end_in_one_of_them(in_threads):
    a_shop()
    touch = an_approved_touch(a_person(), programme="mailing:7")
    verbs = (services.pause_programme, services.cancel_programme)
    in_threads(6, lambda number: verbs[number % 2]("mailing:7", None))
    run = Programme.objects.get().run
    assert run == "ended"
    assert states([touch]) == ["cancelled"]


@pytest.fixture
def halfway(monkeypatch):
    """From the tenth letter on each waits on its way, until the owner has pressed; two workers have one each there."""
    real, begun, pressed = LocalOutbox.carry, itertools.count(1), threading.Event()
    tenth, next_one = threading.Event(), threading.Event()

    def carry(self, envelope, mark):
        number = next(begun)
        if number >= 10:
            (tenth if number == 10 else next_one).set()
            pressed.wait(60)
        return real(self, envelope, mark)

    def both_wait():
        return tenth.wait(60) and (next_one.wait(5) or True)

    monkeypatch.setattr(LocalOutbox, "carry", carry)
    return both_wait, pressed


@pytest.mark.parametrize("verb", ["pause", "cancel", "drain"])
def test_pressed_while_two_workers_send_only_what_is_on_its_way_still_arrives(in_threads, halfway, verb, tmp_path):
    a_shop()
    both_wait, pressed = halfway
    people = many_people(90)
    asked_for = services.plan_touches([a_new_touch(pk, programme="season:2026") for pk in people[:60]]).ids
    services.approve(asked_for, None, dict(Touch.objects.filter(pk__in=asked_for).values_list("pk", "draft_hash")))
    unasked = services.plan_touches([a_new_touch(pk, programme="season:2026") for pk in people[60:]]).ids

    def on_its_way():
        return set(Touch.objects.filter(state__in=(State.SENDING, State.SENT)).values_list("pk", flat=True))

    def act(number):
        if number:
            while services.send_due(worker=f"w{number}"):
                pass
            return set()
        assert both_wait()
        assert programmes.ACTS[verb]("season:2026", None)
        gone = on_its_way()
        pressed.set()
        return gone

    gone, *_workers = in_threads(3, act)
    sent = set(Touch.objects.filter(state=State.SENT).values_list("pk", flat=True))
    if verb == "drain":
        assert sent == set(asked_for)
        assert set(Touch.objects.filter(pk__in=unasked).values_list("state", flat=True)) == {State.CANCELLED}
    else:
        assert 8 <= len(gone) <= 12
        assert sent == gone
        left = State.CANCELLED if verb == "cancel" else State.APPROVED
        assert set(Touch.objects.filter(pk__in=asked_for).values_list("state", flat=True)) == {State.SENT, left}
    if verb == "pause":
        assert services.resume_programme("season:2026", None)
        while services.send_due():
            pass
        sent = set(asked_for)
        assert Touch.objects.filter(pk__in=unasked, state=State.PLANNED).count() == 30
    assert len(list(tmp_path.rglob("*.eml"))) == len(sent) == TouchChange.objects.filter(to_state=State.SENT).count()


def test_planning_two_thousand_beside_each_other_writes_each_once(in_threads):
    a_shop()
    people = [a_person().pk for _each in range(20)]
    drafts = [a_new_touch(people[n % 20], programme="m", occurrence=f"{n // 20}") for n in range(2_000)]
    orders = [drafts, drafts[::-1], drafts[1000:] + drafts[:1000]]
    results = in_threads(3, lambda number: services.plan_touches(orders[number]))
    assert sum(planned.new for planned in results) == 2_000
    assert sum(planned.seen for planned in results) == 4_000
    assert results[0].ids == results[1].ids[::-1]
    assert Touch.objects.count() == 2_000


def test_minutes_cost_what_is_late_and_what_was_never_asked_are_counted_each_from_its_index(frozen_clock):
    a_shop()
    ids = many_people(4)
    usual = {"programme": "mailing:7", "minutes": 2.5, "cost_amount": "0.85"}
    touches = [a_touch(pk, **usual, not_after=frozen_clock.now + timedelta(days=1 + n)) for n, pk in enumerate(ids)]
    services.approve([touches[0].pk, touches[1].pk], None, {row.pk: row.draft_hash for row in touches})
    services.hold([touches[1].pk, touches[2].pk], None, "later")
    frozen_clock.ahead(days=2, hours=1)
    account = services.account_of("mailing:7")
    assert (account.minutes, account.cost_amount) == (Decimal(10), Decimal("3.4"))
    assert (account.too_late, account.asked_for, account.waiting) == (2, 2, 4)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {programmes._SPENT}", ["mailing:7"])
            assert "outreach_spent" in str(cursor.fetchall())
            cursor.execute(f"EXPLAIN QUERY PLAN {programmes._UNASKED}", ["mailing:7"])
            assert "outreach_held_unasked" in str(cursor.fetchall())
            cursor.execute(f"EXPLAIN QUERY PLAN {programmes._LATE}", ["2026-01-01", "mailing:7"])
            assert "outreach_to_expire" in str(cursor.fetchall())

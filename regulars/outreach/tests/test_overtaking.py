"""A thank-you that comes while a mailing goes out is the next letter that the server gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections

from regulars.kit import clock
from regulars.kit import services as kit
from regulars.outreach import services
from regulars.outreach.channels.email import smtp
from regulars.outreach.channels.email.switchboard import Switchboard
from regulars.outreach.models import AccountUse, State, Touch, TouchChange
from regulars.outreach.services import running
from regulars.outreach.services.changing import hold
from regulars.outreach.services.turns import due_letters, is_urgent_due
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import (
    a_mailbox,
    a_new_touch,
    a_person,
    a_shop,
    a_touch,
    an_approved_touch,
    approved,
    many_people,
    states,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sinks.Sink]:
    """The run claims all at once and looks at every round, so that no test waits for half a second to pass."""
    monkeypatch.setattr(running, "OVERTAKE_SECONDS", 0.0)
    monkeypatch.setattr(Switchboard, "fitting_batch", lambda board, connections: 100)
    a_shop()
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        yield server


def order_of(sink: sinks.Sink) -> list[str]:
    return [json.loads(line)["to"].partition("@")[0] for line in sink.record.read_text().splitlines()]


def a_mailing(n: int, purpose: str = "marketing") -> list[int]:
    """Letters of a mailing on their way; nobody's consent or week is in question here."""
    drafts = [a_new_touch(pk, programme="mailing:7", purpose=purpose) for pk in many_people(n)]
    ids = list(services.plan_touches(drafts).ids)
    Touch.objects.filter(pk__in=ids).update(purpose="service", state=State.APPROVED)
    return ids


def while_it_sends(monkeypatch: pytest.MonkeyPatch, letter: int, act: Callable[[], object]) -> None:
    """Act while the mail server has the letter of this number in its hands."""
    carry, seen = smtp.Line.carry, iter(range(1, 1000))

    def carried(line, envelope, mark):
        if next(seen) == letter:
            act()
            connections.close_all()
        return carry(line, envelope, mark)

    monkeypatch.setattr(smtp.Line, "carry", carried)


def test_a_thank_you_is_the_very_next_letter_while_a_mailing_goes_out(sink, monkeypatch):
    a_mailbox(sink.port, connections=1)
    many, thanks = a_mailing(20), a_touch(a_person("Ann", "thank-ann@example.org"), purpose="care")
    while_it_sends(monkeypatch, 3, lambda: approved([thanks]))
    services.send_due(run_seconds=60)
    assert order_of(sink).index("thank-ann") == 3
    assert len(order_of(sink)) == len(set(order_of(sink))) == 21
    assert set(states([thanks, *Touch.objects.filter(pk__in=many)])) == {State.SENT}


@pytest.mark.parametrize(("pace", "places"), [({"per_second": 40}, 21), ({"per_hour": 20}, 18)])
def test_it_takes_the_place_of_one_of_many_in_the_mailboxs_budget(sink, monkeypatch, pace, places):
    a_mailbox(sink.port, connections=1, **pace)
    a_mailing(20)
    thanks = a_touch(a_person("Ann", "thank-ann@example.org"), purpose="care")
    while_it_sends(monkeypatch, 3, lambda: approved([thanks]))
    services.send_due(run_seconds=60)
    assert order_of(sink).index("thank-ann") == 3
    assert len(order_of(sink)) == places
    assert sum(AccountUse.objects.values_list("used", flat=True)) == places


def test_who_makes_room_goes_back_into_the_ledger_and_leaves_once(sink, monkeypatch):
    a_mailbox(sink.port, connections=1)
    many = a_mailing(12)
    ids = list(services.plan_touches([a_new_touch(pk) for pk in many_people(5, "thank{n}@example.org")]).ids)
    thanks = list(Touch.objects.filter(pk__in=ids))
    while_it_sends(monkeypatch, 2, lambda: approved(thanks))
    services.send_due(run_seconds=60)
    assert all(name.startswith("thank") for name in order_of(sink)[2:7])
    back = TouchChange.objects.filter(from_state=State.CLAIMED, to_state=State.APPROVED)
    assert set(back.values_list("why", flat=True)) == {"It made room for a letter that cannot wait."}
    assert set(back.values_list("touch_id", flat=True)) == set(many[-5:])
    assert len(order_of(sink)) == len(set(order_of(sink))) == 17
    assert set(Touch.objects.values_list("state", flat=True)) == {State.SENT}


def test_what_can_wait_overtakes_nobody(sink, monkeypatch):
    a_mailbox(sink.port, connections=1)
    a_mailing(12)
    greeting = a_touch(a_person("Bo", "greeting-bo@example.org"), purpose="greeting")
    while_it_sends(monkeypatch, 3, lambda: approved([greeting]))
    services.send_due(run_seconds=60)
    assert order_of(sink).index("greeting-bo") == 12
    assert not TouchChange.objects.filter(from_state=State.CLAIMED, to_state=State.APPROVED).exists()


def test_a_notice_to_all_stands_behind_a_single_thank_you_though_it_is_service():
    a_shop()
    drafts = [a_new_touch(pk, programme="mailing:7", purpose="service") for pk in many_people(101)]
    notices = list(Touch.objects.filter(pk__in=services.plan_touches(drafts).ids))
    approved(notices)
    assert due_letters(clock.now(), 5)
    assert not is_urgent_due(clock.now())
    thanks = an_approved_touch(a_person(), purpose="care")
    assert is_urgent_due(clock.now())
    assert due_letters(clock.now(), 5)[0].touch_id == thanks.pk


@pytest.mark.parametrize("is_held", [False, True])
def test_one_whose_delay_ends_in_the_middle_of_a_run_goes_in_the_middle_of_it(sink, monkeypatch, time_machine, is_held):
    """Ten minutes to think again, or held for a while: neither waits for the run to end."""
    time_machine.move_to("2026-03-04 12:00:00+00:00", tick=False)
    kit.change_business(send_delay_minutes=10)
    a_mailbox(sink.port, connections=1)
    a_mailing(12)
    thanks = a_touch(a_person("Ann", "thank-ann@example.org"), purpose="care")
    approved([thanks])
    if is_held:
        Touch.objects.filter(pk=thanks.pk).update(due_at=clock.now())
        hold([thanks.pk], clock.now().replace(minute=9), "It is night where they are.")
    while_it_sends(monkeypatch, 3, lambda: time_machine.move_to("2026-03-04 12:10:01+00:00", tick=False))
    services.send_due(run_seconds=6000, lease_seconds=6000)
    assert order_of(sink).index("thank-ann") == 3

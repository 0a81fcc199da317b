"""A thank-you by text that comes while many texts go out is among the next ones."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connections

from regulars.kit import clock, worker
from regulars.kit import services as kit
from regulars.outreach import services
from regulars.outreach.channels.text import accounts, overtaking, sending
from regulars.outreach.channels.text.adapters import Answer
from regulars.outreach.channels.text.claiming import due_texts, used_up_why
from regulars.outreach.channels.text.sending import send_texts
from regulars.outreach.models import State, TextAccount, TextMessage, Touch, TouchChange
from regulars.outreach.services.changing import hold
from regulars.outreach.tests.builders import a_new_touch, a_shop, a_touch, approved, states
from regulars.people import services as people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
_numbers = itertools.count(100_000)


class Provider:
    """Takes every text, in order; `act` is done while it has the text of that number in its hands."""

    is_idempotent = False

    def __init__(self) -> None:
        self.words: list[str] = []
        self.at, self.act = 0, (lambda: None)

    def send(self, text: Any, mark: Callable[[str], None]) -> Answer:
        mark("handed over")
        self.words.append(text.words)
        if len(self.words) == self.at:
            self.act()
            connections.close_all()
        return Answer("sent", "answered", provider_id=text.key)


@pytest.fixture
def provider(monkeypatch) -> Provider:
    """One text at a time, and a look for what cannot wait after each, so that nothing hangs on the clock."""
    a_shop(country="DE")
    monkeypatch.setattr(overtaking, "OVERTAKE_SECONDS", 0.0)
    found = Provider()
    monkeypatch.setattr(sending, "adapter_of", lambda account: found)
    return found


def an_account(**more) -> TextAccount:
    account = accounts.connect_texts(accounts.NewTextAccount("sandbox", **more), None)
    TextAccount.objects.update(lanes=1, per_second=0)
    account.refresh_from_db()
    return account


def somebody(number: int) -> int:
    person = people.NewPerson(full_name=f"Guest {number}", phones=(f"+4915112{number}",))
    return people.record_people([person], source="test").ids[0]


def a_mailing(n: int, purpose: str = "marketing") -> Sequence[int]:
    """Texts of a mailing on their way; nobody's consent is in question here."""
    drafts = [
        a_new_touch(somebody(next(_numbers)), programme="mailing:7", purpose=purpose, channel="text", subject="", body="Open until eight.")
        for _n in range(n)
    ]  # fmt: skip
    ids = services.plan_touches(drafts).ids
    Touch.objects.filter(pk__in=ids).update(purpose="service", state=State.APPROVED, approved_at=clock.now())
    return ids


def a_thank_you(words: str = "Thank you.", **fields) -> Touch:
    person = somebody(next(_numbers))
    return a_touch(person, channel="text", subject="", body=words, **{"purpose": "care", **fields})


def test_a_thank_you_is_the_very_next_text_while_a_mailing_goes_out(provider):
    an_account()
    many, thanks = a_mailing(12), a_thank_you()
    provider.at, provider.act = 3, lambda: approved([thanks])
    send_texts(run_seconds=60)
    assert provider.words.index("Thank you.") == 3
    back = TouchChange.objects.filter(from_state=State.CLAIMED, to_state=State.APPROVED)
    assert list(back.values_list("touch_id", "why")) == [(many[-1], "It made room for a text that cannot wait.")]
    send_texts(run_seconds=60)
    assert len(provider.words) == 13
    assert set(states([thanks, *Touch.objects.filter(pk__in=many)])) == {State.SENT}
    assert TextMessage.objects.filter(taken_at=None).count() == 0


def test_it_goes_while_the_provider_still_thinks_about_one_of_the_mailing(provider, monkeypatch):
    """A free lane takes it; nobody waits until all that began together have come back."""
    an_account()
    TextAccount.objects.update(lanes=2)
    many, thanks = a_mailing(8), a_thank_you()
    has_gone, came_back = threading.Event(), list[str]()
    numbers = itertools.count(1)

    def send(text: Any, mark: Callable[[str], None]) -> Answer:
        mark("handed over")
        number = next(numbers)
        if number == 1:
            has_gone.wait(30)
        elif number == 2:
            approved([thanks])
            connections.close_all()
        came_back.append(text.words if number > 1 else "The slow one")
        if text.words == "Thank you.":
            has_gone.set()
        return Answer("sent", "answered", provider_id=text.key)

    monkeypatch.setattr(provider, "send", send)
    send_texts(run_seconds=60)
    assert came_back.index("Thank you.") < came_back.index("The slow one")
    send_texts(run_seconds=60)
    assert set(states([thanks, *Touch.objects.filter(pk__in=many)])) == {State.SENT}


def test_a_mailing_that_is_paused_in_the_middle_of_a_run_stands_still_at_once(provider):
    an_account()
    many = a_mailing(6)
    provider.at, provider.act = 2, lambda: services.pause_programme("mailing:7", None)
    send_texts(run_seconds=60)
    assert len(provider.words) == 2
    assert sorted(states([*Touch.objects.filter(pk__in=many)])) == [State.APPROVED] * 4 + [State.SENT] * 2


def test_a_long_one_takes_the_place_of_as_many_parts_and_no_more_leaves_in_a_day(provider):
    an_account(per_day=12)
    a_mailing(15)
    thanks = a_thank_you("Thank you. " + 200 * "x")
    provider.at, provider.act = 3, lambda: approved([thanks])
    for _turn in range(3):
        send_texts(run_seconds=60)
    assert provider.words[3].startswith("Thank you.")
    booked = sum(TextMessage.objects.exclude(taken_at=None).values_list("segments", flat=True))
    assert booked == 11, "a tenth of the day is kept for what cannot wait"
    assert used_up_why(TextAccount.objects.get()) == ""
    before = TouchChange.objects.count()
    assert send_texts() == 0
    assert TouchChange.objects.count() == before, "what has no room is not taken and given back again and again"
    approved([a_thank_you("Thanks, too.")])
    send_texts(run_seconds=60)
    assert provider.words[-1] == "Thanks, too."
    assert "used up: 12" in used_up_why(TextAccount.objects.get())


def test_what_can_wait_overtakes_nobody(provider):
    an_account()
    a_mailing(8)
    greeting = a_thank_you("Happy birthday.", purpose="greeting")
    provider.at, provider.act = 3, lambda: approved([greeting])
    send_texts(run_seconds=60)
    send_texts(run_seconds=60)
    assert provider.words.index("Happy birthday.") == 8
    assert not TouchChange.objects.filter(from_state=State.CLAIMED, to_state=State.APPROVED).exists()


@pytest.mark.parametrize("is_held", [False, True])
def test_one_whose_delay_ends_in_the_middle_of_a_run_goes_in_the_middle_of_it(provider, time_machine, is_held):
    """Ten minutes to think again, or held for a while: neither waits for the run to end."""
    time_machine.move_to("2026-03-04 12:00:00+00:00", tick=False)
    a_delay(10)
    an_account()
    a_mailing(8)
    thanks = a_thank_you()
    approved([thanks])
    if is_held:
        Touch.objects.filter(pk=thanks.pk).update(due_at=clock.now())
        hold([thanks.pk], clock.now().replace(minute=9), "It is night where they are.")
    provider.at, provider.act = 3, lambda: time_machine.move_to("2026-03-04 12:10:01+00:00", tick=False)
    send_texts(run_seconds=6000, lease_seconds=6000)
    assert provider.words.index("Thank you.") == 3


def a_delay(minutes: int) -> None:
    kit.change_business(send_delay_minutes=minutes)


def test_programmes_of_texts_take_turns(provider):
    account = an_account()
    a_mailing(30)
    few = [a_thank_you(f"Notice {n}", programme="mailing:8") for n in range(2)]
    Touch.objects.filter(pk__in=[one.pk for one in few]).update(
        state=State.APPROVED, approved_at=clock.now(), purpose="service", priority=10
    )
    turns = due_texts(account, clock.now(), 6)
    assert {one.pk for one in few} <= {turn.touch_id for turn in turns}


def test_the_worker_sends_texts_beside_a_run_of_letters_that_takes_its_time(provider, monkeypatch):
    """A run of letters holds the worker for seconds; a text does not wait for its end."""
    an_account()
    is_sent, is_over = threading.Event(), threading.Event()
    provider.at, provider.act = 1, is_sent.set
    letters = worker._pollers["outreach.send"]
    seen: list[bool] = []

    def a_long_run() -> int:
        seen.append(is_sent.wait(60))
        is_over.set()
        return 0

    monkeypatch.setitem(worker._pollers, "outreach.send", worker.Poller(letters.name, 1, a_long_run))
    approved([a_thank_you()])
    stop = threading.Event()

    def loop() -> None:
        worker.run_worker(stop)
        connections.close_all()

    thread = threading.Thread(target=loop)
    thread.start()
    assert is_over.wait(120)
    stop.set()
    worker.wake()
    thread.join(120)
    assert not thread.is_alive()
    assert seen[0], "the text went while the letters were still under way"

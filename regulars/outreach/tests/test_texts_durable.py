"""Texts beside other workers and beside a killed one, on the real thing: no transaction around them."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.outreach.channels.text import accounts
from regulars.outreach.channels.text.adapters import sandbox
from regulars.outreach.channels.text.claiming import claim_texts, give_back
from regulars.outreach.channels.text.receiving import Incoming, receive_text
from regulars.outreach.channels.text.sending import send_texts
from regulars.outreach.models import InboundMail, State, TextAccount, TextMessage, Touch
from regulars.outreach.tests.builders import a_person, a_shop, an_approved_touch, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def account(settings, tmp_path):
    settings.OUTBOX_DIR = str(tmp_path)
    a_shop(country="DE")
    return accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100), None)


def test_two_workers_at_once_send_each_text_once(account, in_threads):
    people = [a_person(f"P {n}", phones=(f"+4915123456{n:03d}",)) for n in range(100, 112)]
    texts = [an_approved_touch(person, channel="text", subject="", body="Hello") for person in people]

    def work(number: int) -> None:
        for _turn in range(6):
            send_texts(worker=f"worker-{number}")

    in_threads(2, work)
    assert set(states(texts)) == {State.SENT}
    keys = list(TextMessage.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) == 12
    assert len(sandbox.written(keys)) == 12


def test_one_text_that_comes_in_twice_at_once_counts_once(account, in_threads):
    a_person("Mo", phones=("+4915123456789",))
    kept: list[InboundMail | None] = []
    guard = threading.Lock()

    def take(_number: int) -> None:
        row = receive_text(account, Incoming("7", "+4915123456789", "STOP"))
        with guard:
            kept.append(row)

    in_threads(4, take)
    assert len([row for row in kept if row is not None]) == 1
    assert InboundMail.objects.count() == 1
    assert Touch.objects.filter(programme="text-answer").count() == 1


def test_however_many_texts_are_claimed_they_are_booked_in_the_same_few_statements(account):
    def asked_for(n: int) -> int:
        start = Touch.objects.count()
        people = [a_person(f"P {k}", phones=(f"+49151234{start + k:05d}",)) for k in range(n)]
        for person in people:
            an_approved_touch(person, channel="text", subject="", body="Hello")
        with CaptureQueriesContext(connection) as asked:
            taken = claim_texts(account.pk, worker="w", lease_seconds=60, within_seconds=60)
        assert taken is not None
        assert len(taken.rows) == n
        assert TextMessage.objects.filter(touch__in=taken.rows, key__startswith="t", segments=1).count() == n
        give_back(taken.rows, worker="w")
        with CaptureQueriesContext(connection) as again:
            TextAccount.objects.update(next_free_at=None)
            assert claim_texts(account.pk, worker="w", lease_seconds=60, within_seconds=60) is not None
        Touch.objects.update(state=State.CANCELLED)
        return len(asked) + len(again)

    asked_for(1)
    assert asked_for(30) == asked_for(3)

"""What goes wrong around a letter: the server, the line, the names, the disk, the database, the clock."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection, connections

from regulars.kit import clock
from regulars.kit.tests import ground
from regulars.outreach import services
from regulars.outreach.channels.email import journal
from regulars.outreach.models import SendingAccount, State, Touch
from regulars.outreach.services import running, supply
from regulars.outreach.services.tidying import recover
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import a_mailbox, a_person, a_shop, an_approved_touch, many_people, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def sink(tmp_path):
    a_shop()
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        yield server


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path, settings):
    settings.OUTBOX_DIR = tmp_path / "outbox"


def accepted(sink):
    lines = sink.record.read_text().splitlines() if sink.record.exists() else []
    return Counter(json.loads(line)["message_id"] for line in lines)


def assert_each_went_once(sink, touches):
    assert set(states(touches)) == {State.SENT}
    assert accepted(sink) == Counter(Touch.objects.values_list("message_id", flat=True))


def work_until_settled(touches, **how):
    """As the worker does: a fault of the database ends a turn, and the next one begins."""
    ends_at = time.monotonic() + 60
    while set(states(touches)) & {State.APPROVED, State.CLAIMED, State.SENDING} and time.monotonic() < ends_at:
        services.send_due(**how)
        time.sleep(0.05)


def test_a_slow_server_keeps_its_letters_while_another_worker_looks_for_dead_ones(sink):
    a_mailbox(sink.port, connections=2)
    sink.delay_ms = 1500
    touches = [an_approved_touch(a_person()) for _each in range(2)]
    over = threading.Event()

    def look():
        while not over.wait(0.05):
            recover()
        connections.close_all()

    looking = threading.Thread(target=look)
    looking.start()
    services.send_due(lease_seconds=2)
    over.set()
    looking.join()
    assert_each_went_once(sink, touches)
    assert not Touch.objects.filter(changes__to_state=State.UNKNOWN).exists()


def test_a_server_that_speaks_no_tls_gets_nothing_and_the_mailbox_rests(sink):
    account = a_mailbox(sink.port)
    SendingAccount.objects.filter(pk=account.pk).update(security="tls")
    touch = an_approved_touch(a_person())
    services.send_due()
    assert_waits_for_the_mailbox(touch, account, sink)


def test_a_name_that_is_not_found_is_the_mailboxs_fault_and_not_the_letters(sink, monkeypatch):
    account = a_mailbox(sink.port)
    touch = an_approved_touch(a_person())

    def no_such_name(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", no_such_name)
    services.send_due()
    assert_waits_for_the_mailbox(touch, account, sink)


def assert_waits_for_the_mailbox(touch, account, sink):
    touch.refresh_from_db()
    account.refresh_from_db()
    assert (touch.state, touch.tries) == (State.APPROVED, 0)
    assert account.resting_until > clock.now()
    assert account.resting_why
    assert not accepted(sink)


@pytest.mark.parametrize("stage", ["connecting", "sender", "data", "handing over", "handed over"])
def test_a_journal_that_cannot_be_written_stops_the_letter_before_that_step(sink, monkeypatch, stage):
    account = a_mailbox(sink.port)
    touch = an_approved_touch(a_person())
    real = journal.Journal.note

    def full(book, touch_id, what):
        if what == stage:
            raise journal.JournalFull("The journal of letters could not be written: no space left.")
        real(book, touch_id, what)

    with monkeypatch.context() as patch:
        patch.setattr(journal.Journal, "note", full)
        services.send_due()
    assert_waits_for_the_mailbox(touch, account, sink)
    assert "This computer" in account.resting_why
    SendingAccount.objects.update(resting_until=None)
    services.send_due()
    assert_each_went_once(sink, [touch])


@pytest.mark.skipif(ground.ON_POSTGRES, reason="SQLite's own limit stands for the full disk")
def test_a_full_disk_stops_the_worker_and_afterwards_each_letter_has_gone_once(sink, monkeypatch):
    a_mailbox(sink.port, connections=3)
    touches = [an_approved_touch(pk) for pk in many_people(60)]
    monkeypatch.setattr(running, "PATIENCE_SECONDS", 0.3)
    real = supply.Supply.claim

    def then_full(its, most):
        rows = real(its, most)
        fill_free_pages()
        limit_pages(pages("page_count"))
        return rows

    with monkeypatch.context() as patch:
        patch.setattr(supply.Supply, "claim", then_full)
        with pytest.raises(OperationalError, match="full"):
            work_until_settled(touches, lease_seconds=1)
    assert accepted(sink), "it should have been in the middle of sending"
    limit_pages(2**30)
    work_until_settled(touches, lease_seconds=1)
    assert_each_went_once(sink, touches)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE filler")


def fill_free_pages():
    """What other tests have deleted would otherwise be room for all of it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS filler (content BLOB)")
    if free := pages("freelist_count"):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO filler VALUES (zeroblob(%s))", [free * pages("page_size")])


def pages(pragma):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        return cursor.fetchone()[0]


def limit_pages(n):
    pages(f"max_page_count={n}")


@pytest.mark.skipif(not ground.ON_POSTGRES, reason="only a server can be restarted")
def test_a_database_that_is_restarted_in_the_middle_loses_nothing_and_repeats_nothing(sink):
    a_mailbox(sink.port, connections=3)
    sink.delay_ms = 60
    touches = [an_approved_touch(pk) for pk in many_people(60)]
    sending = threading.Thread(target=work_through_a_restart, args=(touches,))
    sending.start()
    time.sleep(0.4)
    ground.CLUSTER.restart()  # here: the server ends with the thread that began it
    sending.join()
    connection.close()
    assert_each_went_once(sink, touches)


def work_through_a_restart(touches):
    ends_at = time.monotonic() + 90
    while time.monotonic() < ends_at:
        try:
            if not set(states(touches)) & {State.APPROVED, State.CLAIMED, State.SENDING}:
                break
            services.send_due(lease_seconds=3)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)
    connections.close_all()


def test_the_clock_going_back_an_hour_does_not_leave_a_dead_workers_letters_for_an_hour(sink, frozen_clock):
    a_mailbox(sink.port)
    claimed, begun = (an_approved_touch(a_person()) for _each in range(2))
    leased = {"leased_by": "dead", "lease_until": frozen_clock.now + timedelta(minutes=2)}
    Touch.objects.filter(pk=claimed.pk).update(state=State.CLAIMED, **leased)
    Touch.objects.filter(pk=begun.pk).update(state=State.SENDING, **leased)
    assert recover() == 0
    frozen_clock.ahead(hours=-1)
    assert recover() == 2
    assert states([claimed, begun]) == [State.APPROVED, State.UNKNOWN]


def test_a_worker_on_another_machine_is_given_time_to_look_into_its_own_journal(sink, frozen_clock):
    touch = an_approved_touch(a_person())
    gone = {"leased_by": "elsewhere-17-0a1b2c3d", "lease_until": frozen_clock.now}
    Touch.objects.filter(pk=touch.pk).update(state=State.SENDING, **gone)
    frozen_clock.ahead(minutes=1)
    assert recover() == 0
    frozen_clock.ahead(minutes=10)
    assert recover() == 1
    assert states([touch]) == [State.UNKNOWN]


def test_a_good_answer_that_only_the_journal_has_settles_the_letter(sink, frozen_clock):
    touch = an_approved_touch(a_person())
    book = journal.Journal("dead")
    book.note(touch.pk, "handed over")
    book.note_accepted(touch.pk, 250, "2.0.0 queued as 7", "name-7")
    book.leave()
    Touch.objects.filter(pk=touch.pk).update(state=State.SENDING, leased_by="dead", lease_until=frozen_clock.now)
    frozen_clock.ahead(minutes=1)
    assert recover() == 1
    touch.refresh_from_db()
    assert (touch.state, touch.provider_id, touch.evidence["proof"]) == (State.SENT, "name-7", "journal")

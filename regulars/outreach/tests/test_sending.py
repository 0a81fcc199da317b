"""What happens to a letter between the yes and the server's answer."""

from __future__ import annotations

import json
import smtplib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from regulars.kit import services as kit
from regulars.outreach import services
from regulars.outreach.channels.email import smtp
from regulars.outreach.channels.email.local_outbox import name_for
from regulars.outreach.models import State, Suppression, Touch
from regulars.outreach.tests import sink as sinks
from regulars.outreach.tests.builders import (
    a_mailbox,
    a_person,
    a_shop,
    an_approved_touch,
    many_people,
    states,
    the_owner,
)
from regulars.people import services as people
from regulars.people.models import Email, TimelineEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[sinks.Sink]:
    a_shop()
    with sinks.running(tmp_path / "accepted.jsonl") as server:
        yield server


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path: Path, settings: object) -> None:
    settings.OUTBOX_DIR = tmp_path / "outbox"  # type: ignore[attr-defined]  # pytest-django's settings


def accepted(sink: sinks.Sink) -> list[dict[str, str]]:
    return [json.loads(line) for line in sink.record.read_text().splitlines()] if sink.record.exists() else []


def test_a_letter_goes_once_and_stands_on_the_timeline(sink):
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person("Łukasz Błaszczyk", "lukasz@example.org"), subject="Dziękuję – thank you")
    services.send_due()
    services.send_due()
    touch.refresh_from_db()
    assert touch.state == State.SENT
    assert [(row["message_id"], row["to"]) for row in accepted(sink)] == [(touch.message_id, "lukasz@example.org")]
    assert touch.changes.get(to_state=State.SENT).why.startswith("250")
    entry = TimelineEntry.objects.get(person_id=touch.person_id, room="outreach", kind="sent")
    assert entry.object_id == touch.pk
    assert "Dziękuję" in entry.text


@pytest.mark.parametrize("offers_pipelining", [False, True])
def test_one_refused_recipient_neither_stops_nor_repeats_the_others(sink, offers_pipelining):
    sink.offers_pipelining = offers_pipelining
    a_mailbox(sink.port, connections=1)
    before = sink.connections
    names = ["gone-x", "fine-1", "spam-x", "later-x", "fine-2"]
    touches = [an_approved_touch(a_person(name, f"{name}@example.org")) for name in names]
    services.send_due()
    services.send_due()
    assert states(touches) == [State.BOUNCED, State.SENT, State.FAILED, State.APPROVED, State.SENT]
    assert sorted(row["to"] for row in accepted(sink)) == ["fine-1@example.org", "fine-2@example.org"]
    touches[3].refresh_from_db()
    assert touches[3].evidence == {"stage": "recipient", "said": "451 4.7.1 not now"}
    assert sink.connections == before + 1, "a refusal leaves the line in order for the next letter"


def test_asked_at_once_a_server_hears_the_three_commands_in_one_packet(sink, monkeypatch):
    sink.offers_pipelining = True
    account = a_mailbox(sink.port)
    packets: list[object] = []
    send = smtplib.SMTP.send

    def seen(line, said):
        packets.append(said)
        send(line, said)

    monkeypatch.setattr(smtplib.SMTP, "send", seen)
    touch = an_approved_touch(a_person("Ann", "ann@example.org"))
    services.send_due()
    assert states([touch]) == [State.SENT]
    assert f"MAIL FROM:<{account.from_address}>\r\nRCPT TO:<ann@example.org>\r\nDATA\r\n" in packets


def test_a_refused_mailbox_rests_where_all_is_asked_at_once(sink):
    sink.offers_pipelining = sink.sender_refused = True
    account = a_mailbox(sink.port)
    touch = an_approved_touch(a_person())
    services.send_due()
    account.refresh_from_db()
    assert states([touch]) == [State.APPROVED]
    assert "not your address" in account.resting_why
    assert not accepted(sink)


def test_a_mailbox_that_refuses_when_the_turn_is_over_rests_all_the_same(sink, monkeypatch):
    sink.sender_refused = True
    account = a_mailbox(sink.port)
    touch = an_approved_touch(a_person())
    carry = smtp.Line.carry

    def carried_late(line, envelope, mark):
        time.sleep(0.6)
        return carry(line, envelope, mark)

    monkeypatch.setattr(smtp.Line, "carry", carried_late)
    services.send_due(run_seconds=0.3)
    account.refresh_from_db()
    assert states([touch]) == [State.APPROVED]
    assert "not your address" in account.resting_why


def test_an_address_that_is_gone_is_not_written_to_again(sink):
    a_mailbox(sink.port)
    person = a_person("Cy Clark", "gone-cy@example.org")
    an_approved_touch(person)
    services.send_due()
    assert Suppression.objects.get().reason == Suppression.Reason.HARD_BOUNCE
    from regulars.outreach.tests.builders import a_touch, approved

    again = a_touch(person)
    assert "does not" in approved([again]).refused[again.pk]


def test_an_address_that_is_gone_is_marked_for_everybody_who_has_it(sink, client):
    a_mailbox(sink.port)
    ann, partner = a_person("Cy Clark", "gone-us@example.org"), a_person("Di Clark", "di@example.org")
    people.change_person(partner, changes={"emails": ["di@example.org", "gone-us@example.org"]}, by=None)
    an_approved_touch(ann)
    services.send_due()
    bad = Email.objects.filter(is_bad=True).values_list("person_id", "normalised")
    assert sorted(bad) == [(ann.pk, "gone-us@example.org"), (partner.pk, "gone-us@example.org")]
    client.force_login(the_owner())
    assert "does not arrive" in client.get(f"/people/{ann.pk}/").content.decode()


def test_a_refusal_that_is_not_about_the_address_leaves_it_good(sink):
    a_mailbox(sink.port)
    touches = [an_approved_touch(a_person(name, f"{name}@example.org")) for name in ("spam-x", "later-x")]
    services.send_due()
    assert states(touches) == [State.FAILED, State.APPROVED]
    assert not Email.objects.filter(is_bad=True).exists()


def test_not_now_is_tried_again_later_and_given_up_in_the_end(sink, frozen_clock):
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person("Bo", "later-bo@example.org"))
    waits = []
    for _try in range(8):
        before = frozen_clock.now
        services.send_due()
        touch.refresh_from_db()
        if touch.state == State.FAILED:
            break
        assert touch.state == State.APPROVED
        waits.append(touch.due_at - before)
        frozen_clock.move_to(touch.due_at + timedelta(seconds=1))
    assert touch.state == State.FAILED
    assert len(waits) == 5
    assert waits == sorted(waits)
    assert "451" in touch.why


def test_a_line_dropped_before_the_full_stop_is_tried_again_by_itself(sink):
    a_mailbox(sink.port, connections=1)
    touch = an_approved_touch(a_person("Ha", "hangup-ha@example.org"), body="word " * 400_000)
    services.send_due()
    touch.refresh_from_db()
    assert touch.state == State.APPROVED
    assert accepted(sink) == []


def test_a_server_that_never_answers_leaves_the_letter_to_the_owner(sink):
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person("Mu", "mute-mu@example.org"))
    services.send_due()
    touch.refresh_from_db()
    assert touch.state == State.UNKNOWN
    assert touch.evidence["stage"] == "handed over"
    services.send_due()
    assert len(accepted(sink)) == 1
    services.settle_unknown(touch, "arrived", the_owner())
    touch.refresh_from_db()
    assert touch.state == State.SENT


def test_many_letters_use_a_few_connections_that_stay_open(sink):
    a_mailbox(sink.port, connections=3)
    before = sink.connections
    touches = [an_approved_touch(pk) for pk in many_people(60)]
    while services.send_due():
        pass
    assert set(states(touches)) == {State.SENT}
    assert sink.connections - before <= 3
    assert len(accepted(sink)) == 60


def test_nothing_leaves_while_everything_is_stopped(sink):
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person())
    kit.stop_everything("Maya")
    services.send_due()
    assert states([touch]) == [State.APPROVED]
    assert accepted(sink) == []
    kit.resume_sending("Maya")
    services.send_due()
    assert states([touch]) == [State.SENT]


def test_a_mailbox_that_refuses_the_sender_rests_and_the_letter_waits(sink):
    account = a_mailbox(sink.port)
    sink.sender_refused = True
    touch = an_approved_touch(a_person())
    services.send_due()
    account.refresh_from_db()
    touch.refresh_from_db()
    assert touch.state == State.APPROVED
    assert touch.tries == 0
    assert account.resting_until is not None
    assert "553" in account.resting_why


def test_without_a_mailbox_letters_become_files_that_can_be_read(tmp_path):
    a_shop()
    touch = an_approved_touch(a_person("Zoë Müller", "zoe@example.org"), subject="Grüße")
    services.send_due()
    touch.refresh_from_db()
    assert touch.state == State.SENT
    letter = (tmp_path / "outbox" / name_for(touch)).read_bytes()
    assert touch.message_id.encode() in letter
    assert b"zoe@example.org" in letter


def test_a_worker_that_died_before_writing_the_file_has_sent_nothing(frozen_clock):
    a_shop()
    touch = an_approved_touch(a_person())
    Touch.objects.filter(pk=touch.pk).update(
        state=State.SENDING, message_id="<1.ab@outbox.invalid>", leased_by="dead", lease_until=frozen_clock.now
    )
    frozen_clock.ahead(minutes=1)
    services.send_due()
    assert states([touch]) == [State.SENT]
    assert touch.changes.filter(to_state=State.UNKNOWN).count() == 0


def test_a_letter_found_in_sending_after_a_crash_waits_for_the_owner(sink, frozen_clock):
    a_mailbox(sink.port)
    touch = an_approved_touch(a_person())
    Touch.objects.filter(pk=touch.pk).update(state=State.SENDING, leased_by="dead", lease_until=frozen_clock.now)
    frozen_clock.ahead(minutes=1)
    for _again in range(3):
        services.send_due()
    assert states([touch]) == [State.UNKNOWN]
    assert accepted(sink) == []
    services.settle_unknown(touch_now(touch), "send_again", None)
    services.send_due()
    assert states([touch]) == [State.SENT]
    assert len(accepted(sink)) == 1


def touch_now(touch: Touch) -> Touch:
    return Touch.objects.get(pk=touch.pk)

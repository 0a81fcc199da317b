"""Letters over a sending service: once, with their outcome, and told apart whose fault it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.switchboard import Switchboard
from regulars.outreach.channels.email.web import kind_of
from regulars.outreach.models import SendingAccount, State, Suppression
from regulars.outreach.queries.matching import letter_named
from regulars.outreach.tests import esp_server
from regulars.outreach.tests.builders import a_person, a_shop, an_approved_touch, many_people, states, the_owner

pytestmark = pytest.mark.django_db(transaction=True)
EVERY = pytest.mark.parametrize("esp", sorted(ESPS))


@pytest.fixture
def web() -> Iterator[esp_server.Service]:
    a_shop(public_address="https://maya.example")
    with esp_server.running() as service:
        yield service
    for board in Switchboard._boards.values():
        board.close()


@pytest.fixture(autouse=True)
def _own_outbox(tmp_path: Path, settings: Any) -> None:
    settings.OUTBOX_DIR = tmp_path / "outbox"


def told(esp: str, key: str = esp_server.KEY) -> dict[str, str]:
    return {ask.key: key if ask.is_secret else "mg.boutique.example" for ask in ESPS[esp].asks}


def connected(web: esp_server.Service, esp: str, key: str = esp_server.KEY, **fields: Any) -> SendingAccount:
    usual = {"per_second": 0, "connections": 2, "reply_to": "answers@boutique.example"}
    new = services.NewAccount(
        "maya@boutique.example", esp, keys=told(esp, key), service_url=web.url(esp), **{**usual, **fields}
    )
    return services.connect_account(new, the_owner(), patience=5)


@EVERY
def test_a_service_is_asked_whether_it_knows_us_before_it_is_kept(web, esp):
    with pytest.raises(Refusal, match="does not know this key"):
        connected(web, esp, "wrong")
    assert not SendingAccount.objects.exists()
    account = connected(web, esp)
    kept = SendingAccount.objects.values_list("keys", flat=True).get(pk=account.pk)
    assert json.loads(kept) == told(esp)
    assert web.sent == []
    again = connected(web, esp, "")
    assert json.loads(again.keys) == told(esp)


@EVERY
def test_a_letter_goes_once_with_its_name_its_number_and_the_way_out(web, esp):
    connected(web, esp)
    touch = an_approved_touch(
        a_person("Łukasz Błaszczyk", "fine-l@example.org"), subject="Dziękuję – thanks", purpose="greeting"
    )
    services.send_due()
    services.send_due()
    touch.refresh_from_db()
    assert (touch.state, web.sent) == (State.SENT, ["fine-l@example.org"])
    asked = web.asked[-1]
    words = esp_server.plain(asked.body).replace("\\", "").replace("v:touch=", '"touch":"').replace("&v:letter", '"')
    assert touch.message_id.strip("<>").partition("@")[0] in words
    assert "List-Unsubscribe" in words.replace("h:List-Unsubscribe", "List-Unsubscribe")
    assert f'"touch":"{touch.pk}"' in words.replace(": ", ":")
    assert "answers@boutique.example" in words
    assert bool(touch.provider_id) is True
    assert letter_named([f"<{touch.provider_id.strip('<>')}>"]) == touch


@EVERY
def test_an_address_the_service_refuses_stops_that_letter_and_no_other(web, esp):
    connected(web, esp)
    touches = [an_approved_touch(a_person(name, f"{name}@example.org")) for name in ("gone-x", "fine-1", "fine-2")]
    for _round in range(3):
        services.send_due()
    assert states(touches) == [State.FAILED, State.SENT, State.SENT]
    assert sorted(web.sent) == ["fine-1@example.org", "fine-2@example.org"]
    assert not Suppression.objects.exists()


@EVERY
def test_a_sender_that_may_not_send_rests_the_account_and_the_letter_waits(web, esp):
    account = connected(web, esp)
    touch = an_approved_touch(a_person("F", "from-f@example.org"))
    services.send_due()
    account.refresh_from_db()
    touch.refresh_from_db()
    assert touch.state == State.APPROVED
    assert touch.tries == 0
    assert account.resting_until is not None


@EVERY
def test_too_fast_is_no_fault_of_the_letter(web, esp):
    account = connected(web, esp)
    touch = an_approved_touch(a_person("B", "busy-b@example.org"))
    services.send_due()
    account.refresh_from_db()
    touch.refresh_from_db()
    assert (touch.state, touch.tries, web.sent) == (State.APPROVED, 0, [])
    assert account.resting_until is not None


@EVERY
def test_silence_after_the_letter_left_is_for_the_owner_to_judge(web, esp):
    account = connected(web, esp)
    touch = an_approved_touch(a_person("Mu", "mute-mu@example.org"))
    for _round in range(3):
        services.send_due()
    touch.refresh_from_db()
    account.refresh_from_db()
    assert web.sent == ["mute-mu@example.org"]
    if ESPS[esp].same_key:
        assert touch.state == State.APPROVED
        assert len(web.known) == 1
    else:
        assert (touch.state, touch.evidence["stage"]) == (State.UNKNOWN, "handed over")
        assert account.resting_until is not None


def test_where_a_request_may_be_repeated_it_is_and_only_one_letter_comes_of_it(web):
    connected(web, "resend")
    web.is_mute_once = True
    touch = an_approved_touch(a_person("Re", "fine-re@example.org"))
    services.send_due()
    assert states([touch]) == [State.SENT]
    assert web.sent == ["fine-re@example.org"]
    assert list(web.known.values()) == [2]


@pytest.mark.parametrize("name", ["broken", "odd"])
def test_an_answer_that_says_nothing_is_not_taken_for_a_no(web, name):
    connected(web, "postmark")
    touch = an_approved_touch(a_person("Od", f"{name}-o@example.org"))
    for _round in range(3):
        services.send_due()
    assert states([touch]) == [State.UNKNOWN]
    assert len(web.sent) == 1


def test_a_service_that_cannot_be_reached_has_seen_nothing(web):
    account = connected(web, "brevo")
    SendingAccount.objects.filter(pk=account.pk).update(service_url="http://127.0.0.1:9/brevo/")
    touch = an_approved_touch(a_person())
    services.send_due()
    touch.refresh_from_db()
    assert (touch.state, touch.evidence["stage"]) == (State.APPROVED, "connecting")


def test_fifty_letters_share_two_connections(web):
    connected(web, "postmark")
    touches = [an_approved_touch(pk) for pk in many_people(50, "fine-{n}@example.org")]
    for _round in range(20):
        services.send_due()
    assert set(states(touches)) == {State.SENT}
    assert len(set(web.sent)) == len(web.sent) == 50


def test_a_test_letter_goes_through_the_service(web):
    account = connected(web, "sparkpost")
    services.test_letter(account, "fine-me@example.org")
    assert web.sent == ["fine-me@example.org"]
    with pytest.raises(Refusal, match="write as this sender"):
        services.test_letter(account, "from-me@example.org")


def test_disconnecting_forgets_the_key(web):
    account = connected(web, "mailjet")
    services.disconnect(the_owner())
    assert SendingAccount.objects.get(pk=account.pk).keys == ""


def test_a_key_is_kept_encrypted_and_never_sent_in_the_open(web):
    from django.db import connection

    connected(web, "postmark")
    with connection.cursor() as cursor:
        cursor.execute("SELECT keys FROM outreach_sendingaccount")
        assert all(esp_server.KEY not in row[0] for row in cursor.fetchall())
    with pytest.raises(Refusal, match="without encryption"):
        services.connect_account(
            services.NewAccount("a@b.example", "postmark", keys=told("postmark"), service_url="http://api.example/"),
            None,
        )


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        (401, "", "account"),
        (402, "Payment required", "account"),
        (429, "slow down", "account"),
        (503, "", "account"),
        (500, "Internal", "unknown"),
        (504, "", "unknown"),
        (400, "not_enough_credits", "account"),
        (422, "Not allowed to send: account pending approval", "account"),
        (400, "Invalid `to` field", "refused"),
        (413, "Payload too large", "refused"),
        (400, "subject is missing", "refused"),
    ],
)
def test_whose_fault_an_answer_is(code, said, kind):
    assert kind_of(code, said) == kind

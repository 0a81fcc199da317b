"""Texts by a provider: each once, each with its own outcome, nothing past a STOP."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from regulars.kit import clock
from regulars.kit import services as kit
from regulars.kit.business import Business
from regulars.kit.errors import Refusal
from regulars.outreach.channels.text import accounts
from regulars.outreach.channels.text.adapters import Outgoing, http, sandbox, twilio
from regulars.outreach.channels.text.prices import cost_of, read_prices
from regulars.outreach.channels.text.receipts import take_receipt
from regulars.outreach.channels.text.receiving import Incoming, number_of, receive_text
from regulars.outreach.channels.text.sending import send_texts
from regulars.outreach.models import Channel, InboundMail, State, Suppression, TextAccount, TextMessage, Touch
from regulars.outreach.services import changing
from regulars.outreach.tests.builders import a_person, a_shop, an_approved_touch, states, the_owner
from regulars.people import services as people
from regulars.people.models import Phone, TimelineEntry
from regulars.people.queries import consent_state

pytestmark = pytest.mark.django_db
MOBILE = "+4915123456789"


@pytest.fixture
def shop(settings, tmp_path, monkeypatch):
    # Inside a test's own transaction nothing can be made durable; test_texts_durable.py does without one.
    monkeypatch.setattr("regulars.kit.database.full_sync", nullcontext)
    settings.OUTBOX_DIR = str(tmp_path)
    settings.CALL_INSIDE = frozenset({"127.0.0.1"})
    return a_shop(country="DE")


def a_sandbox(**more) -> TextAccount:
    return accounts.connect_texts(accounts.NewTextAccount("sandbox", per_second=100, **more), None)


def somebody(number: str = MOBILE, name: str = "Mo Weber"):
    return a_person(name, phones=(number,))


def a_text(person, body="Your ring is ready.", **more) -> Touch:
    return an_approved_touch(person, channel="text", subject="", body=body, **more)


def in_use() -> TextAccount:
    account = accounts.active_text_account()
    assert account is not None
    return account


def taken(account: TextAccount, name: str, words: str) -> InboundMail:
    row = receive_text(account, Incoming(name, MOBILE, words))
    assert row is not None
    return row


class Provider:
    """A provider on this machine: answers what the test says and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.said, self.is_mute = 201, {"sid": "SM1"}, False


@contextmanager
def a_provider():
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            provider.asked.append((self.path, dict(self.headers), body))
            if provider.is_mute:
                self.close_connection = True
                return
            said = json.dumps(provider.said).encode()
            self.send_response(provider.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def a_twilio(monkeypatch, address: str, **more) -> TextAccount:
    monkeypatch.setattr(twilio, "API", f"{address}/Accounts")
    new = accounts.NewTextAccount(
        "twilio", sender="+4930123456", username="AC1", password="token", per_second=100, **more
    )
    return accounts.connect_texts(new, None)


def a_generic(address: str, **options) -> TextAccount:
    told = {"url": f"{address}/send", "body": '{"to": "{to}", "text": "{text}", "key": "{key}"}', "id_path": "id"}
    new = accounts.NewTextAccount(
        "http",
        headers="Authorization: Bearer geheim",
        hook_secret="shared",
        per_second=100,
        options={**told, **options},
    )
    return accounts.connect_texts(new, None)


def test_an_approved_text_leaves_once_and_says_what_it_cost(shop):
    a_sandbox(prices="DE 0.075\n0.20")
    touch = a_text(somebody(), "x" * 161)
    assert send_texts() == 1
    assert send_texts() == 0
    touch.refresh_from_db()
    assert (touch.state, touch.to_address, touch.cost_amount) == (State.SENT, MOBILE, Decimal("0.15"))
    message = TextMessage.objects.get()
    assert (message.segments, message.alphabet, message.status) == (2, "gsm7", "accepted")
    assert sandbox.written([message.key])[0]["words"] == "x" * 161


def test_without_a_provider_texts_wait_for_the_owners_phone_and_a_new_provider_does_not_take_them(shop):
    before = a_text(somebody())
    assert send_texts() == 0
    a_sandbox()
    after = a_text(somebody("+4915123456780", "Eva"))
    send_texts()
    assert states([before, after]) == [State.APPROVED, State.SENT]


def test_nothing_leaves_while_all_is_stopped(shop):
    a_sandbox()
    touch = a_text(somebody())
    Business.objects.update(is_sending_stopped=True)
    assert send_texts() == 0
    assert states([touch]) == [State.APPROVED]


def test_consent_is_asked_at_the_moment_of_sending(shop):
    a_sandbox()
    person = somebody()
    touch = a_text(person)
    people.withdraw_consent([person.pk], "text", "care", source="counter")
    send_texts()
    touch.refresh_from_db()
    assert (touch.state, touch.why) == (State.SUPPRESSED, "Asked not to get this.")
    assert TextMessage.objects.count() == 0


def test_quiet_hours_hold_a_text_with_the_reason(shop, time_machine):
    kit.change_business(quiet_from="20:00", quiet_until="08:00")
    time_machine.move_to("2026-07-01 21:30:00+00:00", tick=False)
    a_sandbox()
    touch = a_text(somebody())
    send_texts()
    touch.refresh_from_db()
    assert (touch.state, touch.held_why) == (State.HELD, "It is night where they are.")


def test_the_budget_of_a_day_is_kept_in_parts(shop):
    a_sandbox(per_day=3)
    texts = [a_text(somebody(f"+491512345678{n}", f"P {n}"), "x" * 161) for n in range(3)]
    send_texts()
    assert sorted(states(texts)) == [State.APPROVED, State.APPROVED, State.SENT]
    assert send_texts() == 0


def test_twilio_is_asked_as_it_wants_to_be_and_its_number_is_kept(shop, monkeypatch):
    with a_provider() as (provider, address):
        a_twilio(monkeypatch, address)
        touch = a_text(somebody(), "Grüße & bis bald")
        send_texts()
    path, headers, body = provider.asked[0]
    assert path == "/Accounts/AC1/Messages.json"
    assert headers["Authorization"] == "Basic QUMxOnRva2Vu"
    assert b"To=%2B4915123456789" in body
    assert b"Body=Gr%C3%BC%C3%9Fe+%26+bis+bald" in body
    assert states([touch]) == [State.SENT]
    assert TextMessage.objects.get().provider_id == "SM1"


@pytest.mark.parametrize(
    ("status", "said", "state"),
    [
        (400, {"code": 21211, "message": "not valid"}, State.BOUNCED),
        (400, {"code": 21617, "message": "too long"}, State.FAILED),
        (401, {"code": 20003, "message": "Authenticate"}, State.APPROVED),
        (429, {"code": 20429, "message": "Too many"}, State.APPROVED),
        (500, {}, State.UNKNOWN),
    ],
)
def test_each_kind_of_refusal_has_its_own_end(shop, monkeypatch, status, said, state):
    with a_provider() as (provider, address):
        provider.status, provider.said = status, said
        a_twilio(monkeypatch, address)
        touch = a_text(somebody())
        send_texts()
    assert states([touch]) == [state]
    assert Phone.objects.filter(is_bad=True).exists() == (state == State.BOUNCED)
    assert bool(in_use().resting_why) == (status == 401)


def test_a_number_that_is_gone_is_suppressed_and_the_others_go_on(shop, monkeypatch):
    with a_provider() as (provider, address):
        provider.status, provider.said = 400, {"code": 21211, "message": "not valid"}
        a_twilio(monkeypatch, address)
        a_text(somebody())
        send_texts()
    assert Suppression.objects.get().channel == Channel.TEXT


def test_silence_after_the_last_byte_is_not_known_and_never_sent_again_by_itself(shop, monkeypatch):
    with a_provider() as (provider, address):
        provider.is_mute = True
        a_twilio(monkeypatch, address)
        touch = a_text(somebody())
        send_texts()
        send_texts()
    assert states([touch]) == [State.UNKNOWN]
    assert len(provider.asked) == 1


def test_a_receipt_for_our_key_settles_what_nobody_knew(shop, monkeypatch):
    with a_provider() as (provider, address):
        provider.is_mute = True
        account = a_twilio(monkeypatch, address)
        touch = a_text(somebody())
        send_texts()
    take_receipt(account, TextMessage.objects.get().key, "accepted")
    assert states([touch]) == [State.SENT]


def test_a_provider_that_knows_keys_is_asked_again_under_the_same_one(shop):
    with a_provider() as (provider, address):
        provider.is_mute = True
        a_generic(address, is_idempotent=True)
        touch = a_text(somebody())
        send_texts()
        assert states([touch]) == [State.APPROVED]
        provider.is_mute, provider.status, provider.said = False, 200, {"id": "77"}
        Touch.objects.update(due_at=clock.now())
        send_texts()
    assert states([touch]) == [State.SENT]
    first, second = (json.loads(body)["key"] for _path, _headers, body in provider.asked)
    assert first == second == TextMessage.objects.get().key


def test_words_cannot_break_out_of_a_template(shop):
    words = '", "to": "+1999", "x": "{to} {key}'
    with a_provider() as (provider, address):
        provider.status, provider.said = 200, {"id": "1"}
        a_generic(address)
        a_text(somebody(), words.replace("{", "(").replace("}", ")"))
        send_texts()
    said = json.loads(provider.asked[0][2])
    assert said["to"] == MOBILE
    assert said["text"] == words.replace("{", "(").replace("}", ")")
    assert provider.asked[0][1]["Authorization"] == "Bearer geheim"


def test_what_is_filled_in_is_not_filled_in_again():
    text = Outgoing("k", MOBILE, "Shop", "{to} {key}")
    body, _kind = http.body_of(http.Options(body='{"t": "{text}"}'), text)
    assert json.loads(body) == {"t": "{to} {key}"}
    form, _kind = http.body_of(
        http.Options(content="form", body="to={to}\ntext={text}"), Outgoing("k", "+1", "", "a&to=2")
    )
    assert form == b"to=%2B1&text=a%26to%3D2"


@pytest.mark.parametrize(
    "options",
    [
        {"url": "https://127.0.0.2/x", "body": '{"t": "{text}"}'},
        {"url": "http://sms.example/x", "body": '{"t": "{text}"}'},
        {"url": "https://sms.example/x", "body": "not json {text}"},
        {"url": "https://sms.example/x", "body": '{"t": "nothing"}'},
        {"url": "https://sms.example/x", "body": '{"t": "{text}"}', "method": "DELETE"},
    ],
)
def test_settings_by_which_nothing_could_be_sent_are_refused(shop, options):
    new = accounts.NewTextAccount("http", options=options)
    if "127" in options["url"]:
        accounts.connect_texts(new, None)
        touch = a_text(somebody())
        send_texts()
        assert states([touch]) == [State.APPROVED]
        assert "inside a network" in in_use().resting_why
    else:
        with pytest.raises(Refusal):
            accounts.connect_texts(new, None)


def test_secrets_are_kept_encrypted_and_stand_on_no_page(shop, client):
    client.force_login(the_owner())
    with a_provider() as (_provider, address):
        a_generic(address)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT headers, hook_secret FROM outreach_textaccount")
        assert "geheim" not in str(cursor.fetchall())
    page = client.get("/texts/").text
    assert "geheim" not in page
    assert "shared" not in page.replace("Shared secret", "")


@pytest.mark.parametrize("word", ["STOP", "stopall", "Unsubscribe", "CANCEL", "end", "Quit", "REVOKE", "optout", "Stopp",
                                  "Abmelden", "Bitte keine SMS mehr", "BAJA", "no más mensajes"])  # fmt: skip
def test_every_way_to_say_stop_ends_texts_and_is_answered_once(shop, word):
    account = a_sandbox()
    person = somebody()
    sent = a_text(person)
    send_texts()
    waiting = a_text(person)
    receive_text(account, Incoming("1", "4915123456789", word))
    receive_text(account, Incoming("2", MOBILE, word))
    assert states([sent, waiting]) == [State.SENT, State.SUPPRESSED]
    assert consent_state([person.pk], "text", "marketing")[person.pk].is_objected
    assert not consent_state([person.pk], "email", "care")[person.pk].is_objected
    assert TimelineEntry.objects.get(person=person, kind="left").text == "Asked for no more text messages"
    answers = Touch.objects.filter(programme="text-answer")
    assert [answer.body for answer in answers] == [
        "You get no more text messages from Maya's Boutique. START brings them back."
    ]
    send_texts()
    assert states(list(answers)) == [State.SENT]
    assert InboundMail.objects.filter(kind="stop").count() == 2


def test_a_yes_brings_back_only_who_had_left(shop):
    account = a_sandbox()
    person = somebody()
    assert taken(account, "1", "Yes").kind == "reply"
    receive_text(account, Incoming("2", MOBILE, "STOP"))
    assert taken(account, "3", "Yes").kind == "start"
    assert not consent_state([person.pk], "text", "care")[person.pk].is_objected
    assert Suppression.objects.filter(undone_at=None).count() == 0


def test_help_is_answered_once_a_day_and_waits_for_the_owner(shop):
    account = a_sandbox()
    somebody()
    for name in "12":
        receive_text(account, Incoming(name, MOBILE, "HELP"))
    assert Touch.objects.filter(programme="text-answer").count() == 1
    assert InboundMail.objects.filter(is_for_you=True).count() == 2


def test_twilio_answers_its_own_words_itself(shop, monkeypatch):
    account = a_twilio(monkeypatch, "http://127.0.0.1:1", answers_stop_itself=True)
    somebody()
    receive_text(account, Incoming("1", MOBILE, "STOP"))
    assert Touch.objects.count() == 0
    receive_text(account, Incoming("2", MOBILE, "START"))
    receive_text(account, Incoming("3", MOBILE, "Abmelden"))
    assert Touch.objects.filter(programme="text-answer").count() == 1


def test_a_human_answer_stands_with_the_replies_once(shop, client):
    client.force_login(the_owner())
    account = a_sandbox()
    person = somebody()
    a_text(person)
    send_texts()
    first = taken(account, "1", "Great, I come at <b>five</b>")
    assert receive_text(account, Incoming("1", MOBILE, "Great, I come at <b>five</b>")) is None
    assert "Great, I come at &lt;b&gt;five" in client.get("/replies/").text
    page = client.get(reverse("outreach:reply", args=[first.pk])).text
    assert "sms:+4915123456789" in page
    assert "Your ring is ready." in page
    assert "mailto:" not in page


def test_a_stop_from_a_stranger_counts_for_the_number(shop):
    account = a_sandbox()
    receive_text(account, Incoming("1", MOBILE, "STOP"))
    touch = a_text_if_any(somebody())
    assert "Not written to" in touch


def a_text_if_any(person) -> str:
    from regulars.outreach.queries import may_receive

    return may_receive([person.pk], "text", "care", clock.now())[person.pk].why


def test_receipts_come_in_any_order_and_as_often_as_they_like(shop):
    account = a_sandbox()
    touch = a_text(somebody())
    send_texts()
    key = TextMessage.objects.get().key
    assert take_receipt(account, key, "delivered")
    assert not take_receipt(account, key, "delivered")
    take_receipt(account, key, "accepted")
    take_receipt(account, key, "failed")
    assert states([touch]) == [State.DELIVERED]


def test_a_receipt_that_comes_before_its_text_is_known_waits_for_it(shop):
    account = a_sandbox()
    touch = a_text(somebody())
    TextMessage.objects.create(touch=touch, account=account, key="k", provider_id="")
    Touch.objects.update(state=State.SENDING)
    take_receipt(account, "k", "delivered")
    assert states([touch]) == [State.SENDING]
    Touch.objects.update(state=State.SENT)
    send_texts()
    assert states([touch]) == [State.DELIVERED]


def test_a_number_that_a_receipt_says_is_gone_is_given_up(shop):
    account = a_sandbox()
    touch = a_text(somebody())
    send_texts()
    take_receipt(account, TextMessage.objects.get().key, "failed", "30005")
    assert states([touch]) == [State.BOUNCED]
    assert Phone.objects.get().is_bad


def test_twilios_own_example_bears_its_signature():
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
              "To": "+18005551212"}  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio.signature("12345", url, fields.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert not twilio.is_signed("", url, fields.items(), twilio.signature("", url, fields.items()))


def test_a_call_of_twilio_without_its_signature_is_turned_away(shop, monkeypatch, client):
    kit.change_business(public_address="https://shop.example")
    account = a_twilio(monkeypatch, "http://127.0.0.1:1")
    somebody()
    address = reverse("outreach:text-incoming", args=[account.hook])
    told = {"MessageSid": "SM9", "From": MOBILE, "Body": "STOP"}
    signed = twilio.signature("token", f"https://shop.example{address}", told.items())
    altered = ("B" if signed[0] == "A" else "A") + signed[1:]
    for given in ("", "nonsense", altered):
        assert client.post(address, told, headers={"X-Twilio-Signature": given}).status_code == 404
    assert client.post(address, told | {"Body": "START"}, headers={"X-Twilio-Signature": signed}).status_code == 404
    assert InboundMail.objects.count() == 0
    for _again in "12":
        assert client.post(address, told, headers={"X-Twilio-Signature": signed}).status_code == 200
    assert InboundMail.objects.get().kind == "stop"
    assert client.post(reverse("outreach:text-incoming", args=["nobody"]), told).status_code == 404


def test_another_provider_proves_itself_by_the_shared_secret(shop, client):
    account = a_generic("http://127.0.0.1:1")
    somebody()
    address = reverse("outreach:text-incoming", args=[account.hook])
    body = json.dumps({"id": "7", "from": MOBILE, "text": "See you at five"}).encode()
    mac = hmac.new(b"shared", body, hashlib.sha256).hexdigest()

    def call(content, given):
        return client.post(address, content, content_type="application/json", headers={"X-Signature": given})

    assert call(body, "").status_code == 404
    assert call(body + b" ", mac).status_code == 404
    assert call(body, mac).status_code == 200
    assert call(body, f"sha256={mac}").status_code == 200
    assert InboundMail.objects.get().words == "See you at five"
    assert call(b"x" * 70_000, mac).status_code == 413


def test_a_text_that_failed_is_tried_again_under_a_new_key(shop, monkeypatch):
    with a_provider() as (provider, address):
        provider.status, provider.said = 400, {"code": 21617, "message": "too long"}
        a_twilio(monkeypatch, address)
        touch = a_text(somebody())
        send_texts()
        key = TextMessage.objects.get().key
        provider.status, provider.said = 201, {"sid": "SM2"}
        touch.refresh_from_db()
        changing.try_again(touch, None)
        send_texts()
    assert states([touch]) == [State.SENT]
    assert TextMessage.objects.get().key != key


@pytest.mark.parametrize(
    ("sender", "number"),
    [("+4915123456789", MOBILE), ("4915123456789", MOBILE), ("004915123456789", MOBILE), ("0151 23456789", MOBILE),
     ("INFO", ""), ("12345", ""), ("", "")],
)  # fmt: skip
def test_senders_are_read_with_and_without_their_country(shop, sender, number):
    assert number_of(sender) == number


def test_prices_are_read_by_country():
    prices = read_prices("DE 0,075\nus 0.0079\n0.1")
    assert cost_of(prices, MOBILE, 2) == Decimal("0.150")
    assert cost_of(prices, "+33612345678", 1) == Decimal("0.1")
    assert cost_of({}, MOBILE, 3) == 0
    for wrong in ("XX 1", "DE", "DE 1 2", "DE -1", "DE NaN"):
        with pytest.raises(Refusal):
            read_prices(wrong)


def test_what_a_dead_worker_left_is_settled_where_the_file_proves_it(shop):
    account = a_sandbox()
    left = [a_text(somebody(f"+491512345678{n}", f"P {n}")) for n in range(2)]
    for n, touch in enumerate(left):
        TextMessage.objects.create(touch=touch, account=account, key=f"k{n}")
    sandbox.Sandbox().send(Outgoing("k0", MOBILE, "", "x"), lambda stage: None)
    Touch.objects.update(state=State.UNKNOWN, changed_at=clock.now())
    send_texts()
    assert states(left) == [State.SENT, State.SENT]
    assert TextMessage.objects.get(key="k0").status == "accepted"
    assert clock.now() - left[0].created_at < timedelta(hours=1)


def test_trying_it_out_lets_somebody_answer(shop, client):
    client.force_login(the_owner())
    a_sandbox()
    touch = a_text(somebody())
    send_texts()
    page = client.get("/texts/").text
    assert "Your ring is ready." in page
    message = TextMessage.objects.get()
    client.post(reverse("outreach:text-pretend", args=[message.pk]), {"words": "STOP"})
    assert InboundMail.objects.get().kind == "stop"
    client.post(reverse("outreach:text-pretend", args=[message.pk]), {"status": "delivered"})
    assert states([touch]) == [State.DELIVERED]


def test_an_erased_persons_number_is_not_texted_again_and_their_files_go(shop, django_capture_on_commit_callbacks):
    a_sandbox()
    person = somebody()
    a_text(person)
    send_texts()
    key = TextMessage.objects.get().key
    with django_capture_on_commit_callbacks(execute=True):
        people.erase_person(person, by=the_owner())
    assert not sandbox.was_written(key)
    assert "Not written to" in a_text_if_any(somebody(name="Mo again"))
    assert MOBILE not in str(list(Suppression.objects.values()))


def test_the_page_of_a_text_says_how_many_parts_it_has_and_what_they_cost(shop, client):
    client.force_login(the_owner())
    a_sandbox(prices="DE 0.075")
    touch = a_text(somebody(), "\u201cready\u201d " + "x" * 70)
    page = client.get(reverse("outreach:touch", args=[touch.pk])).text
    assert "2 text messages" in page
    assert "0.15" in page
    assert "With plain signs it would be 1:" in page

"""What sending services tell us: proved, understood, each word once, in any order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.test import Client
from django.urls import reverse

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.news import TELLERS, NotProved, NotUnderstood, read_news
from regulars.outreach.models import (
    Bounce,
    InboundMail,
    MailHook,
    MailNews,
    SendingAccount,
    State,
    Suppression,
    Touch,
)
from regulars.outreach.services.mail_hooks import address_of, password_of
from regulars.outreach.tests.builders import a_person, a_shop, the_owner
from regulars.outreach.tests.provider_calls import ADDRESS, KEY, PASSWORD, needs_calls, samples, service_of, the_call
from regulars.outreach.tests.test_receiving import a_sent_letter
from regulars.people.models import Silence
from regulars.people.services import erase_person

OURS = {
    "bounced": ["bounce"],
    "rejected": ["bounce"],
    "failed": ["bounce"],
    "deferred": ["bounce"],
    "complained": ["complaint"],
    "unsubscribed": ["complaint"],
    "delivered": ["delivered"],
    "sent": ["taken"],
    "inbound": ["mail"],
    "opened": [],
    "clicked": [],
    "unknown": [],
}
# Not as expected, and why: docs/house/inbound.md.
OTHERWISE = {
    "amazon_ses_inbound/inbound_s3": "lies in Amazon's store",
    "resend_inbound/inbound_basics_raw_mime": "would have to be fetched",
    "mailgun_webhooks/dropped_spam": "the service knows of a complaint: that counts too",
}


def heard(name: str, sample: dict[str, Any]) -> list[str]:
    service = service_of(name)
    key = KEY if service in {"mailgun", "mandrill"} else ""
    call = the_call(service, sample["payload"])
    got = read_news(call, service, password=PASSWORD, signing_key=key, address=ADDRESS)
    return [str(one.kind) for one in got.news] + ["mail" for _mail in got.mails]


@needs_calls
def test_every_real_call_of_a_service_we_know_means_what_it_is_labelled_as():
    wrong, right, others = {}, 0, set()
    for name, sample in samples():
        label = sample["expected"].get("event.event_type")
        if label is None or service_of(name) not in TELLERS:
            others.add(name)
            continue
        try:
            got = heard(name, sample)
        except NotUnderstood:
            got = ["not understood"]
        # One call may speak of several people.
        if list(dict.fromkeys(got)) == OURS[label]:
            right += 1
        else:
            wrong[name] = got
    assert wrong.keys() == OTHERWISE.keys()
    assert wrong["mailgun_webhooks/dropped_spam"] == ["bounce", "complaint"]
    assert (right, len(others)) == (59, 39)


@needs_calls
def test_every_other_real_call_that_can_be_rebuilt_is_understood():
    """Those without a label show signatures, attachments and names; of four only the expression is known."""
    not_rebuilt = {"attachments", "filtered_attachment_filenames", "unusual_content_id_map"}
    understood = set()
    for name, sample in samples():
        is_known = service_of(name) in TELLERS and "event.event_type" not in sample["expected"]
        if is_known and not (name.startswith("mailgun_inbound") and name.partition("/")[2] in not_rebuilt):
            heard(name, sample)
            understood.add(name)
    assert len(understood) == 25


@needs_calls
def test_real_bounces_are_for_good_only_where_the_service_says_so():
    hard: dict[str, bool] = {}
    for name, sample in samples():
        service = service_of(name)
        if service not in TELLERS or sample["expected"].get("event.event_type") not in {
            "bounced",
            "deferred",
            "rejected",
        }:
            continue
        key = KEY if service in {"mailgun", "mandrill"} else ""
        call = the_call(service, sample["payload"])
        got = read_news(call, service, password=PASSWORD, signing_key=key, address=ADDRESS)
        hard[name.partition("/")[2]] = got.news[0].failure.is_hard
    soft = {name for name, is_hard in hard.items() if not is_hard}
    assert soft == {
        "reject_event", "dropped_spam", "dropped_timed_out", "failed_greylisted_event", "failed_temporary_event",
        "rejected_event", "bounced_greylist_event", "soft_bounce_event", "suspension_event",
        "delivery_delayed_event", "suppressed_event",
    }  # fmt: skip


def test_every_service_that_can_be_connected_can_also_tell():
    assert set(TELLERS) == {*ESPS, "ses"}


@pytest.mark.parametrize("service", sorted(TELLERS))
def test_without_the_password_nothing_is_read(service):
    call = the_call(service, {"raw_sns_message": {}, "raw_ses_event": {}} if service == "ses" else {}, secret="a:b")
    with pytest.raises(NotProved):
        read_news(call, service, password=PASSWORD)


def test_a_wrong_signature_is_turned_away_although_the_password_is_right():
    for service, payload in (("mailgun", {"event-data": {"event": "delivered"}}), ("mandrill", {"raw_events": []})):
        call = the_call(service, payload)
        with pytest.raises(NotProved):
            read_news(call, service, password=PASSWORD, signing_key="another", address=ADDRESS)
        right = the_call(service, payload)
        assert read_news(right, service, password=PASSWORD, signing_key=KEY, address=ADDRESS).mails == ()


def test_resend_signs_with_name_and_moment_and_old_calls_do_not_count():
    secret = base64.b64encode(b"0123456789abcdef01234567").decode()
    said = {
        "type": "email.delivered",
        "created_at": "2026-01-01T00:00:00Z",
        "data": {"email_id": "e-1", "to": ["a@b.c"]},
    }
    for age, is_good in ((0, True), (3600, False)):
        at = int(clock.now().timestamp()) - age
        plain = the_call("resend", said)
        right = hmac.new(base64.b64decode(secret), f"msg_1.{at}.".encode() + plain.body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(right).decode()}"
        more = {"HTTP_SVIX_ID": "msg_1", "HTTP_SVIX_TIMESTAMP": str(at), "HTTP_SVIX_SIGNATURE": signature}
        call = the_call("resend", said, **more)
        if is_good:
            got = read_news(call, "resend", password=PASSWORD, signing_key=f"whsec_{secret}")
            assert [(one.kind, one.event) for one in got.news] == [("delivered", "msg_1")]
        else:
            with pytest.raises(NotProved):
                read_news(call, "resend", password=PASSWORD, signing_key=secret)


def test_sendgrid_signs_with_its_own_private_key():
    private = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = base64.b64encode(private.public_key().public_bytes(serialization.Encoding.DER, form)).decode()
    said = [{"event": "delivered", "email": "a@b.c", "timestamp": 1, "sg_event_id": "s-1", "touch": "7", "letter": "x"}]
    call = the_call("sendgrid", said)
    signature = base64.b64encode(private.sign(b"12" + call.body, ec.ECDSA(hashes.SHA256()))).decode()
    more = {"HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE": signature}
    for at in ("12", "13"):
        call = the_call("sendgrid", said, HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP=at, **more)
        if at == "12":
            got = read_news(call, "sendgrid", password=PASSWORD, signing_key=public)
            assert [(one.touch, one.letter, one.event) for one in got.news] == [("7", "x", "s-1")]
        else:
            with pytest.raises(NotProved):
                read_news(call, "sendgrid", password=PASSWORD, signing_key=public)


MAILGUN_SAYS = {
    "event": "failed",
    "severity": "permanent",
    "id": "G9Bn5sl1TC6nu79C8C0bwg",
    "timestamp": 1521233195.4,
    "recipient": "ann@example.org",
    "delivery-status": {"code": 550, "message": "5.1.1 user unknown"},
    "message": {"headers": {"message-id": "m-1@boutique.example"}},
}
MAILGUN_SAID = {"event": "bounced", "recipient": "ann@example.org", "code": "550", "Message-Id": "<m-1@x.example>"}


@pytest.mark.parametrize("form", ["now", "old"])
def test_mailgun_tries_again_under_a_new_token_and_it_is_the_same_word(form):
    def named(token: str, at: int, **changed: Any) -> str:
        told: dict[str, Any] = {
            "signature": {"token": token, "timestamp": at},
            "event-data": {**MAILGUN_SAYS, **changed},
        }
        if form == "old":
            told = {**MAILGUN_SAID, **changed, "token": token, "timestamp": at}
        got = read_news(the_call("mailgun", told), "mailgun", password=PASSWORD, signing_key=KEY)
        return got.news[0].event

    first = named("a" * 50, 1529006854)
    assert named("b" * 50, 1529007454) == first
    assert named("a" * 50, 1529006854, id="another", recipient="bo@example.org") != first


# What follows


@pytest.fixture
def hook(db) -> MailHook:
    a_shop(public_address="https://maya.example")
    account = SendingAccount.objects.create(
        kind="web", preset="postmark", name="Postmark", from_address="maya@boutique.example"
    )
    return services.open_hook(account, None)


def said(kind: str, touch: Touch | None, number: int = 1, **more: Any) -> dict[str, Any]:
    """A call of Postmark."""
    ours = {"touch": str(touch.pk), "letter": touch.message_id.strip("<>").partition("@")[0]} if touch else {}
    usual = {"RecordType": kind, "Metadata": ours, "MessageID": "p-1", "ID": number}
    to = touch.to_address if touch else "ann@example.org"
    return {**usual, "Email" if kind != "Delivery" else "Recipient": to, **more}


def call(hook: MailHook, told: Any, **headers: Any) -> int:
    proof = base64.b64encode(password_of(hook).encode()).decode()
    headers = {"HTTP_AUTHORIZATION": f"Basic {proof}", **headers}
    url = reverse("outreach:mail-hook", args=[hook.token])
    return int(Client(enforce_csrf_checks=True).post(url, json.dumps(told), "application/json", **headers).status_code)


def hard(touch: Touch | None, number: int = 1, **more: Any) -> dict[str, Any]:
    return said("Bounce", touch, number, Type="HardBounce", Details="550 5.1.1 user unknown", **more)


def test_a_hard_bounce_gives_up_the_address_as_a_mail_would(hook):
    touch = a_sent_letter()
    assert call(hook, hard(touch)) == 200
    touch.refresh_from_db()
    assert (touch.state, Suppression.objects.get().reason) == (State.BOUNCED, "hard_bounce")
    mail = InboundMail.objects.get()
    assert (mail.kind, mail.touch_id, mail.person_id, mail.is_for_you) == ("bounce", touch.pk, touch.person_id, False)
    assert Bounce.objects.get().is_hard is True


def test_the_same_word_again_counts_once_and_keeps_no_address(hook):
    touch = a_sent_letter()
    for _again in range(3):
        assert call(hook, hard(touch)) == 200
    assert InboundMail.objects.count() == Bounce.objects.count() == MailNews.objects.count() == 1
    assert MailNews.objects.get().told == {}
    MailNews.objects.all().delete()
    assert call(hook, hard(touch)) == 200
    assert (InboundMail.objects.count(), MailNews.objects.get().heard_at is not None) == (1, True)


def test_a_letter_that_came_back_stays_so_however_late_the_good_news(hook):
    touch = a_sent_letter()
    call(hook, hard(touch))
    call(hook, said("Delivery", touch, DeliveredAt="2026-01-01T00:00:00Z"))
    touch.refresh_from_db()
    assert touch.state == State.BOUNCED


def test_arrived_is_noted_and_a_later_bounce_still_counts(hook):
    touch = a_sent_letter()
    call(hook, said("Delivery", touch))
    touch.refresh_from_db()
    assert touch.state == State.DELIVERED
    call(hook, hard(touch))
    touch.refresh_from_db()
    assert touch.state == State.BOUNCED


def test_news_that_overtake_our_own_ledger_wait_for_it(hook):
    touch = a_sent_letter()
    Touch.objects.filter(pk=touch.pk).update(state=State.SENDING, sent_at=None)
    assert call(hook, said("Delivery", touch)) == 200
    touch.refresh_from_db()
    assert touch.state == State.SENDING
    Touch.objects.filter(pk=touch.pk).update(state=State.SENT, sent_at=clock.now())
    services.hear_waiting()
    touch.refresh_from_db()
    assert touch.state == State.DELIVERED


def test_news_of_a_letter_of_which_nobody_knew_are_proof_that_it_went(hook):
    touch = a_sent_letter()
    Touch.objects.filter(pk=touch.pk).update(state=State.UNKNOWN, sent_at=None)
    call(hook, said("Delivery", touch))
    touch.refresh_from_db()
    assert (touch.state, touch.sent_at is not None) == (State.DELIVERED, True)


def test_a_complaint_stops_offers_and_waits_for_the_owner(hook):
    touch = a_sent_letter()
    call(hook, said("SpamComplaint", touch, Type="SpamComplaint"))
    assert Silence.objects.get().person_id == touch.person_id
    assert InboundMail.objects.get().is_for_you is True
    assert [(row.reason, row.scope) for row in Suppression.objects.all()] == [("complaint", "marketing")]


def test_an_unsubscription_there_is_a_farewell_here_even_without_a_letter(hook):
    ann = a_person("Ann Archer", "ann@example.org")
    call(hook, said("SubscriptionChange", None, SuppressSending=True, SuppressionReason="ManualSuppression"))
    assert InboundMail.objects.get().person_id == ann.pk
    assert Suppression.objects.filter(undone_at=None).exists()


def test_what_is_late_opened_or_clicked_changes_nothing_of_the_letter(hook):
    touch = a_sent_letter()
    call(hook, said("Bounce", touch, 1, Type="Transient", Details="450 4.2.0 try again"))
    call(hook, said("Open", touch, 2))
    call(hook, said("Click", touch, 3))
    touch.refresh_from_db()
    assert touch.state == State.SENT
    assert [row.is_delayed for row in Bounce.objects.all()] == [True]
    assert InboundMail.objects.count() == 1


def test_a_number_that_is_not_backed_by_the_name_of_the_letter_counts_for_nothing(hook):
    touch = a_sent_letter()
    told = hard(touch)
    told["Metadata"] = {"touch": str(touch.pk), "letter": "touch.8"}
    told["Email"] = "somebody@else.example"
    call(hook, told)
    touch.refresh_from_db()
    assert (touch.state, InboundMail.objects.count()) == (State.SENT, 0)


def test_what_names_no_letter_of_ours_is_after_a_while_about_the_last_one_and_then_forgotten(hook):
    touch = a_sent_letter()
    told = hard(touch)
    told["Metadata"] = {}
    call(hook, told)
    touch.refresh_from_db()
    assert touch.state == State.SENT
    MailNews.objects.update(received_at=clock.now() - timedelta(minutes=11))
    services.hear_waiting()
    touch.refresh_from_db()
    assert touch.state == State.BOUNCED
    call(hook, hard(None, 2, Email="nobody@example.org"))
    MailNews.objects.filter(heard_at=None).update(received_at=clock.now() - timedelta(hours=7))
    services.hear_waiting()
    assert list(MailNews.objects.values_list("told", flat=True)) == [{}, {}]


def test_an_answer_handed_on_is_an_answer_stripped_and_the_same_in_the_mailbox_counts_once(hook):
    touch = a_sent_letter()
    raw = (
        f"From: Ann <ann@example.org>\nTo: maya@boutique.example\nMessage-ID: <a-1@example.org>\n"
        f"In-Reply-To: {touch.message_id}\nSubject: Re: Thank you\n\nLovely!\n\nOn Mon, 5 Jan 2026 at 10:00, Maya <maya@boutique.example> wrote:\n> Dear Ann,\n> thank you.\n"
    )
    handed = {"FromFull": {"Email": "ann@example.org"}, "MessageID": "in-1", "RawEmail": raw, "Headers": []}
    assert call(hook, handed) == 200
    assert call(hook, handed) == 200
    assert services.receive(raw.encode()) is None
    mail = InboundMail.objects.get()
    assert (mail.kind, mail.words, mail.touch_id, mail.is_for_you) == ("reply", "Lovely!", touch.pk, True)


def test_who_proves_nothing_learns_nothing(hook):
    url = reverse("outreach:mail-hook", args=[hook.token])
    client = Client(enforce_csrf_checks=True)
    assert client.get(url).status_code == 405
    assert client.post(reverse("outreach:mail-hook", args=["x"]), "{}", "application/json").status_code == 404
    assert call(hook, {}, HTTP_AUTHORIZATION="") == 401
    assert call(hook, {}, CONTENT_LENGTH="3000000") == 413
    assert call(hook, "nonsense") == 400
    assert call(hook, [1]) == 400
    hook.refresh_from_db()
    assert (hook.called_at, MailNews.objects.count()) == (None, 0)


def test_a_service_that_asks_by_head_whether_somebody_is_there_hears_yes_and_nothing_happens(hook):
    for token in (hook.token, "nobody"):
        reply = Client().head(reverse("outreach:mail-hook", args=[token]))
        assert (reply.status_code, reply.content) == (200, b"")
    for name in ("text-incoming", "text-receipts"):
        url = reverse(f"outreach:{name}", args=["x"])
        assert Client().head(url).status_code == Client().get(url).status_code == 405
    hook.refresh_from_db()
    assert (hook.called_at, MailNews.objects.count()) == (None, 0)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_what_waits_to_be_heard_of_somebody_goes_when_they_are_erased():
    a_shop(public_address="https://maya.example")
    account = SendingAccount.objects.create(preset="postmark", from_address="maya@boutique.example")
    hook = services.open_hook(account, None)
    touch = a_sent_letter()
    Touch.objects.filter(pk=touch.pk).update(state=State.SENDING)
    call(hook, hard(touch))
    elsewhere = {**hard(touch, 2, Email="ann@forwarded.example"), "MessageID": "p-2"}
    call(hook, elsewhere)
    unnamed = {**hard(touch, 3, Email="Ann@Example.org"), "Metadata": {}, "MessageID": "p-3"}
    call(hook, unnamed)
    call(hook, hard(None, 4, Email="bo@example.org", MessageID="p-4"))
    assert MailNews.objects.filter(heard_at=None).count() == 4
    Touch.objects.filter(pk=touch.pk).update(state=State.SENT)
    erase_person(touch.person)
    waiting = MailNews.objects.filter(heard_at=None)
    assert [row.told["recipient"] for row in waiting] == ["bo@example.org"]
    call(hook, hard(touch))
    call(hook, hard(touch, 5))
    assert not InboundMail.objects.exists()
    assert "ann" not in str(list(MailNews.objects.values_list("told", flat=True)))


def test_the_owner_makes_shows_closes_and_renews_the_address(hook):
    account = SendingAccount.objects.get()
    client = Client()
    client.force_login(the_owner())
    assert address_of(hook) in client.get("/mailbox/").content.decode()
    client.post("/mailbox/news/closings/")
    client.post("/mailbox/news/")
    assert MailHook.objects.get().token != hook.token
    with pytest.raises(Refusal, match="does not sign"):
        services.open_hook(account, None, signing_key="abc")
    client.post("/mailbox/news/closings/")
    assert not MailHook.objects.exists()
    SendingAccount.objects.update(preset="host")
    with pytest.raises(Refusal, match="tells us nothing"):
        services.open_hook(SendingAccount.objects.get(), None)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_the_same_word_at_once_in_four_threads_is_counted_once():
    a_shop(public_address="https://maya.example")
    account = SendingAccount.objects.create(preset="postmark", from_address="maya@boutique.example")
    hook = services.open_hook(account, None)
    touch = a_sent_letter()
    codes: list[int] = []
    gate = threading.Barrier(4)

    def tell() -> None:
        gate.wait()
        codes.append(call(hook, hard(touch)))
        connection.close()

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services.hear_waiting()
    assert codes == [200] * 4
    assert InboundMail.objects.count() == Bounce.objects.count() == Suppression.objects.count() == 1
    assert touch.changes.filter(to_state=State.BOUNCED).count() == 1

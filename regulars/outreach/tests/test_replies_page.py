"""The page *Replies*, one mail with its thread, and the set-up of reading."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.outreach import services
from regulars.outreach.channels.text.accounts import NewTextAccount, connect_texts
from regulars.outreach.models import InboundMail, Inbox, SendingAccount, Suppression
from regulars.outreach.tests.builders import a_person, a_shop, the_owner
from regulars.outreach.tests.imap_server import ImapServer
from regulars.outreach.tests.test_inbound import a_mail, a_report
from regulars.outreach.tests.test_receiving import GONE, a_sent_letter, taken

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_shop(client):
    a_shop()
    client.force_login(the_owner())


def answers(n: int) -> None:
    for number in range(n):
        a_person(f"Guest {number}", f"guest{number}@example.org")
        services.receive(a_mail(f"Word {number}", From=f"guest{number}@example.org", Message_ID=f"<{number}@x>"))


def test_an_answer_is_listed_read_in_its_thread_and_settled(client):
    touch = a_sent_letter(subject="Thank you")
    mail = taken(a_mail("Do you have it in red? <b>"))
    assert "Do you have it in red? &lt;b&gt;" in client.get("/replies/").text
    page = client.get(f"/replies/{mail.pk}/").text
    assert f"/outbox/{touch.pk}/" in page
    assert "mailto:ann@example.org?subject=Re%3A%20Thank%20you" in page
    client.post(f"/replies/{mail.pk}/settlings/", {"answered": "yes"})
    mail.refresh_from_db()
    assert mail.is_answered
    assert "Do you have it in red?" not in client.get("/replies/").text
    assert "Do you have it in red?" in client.get("/replies/?tab=all").text
    client.post(f"/replies/{mail.pk}/reopenings/")
    assert "Do you have it in red?" in client.get("/replies/").text


def test_without_a_mailbox_it_says_what_comes_in_all_the_same(client):
    assert "so nothing comes in here by itself" in client.get("/replies/").text
    connect_texts(NewTextAccount("sandbox"), None)
    page = client.get("/replies/").text
    assert "Texts come in here by themselves." in page
    assert "nothing comes in here by itself" not in page


def test_a_given_up_address_is_trusted_again_from_its_page(client):
    a_sent_letter()
    mail = taken(a_report(GONE, "5.1.1"))
    assert "not written to any more" in client.get(f"/replies/{mail.pk}/").text
    client.post(f"/replies/{mail.pk}/trust/")
    assert not Suppression.objects.filter(undone_at=None).exists()


def test_what_is_not_understood_has_its_own_tab(client):
    mail = taken(a_report(GONE, "5.1.1"))
    assert f"/replies/{mail.pk}/" in client.get("/replies/?tab=unclear").text
    assert "could not tell which letter" in client.get(f"/replies/{mail.pk}/").text


def test_the_list_asks_as_often_for_many_as_for_few(client):
    answers(2)
    client.get("/replies/")
    with CaptureQueriesContext(connection) as few:
        client.get("/replies/")
    answers(40)
    with CaptureQueriesContext(connection) as many:
        assert client.get("/replies/").text.count("Word ") == 30
    assert len(many) <= len(few)


def test_reading_is_set_up_on_the_mailbox_page_tried_first_and_ended(client):
    SendingAccount.objects.create(
        host="127.0.0.1", from_address="maya@boutique.example", username="maya", is_active=True
    )
    with ImapServer() as server:
        typed = {
            "imap_host": "127.0.0.1",
            "imap_port": server.port,
            "imap_security": "none",
            "imap_username": "maya",
            "imap_password": "wrong",
        }
        refused = client.post("/mailbox/inboxes/", typed)
        assert refused.status_code == 422
        assert "did not let us in" in refused.text
        assert not Inbox.objects.exists()
        assert client.post("/mailbox/inboxes/", {**typed, "imap_password": server.password}).status_code == 302
        page = client.get("/mailbox/").text
        assert "every five minutes" in page
        assert server.password not in page
    client.post("/mailbox/inboxes/closings/")
    assert not Inbox.objects.exists()


def test_a_password_never_travels_without_encryption(client):
    SendingAccount.objects.create(host="smtp.example.org", from_address="maya@boutique.example", is_active=True)
    refused = client.post("/mailbox/inboxes/", {"imap_security": "none", "imap_password": "x", "imap_port": 143})
    assert "never sent without encryption" in refused.text


def test_nothing_that_comes_in_breaks_out_of_the_page(client):
    a_sent_letter()
    mail = taken(a_mail("<script>alert(1)</script>\0\ud83d".encode("utf-8", "replace").decode(), "<img src=x>"))
    for address in ("/replies/", f"/replies/{mail.pk}/"):
        text = client.get(address).text
        assert "<script>alert" not in text
        assert "<img src=x>" not in text
    assert InboundMail.objects.count() == 1

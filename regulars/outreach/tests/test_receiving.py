"""What an inbound mail changes: which letter it is about, whose it is, and what the policy says."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from regulars.kit import clock
from regulars.kit.models import Notice
from regulars.outreach import services
from regulars.outreach.models import Bounce, InboundMail, Inbox, SendingAccount, State, Suppression, Touch
from regulars.outreach.queries import may_receive
from regulars.outreach.queries.replies import thread_of, waiting_replies
from regulars.outreach.records import erase, export, merge, unmerge
from regulars.outreach.services import inboxes
from regulars.outreach.services.inboxes import connect_inbox, read_answers, read_inbox
from regulars.outreach.tests.builders import a_person, a_shop, a_touch
from regulars.outreach.tests.imap_server import ImapServer
from regulars.outreach.tests.real_mail import BOUNCES, MAILDIR, needs_bounces
from regulars.outreach.tests.test_inbound import ARF, a_mail, a_report
from regulars.people import services as people
from regulars.people.models import Email, Silence, TimelineEntry

pytestmark = pytest.mark.django_db
GONE = "550 5.1.1 user unknown"
FULL = "552 5.2.2 mailbox full"


@pytest.fixture(autouse=True)
def the_shop():
    a_shop()


def a_sent_letter(person=None, name="<touch.7@boutique.example>", ago=timedelta(hours=1), **fields) -> Touch:
    """A letter as the sender leaves it."""
    person = person or a_person("Ann Archer", "ann@example.org")
    touch = a_touch(person, **fields)
    address = Email.objects.get(person=person).normalised
    sent = {"state": State.SENT, "message_id": name, "to_address": address, "sent_at": clock.now() - ago}
    Touch.objects.filter(pk=touch.pk).update(**sent)
    touch.refresh_from_db()
    return touch


def taken(raw: bytes) -> InboundMail:
    row = services.receive(raw)
    assert row is not None
    return row


def suppressed() -> list[tuple[str, str]]:
    return sorted(Suppression.objects.filter(undone_at=None).values_list("reason", "scope"))


def test_a_hard_bounce_marks_the_letter_and_gives_up_the_address_at_once():
    touch = a_sent_letter()
    row = taken(a_report(GONE, "5.1.1"))
    touch.refresh_from_db()
    assert (row.kind, row.touch_id, row.person_id, row.is_for_you) == ("bounce", touch.pk, touch.person_id, False)
    assert (touch.state, touch.why) == (State.BOUNCED, GONE)
    assert suppressed() == [("hard_bounce", "everything")]
    assert Email.objects.get(person_id=touch.person_id).is_bad
    assert not may_receive([touch.person_id], "email", "service", clock.now())[touch.person_id].ok


def test_the_same_mail_twice_counts_once():
    touch = a_sent_letter()
    raw = a_report(GONE, "5.1.1").replace(b"Subject:", b"Message-ID: <r@x>\nSubject:", 1)
    assert services.receive(raw) is not None
    assert services.receive(raw.replace(b"sorry", b"really sorry")) is None
    assert InboundMail.objects.count() == Bounce.objects.count() == 1
    assert touch.changes.filter(to_state=State.BOUNCED).count() == 1


def test_giving_up_an_address_can_be_undone():
    touch = a_sent_letter()
    row = taken(a_report(GONE, "5.1.1"))
    assert services.trust_address_again(row, None) == 1
    assert suppressed() == []
    assert not Email.objects.get(person_id=touch.person_id).is_bad
    assert Suppression.objects.get().undone_at is not None


def bounce_softly(person, number: int, ago: timedelta) -> None:
    name = f"<touch.{number}@boutique.example>"
    a_sent_letter(person, name, ago)
    raw = a_report(FULL, "5.2.2").replace(b"<touch.7@boutique.example>", name.encode())
    date = format_datetime(clock.now() - ago + timedelta(minutes=1))
    services.receive(f"Date: {date}\nMessage-ID: <b{number}@x>\n".encode() + raw)


@pytest.mark.parametrize(
    ("days_ago", "gives_up"), [((8, 6, 3), True), ((3, 2, 1), False), ((8, 3), False), ((40, 35, 1), False)]
)
def test_soft_bounces_give_up_an_address_after_three_in_a_row_over_three_days(days_ago, gives_up):
    ann = a_person("Ann Archer", "ann@example.org")
    for number, days in enumerate(days_ago):
        bounce_softly(ann, number, timedelta(days=days))
    assert suppressed() == ([("soft_bounces", "everything")] if gives_up else [])
    assert list(Touch.objects.values_list("state", flat=True)) == [State.BOUNCED] * len(days_ago)


def test_a_letter_that_arrived_in_between_begins_the_count_anew():
    ann = a_person("Ann Archer", "ann@example.org")
    bounce_softly(ann, 1, timedelta(days=12))
    bounce_softly(ann, 2, timedelta(days=10))
    a_sent_letter(ann, "<good@boutique.example>", timedelta(days=8))
    bounce_softly(ann, 3, timedelta(days=3))
    assert suppressed() == []


def test_a_letter_that_is_only_late_stays_sent():
    touch = a_sent_letter()
    services.receive(a_report("450 4.1.1 try again", "4.1.1", action="delayed"))
    touch.refresh_from_db()
    assert touch.state == State.SENT
    assert suppressed() == []
    assert Bounce.objects.get().is_delayed


def test_a_bounce_of_a_letter_that_is_not_ours_changes_nothing_and_is_shown_as_not_understood():
    a_person("Ann Archer", "ann@example.org")
    row = taken(a_report(GONE, "5.1.1"))
    assert not row.is_understood
    assert suppressed() == []
    assert Bounce.objects.count() == 0


def test_a_report_without_the_letters_name_is_matched_by_address_and_time():
    touch = a_sent_letter(name="<other@boutique.example>")
    row = taken(a_report(GONE, "5.1.1"))
    assert row.touch_id == touch.pk
    assert suppressed() == [("hard_bounce", "everything")]


def test_a_report_without_any_address_is_matched_by_the_letters_name_and_suppresses_nobody():
    touch = a_sent_letter()
    words = "Your mail to the following recipients could not be delivered:\n\n\tann\n"
    raw = a_mail(words, subject="Mail Delivery Problem", From="MAILER-DAEMON@example.org")
    row = taken(raw)
    touch.refresh_from_db()
    assert (row.kind, row.touch_id, row.is_for_you, touch.state) == ("bounce", touch.pk, False, State.BOUNCED)
    assert suppressed() == []


def test_a_complaint_stops_offers_on_all_channels_and_waits_on_today():
    touch = a_sent_letter()
    open_offer = a_touch(touch.person_id, channel="call", purpose="marketing", programme="sale")
    row = taken(ARF.format(kind="abuse").encode())
    open_offer.refresh_from_db()
    assert row.is_for_you
    assert open_offer.state == State.SUPPRESSED
    assert suppressed() == [("complaint", "marketing")]
    assert Silence.objects.get(person_id=touch.person_id, lifted_at=None).kind == "complaint"
    for channel in ("email", "call", "card"):
        assert not may_receive([touch.person_id], channel, "marketing", clock.now())[touch.person_id].ok
    assert list(waiting_replies()) == [row]


def test_a_report_on_authentication_changes_nothing():
    touch = a_sent_letter()
    services.receive(ARF.format(kind="auth-failure").encode())
    touch.refresh_from_db()
    assert (touch.state, suppressed(), Silence.objects.count()) == (State.SENT, [], 0)


def test_leaving_by_the_mail_programs_button_is_no_grievance():
    a_sent_letter()
    row = taken(ARF.format(kind="opt-out").encode())
    assert not row.is_for_you
    assert suppressed() == [("left", "everything")]
    assert Silence.objects.count() == 0


def test_a_machines_answer_changes_nothing():
    touch = a_sent_letter()
    asking = a_touch(touch.person_id, purpose="feedback", programme="how-was-it")
    row = taken(a_mail("Back on Monday.", Auto_Submitted="auto-replied"))
    asking.refresh_from_db()
    assert (row.kind, row.is_for_you, asking.state, suppressed()) == ("auto_reply", False, State.PLANNED, [])
    assert not TimelineEntry.objects.filter(person_id=touch.person_id, kind="wrote").exists()


def test_an_answer_stops_what_would_ask_stands_on_the_timeline_and_waits():
    touch = a_sent_letter()
    asking = a_touch(touch.person_id, purpose="feedback", programme="how-was-it")
    caring = a_touch(touch.person_id, purpose="care", programme="birthday")
    raw = a_mail("Do you have it in red?\n\nOn Mon, Apr 2, 2012 at 6:26 PM, Maya <m@b.example> wrote:\n> Dear Ann")
    row = taken(raw)
    asking.refresh_from_db()
    caring.refresh_from_db()
    assert (row.words, row.touch_id) == ("Do you have it in red?", touch.pk)
    assert (asking.state, caring.state) == (State.CANCELLED, State.PLANNED)
    entry = TimelineEntry.objects.get(person_id=touch.person_id, kind="wrote")
    assert "Do you have it in red?" in entry.text
    assert thread_of(row) == [touch, row]


def test_settling_an_answer_happens_once_and_can_be_taken_up_again():
    a_sent_letter()
    row = taken(a_mail("Do you have it in red?"))
    assert services.settle_reply(row, None, is_answered=True)
    assert not services.settle_reply(row, None, is_answered=False)
    assert list(waiting_replies()) == []
    assert services.reopen_reply(row, None)
    assert list(waiting_replies()) == [row]


def test_stop_leaves_and_start_returns():
    touch = a_sent_letter()
    services.receive(a_mail("STOP"))
    assert suppressed() == [("left", "everything")]
    services.receive(a_mail("START"))
    assert suppressed() == []
    assert may_receive([touch.person_id], "email", "care", clock.now())[touch.person_id].ok


def test_a_strangers_mail_is_not_kept():
    assert services.receive(a_mail("Buy our watches", "Offer", From="x@spam.example")) is None
    assert InboundMail.objects.count() == 0


def test_a_newsletter_of_somebody_we_know_is_not_kept():
    a_person("Ann Archer", "ann@example.org")
    assert services.receive(a_mail("New cloth", "News", In_Reply_To="", List_Unsubscribe="<mailto:x@y.z>")) is None


def test_a_known_person_who_writes_of_their_own_accord_waits_for_an_answer():
    ann = a_person("Ann Archer", "ann@example.org")
    row = taken(a_mail("Are you open on Sunday?", "Opening hours", In_Reply_To=""))
    assert (row.person_id, row.touch_id, row.is_for_you) == (ann.pk, None, True)


def test_what_came_in_is_handed_out_emptied_and_moved_with_the_person():
    touch = a_sent_letter()
    row = taken(a_mail("Do you have it in red?"))
    bo = a_person("Bo Berg")
    moved = merge(bo.pk, touch.person_id)
    row.refresh_from_db()
    assert row.person_id == bo.pk
    unmerge(moved)
    row.refresh_from_db()
    assert row.person_id == touch.person_id
    assert export(touch.person_id)["mails"][0]["words"] == "Do you have it in red?"
    erase(touch.person_id)
    row.refresh_from_db()
    assert (row.words, row.whole, row.from_address, row.is_for_you) == ("", "", "", False)


def test_nothing_is_kept_of_somebody_who_was_erased_neither_what_was_not_understood_nor_what_comes_later():
    ann = a_person("Ann Archer", "ann@example.org")
    raw = a_report(GONE, "5.1.1").replace(b"Subject:", b"Message-ID: <r@x>\nSubject:", 1)
    unknown = taken(raw.replace(b"delivered.", b"delivered to <Ann@Example.org>."))
    assert "Ann@Example.org" in unknown.whole
    touch = a_sent_letter(ann)
    people.erase_person(ann)
    unknown.refresh_from_db()
    assert (unknown.whole, unknown.subject, unknown.person_id) == ("", "", None)
    assert services.receive(a_report(GONE, "5.1.1")) is None
    assert services.receive(ARF.format(kind="abuse").encode()) is None
    assert services.receive(a_mail("Lovely!")) is None
    assert not TimelineEntry.objects.filter(person_id=touch.person_id).exists()
    again = a_person("Ann Archer", "ann@example.org")
    assert taken(a_mail("I am back.")).person_id == again.pk


@needs_bounces
def test_real_mails_raise_nothing_and_suppress_nobody_they_are_not_about():
    a_sent_letter()
    for path in [
        *(MAILDIR / "not").glob("*.eml"),
        *BOUNCES.glob("espocrm/*.eml"),
        *sorted((MAILDIR / "bsd").glob("lhost-e*")),
    ]:
        services.receive(path.read_bytes())
    assert suppressed() == []


@pytest.fixture
def server():
    with ImapServer() as running:
        yield running


@pytest.fixture
def inbox(server) -> Inbox:
    account = SendingAccount.objects.create(host="127.0.0.1", from_address="maya@boutique.example", is_active=True)
    new = services.NewInbox("127.0.0.1", server.port, "none", "maya", server.password)
    return connect_inbox(account, new, None)


def test_a_mailbox_is_read_once_and_nothing_in_it_is_touched(inbox, server):
    a_sent_letter()
    server.put(a_mail("Do you have it in red?", Message_ID="<a@x>"))
    server.put(b"From: stranger@example.net\nSubject: hi\n\nhello")
    read_answers()
    assert list(InboundMail.objects.values_list("kind", flat=True)) == ["reply"]
    server.put(a_report(GONE, "5.1.1"))
    server.asked.clear()
    read_answers()
    inbox.refresh_from_db()
    assert (inbox.last_uid, inbox.uid_validity) == (3, 7)
    assert len([line for line in server.asked if "FETCH" in line]) == 1
    assert {line.split()[0] for line in server.asked} <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert all("PEEK" in line for line in server.asked if "FETCH" in line)


def test_new_numbers_of_the_server_do_not_count_a_mail_twice(inbox, server):
    a_sent_letter()
    server.put(a_mail("Do you have it in red?", Message_ID="<a@x>"))
    read_answers()
    server.uid_validity = 8
    server.put(a_mail("And in blue?", Message_ID="<b@x>"))
    inbox.refresh_from_db()
    assert read_inbox(inbox) == 1
    assert InboundMail.objects.count() == 2


def test_a_mailbox_that_does_not_answer_rests_and_says_why(inbox, server):
    server.password = "changed"
    read_answers()
    inbox.refresh_from_db()
    assert "did not let us in" in inbox.resting_why
    server.asked.clear()
    read_answers()
    assert server.asked == []


def test_a_mail_that_trips_us_is_noted_and_the_next_one_is_read(inbox, server, monkeypatch):
    a_sent_letter()
    server.put(a_mail("Odd", Message_ID="<odd@x>"))
    server.put(a_mail("Fine", Message_ID="<fine@x>"))
    good = services.receive

    def trip(raw, account):
        if b"<odd@x>" in raw:
            raise RuntimeError("oh")
        return good(raw, account)

    monkeypatch.setattr(inboxes, "receive", trip)
    assert read_inbox(inbox) == 1
    assert list(InboundMail.objects.order_by("pk").values_list("is_understood", flat=True)) == [False, True]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_six_who_read_the_same_mail_count_it_once(in_threads):
    touch = a_sent_letter()
    raw = a_report(GONE, "5.1.1")
    results = in_threads(6, lambda number: services.receive(raw))
    assert sum(result is not None for result in results) == 1
    assert InboundMail.objects.count() == Bounce.objects.count() == Suppression.objects.count() == 1
    assert touch.changes.filter(to_state=State.BOUNCED).count() == 1
    assert Notice.objects.filter(kind__contains="TouchBounced").count() == 1

"""A yes that somebody typed into the page behind the code counts once its mailbox confirms it, and not before."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from regulars.kit import clock
from regulars.kit.models import Notice
from regulars.kit.services import change_business
from regulars.people import records
from regulars.people import services as people
from regulars.people.models import Consent, Person, TimelineEntry
from regulars.people.queries import consent_state
from regulars.people.tests.builders import a_person
from regulars.rapport import queries, services
from regulars.rapport.models import AskedLetter, AskedYes, Enquiry
from regulars.rapport.own_records import erase, export, merge
from regulars.rapport.services.asked_yes import KEPT, MOST_LETTERS, token_of
from regulars.rapport.tests.builders import a_call, a_shop, an_owner
from regulars.rapport.tests.test_ties_at_once import at_once
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db
ANN, PHONE = "ann@example.org", "+353 87 123 4567"


@pytest.fixture
def shop(frozen_clock):
    a_shop()
    services.switch_on(None)
    return frozen_clock


def tick(reach: str = ANN, name: str = "Ann Archer", key: str = "k1", wants: str = "a ring") -> None:
    """What the page hands on when a stranger ticked the box."""
    wording = services.consent_wording()
    assert wording is not None
    services.take_from_page(services.Asked(name, reach, wants, wording_id=wording.pk, key=key))


def letters() -> int:
    return Notice.objects.filter(kind__endswith="YesAsked").count()


def allows(person: Person) -> bool:
    return consent_state([person.pk], "email", "marketing")[person.pk].is_given


def link() -> str:
    return f"/yes/{token_of(AskedYes.objects.latest('pk'))}/"


def test_a_tick_by_a_stranger_is_only_asked_for(shop) -> None:
    tick()
    ask = AskedYes.objects.get()
    assert (ask.address, ask.until - ask.asked_at, ask.confirmed_at) == (ANN, KEPT, None)
    assert not Consent.objects.exists()
    assert (letters(), Enquiry.objects.get().has_ticked_consent) == (1, True)


def test_opening_the_link_changes_nothing_and_pressing_the_button_confirms_once(shop) -> None:
    tick()
    browser = Client(enforce_csrf_checks=True)
    for _time in range(10):
        assert browser.get(link()).status_code == browser.head(link()).status_code == 200
    assert not Consent.objects.exists()
    for _time in range(2):
        reply = Client(enforce_csrf_checks=True).post(link())  # no cookie, no Referer, no word of the page before
        assert (reply.status_code, "Thank you" in reply.text) == (200, True)
    wording, said = services.consent_wording(), Consent.objects.get()
    assert wording is not None
    assert (said.channel, said.purpose, said.is_given, said.basis) == ("email", "marketing", True, "consent")
    assert said.source == f"enquiry form, confirmed from the mailbox, wording {wording.pk}"
    assert (said.wording, said.said_at) == (wording.words, clock.now())
    assert "Thank you" in browser.get(link()).text
    assert not browser.cookies
    assert TimelineEntry.objects.filter(room="rapport", kind="confirmed").count() == 1


def test_the_wording_that_was_ticked_is_the_evidence_whatever_the_box_says_later(shop) -> None:
    tick()
    services.set_wording("Write to me every day.", None)
    tick(key="k2")  # the letter of this day has gone, with the words that stood there then
    Client().post(link())
    assert Consent.objects.get().wording == AskedYes.objects.get().wording.words != "Write to me every day."


def test_a_link_nobody_was_given_or_that_is_too_old_is_one_answer(shop, client: Client) -> None:
    tick()
    old = link()
    shop.move_to(clock.now() + KEPT + timedelta(minutes=1))
    for address in (old, f"/yes/{'0' * 40}/", f"/yes/{'x' * 300}/"):
        assert client.get(address).status_code == client.post(address).status_code == 404
    assert not client.cookies
    assert not Consent.objects.exists()


def test_an_address_gets_one_letter_a_day_and_few_in_a_fortnight_however_often_the_form_is_sent(shop) -> None:
    for number in range(4):
        tick(key=f"k{number}", wants=f"ring {number}")
    assert (letters(), AskedYes.objects.count()) == (1, 1)
    for day in range(1, 8):
        shop.move_to(clock.now() + timedelta(days=1))
        tick(key=f"day{day}")
    assert letters() == MOST_LETTERS
    assert AskedYes.objects.get().until == clock.now() + KEPT


def test_two_who_share_a_mailbox_get_one_letter_and_its_yes_is_for_both(shop) -> None:
    wording = services.consent_wording()
    assert wording is not None
    for person in (ann := a_person("Ann"), bob := a_person("Bob")):
        services.asked_yes.ask_for_yes(person, "Home@Example.org", wording, "enquiry form")
    assert letters() == 1
    Client().post(f"/yes/{token_of(AskedYes.objects.earliest('pk'))}/")
    assert (allows(ann), allows(bob)) == (True, True)


def test_who_said_no_before_is_not_asked_and_who_says_no_meanwhile_stays_with_it(shop) -> None:
    ruth = a_person("Ruth", email="ruth@example.org")
    people.withdraw_consent([ruth.pk], "email", "marketing", source="letter link")
    tick("ruth@example.org")
    assert (AskedYes.objects.count(), letters()) == (0, 0)
    tick()
    ann = AskedYes.objects.get().person
    shop.move_to(clock.now() + timedelta(hours=1))
    people.withdraw_consent([ann.pk], "email", "marketing", source="told to us", at=clock.now())
    assert queries.how_many_wait() == {}
    assert Client().post(link()).status_code == 404
    assert not allows(ann)


def test_who_said_yes_before_is_not_asked_again(shop) -> None:
    ann = a_person("Ann", email=ANN)
    people.record_consent([ann.pk], "email", "marketing", source="told to us", at=clock.now())
    tick()
    assert (AskedYes.objects.count(), letters()) == (0, 0)


def test_a_paper_slip_counts_at_once_by_either_way(shop) -> None:
    wording = services.consent_wording()
    assert wording is not None
    owner = an_owner()
    services.take_enquiry(a_call(reach="slip@example.org", wording_id=wording.pk), owner)
    services.take_enquiry(a_call(name="Bo", reach=PHONE, wording_id=wording.pk), owner)
    assert sorted(Consent.objects.values_list("channel", "is_given")) == [("email", True), ("text", True)]
    assert not AskedYes.objects.exists()


def test_a_number_typed_by_a_stranger_is_only_asked_for(shop) -> None:
    tick(PHONE, "Bo")
    tick(PHONE.replace(" ", ""), "Bo", key="k2", wants="another ring")
    ask = AskedYes.objects.get()
    assert (ask.channel, ask.address, letters()) == ("text", "+353871234567", 1)
    assert not Consent.objects.exists()
    assert queries.how_many_wait() == {"text": 1}


def test_a_no_to_texts_stays_a_no_and_leaves_letters_alone(shop) -> None:
    tick(PHONE, "Bo")
    bo = AskedYes.objects.get()
    shop.move_to(clock.now() + timedelta(hours=1))
    people.withdraw_consent([bo.person_id], "email", "marketing", source="told to us", at=clock.now())
    assert queries.how_many_wait() == {"text": 1}
    people.withdraw_consent([bo.person_id], "text", "marketing", source="told to us", at=clock.now())
    assert queries.how_many_wait() == {}
    assert services.confirm_by_answer(bo.pk) is services.Confirmed.NOTHING


def test_the_owner_writes_down_that_they_told_her_once(shop, client: Client) -> None:
    owner = an_owner()
    client.force_login(owner)
    tick(PHONE, "Bo")
    ask = AskedYes.objects.get()
    page = client.get(f"/people/{ask.person_id}/").text
    assert re.search(r"text message to \+353871234567: asked on .*not confirmed yet", page, re.DOTALL)
    for _time in range(2):
        assert client.post(f"/enquiries/asked/{ask.pk}/confirmations/").status_code == 303
    said = Consent.objects.get()
    assert (said.channel, said.is_given, said.recorded_by) == ("text", True, owner)
    assert said.source == f"enquiry form, told to us, wording {ask.wording_id}"
    assert AuditEntry.objects.filter(action="yes_told").count() == 1
    assert "not confirmed yet" not in client.get(f"/people/{ask.person_id}/").text


def test_what_was_not_theirs_is_forgotten_and_says_nothing_of_them(shop, client: Client) -> None:
    client.force_login(an_owner())
    tick(PHONE, "Bo")
    ask = AskedYes.objects.get()
    assert client.get(f"/enquiries/asked/{ask.pk}/removals/").status_code == 405
    assert client.post(f"/enquiries/asked/{ask.pk}/removals/").status_code == 303
    assert not AskedYes.objects.exists()
    assert not Consent.objects.exists()
    assert client.post(f"/enquiries/asked/{ask.pk}/removals/").status_code == 404


def test_switched_off_a_tick_counts_at_once(shop) -> None:
    change_business(confirms_yes=False)
    tick()
    tick(PHONE, "Bo", key="k2")
    assert [said.source.partition(",")[0] for said in Consent.objects.all()] == ["enquiry form"] * 2
    assert not AskedYes.objects.exists()


def test_what_nobody_confirms_is_forgotten_after_a_fortnight_and_what_was_confirmed_stays(shop) -> None:
    tick()
    Client().post(link())
    tick("bob@example.org", "Bob", key="k2")
    shop.move_to(clock.now() + KEPT - timedelta(minutes=1))
    assert services.forget_unconfirmed() == 0
    shop.move_to(clock.now() + timedelta(minutes=1))
    assert services.forget_unconfirmed() == 1
    assert [ask.address for ask in AskedYes.objects.all()] == [ANN]
    assert not AskedLetter.objects.exists()


def test_the_page_answers_alike_for_somebody_known_unknown_or_gone(shop) -> None:
    known, left = a_person("Ann", email=ANN), a_person("Lee", email="left@example.org")
    people.record_consent([known.pk], "email", "marketing", source="told to us", at=clock.now())
    people.withdraw_consent([left.pk], "email", "marketing", source="letter link")
    page = f"/ask/{services.asking_page().token}/"
    wording, said = services.consent_wording(), set()
    assert wording is not None
    for number, reach in enumerate((ANN, "left@example.org", "new@example.org")):
        data = {"name": "N", "reach": reach, "wants": "x", "key": f"k{number}", "consent": "yes", "wording": wording.pk}
        reply = Client().post(page, data)
        said.add((reply.status_code, reply["Location"], reply.content))
    assert said == {(303, f"{page}?thanks=yes&letter=yes", b"")}
    phone = {"name": "N", "reach": PHONE, "wants": "x", "key": "p", "consent": "yes", "wording": wording.pk}
    assert Client().post(page, phone)["Location"] == f"{page}?thanks=yes&text=yes"
    assert "answer YES to our text message" in Client().get(f"{page}?thanks=yes&text=yes").text
    assert "look into your mailbox" in Client().get(f"{page}?thanks=yes&letter=yes").text
    assert "look into your mailbox" not in Client().get(f"{page}?thanks=yes").text


def test_the_persons_page_says_since_when_it_waits(shop, client: Client) -> None:
    client.force_login(an_owner())
    tick()
    person = Person.objects.get(full_name="Ann Archer")
    page = client.get(f"/people/{person.pk}/").text
    assert re.search(r"Offers by e-mail: asked on .*not confirmed yet", page, re.DOTALL)
    Client().post(link())
    assert "not confirmed yet" not in client.get(f"/people/{person.pk}/").text


def test_their_rows_are_handed_out_and_erased(shop) -> None:
    tick()
    person = Person.objects.get(full_name="Ann Archer")
    (row,) = export(person.pk)["asked_yes"]
    assert (row["address"], row["confirmed_at"], row["source"]) == (ANN, None, "enquiry form")
    erase(person.pk)
    assert not AskedYes.objects.exists()


def test_two_entries_that_become_one_keep_the_link_that_works_and_part_again(shop) -> None:
    wording = services.consent_wording()
    assert wording is not None
    keep, other = a_person("Ann"), a_person("Ann A.")
    for person in (other, keep):
        services.asked_yes.ask_for_yes(person, ANN, wording, "enquiry form")
    services.asked_yes.ask_for_yes(other, "second@example.org", wording, "enquiry form")
    before = sorted(AskedYes.objects.values_list("person", "address", "lookup"))
    lettered = AskedLetter.objects.get(ask__address=ANN).ask
    assert lettered is not None
    moved = merge(keep.pk, other.pk)
    assert sorted(AskedYes.objects.values_list("person", "address")) == [
        (keep.pk, ANN),
        (keep.pk, "second@example.org"),
    ]
    assert AskedYes.objects.filter(pk=lettered.pk, person=keep).exists()
    next(room for room in records.rooms() if room.room == "rapport").unmerge(moved)
    assert sorted(AskedYes.objects.values_list("person", "address", "lookup")) == before


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_sent_by_many_hands_at_once_it_is_one_ask_and_one_letter(shop) -> None:
    wording, ann = services.consent_wording(), a_person("Ann")
    assert wording is not None
    at_once(lambda: services.asked_yes.ask_for_yes(ann, ANN, wording, "enquiry form"))
    assert (AskedYes.objects.count(), AskedLetter.objects.count(), letters()) == (1, 1, 1)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_confirmed_by_many_hands_at_once_it_is_one_piece_of_evidence(shop) -> None:
    tick()
    token = token_of(AskedYes.objects.get())
    got = at_once(lambda: services.confirm_by_link(token).value)
    assert sorted(map(str, got)) == ["before"] * 5 + ["now"]
    assert Consent.objects.filter(is_given=True).count() == 1
    assert TimelineEntry.objects.filter(kind="confirmed").count() == 1

"""The pages of enquiries and the log, as the owner taps through them."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from regulars.people.models import Consent, Person, Silence
from regulars.people.tests.builders import a_person
from regulars.rapport import services
from regulars.rapport.models import Encounter, Enquiry
from regulars.rapport.tests.builders import a_shop, an_enquiry, an_entry, an_owner

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def shop(frozen_clock):
    a_shop()
    return frozen_clock


@pytest.fixture
def at_counter(shop, client: Client) -> Client:
    client.force_login(an_owner())
    return client


CALL = {
    "who": "Ruth Moore",
    "person": "new",
    "reach": "087 123 4567",
    "wants": "a ring",
    "came_by": "phone",
    "key": "k",
}


def test_a_call_is_noted_with_one_form_and_shown(at_counter: Client) -> None:
    reply = at_counter.post("/enquiries/new/", {**CALL, "wanted_by": "2026-05-03"}, follow=True)
    enquiry = Enquiry.objects.get()
    assert reply.redirect_chain == [(f"/enquiries/{enquiry.pk}/", 303)]
    assert (enquiry.wanted_by, str(enquiry.taken_by)) == (date(2026, 5, 3), "Maya Linden")
    assert "Ruth Moore" in reply.text


def test_the_same_form_posted_twice_leads_to_the_same_enquiry(at_counter: Client) -> None:
    first, second = at_counter.post("/enquiries/new/", CALL), at_counter.post("/enquiries/new/", CALL)
    assert first["Location"] == second["Location"]
    assert Enquiry.objects.count() == 1


def test_a_name_nobody_has_is_somebody_new_without_a_tap(at_counter: Client) -> None:
    reply = at_counter.get("/enquiries/callers/?who=Ruth", headers=HTMX)
    assert 'value="new" checked' in reply.text
    a_person("Ruth Moore")
    reply = at_counter.get("/enquiries/callers/?who=Ruth", headers=HTMX)
    assert 'value="new" checked' not in reply.text
    assert "Ruth Moore" in reply.text


def test_a_form_without_a_wish_is_refused_and_keeps_what_was_typed(at_counter: Client) -> None:
    reply = at_counter.post("/enquiries/new/", {**CALL, "wants": ""})
    assert reply.status_code == 422
    assert "087 123 4567" in reply.text
    assert Person.objects.count() == 0


def test_a_number_nobody_can_read_is_refused_at_its_field(at_counter: Client) -> None:
    reply = at_counter.post("/enquiries/new/", {**CALL, "reach": "12"})
    assert reply.status_code == 422
    assert reply.context["form"].errors["reach"]


def test_the_list_says_who_waits_since_when_and_takes_a_fixed_number_of_queries(
    at_counter: Client, shop, django_assert_max_num_queries
) -> None:
    for number in range(12):
        an_enquiry(a_person(f"Somebody {number}"))
    shop.ahead(days=1)
    at_counter.get("/log/")  # the frame remembers its counts
    with django_assert_max_num_queries(9):
        reply = at_counter.get("/enquiries/")
    assert "12 wait for an answer, the first since" in reply.text
    assert "4 March</time>." in reply.text
    assert "Somebody 11" in reply.text


def test_an_enquiry_is_answered_parked_closed_and_opened_again_by_its_page(at_counter: Client) -> None:
    enquiry = an_enquiry()
    page = f"/enquiries/{enquiry.pk}/"
    for act, data, state in (
        ("answers", {"words": "three pictures sent"}, "answered"),
        ("rests", {"until": "2026-04-01"}, "parked"),
        ("losses", {"why": "price"}, "lost"),
        ("returns", {}, "open"),
        ("purchases", {}, "won"),
    ):
        reply = at_counter.post(f"{page}{act}/", data, follow=True)
        enquiry.refresh_from_db()
        assert (reply.status_code, enquiry.state) == (200, state)


def test_a_refused_fold_stays_open_with_its_sentence(at_counter: Client) -> None:
    enquiry = an_enquiry()
    reply = at_counter.post(f"/enquiries/{enquiry.pk}/rests/", {"until": "2026-03-01"})
    assert reply.status_code == 422
    assert "still to come" in reply.text
    assert reply.context["open"] == "park_form"


def test_what_they_got_is_compared_on_the_page(at_counter: Client) -> None:
    enquiry = an_enquiry(expects="before Easter")
    services.win_enquiry(enquiry, None)
    assert "Was it as they hoped?" in at_counter.get(f"/enquiries/{enquiry.pk}/").text
    assert "before Easter" in at_counter.get("/enquiries/").text
    at_counter.post(f"/enquiries/{enquiry.pk}/comparisons/", {"is_as_hoped": "yes", "delivered": "on Good Friday"})
    enquiry.refresh_from_db()
    assert (enquiry.is_as_hoped, enquiry.delivered) == ("yes", "on Good Friday")


def an_entry_form(**more: str) -> dict[str, str]:
    return {"who": "jane_77", "person": "new", "kind": "comment", "words": "Lovely shop", "direction": "in",
            "client_key": str(uuid4()), **more}  # fmt: skip


def test_a_public_comment_of_a_stranger_is_logged_with_its_link(at_counter: Client) -> None:
    reply = at_counter.post("/log/", an_entry_form(link="https://maps.example/1", place="Google"), follow=True)
    entry = Encounter.objects.get()
    assert (entry.who, entry.person_id, entry.link) == ("jane_77", None, "https://maps.example/1")
    assert "Written down for jane_77" in reply.text
    assert "https://maps.example/1" in reply.text


def test_a_link_that_is_none_is_refused_at_its_field(at_counter: Client) -> None:
    reply = at_counter.post("/log/", an_entry_form(link="javascript:alert(1)"))
    assert reply.status_code == 422
    assert reply.context["form"].errors["link"]


def test_an_entry_of_a_phone_that_was_offline_arrives_once_and_gets_the_same_answer(at_counter: Client) -> None:
    ruth = a_person("Ruth Moore")
    data = an_entry_form(person=str(ruth.pk), kind="visit", happened_at="2026-03-04T09:30:00+00:00")
    first, second = at_counter.post("/log/", data), at_counter.post("/log/", data)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    entry = Encounter.objects.get()
    assert (entry.person_id, entry.happened_at.isoformat()) == (ruth.pk, "2026-03-04T09:30:00+00:00")


def test_somebody_new_with_a_number_comes_into_the_book_from_the_log(at_counter: Client) -> None:
    at_counter.post("/log/", an_entry_form(who="Ruth Moore", reach="087 123 4567", kind="call"))
    assert str(Encounter.objects.get().person) == "Ruth Moore"


def test_a_complaint_is_answered_and_put_right_from_the_log(at_counter: Client) -> None:
    entry = an_entry(kind="complaint", words="the clasp broke")
    assert "the clasp broke" in at_counter.get("/log/").text
    at_counter.post(f"/log/{entry.pk}/answers/", {"words": "sorry"})
    entry.refresh_from_db()
    assert (entry.answer, Silence.objects.get().lifted_at) == ("sorry", None)
    assert "Not put right yet" in at_counter.get("/log/").text
    at_counter.post(f"/log/{entry.pk}/resolutions/", {"words": "a new clasp"})
    assert Silence.objects.get().lifted_at is not None


def test_hostile_words_come_back_as_they_went_in_and_start_nothing(at_counter: Client) -> None:
    bad = "<script>alert(1)</script>{{ 7|add:7 }}=cmd()"
    at_counter.post("/enquiries/new/", {**CALL, "who": bad, "wants": bad})
    page = at_counter.get(f"/enquiries/{Enquiry.objects.get().pk}/").text
    assert "<script>alert" not in page
    assert "{{ 7|add:7 }}=cmd()" in page
    assert Enquiry.objects.get().wants == bad


def test_a_box_ticked_on_a_slip_is_kept_with_the_words_that_stood_there(at_counter: Client) -> None:
    wording = services.set_wording("Write to me about rings.", None)
    at_counter.post("/enquiries/new/", {**CALL, "reach": "ruth@example.org", "came_by": "slip", "has_ticked": "yes"})
    said = Consent.objects.get()
    assert (said.source, said.wording, said.channel) == (f"enquiry slip, wording {wording.pk}", wording.words, "email")
    assert str(said.recorded_by) == "Maya Linden"

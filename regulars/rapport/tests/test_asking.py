"""The page behind the code: for strangers, without a sign-in, and without telling them anything."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from regulars.kit.services import change_business
from regulars.people import services as people
from regulars.people.models import Consent, ConsentNow, Person
from regulars.people.tests.builders import a_person
from regulars.rapport import services
from regulars.rapport.models import AskedYes, AskingPage, Enquiry, Knock
from regulars.rapport.queries.sheets import code_of, is_in_the_wifi, page_address
from regulars.rapport.services.asking import MOST_AN_HOUR, MOST_FROM_ONE_PLACE
from regulars.rapport.tests.builders import a_shop, an_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(frozen_clock):
    a_shop()
    return frozen_clock


@pytest.fixture
def address(shop) -> str:
    return f"/ask/{services.switch_on(None).token}/"


@pytest.fixture
def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


def asked(**more: str) -> dict[str, str]:
    return {"name": "Ruth Moore", "reach": "ruth@example.org", "wants": "a ring", "key": "k1", "website": "", **more}


def send(stranger: Client, address: str, **more: str):
    page = stranger.get(address)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    wording = re.search(r'name="wording" value="(\d+)"', page.text)
    data = asked(**more) | {"csrfmiddlewaretoken": token[1] if token else "", "wording": wording[1] if wording else ""}
    return stranger.post(address, data)


def test_a_stranger_asks_and_is_thanked(stranger: Client, address: str) -> None:
    reply = send(stranger, address, wanted_by="2026-05-03", sent_by="my sister")
    assert (reply.status_code, reply["Location"]) == (303, f"{address}?thanks=yes")
    assert "Thank you" in stranger.get(reply["Location"]).text
    enquiry = Enquiry.objects.get()
    assert (enquiry.came_by, enquiry.wants, enquiry.person.full_name) == ("qr", "a ring", "Ruth Moore")
    assert (enquiry.person.source, list(enquiry.person.kinds.values_list("kind", flat=True))) == (
        "enquiry form",
        ["lead"],
    )
    assert enquiry.person.referred_by_text == "my sister"
    assert not Consent.objects.exists()


def test_without_the_forms_own_token_nothing_is_taken(stranger: Client, address: str) -> None:
    assert stranger.post(address, asked()).status_code == 403
    assert not Enquiry.objects.exists()


def test_looking_writes_nothing_and_an_address_that_is_none_says_closed(
    stranger: Client, address: str, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(4):
        assert stranger.get(address).status_code == 200
    assert stranger.head(address).status_code == 200
    assert stranger.get(f"/ask/{'x' * 32}/").status_code == 404
    assert Knock.objects.count() == 0


def test_the_answer_is_the_same_for_somebody_known_and_leaves_them_as_they_are_written(
    stranger: Client, address: str
) -> None:
    ruth = a_person("Ruth Moore-Hart", email="ruth@example.org")
    known = send(stranger, address)
    unknown = send(stranger, address, reach="other@example.org")
    assert (known.status_code, known["Location"], known.content) == (
        unknown.status_code, unknown["Location"], unknown.content,
    )  # fmt: skip
    ruth.refresh_from_db()
    enquiry = Enquiry.objects.get(person=ruth)
    assert (ruth.full_name, enquiry.said_name) == ("Ruth Moore-Hart", "Ruth Moore")
    assert list(ruth.kinds.values_list("kind", flat=True)) == ["customer"]


def test_a_stranger_cannot_rename_who_sent_somebody_known(stranger: Client, address: str) -> None:
    a_person("Ann Baker")
    ruth = a_person("Ruth Moore", email="ruth@example.org")
    send(stranger, address, sent_by="Ann Baker")
    ruth.refresh_from_db()
    assert ruth.referred_by_id is None
    assert Enquiry.objects.get().sent_by_text == "Ann Baker"


def test_the_friend_whom_a_customer_sent_is_linked_from_the_first_word(stranger: Client, address: str) -> None:
    ann = a_person("Ann Baker")
    send(stranger, address, sent_by="Ann Baker")
    assert Enquiry.objects.get().person.referred_by_id == ann.pk


def test_sent_twice_it_is_one_enquiry_and_other_words_on_the_same_form_are_another(
    stranger: Client, address: str
) -> None:
    for words in ("a ring", "a ring", "a watch"):
        assert send(stranger, address, wants=words).status_code == 303
    assert sorted(Enquiry.objects.values_list("wants", flat=True)) == ["a ring", "a watch"]
    assert Person.objects.count() == 1


def test_a_tick_is_asked_for_with_the_version_that_was_shown(stranger: Client, address: str) -> None:
    first = services.consent_wording()
    assert first is not None
    page = stranger.get(address).text
    services.set_wording("Write to me about rings.", None)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    data = asked(consent="yes", wording=str(first.pk), csrfmiddlewaretoken=token[1])
    assert stranger.post(address, data).status_code == 303
    said = AskedYes.objects.get()
    assert (said.source, said.wording, said.address) == ("enquiry form", first, "ruth@example.org")
    assert not Consent.objects.exists()


def test_a_tick_never_turns_a_no_into_a_yes(stranger: Client, address: str) -> None:
    ruth = a_person("Ruth Moore", email="ruth@example.org")
    people.withdraw_consent([ruth.pk], "email", "marketing", source="letter link")
    send(stranger, address, consent="yes")
    assert ConsentNow.objects.get(channel="email", purpose="marketing").is_given is False
    assert Enquiry.objects.get().has_ticked_consent is True


def test_a_program_that_fills_the_trap_is_thanked_and_nothing_is_kept(stranger: Client, address: str) -> None:
    assert send(stranger, address, website="https://spam.example").status_code == 303
    assert (Enquiry.objects.count(), Knock.objects.count()) == (0, 0)


def test_one_place_may_ask_a_few_times_an_hour_and_again_an_hour_later(stranger: Client, address: str, shop) -> None:
    for number in range(MOST_FROM_ONE_PLACE):
        assert send(stranger, address, wants=f"ring {number}").status_code == 303
    reply = send(stranger, address, wants="one more")
    assert reply.status_code == 429
    assert "try again in an hour" in reply.text
    assert Enquiry.objects.count() == MOST_FROM_ONE_PLACE
    shop.ahead(hours=1)
    assert send(stranger, address, wants="one more").status_code == 303


def test_behind_a_proxy_of_ours_everybody_counts_for_themselves(stranger: Client, address: str, settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    page = stranger.get(address)
    token = page.cookies["csrftoken"].value
    for number in range(MOST_FROM_ONE_PLACE + 2):
        data = asked(wants=f"ring {number}", csrfmiddlewaretoken=token)
        reply = stranger.post(address, data, headers={"x-forwarded-for": f"6.6.6.6, 10.1.1.{number}"})
        assert reply.status_code == 303
    assert Knock.objects.exclude(place="").count() == MOST_FROM_ONE_PLACE + 2


def test_all_places_together_are_limited_too(shop) -> None:
    services.switch_on(None)
    for number in range(MOST_AN_HOUR):
        services.take_from_page(services.Asked(f"N {number}", f"n{number}@example.org", "x", place=f"10.0.0.{number}"))
    with pytest.raises(services.TooMany):
        services.take_from_page(services.Asked("Last", "last@example.org", "x", place="10.9.9.9"))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"reach": "nothing"}, "reach"),
        ({"reach": "a@"}, "reach"),
        ({"wants": ""}, "wants"),
        ({"wants": "x" * 1001}, "wants"),
        ({"name": "x" * 201}, "name"),
        ({"wanted_by": "2026-99-01"}, "wanted_by"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    stranger: Client, address: str, more: dict[str, str], field: str
) -> None:
    reply = send(stranger, address, **more)
    assert reply.status_code == 422
    assert reply.context["form"].errors[field]
    assert Enquiry.objects.count() == 0


def test_a_very_long_letter_is_turned_away_unread(stranger: Client, address: str) -> None:
    assert send(stranger, address, wants="x" * 40_000).status_code == 413


def test_hostile_words_are_kept_as_they_are_and_start_nothing(stranger: Client, address: str) -> None:
    bad = "<img src=x onerror=alert(1)>"
    reply = send(stranger, address, name=bad, reach="nothing")
    assert bad not in reply.text
    send(stranger, address, name=bad, wants=bad)
    assert Enquiry.objects.get().wants == bad


def test_closed_it_leads_nowhere_opened_it_has_its_address_and_renewed_another(stranger: Client, address: str) -> None:
    services.switch_off(None)
    assert stranger.get(address).status_code == 404
    services.switch_on(None)
    assert stranger.get(address).status_code == 200
    renewed = services.renew_address(None).token
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"/ask/{renewed}/").status_code == 200


def test_the_address_is_long_and_sealed_in_the_database(address: str) -> None:
    from django.db import connection

    token = services.asking_page().token
    assert len(token) >= 32
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, token_hash FROM rapport_askingpage")
        assert token not in str(cursor.fetchall())


def test_the_code_leads_to_the_public_address_or_into_the_wifi_or_to_a_letter_or_a_call(shop) -> None:
    page = services.switch_on(None)
    assert code_of(page, "http://localhost:8000") is None
    lan = code_of(page, "http://192.168.1.20:8000")
    assert lan is not None
    assert (lan.way, lan.is_wifi_only) == ("page", True)
    assert lan.holds == f"http://192.168.1.20:8000/ask/{page.token}/"
    set_up: dict[str, Any] = {"shop_address": "", "answer_within_hours": 4, "by": None}
    page = services.change_page(way="page", email="maya@example.com", phone="087 123 4567", **set_up)
    letter = code_of(page, "http://localhost:8000")
    assert letter is not None
    assert letter.holds.startswith("mailto:maya@example.com?subject=")
    text = code_of(services.change_page(way="text", email="", phone="087 123 4567", **set_up))
    assert text is not None
    assert text.holds == "sms:+353871234567"
    call = code_of(services.change_page(way="call", email="", phone="087 123 4567", **set_up))
    assert call is not None
    assert call.holds == "tel:+353871234567"
    change_business(public_address="https://linden.example")
    page = services.change_page(way="page", email="", phone="", **set_up)
    public = code_of(page, "http://localhost:8000")
    assert public is not None
    assert (public.is_wifi_only, public.holds) == (False, f"https://linden.example/ask/{page.token}/")
    assert page_address(page).startswith("https://linden.example/ask/")


def test_a_server_that_listens_to_the_network_needs_no_address_written_down(shop, monkeypatch) -> None:
    monkeypatch.setattr("regulars.kit.lan.address_for_phones", lambda: "http://192.168.1.20:8000")
    code = code_of(services.switch_on(None), "http://localhost:8000")
    assert code is not None
    assert code.holds.startswith("http://192.168.1.20:8000/ask/")


@pytest.mark.parametrize(
    ("address", "is_inside"),
    [
        ("http://10.0.0.2", True),
        ("http://shop.local:8000", True),
        ("http://laptop", True),
        ("https://a.example", False),
    ],
)
def test_what_is_in_the_wifi_only(address: str, is_inside: bool) -> None:
    assert is_in_the_wifi(address) is is_inside


def test_the_sheet_and_the_slip_are_printed_and_the_sheet_says_where_it_works(shop, client: Client) -> None:
    client.force_login(an_owner())
    assert "No way for a code" in client.get("/enquiries/sheet/").text
    client.post("/enquiries/page/openings/")
    reply = client.get("/enquiries/sheet/", headers={"host": "192.168.1.20:8000"})
    assert "join our Wi-Fi first" in reply.text
    assert "<svg" in reply.text
    assert "style=" not in reply.text
    assert "Who sent you?" in client.get("/enquiries/slip/").text


def test_the_owner_settles_what_the_code_opens(shop, client: Client) -> None:
    client.force_login(an_owner())
    data = {"way": "call", "shop_address": "192.168.1.20:8000", "email": "", "phone": "087 123 4567"}
    reply = client.post("/enquiries/page/", {**data, "answer_within_hours": "6"}, follow=True)
    assert reply.status_code == 200
    page = AskingPage.objects.get()
    assert (page.way, page.shop_address, page.answer_within_hours) == ("call", "http://192.168.1.20:8000", 6)
    for wrong in ("http://a/b", "ftp://x", "http://a b"):
        reply = client.post("/enquiries/page/", {**data, "shop_address": wrong, "answer_within_hours": "6"})
        assert reply.status_code == 422


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_the_limit_of_an_hour_holds_when_many_ask_at_once(in_threads) -> None:
    def ask(number: int) -> int:
        one = services.Asked(f"N {number}", f"n{number}@example.org", "x", key=str(number), place="10.0.0.1")
        return services.take_from_page(one).pk

    results = in_threads(MOST_FROM_ONE_PLACE + 4, ask)
    assert sum(isinstance(result, int) for result in results) == MOST_FROM_ONE_PLACE, results
    assert Enquiry.objects.count() == MOST_FROM_ONE_PLACE


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_form_sent_from_many_threads_is_one_enquiry(in_threads) -> None:
    one = services.Asked("Ruth", "ruth@example.org", "a ring", key="k", place="10.0.0.1")
    results = in_threads(5, lambda number: services.take_from_page(one).pk)
    assert len(set(results)) == 1, results

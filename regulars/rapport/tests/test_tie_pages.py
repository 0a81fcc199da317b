"""What the pages of things, events, what is owed and the others do, with a browser and with htmx."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache

from regulars.people.models import Person
from regulars.people.services import NewAddress
from regulars.people.tests.builders import a_person
from regulars.rapport import services
from regulars.rapport.models import Belonging, LifeEvent, Owed, Tie
from regulars.rapport.tests.builders import ON, a_shop, a_thing, an_event, owed
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _the_day(frozen_clock):
    a_shop()


@pytest.fixture
def desk(client):
    client.force_login(an_owner())
    return client


@pytest.fixture
def ruth():
    return a_person("Ruth Moore")


def at(person, path):
    return f"/people/{person.pk}/{path}/"


def test_a_thing_is_written_down_changed_looked_after_and_given_away(desk, ruth):
    said = {"key": "1", "what": "Boiler", "service_months": "12", "serviced_on": "2025-03-10", "is_from_us": "on"}
    assert desk.post(at(ruth, "things"), said).status_code == 303
    assert desk.post(at(ruth, "things"), said).status_code == 303
    thing = Belonging.objects.get()
    assert (thing.service_due_on, thing.is_from_us) == (date(2026, 3, 10), True)
    page = desk.get(f"/people/{ruth.pk}/").text
    assert "service due" in page
    form = desk.get(at(ruth, f"things/{thing.pk}")).context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) is not None}
    assert desk.post(at(ruth, f"things/{thing.pk}"), {**sent, "what": "Old boiler"}).status_code == 303
    assert Belonging.objects.get().what == "Old boiler"
    part = desk.post(at(ruth, f"things/{thing.pk}/services"), headers=HTMX)
    assert "<html" not in part.text
    assert Belonging.objects.get().serviced_on == ON
    desk.post(at(ruth, f"things/{thing.pk}/partings"))
    assert Belonging.objects.get().gone_on == ON
    desk.post(at(ruth, f"things/{thing.pk}/partings"), {"back": "yes"})
    assert Belonging.objects.get().gone_on is None


def test_a_refused_thing_comes_back_with_the_sentence_and_what_was_typed(desk, ruth):
    said = {"key": "1", "what": "Boiler", "bought_on": "2030-01-01"}
    reply = desk.post(at(ruth, "things"), said, headers=HTMX)
    assert reply.status_code == 422
    assert "still to come" in reply.text
    assert 'value="Boiler"' in reply.text
    assert "<html" in desk.post(at(ruth, "things"), {"key": "1", "what": ""}).text
    assert not Belonging.objects.exists()


def test_an_event_is_written_down_answered_and_taken_out(desk):
    ruth = a_person("Ruth", addresses=(NewAddress(lines="1 Old Road"),))
    desk.post(at(ruth, "events"), {"key": "1", "kind": "moved"})
    event = LifeEvent.objects.get()
    assert "marked as the old one" in desk.get(f"/people/{ruth.pk}/").text
    desk.post(at(ruth, f"events/{event.pk}/addresses"))
    assert "marked as the old one" not in desk.get(f"/people/{ruth.pk}/").text
    desk.post(at(ruth, f"events/{event.pk}/answers"), {"words": "Card sent"})
    assert "Card sent" in desk.get(f"/people/{ruth.pk}/").text
    desk.post(at(ruth, f"events/{event.pk}/removal"))
    assert not LifeEvent.objects.exists()
    assert desk.post(at(ruth, "events"), {"key": "2", "kind": "other"}, headers=HTMX).status_code == 422


def test_what_is_owed_is_settled_from_the_page(desk, ruth):
    desk.post(at(ruth, "owed"), {"key": "1", "side": "asked", "what": "A call first", "due_on": "2026-03-10"})
    one = Owed.objects.get()
    assert desk.post(at(ruth, f"owed/{one.pk}/outcomes"), {"outcome": "perhaps"}, headers=HTMX).status_code == 422
    desk.post(at(ruth, f"owed/{one.pk}/outcomes"), {"outcome": "partly"})
    page = desk.get(f"/people/{ruth.pk}/").text
    assert "They asked once; kept 0." in page
    assert "Partly: 1." in page
    desk.post(at(ruth, f"owed/{one.pk}/outcomes"), {"outcome": "open"})
    assert Owed.objects.get().outcome == ""
    desk.post(at(ruth, f"owed/{one.pk}/outcomes"), {"outcome": "mistake"})
    assert not Owed.objects.exists()


def test_how_often_and_when_we_spoke_are_set_on_their_page(desk):
    otto = a_person("Otto", kinds=("landlord",))
    assert "next" in desk.get(f"/people/{otto.pk}/").text
    desk.post(at(otto, "rhythms"), {"every_months": "6"})
    desk.post(at(otto, "contacts"), {"direction": "both", "on": "2026-02-01"})
    tie = Tie.objects.get()
    assert (tie.every_months, tie.last_in_on, tie.last_out_on) == (6, date(2026, 2, 1), date(2026, 2, 1))
    assert "Every 6 months" in desk.get(f"/people/{otto.pk}/").text
    assert desk.post(at(otto, "contacts"), {"direction": "in", "on": "2030-01-01"}, headers=HTMX).status_code == 422
    desk.post(at(otto, "rhythms"), {"every_months": ""})
    assert Tie.objects.get().every_months is None


def test_nobody_reaches_the_things_of_another(desk, ruth):
    other = a_person("Ann")
    thing, event, one = a_thing(ruth), an_event(ruth, "wedding"), owed(ruth, "we")
    for path in (
        f"things/{thing.pk}/services", f"things/{thing.pk}", f"things/{thing.pk}/partings",
        f"events/{event.pk}/answers", f"events/{event.pk}/removal", f"owed/{one.pk}/outcomes",
    ):  # fmt: skip
        assert desk.post(at(other, path), {"outcome": "kept"}).status_code == 404
    assert Owed.objects.get().outcome == ""
    assert LifeEvent.objects.get().answered_at is None


def test_who_may_only_look_reads_no_illness_and_can_press_nothing(client, ruth):
    an_event(ruth, "illness", note="Her heart")
    an_event(ruth, "wedding", note="In June")
    client.force_login(a_user(Role.READ_ONLY))
    page = client.get(f"/people/{ruth.pk}/").text
    assert "In June" in page
    assert "Her heart" not in page
    assert "Something they own" not in page
    assert client.post(at(ruth, "things"), {"key": "1", "what": "Ring"}).status_code == 403
    assert not Belonging.objects.exists()


def test_words_are_shown_as_text_and_never_as_markup(desk, ruth):
    a_thing(ruth, "<script>alert(1)</script>")
    an_event(ruth, "other", label="<b>bold</b>")
    owed(ruth, "we", "<i>ink</i>")
    page = desk.get(f"/people/{ruth.pk}/").text
    for markup in ("<script>alert(1)", "<b>bold", "<i>ink"):
        assert markup not in page


def test_the_others_stand_on_a_page_of_their_own_with_their_rhythm(desk, django_assert_max_num_queries):
    assert "The others your shop lives by" in desk.get("/others/").text
    otto = a_person("Otto", kinds=("landlord",))
    owed(otto, "they", "An answer", ON)
    for number in range(55):
        a_person(f"Supplier {number:02}", kinds=("supplier",))
    a_person("Ann")
    cache.clear()  # what the frame counts is remembered for a quarter of a minute
    desk.get("/others/")
    with django_assert_max_num_queries(24):
        page = desk.get("/others/")
    assert "Otto" in page.text
    assert "they owe 1 thing" in page.text
    assert ">Ann<" not in page.text
    assert "Supplier 54" in desk.get(page.context["next_url"]).text
    assert "Otto" not in [row.person.full_name for row in desk.get("/others/?kind=supplier").context["page"].rows]
    assert desk.get("/others/?kind=nonsense&from=x").status_code == 200
    desk.post("/others/rhythms/supplier/", {"every_months": "2"})
    assert "every 2 months" in desk.get("/others/").text
    again = desk.post("/others/rhythms/supplier/", {"every_months": "99"}, follow=True)
    assert "up to 60" in again.text


def test_the_page_asks_as_much_about_somebody_with_much_between_us(desk, ruth):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    bare = a_person("Bo")
    for number in range(8):
        a_thing(ruth, f"Thing {number}")
        an_event(ruth, "wedding")
        owed(ruth, "we", f"Owed {number}", ON + timedelta(days=number))
    services.settle(owed(ruth, "asked"))
    desk.get(f"/people/{bare.pk}/")
    asked = []
    for person in (ruth, bare):
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(f"/people/{Person.objects.get(pk=person.pk).pk}/").status_code == 200
        asked.append(len(queries))
    assert asked[0] <= asked[1] + 3

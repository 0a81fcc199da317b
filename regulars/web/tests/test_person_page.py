from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from regulars.kit.panels import Panel
from regulars.people.models import Note, Person
from regulars.people.services import silence
from regulars.staff import sightings
from regulars.staff.models import AuditEntry, User
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_was_seen() -> Iterator[None]:
    sightings.forget()
    yield
    sightings.forget()


def test_the_page_is_made_of_what_every_room_says_in_their_order(
    at_home: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panels(request: object, person: Person) -> list[Panel]:
        late = Panel(90, "main", "kit/_toast.html", {"words": "The later word"})
        return [late, Panel(0, "main", "kit/_toast.html", {"words": f"Said of {person.full_name}"})]

    monkeypatch.setattr("regulars.web.views.person.ROOMS", (panels,))
    ann = Person.objects.create(full_name="Ann Weekly")
    page = at_home.get(f"/people/{ann.pk}/").text
    assert page.index("Said of Ann Weekly") < page.index("The later word")


def test_what_is_empty_is_folded_under_one_word_and_stands_in_its_place_once_it_is_not(at_home: Client) -> None:
    ann = Person.objects.create(full_name="Ann Weekly")
    page = at_home.get(f"/people/{ann.pk}/")
    assert [panel.template for panel in page.context["folded_panels"]] == [
        "enquiries/_panel.html",
        "ties/_things.html",
        "ties/_between.html",
        "people/_together.html",
    ]
    assert "person-add" in page.text
    assert "Something they own" in page.text
    at_home.post(f"/people/{ann.pk}/things/", {"key": "1", "what": "Boiler"})
    page = at_home.get(f"/people/{ann.pk}/")
    assert "ties/_things.html" not in [panel.template for panel in page.context["folded_panels"]]
    assert page.text.index("person-rest") < page.text.index("Something they own")


def test_who_may_only_look_is_offered_nothing_to_add_and_reads_of_no_death(client: Client, owner: User) -> None:
    ann = Person.objects.create(full_name="Ann Weekly")
    silence(ann, "bereavement", "Her mother", set_by_room="people", until=None)
    client.force_login(a_user(Role.READ_ONLY))
    page = client.get(f"/people/{ann.pk}/").text
    assert "person-add" not in page
    assert "Go gently today" in page
    assert "bereavement" not in page.lower()
    assert "Her mother" not in page


def test_a_person_who_is_not_here_any_more_is_not_found_and_a_merged_one_leads_to_the_other(at_home: Client) -> None:
    ann = Person.objects.create(full_name="Ann Weekly")
    double = Person.objects.create(full_name="Anne Weekly", merged_into=ann)
    erased = Person.objects.create(erased_at=timezone.now())
    assert at_home.get(f"/people/{double.pk}/")["Location"] == f"/people/{ann.pk}/"
    assert at_home.get(f"/people/{erased.pk}/").status_code == 404
    assert at_home.get("/people/999999/").status_code == 404


def test_looking_at_a_person_is_written_into_the_log_after_the_page(at_home: Client, owner: User) -> None:
    ann = Person.objects.create(full_name="Ann Weekly")
    at_home.get(f"/people/{ann.pk}/")
    assert not AuditEntry.objects.filter(action="see_person").exists()
    sightings.write_down()
    entry = AuditEntry.objects.get(action="see_person")
    assert (entry.user, entry.person_id, entry.address) == (owner, ann.pk, "127.0.0.1")


def test_the_page_asks_as_much_about_a_person_with_a_long_history(at_home: Client, owner: User) -> None:
    ann, bo = (Person.objects.create(full_name=name) for name in ("Ann Weekly", "Bo Drifting"))
    for number in range(30):
        Note.objects.create(person=ann, text=f"note {number}", at=timezone.now())
    at_home.get(f"/people/{bo.pk}/")
    asked = []
    for person in (ann, bo):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert at_home.get(f"/people/{person.pk}/").status_code == 200
        # The settings of the business are read again every few seconds: on a busy machine between the two.
        asked.append(sum('FROM "kit_business"' not in query["sql"] for query in queries.captured_queries))
    assert asked[0] <= asked[1] + 2
    assert max(asked) <= 40


def test_who_only_looks_may_look_at_a_person(owner: User, client: Client) -> None:
    client.force_login(a_user(Role.READ_ONLY))
    ann = Person.objects.create(full_name="Ann Weekly")
    assert client.get(f"/people/{ann.pk}/").status_code == 200
    assert client.post(f"/people/{ann.pk}/").status_code == 405

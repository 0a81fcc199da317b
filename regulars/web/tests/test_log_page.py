from __future__ import annotations

import pytest
from django.test import Client

from regulars.people.models import Person
from regulars.staff.models import User
from regulars.staff.services import note_audit
from regulars.staff.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_log_says_who_did_what_to_whom_by_name(at_home: Client, owner: User) -> None:
    ann = Person.objects.create(full_name="Ann Weekly")
    note_audit(owner, "see_person", room="people", kind="person", object_id=ann.pk, person_id=ann.pk)
    note_audit(owner, "some_new_verb", room="people", kind="person", object_id=ann.pk, person_id=ann.pk)
    page = at_home.get("/settings/log/").text
    assert "Ann Weekly" in page
    assert "looked at a person" in page
    assert "some new verb" in page


def test_the_log_is_narrowed_to_a_colleague_or_a_person_and_paged(at_home: Client, owner: User) -> None:
    ann, bo = Person.objects.create(full_name="Ann Weekly"), a_user(name="Bo")
    for number in range(60):
        note_audit((owner, bo)[number % 2], "change", room="people", kind="person", text=f"entry {number}")
    note_audit(bo, "see_person", room="people", kind="person", object_id=ann.pk, person_id=ann.pk)
    only_bo = at_home.get(f"/settings/log/?user={bo.pk}")
    assert {line.entry.user for line in only_bo.context["lines"]} == {bo}
    only_ann = at_home.get(f"/settings/log/?person={ann.pk}")
    assert [line.person_name for line in only_ann.context["lines"]] == ["Ann Weekly"]
    first = at_home.get("/settings/log/")
    second = at_home.get(first.context["next_url"])
    pages = [{line.entry.pk for line in page.context["lines"]} for page in (first, second)]
    assert not pages[0] & pages[1]
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("query", ["user=x", "before=-1", "person=99999999999999999999", "user=²"])
def test_nonsense_in_the_address_is_read_as_nothing(at_home: Client, query: str) -> None:
    assert at_home.get(f"/settings/log/?{query}").status_code == 200


def test_the_log_asks_the_same_few_questions_however_long_it_is(
    at_home: Client, owner: User, django_assert_max_num_queries: object
) -> None:
    people = Person.objects.bulk_create([Person(full_name=f"Person {number}") for number in range(40)])
    for person in people:
        note_audit(owner, "change", room="people", kind="person", person_id=person.pk)
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        at_home.get("/settings/log/")

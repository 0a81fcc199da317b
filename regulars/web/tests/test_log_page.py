from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import regulars
from regulars.people.models import Person
from regulars.people.services import change_person
from regulars.people.tests.builders import a_person
from regulars.staff.models import User
from regulars.staff.queries import log_page
from regulars.staff.services import note_audit
from regulars.staff.tests.builders import a_user
from regulars.web.log_words import WORDS

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
    at_home.get("/settings/log/")  # what the frame counts is then kept
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        at_home.get("/settings/log/")


def test_the_log_says_what_stood_there_before_and_what_stands_now(at_home: Client, owner: User) -> None:
    ann = a_person("Ann Weekly", phone="+44 171 555 0188")
    change_person(ann, changes={"phones": ["+44 20 7946 0018"], "needs": "Gifts"}, by=owner)
    page = at_home.get(f"/settings/log/?person={ann.pk}").text
    assert "changed what is written" in page
    assert "Phone numbers" in page
    assert "<del>+44 171 555 0188</del>" in page
    assert "<ins>+44 20 7946 0018</ins>" in page
    assert "What they need" in page


def test_the_log_is_narrowed_to_what_was_done_and_to_a_day(at_home: Client, owner: User, frozen_clock: Any) -> None:
    for number in range(120):
        note_audit(owner, "see_person", room="people", kind="person", person_id=number)
    note_audit(owner, "export_all", room="people", kind="house")
    frozen_clock.ahead(days=1)
    for _number in range(60):
        note_audit(owner, "erase", room="people", kind="person")
    took_out = at_home.get("/settings/log/?kind=took-out")
    assert [line.entry.action for line in took_out.context["lines"]] == ["export_all"]
    erased = at_home.get("/settings/log/?kind=erased")
    assert len(erased.context["lines"]) == 50
    older = at_home.get(erased.context["next_url"])
    assert [line.entry.action for line in older.context["lines"]] == ["erase"] * 10
    day_before = at_home.get("/settings/log/?day=2026-03-04&kind=saw")
    assert len(day_before.context["lines"]) == 50
    assert "day=2026-03-04" in day_before.context["next_url"]
    assert at_home.get("/settings/log/?day=1999-01-01").context["lines"] == []
    assert at_home.get("/settings/log/?day=nonsense&kind=nonsense").status_code == 200


def test_every_verb_the_house_writes_down_has_its_words() -> None:
    source = "\n".join(
        path.read_text() for path in Path(regulars.__file__).parent.rglob("*.py") if "tests" not in path.parts
    )
    verbs = set(re.findall(r'note_audit\(\s*[^,()]+(?:\([^()]*\))?,\s*"(\w+)"', source))
    assert len(verbs) > 30
    assert verbs - WORDS.keys() == set()


def test_the_log_of_a_million_lines_is_found_by_index(owner: User) -> None:
    """Whatever it is narrowed to, the database looks it up and reads no more than the page."""
    with connection.cursor() as cursor:
        for asked in ({"actions": ("erase",)}, {"person_id": 1}, {"user_id": owner.pk}, {}):
            with CaptureQueriesContext(connection) as seen:
                log_page(**asked)
            for query in seen.captured_queries:
                cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN '}{query['sql']}")
                plan = " ".join(str(row) for row in cursor.fetchall())
                assert "TEMP B-TREE" not in plan, "nothing is sorted"

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from regulars.kit.models import Job
from regulars.purchases.tests.builders import a_business
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user
from regulars.standings.models import Grading, Memory, Standing
from regulars.standings.panels import panels
from regulars.standings.services import grade_everyone, refresh_facts, remember
from regulars.standings.tests.builders import TODAY, a_shop, somebody, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
HTMX = {"HX-Request": "true"}
TAPS = {"last_seen": "15", "how_often": "30", "usual_amount": "45.50"}


def _signed_in(role: Role = Role.OWNER) -> Client:
    client = Client()
    client.force_login(a_user(role))
    return client


def test_a_small_shop_sees_four_groups_with_the_way_to_their_people() -> None:
    a_shop()
    grade_everyone(TODAY)
    page = _signed_in().get("/groups/").text
    for group in ("Regulars", "Coming along", "Slipping", "Gone quiet"):
        assert group in page
    assert 'href="/people/?group=regulars"' in page
    assert "Champions" not in page
    assert "as of" in page
    assert "4 March" in page


def test_sixty_people_told_from_memory_alone_see_their_groups_and_what_they_rest_on() -> None:
    a_business()
    for number in range(12):
        remember(
            somebody(f"Known {number}"),
            last_seen_on=TODAY - timedelta(days=5 * number),
            usual_gap_days=30,
            usual_amount=Decimal(20 + number),
        )
    grade_everyone(TODAY)
    page = _signed_in().get("/groups/").text
    assert "Nobody is graded yet" not in page
    assert "These grades rest on what you remember." in page
    assert "They brought" not in page
    assert 'href="/people/?group=slipping"' in page or 'href="/people/?group=regulars"' in page


def test_a_larger_shop_sees_eleven() -> None:
    a_business()
    groups = {"champions": 150, "loyal": 90, "warm": 3}
    Grading.objects.create(as_of=TODAY, graded_at="2026-03-04T03:15:00Z", people=243, buyers=240, groups=groups)
    page = _signed_in().get("/groups/").text
    assert 'href="/people/?group=champions"' in page
    assert "Cannot lose" in page
    assert "Coming along" not in page


def test_before_the_first_grading_the_page_says_what_will_be_here() -> None:
    a_business()
    empty = _signed_in().get("/groups/").text
    assert "Nobody is graded yet" in empty
    assert 'href="/intake/people/"' in empty
    assert "Grade everybody now" not in empty
    somebody()
    assert "Grade everybody now" in _signed_in().get("/groups/").text


def test_with_nine_buyers_the_page_says_that_grades_begin_with_ten() -> None:
    a_business()
    for number in range(9):
        visits(somebody(f"Buyer {number}"), [number])
    grade_everyone(TODAY)
    assert "they begin with ten" in _signed_in().get("/groups/").text


def test_the_page_of_groups_costs_the_same_for_any_number_of_people(django_assert_max_num_queries: Any) -> None:
    a_shop()
    grade_everyone(TODAY)
    client = _signed_in()
    client.get("/groups/")
    with django_assert_max_num_queries(9):
        client.get("/groups/")


def test_a_grading_is_asked_for_by_post_and_runs_beside_the_pages() -> None:
    a_business()
    client = _signed_in()
    reply = client.post("/groups/gradings/")
    job = Job.objects.get(key="standings: grade")
    assert (reply.status_code, reply["Location"]) == (303, f"/groups/gradings/{job.pk}/")
    assert job.queue == "heavy"
    assert "a few seconds" in client.get(reply["Location"]).text
    part = client.get(reply["Location"], headers=HTMX).text
    assert "every 2s" in part
    assert "<html" not in part
    Job.objects.update(state=Job.DONE)
    assert "every 2s" not in client.get(reply["Location"], headers=HTMX).text


def test_staff_may_look_at_groups_but_not_have_everybody_graded() -> None:
    a_business()
    client = _signed_in(Role.STAFF)
    assert client.get("/groups/").status_code == 200
    assert client.post("/groups/gradings/").status_code == 403
    assert not Job.objects.filter(key="standings: grade").exists()


def test_three_taps_are_remembered() -> None:
    a_business()
    ann = somebody()
    client = _signed_in(Role.STAFF)
    assert "every two or three months" in client.get(f"/groups/memories/{ann.pk}/").text
    reply = client.post(f"/groups/memories/{ann.pk}/", TAPS)
    assert (reply.status_code, reply["Location"]) == (303, f"/people/{ann.pk}/")
    memory = Memory.objects.get()
    assert (memory.last_seen_on, memory.usual_gap_days) == (TODAY - timedelta(days=15), 30)
    assert memory.usual_amount == Decimal("45.5")
    assert Standing.objects.get().basis == "memory"


def test_a_missing_tap_is_asked_for_again_and_nothing_is_noted() -> None:
    a_business()
    ann = somebody()
    reply = _signed_in().post(f"/groups/memories/{ann.pk}/", TAPS | {"how_often": ""}, headers=HTMX)
    assert reply.status_code == 422
    assert "<html" not in reply.text
    assert not Memory.objects.exists()


def test_who_only_looks_cannot_remember_and_a_stranger_person_is_not_found() -> None:
    a_business()
    ann = somebody()
    assert _signed_in(Role.READ_ONLY).post(f"/groups/memories/{ann.pk}/", TAPS).status_code == 403
    assert _signed_in().get("/groups/memories/987654/").status_code == 404


def test_a_memory_is_taken_back_by_post_only() -> None:
    a_business()
    ann = somebody()
    remember(ann, last_seen_on=TODAY, usual_gap_days=None, usual_amount=Decimal(5))
    client = _signed_in()
    assert client.get(f"/groups/memories/{ann.pk}/removals/").status_code == 405
    assert client.post(f"/groups/memories/{ann.pk}/removals/").status_code == 303
    assert not Memory.objects.exists()


def test_the_persons_page_says_their_rhythm_with_its_spread(rf: Any, django_assert_max_num_queries: Any) -> None:
    a_business()
    joan = somebody("Joan")
    visits(joan, [224, 178, 137, 96])
    refresh_facts([joan.pk])
    request = rf.get("/")
    request.user = a_user()
    with django_assert_max_num_queries(7):
        shown = {panel.template: panel for panel in panels(request, joan)}
    rhythm = shown["standings/_rhythm.html"].context
    assert rhythm["sentence"].startswith("Usually every 41 days; now 96. Slipping since ")
    assert rhythm["chart"].is_late
    assert len(rhythm["chart"].twin.rows) == 4
    assert shown["standings/_standing.html"].context["is_slipping"] is True


def test_a_collective_name_has_no_rhythm(rf: Any) -> None:
    a_business()
    counter = somebody("Cash customer")
    counter.is_bucket = True
    request = rf.get("/")
    request.user = a_user()
    assert panels(request, counter) == []

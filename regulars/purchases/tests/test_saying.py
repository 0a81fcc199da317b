"""What to say now, at the counter and on a person's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.models import Person
from regulars.people.partial_dates import PartialDate
from regulars.purchases.saying import last_visit, say_to
from regulars.purchases.services import NewLine
from regulars.purchases.tests.builders import a_business, a_colleague, a_person, an_order
from regulars.rapport import services as rapport

pytestmark = pytest.mark.django_db
SELL = "/sales/new/"


@pytest.fixture
def ines(client, frozen_clock):
    a_business()
    colleague = a_colleague("owner")
    client.force_login(colleague)
    return colleague


@pytest.fixture
def ann(ines):
    """Ann, who bought two things on 3 March and a chain before, and likes blue."""
    ann = a_person("Ann Archer")
    an_order(ann, on=clock.today() - timedelta(days=20))
    an_order(ann, on=clock.today() - timedelta(days=1), lines=(NewLine("Green scarf"), NewLine("Ribbon")))
    people.set_preferences(ann, ["blue"], [])
    return ann


def test_the_last_visit_is_the_newest_purchase_with_what_it_was(ann, django_assert_num_queries):
    with django_assert_num_queries(1):
        visit = last_visit(ann)
    assert visit is not None
    assert (visit.on, visit.what) == (clock.today() - timedelta(days=1), "Green scarf and Ribbon")


def test_whoever_never_bought_had_no_visit(ines):
    assert last_visit(a_person()) is None


def test_three_queries_make_the_line(ann, django_assert_num_queries):
    person = Person.objects.get(pk=ann.pk)
    with django_assert_num_queries(3):
        say = say_to(person, may_know_all=True)
    assert say is not None
    assert say.text.startswith("Last here 3 March: Green scarf and Ribbon. Likes blue.")


def test_it_stands_at_the_counter_as_soon_as_somebody_is_chosen(client, ann):
    people.remind(ann, "Ring ready", clock.today(), kind="promise")
    assert "Promised for 4 March: Ring ready." in client.get(f"{SELL}?person={ann.pk}").text
    part = client.get(reverse("purchases:say"), {"person": ann.pk}, headers={"HX-Request": "true"})
    assert "Ring ready" in part.text
    assert "<html" not in part.text
    found = client.get(reverse("purchases:people"), {"who": "Ann Archer"})
    assert "Ring ready" in found.text


@pytest.mark.parametrize("chosen", ["", "new", "nobody", "999999", "9" * 30, "x"])
def test_nothing_is_said_to_nobody(client, ines, chosen):
    reply = client.get(reverse("purchases:say"), {"person": chosen})
    assert reply.status_code == 200
    assert reply.text.strip() == ""


def test_a_merged_or_erased_person_is_not_spoken_of(client, ann):
    people.merge(a_person("Anna"), ann)
    assert client.get(reverse("purchases:say"), {"person": ann.pk}).text.strip() == ""


def test_the_top_of_their_page_says_it_before_anything_else(client, ann):
    people.add_occasion(ann, "birthday", PartialDate(3, 8))
    page = client.get(f"/people/{ann.pk}/").text
    assert "Birthday on Sunday. Last here 3 March: Green scarf and Ribbon. Likes blue." in page
    assert page.index("Birthday on Sunday.") < page.index('id="panel-upcoming"')


def test_who_may_only_look_reads_no_illness_anywhere_on_the_page(client, ann):
    rapport.record_event(ann, rapport.NewEvent("illness", note="Her heart"), key="1")
    assert "They have been ill" in client.get(f"/people/{ann.pk}/").text
    client.force_login(a_colleague("read_only"))
    page = client.get(f"/people/{ann.pk}/").text
    assert "Go gently today" in page
    assert "ill:" not in page
    assert "Her heart" not in page
    assert client.get(reverse("purchases:say"), {"person": ann.pk}).status_code == 403


def test_a_complaint_sets_the_tone_and_words_stay_text(client, ann):
    people.silence(ann, "complaint", "", "people")
    people.remind(ann, "<b>Ring</b>", clock.today(), kind="promise")
    part = client.get(reverse("purchases:say"), {"person": ann.pk}).text
    assert 'data-tone="alarm"' in part
    assert "Likes blue" not in part
    assert "<b>Ring" not in part

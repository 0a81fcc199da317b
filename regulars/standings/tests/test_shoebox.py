"""Sixty names from memory: three taps each, resumed where it was left, undone, graded at the end."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from regulars.kit import clock
from regulars.kit.jobs import run_job
from regulars.kit.models import Job
from regulars.people.models import Person, Silence
from regulars.people.services import silence
from regulars.purchases.tests.builders import a_business
from regulars.staff.tests.builders import an_owner
from regulars.standings.models import Memory, Standing
from regulars.standings.services import grade_everyone, remember
from regulars.standings.shoebox import SHARES, amounts_offered, first_thanks, nice
from regulars.standings.tests.builders import many_people, somebody, visits

pytestmark = pytest.mark.django_db
RUN = "/groups/memories/"
NAMES = [first + second for first in "abcdefgh" for second in "abcdefgh"][:60]
TAPS_A_MINUTE = 20  # one in three seconds: looking at the name, thinking, tapping


@pytest.fixture
def owner(client: Client) -> Client:
    a_business()
    client.force_login(an_owner())
    return client


def tapped(owner: Client, page: str, often: str = "30", seen: str = "15") -> tuple[str, int]:
    """Answer the card on the page as a thumb does, without JavaScript; returns the next page and the taps it took."""
    person = re.findall(r'name="person" value="(\d+)"', page)[0]
    amount = re.findall(r'name="usual_amount" value="([\d.]+)"', page)[2]
    assert f'name="last_seen" value="{seen}"' in page
    assert f'name="how_often" value="{often}"' in page
    answer = {"person": person, "last_seen": seen, "how_often": often, "usual_amount": amount}
    return owner.post(RUN, answer, follow=True).text, 3


def test_sixty_pasted_people_are_told_from_memory_in_under_ten_minutes_of_tapping(owner: Client) -> None:
    lines = "\n".join(f"Person{name} Number{name}, 0171 55{n:05}, likes blue" for n, name in enumerate(NAMES))
    taps = 1  # the box, where the lines are pasted
    page = owner.post("/intake/people/", {"text": lines, "do": "look"})
    sent = {"do": "save", "key": page.context["key"], "cards": str(len(page.context["cards"])), "left": ""}
    for card, _is_known in page.context["cards"]:
        sent |= {card.add_prefix(name): str(value) for name in card.fields if (value := card[name].value())}
    assert owner.post("/intake/people/", sent).status_code == 303
    taps += 3  # look at them, save them, one name after another
    text = owner.get(RUN).text
    for number in range(60):
        assert f"{number + 1} of 60" in text
        text, more = tapped(owner, text, often=("7", "30", "180")[number % 3], seen=("3", "135", "61")[number % 3])
        taps += more
    assert Memory.objects.count() == 60
    job = Job.objects.get(key="standings: grade")
    run_job(job.pk)
    end = owner.get(f"{RUN}end/").text
    assert "See my first three cards" in end
    taps += 1
    assert Standing.objects.exclude(group="").count() == 60
    assert Standing.objects.slipped(clock.today()).count() == 20
    today = owner.get("/today/").text
    shown = set(re.findall(r"Person\w+ Number\w+", today))
    assert len(shown) >= 3, "the first cards stand on Today"
    assert taps == 185
    assert taps / TAPS_A_MINUTE <= 10


def test_it_resumes_where_it_was_left_and_says_how_far(owner: Client) -> None:
    many_people(5)
    text = owner.get(RUN).text
    assert "1 of 5" in text
    tapped(owner, text)
    assert "2 of 5" in owner.get(RUN).text


def test_somebody_skipped_is_passed_over_and_can_be_gone_back_to(owner: Client) -> None:
    ann, bo = somebody("Ann Baker"), somebody("Bo Berg")
    page = owner.post(RUN, {"person": ann.pk, "do": "skip"}, follow=True).text
    assert "Ann Baker is skipped." in page
    assert "autofocus>Bo Berg</h1>" in page
    assert "2 of 2" in page
    back = owner.get(RUN, {"person": ann.pk}).text
    assert "autofocus>Ann Baker</h1>" in back
    assert "1 of 2" in back
    tapped(owner, back)
    assert Memory.objects.get().person == ann
    assert f'value="{bo.pk}"' in owner.get(RUN).text


def test_going_back_shows_what_was_tapped_and_undo_takes_it_back(owner: Client) -> None:
    ann, _bo = somebody("Ann Baker"), somebody("Bo Berg")
    page, _taps = tapped(owner, owner.get(RUN).text, often="180")
    assert "Ann Baker is noted." in page
    back = owner.get(RUN, {"person": ann.pk}).text
    assert re.search(r'value="180"[^>]*checked', back)
    owner.post(f"{RUN}{ann.pk}/removals/", {"next": RUN})
    assert not Memory.objects.exists()
    assert "autofocus>Ann Baker</h1>" in owner.get(RUN).text


def test_htmx_gets_only_the_next_card(owner: Client) -> None:
    ann, _bo = somebody("Ann Baker"), somebody("Bo Berg")
    answer = {"person": ann.pk, "last_seen": "3", "how_often": "once", "other_amount": "12.50"}
    part = owner.post(RUN, answer, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "autofocus>Bo Berg</h1>" in part.text
    assert Memory.objects.get().usual_amount == Decimal("12.50")
    assert Memory.objects.get().usual_gap_days is None


def test_a_card_without_an_answer_is_asked_again_in_a_sentence(owner: Client) -> None:
    ann = somebody("Ann Baker")
    reply = owner.post(RUN, {"person": ann.pk, "last_seen": "3", "how_often": "7"})
    assert reply.status_code == 422
    assert "Tap about how much a visit brings, or write a number." in reply.text
    assert not Memory.objects.exists()


def test_who_has_bought_or_is_no_customer_is_not_asked_about(owner: Client) -> None:
    visits(somebody("Has Bought"), [3])
    supplier = somebody("Sue Supplier")
    supplier.kinds.update(kind="supplier")
    assert "Nobody to ask about yet" in owner.get(RUN).text
    assert Person.objects.here().count() == 2


def test_a_card_reads_the_same_few_rows_whatever_the_number_of_people(
    owner: Client, django_assert_max_num_queries
) -> None:
    many_people(60)
    owner.get(RUN)
    with django_assert_max_num_queries(16):
        owner.get(RUN)


def test_the_amounts_offered_stand_around_what_a_visit_usually_brings() -> None:
    a_business()
    assert amounts_offered() == [Decimal(10), Decimal(20), Decimal(40), Decimal(80), Decimal(200)]
    visits(somebody(), [3, 9, 20])
    offered = amounts_offered()
    assert offered == sorted(set(offered))
    assert nice(Decimal("173"), "EUR") == Decimal(200)
    assert nice(Decimal("0.25"), "EUR") == Decimal(1)


def test_what_was_pasted_of_somebody_s_visits_stands_above_the_questions_and_is_tapped_already(owner: Client) -> None:
    owner.post("/intake/people/", {"text": "Ann Abel, likes tea, comes every 6 weeks", "do": "save"})
    page = owner.get(RUN).text
    assert "Comes about every 42 days." in page
    assert re.search(r'name="how_often" value="30"[^>]*checked', page)
    assert not re.search(r'name="last_seen" value="\d+"[^>]*checked', page)


def test_while_nobody_stays_away_the_first_three_cards_are_thanks_to_the_best(owner: Client) -> None:
    people = [Person.objects.get(pk=pk) for pk in many_people(6)]
    for number, person in enumerate(people):
        remember(person, last_seen_on=clock.today(), usual_gap_days=30, usual_amount=Decimal(10 * (number + 1)))
    silence(people[5], Silence.Kind.ENDED, "Has died.", "people")
    page = owner.get(f"{RUN}end/").text
    found = re.findall(r'href="([^"]*from=thank-you[^"]*)"[^>]*>\s*Thank ([^<]+)<', page)
    assert [name.strip() for _, name in found] == [people[n].full_name for n in (4, 3, 2)]
    words = owner.get(found[0][0].replace("&amp;", "&")).text
    assert "thank you for coming in" in words.lower()


def test_those_who_stay_away_stand_on_today_and_are_not_thanked_beside_it(owner: Client) -> None:
    people = [Person.objects.get(pk=pk) for pk in many_people(12)]
    for number, person in enumerate(people):
        seen_on = clock.today() - timedelta(days=400 if number < 2 else 1)
        remember(person, last_seen_on=seen_on, usual_gap_days=30, usual_amount=Decimal(20 + number))
    grade_everyone()
    assert {one.person_id for one in Standing.objects.slipped(clock.today())} == {people[0].pk, people[1].pk}
    assert [dear.person for dear in first_thanks(clock.today())] == [people[11]]
    remember(people[11], last_seen_on=clock.today() - timedelta(days=400), usual_gap_days=30, usual_amount=Decimal(20))
    grade_everyone()
    assert first_thanks(clock.today()) == []


def test_the_amounts_keep_their_places_until_ten_answers_tell_better_ones(owner: Client) -> None:
    first = amounts_offered()
    people = [Person.objects.get(pk=pk) for pk in many_people(11)]
    for number, person in enumerate(people):
        assert amounts_offered() == (first if number < 10 else [nice(Decimal(400) * share, "EUR") for share in SHARES])
        remember(person, last_seen_on=clock.today(), usual_gap_days=30, usual_amount=Decimal(400))

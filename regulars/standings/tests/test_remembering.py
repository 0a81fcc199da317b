from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from regulars.intake.events import VisitsRemembered
from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.purchases.tests.builders import a_business
from regulars.staff.tests.builders import an_owner
from regulars.standings.handlers import remember_visits
from regulars.standings.models import Memory, Standing
from regulars.standings.services import forget_memory, grade_everyone, remember
from regulars.standings.tests.builders import TODAY, many_people, somebody, visits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def _tell(person: Person, seen_days_ago: int = 10, gap: int | None = 30, amount: str = "50") -> Memory:
    return remember(
        person,
        last_seen_on=TODAY - timedelta(days=seen_days_ago),
        usual_gap_days=gap,
        usual_amount=Decimal(amount),
    )


def test_a_memory_gives_a_standing_that_says_so_at_once() -> None:
    a_business()
    ann = somebody()
    _tell(ann)
    standing = Standing.objects.get(pk=ann.pk)
    assert (standing.basis, standing.last_on) == ("memory", TODAY - timedelta(days=10))
    assert (standing.buying_days, standing.net_amount) == (0, Decimal(0)), (
        "no visit is claimed that is not written down"
    )
    assert standing.slips_on == TODAY + timedelta(days=61 - 10), "the rhythm that was told counts"
    grade_everyone(TODAY)
    assert Standing.objects.get(pk=ann.pk).slips_on == standing.slips_on


def test_somebody_who_came_only_once_as_remembered_slips_from_no_rhythm() -> None:
    a_business()
    ann = somebody()
    _tell(ann, seen_days_ago=300, gap=None)
    assert Standing.objects.get(pk=ann.pk).slips_on is None
    grade_everyone(TODAY)
    assert Standing.objects.get(pk=ann.pk).slips_on is None


def test_sixty_people_from_memory_are_graded_among_each_other() -> None:
    a_business()
    for number, person_id in enumerate(many_people(60)):
        _tell(Person.objects.get(pk=person_id), 2 * number, 7 + 3 * number, "40")
    answer = grade_everyone(TODAY)
    assert answer["people"] == 60
    assert Standing.objects.order_by("person_id")[0].group == "champions"
    assert Standing.objects.order_by("-person_id")[0].group == "lost"


def test_memory_gives_way_to_real_visits() -> None:
    a_business()
    ann = somebody()
    _tell(ann)
    visits(ann, [3])
    grade_everyone(TODAY)
    assert Standing.objects.get(pk=ann.pk).basis == "memory"
    visits(ann, [33, 63])
    grade_everyone(TODAY)
    standing = Standing.objects.get(pk=ann.pk)
    assert (standing.basis, standing.buying_days, standing.usual_gap_days) == ("orders", 3, 30)


def test_a_memory_can_be_taken_back() -> None:
    a_business()
    ann = somebody()
    _tell(ann)
    forget_memory(ann)
    assert not Memory.objects.exists()
    assert not Standing.objects.exists()


def test_told_again_the_later_word_counts() -> None:
    a_business()
    ann = somebody()
    _tell(ann)
    _tell(ann, seen_days_ago=1, gap=None)
    assert Memory.objects.get().usual_gap_days is None
    assert Standing.objects.get().last_on == TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("seen_days_ago", "gap", "amount", "sentence"),
    [(-1, 30, "5", "still to come"), (1, 0, "5", "how many days"), (1, 30, "-1", "below zero")],
)
def test_what_cannot_be_is_refused_and_nothing_is_noted(
    seen_days_ago: int, gap: int, amount: str, sentence: str
) -> None:
    a_business()
    ann = somebody()
    with pytest.raises(Refusal, match=sentence):
        _tell(ann, seen_days_ago, gap, amount)
    assert not Memory.objects.exists()
    assert not Standing.objects.exists()


def test_a_collective_name_cannot_be_remembered() -> None:
    a_business()
    counter = somebody("Cash customer")
    Person.objects.filter(pk=counter.pk).update(is_bucket=True)
    counter.refresh_from_db()
    with pytest.raises(Refusal, match="Only a person"):
        _tell(counter)


def test_what_was_said_while_pasting_is_kept_from_memory_and_a_later_word_stays() -> None:
    a_business()
    ann, bo = somebody(), somebody()
    told_at = clock.now()
    event = VisitsRemembered(
        1, ((ann.pk, (TODAY - timedelta(days=15)).isoformat(), 30, "40"), (999_999, TODAY.isoformat(), 30, "40")),
        told_at.isoformat(),
    )  # fmt: skip
    remember_visits([event])
    remember_visits([event])
    memory = Memory.objects.get()
    assert (memory.person_id, memory.usual_gap_days, memory.usual_amount) == (ann.pk, 30, Decimal(40))
    assert Standing.objects.get(pk=ann.pk).basis == "memory"
    Memory.objects.filter(pk=ann.pk).update(told_at=told_at + timedelta(minutes=1), usual_gap_days=7)
    remember_visits([event])
    assert Memory.objects.get(pk=ann.pk).usual_gap_days == 7
    assert not Standing.objects.filter(pk=bo.pk).exists()


def test_the_list_of_people_says_when_each_was_here_last(client: Client) -> None:
    a_business()
    client.force_login(an_owner())
    bought, told, nobody = somebody("Ann Archer"), somebody("Bo Berg"), somebody("Cy Clark")
    visits(bought, [40, 5])
    _tell(told, seen_days_ago=10)
    grade_everyone(TODAY)
    page = client.get("/people/")
    days = {person.pk: person.last_here_on for person in page.context["people"]}
    assert days == {bought.pk: TODAY - timedelta(days=5), told.pk: TODAY - timedelta(days=10), nobody.pk: None}
    assert "Last here" in page.text
    newest = client.get("/people/?sort=newest").text
    assert "Last here" not in newest
    assert "Added" in newest

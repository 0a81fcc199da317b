"""A log of who came when, without what it cost, is kept as visits, or the owner is told how to keep them."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.intake.models import Question
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people.models import Person
from regulars.purchases.models import Order, PersonTotals

pytestmark = pytest.mark.django_db
CAME = (
    "Name,Email,Date\n"
    "Ann Abel,ann@x.example,2026-05-03\n"
    "Bo Berg,bo@x.example,2026-05-04\n"
    "Ann Abel,ann@x.example,2026-06-03\n"
    "Ann Abel,ann@x.example,2026-07-05\n"
    "Bo Berg,bo@x.example,2026-07-06\n"
)


def asked() -> set[str]:
    return set(Question.objects.values_list("kind", flat=True))


def visits(name: str) -> int:
    return PersonTotals.objects.get(person__full_name=name).buying_days


def test_people_who_stand_there_on_several_days_came_on_each_of_them(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(a_file(tmp_path, CAME))
    assert (answer["people"]["new"], answer["orders"]["new"], answer["orders"]["refused"]) == (2, 5, 0)
    assert (visits("Ann Abel"), visits("Bo Berg")) == (3, 2)
    assert asked() == {"visits"}


@pytest.mark.parametrize("header", ["Visit date", "Appointment", "Termin", "Date de visite", "Fecha de visita"])
def test_a_column_that_is_called_after_visits_says_it_even_where_everybody_came_once(
    tmp_path: Path, header: str
) -> None:
    a_business()
    taken_in(a_file(tmp_path, f"Name,Email,{header}\nAnn Abel,ann@x.example,2026-05-03\n"))
    assert visits("Ann Abel") == 1


def test_the_same_log_again_and_a_longer_one_bring_each_visit_once(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, CAME))
    longer = taken_in(a_file(tmp_path, CAME + "Bo Berg,bo@x.example,2026-08-01\n", "longer.csv"))
    assert (longer["orders"]["new"], Order.objects.count()) == (1, 6)


def test_of_people_with_one_day_each_it_is_told_that_the_days_are_not_kept_and_how_to_keep_them(
    tmp_path: Path,
) -> None:
    a_business()
    once = "Name,Email,Date\nAnn Abel,ann@x.example,2026-05-03\nBo Berg,bo@x.example,2026-05-04\n"
    taken_in(a_file(tmp_path, once))
    assert (Person.objects.filter(is_bucket=False).count(), Order.objects.count()) == (2, 0)
    [told] = Question.objects.all()
    assert told.kind == "days_left_out"
    assert "“Date”" in told.text
    assert "A list of sales" in told.why


@pytest.mark.parametrize("header", ["Created at", "Date created", "Created"])
def test_the_day_on_which_somebody_was_written_down_is_no_visit(tmp_path: Path, header: str) -> None:
    a_business()
    taken_in(a_file(tmp_path, f"Name,Email,{header}\nAnn Abel,ann@x.example,2026-05-03\n"))
    assert (asked(), Order.objects.count()) == (set(), 0)


def test_money_in_a_column_that_nobody_knows_is_asked_for_rather_than_lost(tmp_path: Path) -> None:
    a_business()
    rows = [line.split(",") for line in CAME.splitlines()[1:]]
    taken_in(a_file(tmp_path, "Name,Email,Date,Xyz\n" + "".join(f"{','.join(row)},12.50\n" for row in rows)))
    assert (asked(), Order.objects.count()) == ({"days_left_out"}, 0)

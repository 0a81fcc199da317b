"""Who is on the page, and who is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from regulars.kit import clock
from regulars.people import services as people
from regulars.people.partial_dates import PartialDate
from regulars.standings.models import Finding, Standing
from regulars.today.queries import plan
from regulars.today.tests.builders import ON, a_person, a_shop, bought, graded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_day")]


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


def lines(kind: str, on: date = ON) -> list[str]:
    return [line.person for line in plan(on).lines if line.due.kind == kind]


@pytest.mark.parametrize(("ago", "is_due"), [(6, False), (7, True), (14, True), (15, False)])
def test_a_thank_you_is_due_from_one_week_to_two_after_a_purchase(ago: int, is_due: bool) -> None:
    bought(a_person("Ann Kavanagh"), [ago])
    assert lines("thank_you") == (["Ann Kavanagh"] if is_due else [])


def test_two_purchases_on_one_day_are_thanked_for_once() -> None:
    bought(a_person(), [8, 8])
    assert len(lines("thank_you")) == 1


def test_nobody_is_thanked_for_what_went_back_or_was_cancelled() -> None:
    bought(a_person("Cy"), [8], refunded=True)
    bought(a_person("Di"), [8], cancelled=True)
    assert lines("thank_you") == []


def test_the_answer_after_a_first_import_leaves_older_purchases_alone() -> None:
    from regulars.kit.services import change_business

    bought(a_person("Ann"), [8])
    bought(a_person("Bo"), [12])
    change_business(follow_up_since=ON - timedelta(days=9))
    assert lines("thank_you") == ["Ann"]


def test_base_care_stands_in_the_order_it_is_due_never_by_money() -> None:
    bought(a_person("Late"), [7])
    bought(a_person("Early"), [13])
    assert lines("thank_you") == ["Early", "Late"]


def test_a_line_says_who_what_why_and_holds_the_finished_letter() -> None:
    bought(a_person("Ann Kavanagh"), [8])
    row = plan(ON).lines[0].as_row()
    assert row["kind"] == "thank_you"
    assert row["person"] == "Ann Kavanagh"
    assert row["what"] == "thank-you by e-mail"
    assert "8 days ago" in row["why_now"]
    assert "reen silk scarf" in row["why_now"]
    assert row["why_person"] == "First purchase."
    assert row["due_on"] == "2026-06-09"
    assert row["minutes"] == 0.5
    assert "Ann" in row["draft"]
    assert "{{" not in row["draft"]


def test_a_birthday_is_seen_ten_days_ahead_and_says_no_age_without_a_year() -> None:
    person = a_person("Ann", email=False)
    people.add_occasion(person, "birthday", PartialDate(6, 20))
    assert lines("birthday") == ["Ann"]
    assert lines("birthday", ON - timedelta(days=1)) == []
    assert "urning" not in plan(ON).lines[0].why_now


def test_a_birthday_over_the_turn_of_the_year_is_seen_in_december() -> None:
    people.add_occasion(a_person("Ann"), "birthday", PartialDate(1, 2, 1968))
    line = plan(date(2026, 12, 28)).lines[0]
    assert line.due.due_on == date(2027, 1, 2)
    assert "59" in line.why_now


def test_someone_born_on_the_leap_day_is_greeted_on_the_28th_in_a_common_year() -> None:
    people.add_occasion(a_person("Leapling"), "birthday", PartialDate(2, 29))
    assert plan(date(2027, 2, 28)).lines[0].due.due_on == date(2027, 2, 28)
    assert plan(date(2028, 2, 28)).lines[0].due.due_on == date(2028, 2, 29)


def test_years_with_us_count_from_the_first_purchase() -> None:
    bought(a_person("Ann"), [30], on=ON)
    bought(a_person("Bo"), [0], on=date(2024, 6, 12))
    bought(a_person("Cy"), [0], on=date(2021, 6, 12))
    found = [line for line in plan(ON).lines if line.due.kind == "anniversary"]
    assert [(line.person, "2 years" in line.why_now) for line in found] == [("Bo", True)]


@pytest.mark.parametrize(
    ("visits", "is_slipping"),
    [([83, 124, 165], True), ([82, 123, 164], False), ([83, 124], False), ([14, 18, 22], True), ([13, 17, 21], False)],
)
def test_somebody_slips_after_twice_their_usual_gap_and_a_fortnight_at_least(
    visits: list[int], is_slipping: bool
) -> None:
    bought(a_person("Bo"), visits)
    graded()
    assert lines("slipped") == (["Bo"] if is_slipping else [])


@pytest.mark.parametrize(("gap_low", "is_said"), [(30.0, True), (None, False)])
def test_where_two_years_show_a_season_the_line_says_that_quiet_months_are_allowed_for(
    gap_low: float | None, is_said: bool
) -> None:
    bought(a_person("Bo"), [83, 124, 165])
    graded()
    Standing.objects.update(gap_low_days=gap_low)
    said = "The quiet months of your year are allowed for."
    assert said not in plan(ON).lines[0].why_now
    Finding.objects.update_or_create(
        name="model", defaults={"as_of": ON, "made_at": clock.now(), "data": {"season": {"n": 900}}}
    )
    assert (said in plan(ON).lines[0].why_now) is is_said


def test_a_promise_is_on_the_page_from_its_day_on_until_it_is_kept() -> None:
    person = a_person("Ruth")
    reminder = people.remind(person, "Ring ready", ON + timedelta(days=1), kind="promise")
    assert lines("reminder") == []
    assert lines("reminder", ON + timedelta(days=1)) == ["Ruth"]
    people.finish_reminder(reminder)
    assert lines("reminder", ON + timedelta(days=3)) == []


def test_whoever_asked_for_quiet_is_left_alone_but_not_forgotten() -> None:
    person = a_person("Di")
    bought(person, [8])
    people.quiet_until(person, ON + timedelta(days=2))
    people.remind(person, "Ring ready", ON, kind="promise")
    assert lines("thank_you") == []
    assert lines("reminder") == ["Di"]
    assert lines("thank_you", ON + timedelta(days=3)) == ["Di"]


def test_an_open_complaint_silences_the_thank_you() -> None:
    person = a_person("Ruth")
    bought(person, [8])
    people.silence(person, "complaint", "The clasp opened.", "people")
    assert lines("thank_you") == []


def test_somebody_without_an_address_is_thanked_in_person() -> None:
    bought(a_person("Bo", email=False), [8])
    assert plan(ON).lines[0].way == "in_person"


def test_a_look_at_another_day_changes_nothing(django_assert_max_num_queries) -> None:
    from regulars.outreach.models import Touch
    from regulars.today.models import Decision

    bought(a_person(), [8])
    plan(ON + timedelta(days=3))
    assert not Touch.objects.exists()
    assert not Decision.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_lines(django_assert_max_num_queries) -> None:
    for number in range(12):
        bought(a_person(f"Person {number}"), [8])
    with django_assert_max_num_queries(95):
        day = plan(ON, shown=10)
    assert len(day.lines) == 10
    assert day.total == 12

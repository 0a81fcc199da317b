"""Whoever asked, complained or wrote about us stands on the page until they have their answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.outreach.models import Touch
from regulars.people.models import Person
from regulars.rapport import services as rapport
from regulars.rapport.models import Encounter, Enquiry
from regulars.rapport.services import Caller, NewEncounter, NewEnquiry
from regulars.standings.services import settle_enquiries
from regulars.today.queries import plan
from regulars.today.services import approve_lines, skip_line, snooze_line, take_outcome
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_day")]


@pytest.fixture
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


def asked(person: Person, days: int = 1, **more: str) -> Enquiry:
    at = datetime(2026, 6, 10, 9, tzinfo=UTC) - timedelta(days=days)
    wants = more.pop("wants", "a ring in white gold")
    return rapport.take_enquiry(NewEnquiry(Caller(person.pk), "phone", wants, asked_at=at, **more), None)  # type: ignore[arg-type]  # texts


def line_of(kind: str) -> Any:
    return next((line for line in plan(ON).lines if line.due.kind == kind), None)


def test_who_asked_yesterday_stands_first_with_a_finished_answer() -> None:
    bought(a_person("Ann"), [8])
    asked(a_person("Ruth Moore"))
    line = plan(ON).lines[0]
    assert (line.person, line.what, line.way) == ("Ruth Moore", "asked for: a ring in white gold", "email")
    assert line.why_now == "Asked yesterday, by phone."
    assert line.draft is not None
    assert "a ring in white gold" in line.draft.body
    assert "{{" not in line.draft.body + line.draft.subject


def test_a_question_of_this_hour_is_not_pressed() -> None:
    asked(a_person(), days=0)
    assert line_of("enquiry") is None


def test_the_answer_goes_the_way_they_like() -> None:
    ruth = a_person("Ruth Moore", phones=("087 123 4567",))
    asked(ruth, likes_answer_by="email")
    asked(ruth, days=2)
    assert [line.way for line in plan(ON).lines] == ["call", "email"]


def test_a_yes_to_the_letter_answers_the_enquiry_once() -> None:
    enquiry = asked(a_person("Ruth Moore"))
    line = line_of("enquiry")
    for _again in range(2):
        approve_lines({line.key: line.seen}, an_owner())
    enquiry.refresh_from_db()
    assert (enquiry.state, line_of("enquiry"), Touch.objects.count()) == ("answered", None, 1)


def test_a_call_that_reached_them_answers_it_and_one_that_did_not_comes_back() -> None:
    enquiry = asked(a_person("Ruth", phones=("087 123 4567",)))
    key = line_of("enquiry").key
    take_outcome(key, "no_answer", "", an_owner())
    enquiry.refresh_from_db()
    assert (enquiry.state, line_of("enquiry")) == ("open", None)
    tomorrow = plan(ON + timedelta(days=1)).lines[0]
    assert tomorrow.due.subject_id == enquiry.pk


def test_who_bought_since_they_asked_is_not_on_the_page_even_before_the_news_is_round() -> None:
    ruth = a_person("Ruth")
    enquiry = asked(ruth, days=3)
    order = bought(ruth, [1])[0]
    assert line_of("enquiry") is None
    assert settle_enquiries([order.change_number]) == 1
    assert settle_enquiries([order.change_number]) == 0
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.won_order_id) == ("won", order.pk)


def test_a_purchase_before_they_asked_answers_nothing() -> None:
    ruth = a_person("Ruth")
    order = bought(ruth, [20])[0]
    asked(ruth)
    assert settle_enquiries([order.change_number]) == 0
    assert line_of("enquiry") is not None


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_the_worker_closes_an_enquiry_when_its_order_comes_in_and_opens_it_when_it_is_cancelled(work) -> None:
    from regulars.purchases.services import cancel_order

    ruth = a_person("Ruth")
    enquiry = asked(ruth, days=3)
    work()
    order = bought(ruth, [1])[0]
    work()
    enquiry.refresh_from_db()
    assert enquiry.state == "won"
    cancel_order(order, an_owner())
    work()
    enquiry.refresh_from_db()
    assert enquiry.state == "open"


def test_a_line_put_off_or_left_out_stays_away_until_it_waits_again() -> None:
    enquiry = asked(a_person("Ruth"))
    snooze_line(line_of("enquiry").key, ON + timedelta(days=1), an_owner())
    assert line_of("enquiry") is None
    rapport.answer_enquiry(enquiry, None)
    rapport.reopen_enquiry(enquiry, None)
    skip_line(line_of("enquiry").key, an_owner())
    assert line_of("enquiry") is None
    assert Enquiry.objects.get().state == "open"


def said(kind: str, words: str, person: Person | None = None, **more: str) -> Encounter:
    caller = Caller(person.pk) if person else Caller(name="jane_77")
    return rapport.log_encounter(NewEncounter(kind, words, caller, **more), None)  # type: ignore[arg-type]  # texts


def test_a_complaint_stands_until_it_is_answered_though_its_person_is_left_in_peace() -> None:
    entry = said("complaint", "the clasp broke", a_person("Ruth Moore"))
    line = line_of("said")
    assert (line.person, line.what, line.chip) == ("Ruth Moore", "was not happy", "complaint")
    assert "the clasp broke" in line.why_now
    take_outcome(line.key, "done", "a new clasp by Friday", an_owner())
    entry.refresh_from_db()
    assert (entry.answer, line_of("said")) == ("a new clasp by Friday", None)


def test_who_gave_only_an_email_address_is_answered_by_writing(client) -> None:
    said("complaint", "the clasp broke", ruth := a_person("Ruth Moore"))
    client.force_login(an_owner())
    assert f'href="mailto:{ruth.emails.get().address}"' in client.get("/today/").text


def test_a_public_comment_of_a_stranger_stands_with_its_link(client) -> None:
    said("comment", "Lovely shop", link="https://maps.example/1", place="Google")
    line = line_of("said")
    assert (line.person, line.what, line.link) == ("", "jane_77: wrote about us in public", "https://maps.example/1")
    client.force_login(an_owner())
    page = client.get("/today/").text
    assert 'href="https://maps.example/1"' in page
    assert "noopener" in page


def test_the_queries_do_not_grow_with_those_who_wait(django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _round in range(2):
        for number in range(4):
            asked(a_person(f"Somebody {number}"))
            said("comment", "hello", a_person(f"Other {number}"))
        with CaptureQueriesContext(connection) as found:
            plan(ON, shown=10)
        counts.append(len(found))
    assert counts[0] == counts[1]

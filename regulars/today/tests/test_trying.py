"""Before one yes to several letters: who lacks what the words speak of, and how the fallback reads; and files on Today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from regulars.outreach import services as outreach
from regulars.outreach.models import State, Touch
from regulars.outreach.queries.enclosures import papers_of
from regulars.outreach.services import Chosen, NewFile
from regulars.today.queries import Section, plan
from regulars.today.services import approve_lines, edit_line
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought
from regulars.today.trying import tried

pytestmark = pytest.mark.django_db
BODY = "Dear {{ first_name | default: 'friend' }},\n\nthank you for {{ bought }}."


@pytest.fixture(autouse=True)
def _shop(frozen_clock: Any) -> None:
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


def words(body: str = BODY, *new: NewFile) -> None:
    outreach.save_wording("first-purchase", subject="Thank you", body=body, by=None, files=Chosen(new=new))


def thank_yous() -> Section:
    return next(section for section in plan(ON).sections if section.kind.key == "thank_you")


def test_who_lacks_a_name_and_how_the_fallback_reads_is_said_before_the_yes() -> None:
    words()
    bought(a_person("Ann Kavanagh"), [8])
    assert not tried(thank_yous()).findings
    bought(a_person(""), [8])
    found = tried(thank_yous()).findings
    assert [one.sentence for one in found] == ["1 person has no “first name”; the fallback reads: “Dear friend,”"]


def test_who_would_get_no_letter_is_named_although_their_line_is_not_among_those_sent() -> None:
    words("Dear {{ last_name }},\n\nthank you.")
    for name in ("Ann Kavanagh", "Bo Lindqvist"):
        bought(a_person(name, family_name=name.split()[1]), [8])
    bought(a_person("Cy"), [8])
    section = tried(thank_yous())
    assert len(section.letters) == 2
    assert [(one.kind, one.count) for one in section.findings] == [("missing", 1)]


def test_what_the_owner_wrote_for_one_person_is_not_tried() -> None:
    words()
    bought(a_person(""), [8])
    bought(a_person("Bo Lindqvist"), [8])
    line = next(one for one in thank_yous().lines if one.draft and "friend" in one.draft.body)
    outreach_words = ("Thanks", "My dear,\n\nthank you.")
    edit_line(line.key, *outreach_words, None)
    assert not tried(thank_yous()).findings


def test_trying_reads_nothing_again_whatever_the_number_of_letters(django_assert_num_queries: Any) -> None:
    words()
    for number in range(3):
        bought(a_person(f"Guest {number}"), [8])
    few = thank_yous()
    for number in range(3, 9):
        bought(a_person(f"Guest {number}"), [8])
    many = thank_yous()
    assert len(many.letters) == 9
    with django_assert_num_queries(0):
        tried(few)
    with django_assert_num_queries(0):
        tried(many)


def test_the_page_says_it_above_the_yes(client: Client) -> None:
    words()
    client.force_login(an_owner())
    bought(a_person("Ann Kavanagh"), [8])
    bought(a_person(""), [8])
    for address in ("/today/", "/today/kinds/thank_you/"):
        page = client.get(address).text
        assert page.index("How the words come out") < page.index("Yes to the 2 letters shown")
        assert "the fallback reads: “Dear friend,”" in page


def test_a_file_of_the_words_is_shown_under_the_line_and_goes_with_the_letter(client: Client) -> None:
    words(BODY, NewFile("prices.pdf", b"%PDF one"))
    client.force_login(an_owner())
    bought(a_person("Ann Kavanagh"), [8])
    line = thank_yous().lines[0]
    assert "prices.pdf" in client.get("/today/").text
    answer = approve_lines({line.key: line.seen}, None)
    assert answer.approved == (line.key,)
    touch = Touch.objects.get()
    assert touch.state == State.APPROVED
    assert [paper.name for paper in papers_of([touch])[touch.pk]] == ["prices.pdf"]


def test_a_file_changed_since_the_line_was_read_asks_for_another_reading() -> None:
    words(BODY, NewFile("prices.pdf", b"%PDF one"))
    bought(a_person("Ann Kavanagh"), [8])
    line = thank_yous().lines[0]
    words(BODY, NewFile("prices.pdf", b"%PDF two"))
    answer = approve_lines({line.key: line.seen}, None)
    assert not answer.approved
    assert [one.key for one in answer.changed] == [line.key]
    assert not Touch.objects.exists()

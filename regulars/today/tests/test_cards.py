"""A card is written by hand or printed; the cards to print are one line of the day and one truth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, State, Touch
from regulars.outreach.queries.printing import due_to_print
from regulars.people import services as people
from regulars.people.partial_dates import PartialDate
from regulars.people.services import NewAddress
from regulars.today import queries, services
from regulars.today.tests.builders import ON, a_person, a_shop, an_owner, bought

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_day(frozen_clock):
    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()


def a_birthday(name="Anneke Noordman"):
    person = a_person(name)
    bought(person, [30])
    people.change_person(person, changes={"places": [NewAddress("Linienstr. 12", "Berlin", "10178")]}, by=None)
    people.add_occasion(person, "birthday", PartialDate(6, 15))
    return person


def lines_of(kind):
    return [line for line in queries.plan(ON).lines if line.due.kind == kind]


def test_a_card_to_print_leaves_its_line_and_waits_among_the_cards(client):
    person = a_birthday()
    (line,) = lines_of("birthday")
    assert (line.way, lines_of("cards")) == ("card", [])
    client.force_login(an_owner())
    assert "Print it" in client.get("/").text or "Print it" in client.get("/today/").text
    assert client.post(line.print_url).status_code == 303
    touch = Touch.objects.get(person=person)
    assert (touch.channel, touch.state, touch.programme) == (Channel.CARD, State.APPROVED, "birthday")
    assert "happy birthday" in touch.body
    assert lines_of("birthday") == []
    (cards,) = lines_of("cards")
    assert (cards.what, cards.page) == ("1 card to print", "/cards/")
    with pytest.raises(Refusal):
        services.print_line(line.key, None)
    assert Touch.objects.count() == 1


def test_the_line_of_cards_can_be_put_off_and_comes_back_the_next_day():
    a_birthday()
    services.print_line(lines_of("birthday")[0].key, None)
    services.skip_line(lines_of("cards")[0].key, None)
    assert lines_of("cards") == []
    assert [line.due.kind for line in queries.plan(ON.replace(day=11)).lines] == ["cards"]


def test_only_cards_are_printed():
    person = a_person("Bo Birk")
    bought(person, [30])
    people.add_occasion(person, "birthday", PartialDate(6, 15))
    (line,) = lines_of("birthday")
    assert line.way == "email"
    with pytest.raises(Refusal, match="Only cards"):
        services.print_line(line.key, None)


def test_what_waits_for_the_printer_is_found_by_its_small_index():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a table this small from end to end, and rightly so.")
    rows = due_to_print(datetime(2026, 6, 10, tzinfo=UTC), datetime(2026, 6, 17, tzinfo=UTC))[:101]
    sql, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        steps = [row[3] for row in cursor.fetchall()]
    assert "outreach_to_print" in steps[0], steps
    assert not [step for step in steps if "TEMP B-TREE" in step], steps

"""The slip on the counter: printed, typed in, kept as evidence; and one statement for many people."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from regulars.kit.errors import Refusal
from regulars.kit.services import set_up_business
from regulars.people import slips
from regulars.people.models import Consent, ConsentNow, Person, Statement
from regulars.people.partial_dates import PartialDate
from regulars.people.services import record_consent, state_consent, take_statement_back
from regulars.people.tests.builders import a_person
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
PAGE = "/people/slips/"
ON_PAPER = "These people asked me on paper for the spring list."
SIGNED = date(2026, 3, 1)


@pytest.fixture
def desk(client: Client) -> Client:
    set_up_business(name="Lindenblatt", zone="Europe/Berlin", currency="EUR", country="DE")
    client.force_login(an_owner())
    return client


def test_the_sheet_has_four_slips_in_the_language_of_the_business(desk: Client) -> None:
    page = desk.get(f"{PAGE}sheet/").text
    assert page.count('class="slip"') == 4
    assert page.count('<span class="box">') == 4 * 8
    lines = page[page.index("<dl>") : page.index("</dl>")]
    order = ["Name", "Phone", "E-mail", "Address", "Birthday", "I like to hear from you by", "I like<", "Who sent you?"]
    places = [lines.index(f">{words}") for words in order]
    assert page.index("Offers and news") < page.index("<dl>")
    assert places == sorted(places)


def test_the_entry_page_has_the_order_of_the_paper(desk: Client) -> None:
    page = desk.get(PAGE).text
    names = [name for name in re.findall(r'<(?:input|select|textarea)[^>]* name="([\w-]+)"', page)
             if name not in {"csrfmiddlewaretoken", "key", "q", "theme", "next"}]  # fmt: skip
    first = names.index("email-care")
    assert names[first : first + 19] == [
        "email-care", "email-marketing", "text-care", "text-marketing", "post-care", "post-marketing", "call-care",
        "call-marketing", "full_name", "phone", "email", "lines", "postcode", "city", "birthday", "hear_by", "likes",
        "sent_by", "signed_on",
    ]  # fmt: skip
    assert page.count("autofocus") == 1


FILLED = {
    "key": "one slip", "email-marketing": "on", "post-care": "on", "full_name": "Ann Baker", "phone": "+44 20 7946 0018",
    "email": "ann@example.org", "lines": "1 High Street", "postcode": "YO1 7HH", "city": "York", "birthday": "29 Feb",
    "hear_by": "post", "likes": "tulips, tea", "sent_by": "Bo Berg", "signed_on": "2026-03-01",
}  # fmt: skip


def test_a_slip_is_kept_with_each_tick_as_evidence_and_the_next_one_has_the_same_day(desk: Client) -> None:
    bo = a_person("Bo Berg")
    reply = desk.post(PAGE, FILLED)
    assert reply["Location"] == f"{PAGE}?signed_on=2026-03-01"
    assert 'value="2026-03-01"' in desk.get(reply["Location"]).text
    ann = Person.objects.get(full_name="Ann Baker")
    assert ann.referred_by == bo
    assert ann.occasions.get().date == PartialDate(2, 29)
    assert (ann.reach_by, ann.notes.count()) == ("post", 0)
    assert sorted(ann.preferences.values_list("text", flat=True)) == ["tea", "tulips"]
    rows = Consent.objects.filter(person=ann).order_by("channel")
    assert [(row.channel, row.purpose, row.is_given, row.source) for row in rows] == [
        ("email", "marketing", True, "paper slip"), ("post", "care", True, "paper slip"),
    ]  # fmt: skip
    row = rows[0]
    assert row.wording.startswith(f"Slip {slips.VERSION} (en): ")
    assert "Offers and news by e-mail" in row.wording
    assert row.said_at is not None
    assert row.said_at.date() == SIGNED
    assert row.recorded_by is not None


def test_the_same_slip_sent_twice_is_one_person(desk: Client) -> None:
    alone = {"key": "k", "full_name": "Ann Baker"}
    desk.post(PAGE, alone)
    desk.post(PAGE, alone)
    assert Person.objects.count() == 1
    assert not Consent.objects.exists(), "an empty box says nothing"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"signed_on": ""}, "Which day was it signed?"),
        ({"signed_on": "2026-03-09"}, "That day is still to come."),
        ({"full_name": " "}, "full_name"),
        ({"email": "ann at home"}, "does not look like an e-mail address"),
        ({"birthday": "soon"}, "Write a day like 15 May"),
    ],
)
def test_a_slip_that_cannot_be_kept_is_shown_again_and_nothing_is_written(
    desk: Client, change: dict[str, str], sentence: str
) -> None:
    reply = desk.post(PAGE, FILLED | change)
    assert reply.status_code == 422
    assert sentence in reply.text
    assert not Person.objects.exists()


def test_whoever_changes_a_word_of_the_slip_gives_it_the_next_version() -> None:
    words = [slips.question("X"), slips.leaving("X"), *(box.name + box.sentence for box in slips.boxes("X"))]
    assert (slips.VERSION, hashlib.sha256("|".join(words).encode()).hexdigest()[:12]) == (1, "5fd6ab8452cc")


def test_one_statement_is_evidence_for_each_and_can_be_taken_back(desk: Client) -> None:
    people = [a_person(f"Person {letter}", tags=("fair",)) for letter in "ABC"]
    record_consent([people[0].pk], "email", "marketing", source="by hand", wording="told me")
    page = desk.get("/people/statements/", {"tag": "fair"})
    assert page.text.count('name="people"') == 3
    answer = {"key": "k", "tag": "fair", "people": [one.pk for one in people[:2]], "channel": "email",
              "purpose": "marketing", "text": ON_PAPER, "said_on": "2026-03-01"}  # fmt: skip
    desk.post("/people/statements/", answer)
    desk.post("/people/statements/", answer)
    statement = Statement.objects.get()
    assert statement.count == 2
    rows = Consent.objects.filter(statement=statement)
    assert {(row.person_id, row.wording, row.source) for row in rows} == {
        (one.pk, ON_PAPER, "owner's statement") for one in people[:2]
    }
    desk.post(f"/people/statements/{statement.pk}/removal/")
    desk.post(f"/people/statements/{statement.pk}/removal/")
    statement.refresh_from_db()
    assert statement.undone_at is not None
    assert list(Consent.objects.values_list("person_id", "wording")) == [(people[0].pk, "told me")]
    assert list(ConsentNow.objects.values_list("person_id", flat=True)) == [people[0].pk]


def test_people_of_one_intake_can_be_meant(desk: Client) -> None:
    ann = a_person("Ann Baker")
    at = ann.added_at.isoformat()
    page = desk.get("/people/statements/", {"source": "test", "since": at, "until": at})
    assert "Ann Baker" in page.text
    assert "Ann Baker" not in desk.get("/people/statements/", {"source": "other", "since": at, "until": at}).text


def test_a_no_that_came_later_is_not_overruled_by_a_statement_about_an_earlier_day(desk: Client) -> None:
    ann = a_person("Ann Baker")
    record_consent([ann.pk], "email", "marketing", False, basis="objection", source="by hand", wording="no more")
    state_consent([ann.pk], channel="email", purpose="marketing", text=ON_PAPER, said_on=SIGNED, key="k", by=None)
    assert not ConsentNow.objects.get(person=ann).is_given


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": "  paper "}, "without the statement"),
        ({"said_on": date(2026, 3, 9)}, "still to come"),
        ({"person_ids": []}, "at least one person"),
        ({"channel": "pigeon"}, "ways and purposes"),
    ],
)
def test_nothing_is_ever_stated_without_the_statement_the_day_and_the_people(
    change: dict[str, object], sentence: str
) -> None:
    said = {"person_ids": [a_person().pk], "channel": "email", "purpose": "marketing", "text": ON_PAPER,
            "said_on": SIGNED, "key": "k", "by": None, **change}  # fmt: skip
    with pytest.raises(Refusal, match=sentence):
        state_consent(**said)  # type: ignore[arg-type]
    assert not Consent.objects.exists()


def test_staff_may_type_slips_in_and_only_leads_may_state(client: Client) -> None:
    set_up_business(name="Lindenblatt", zone="Europe/Berlin", currency="EUR", country="DE")
    client.force_login(a_user(role=Role.STAFF))
    assert client.get(PAGE).status_code == 200
    assert client.get("/people/statements/").status_code == 403


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_statement_sent_and_taken_back_twice_at_once_counts_once() -> None:
    set_up_business(name="Lindenblatt", zone="Europe/Berlin", currency="EUR", country="DE")
    ids = [a_person(f"Person {letter}").pk for letter in "AB"]
    start = Barrier(2)

    def send(_number: int) -> int:
        try:
            start.wait(60)
            said = state_consent(
                ids, channel="post", purpose="marketing", text=ON_PAPER, said_on=SIGNED, key="once", by=None
            )
            start.wait(60)
            return take_statement_back(said, None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        taken = sorted(pool.map(send, range(2)))
    assert taken == [0, 2]
    assert Statement.objects.count() == 1
    assert not Consent.objects.exists()

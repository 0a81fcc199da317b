"""The log: anything in twenty seconds, once, and answered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Silence, TimelineEntry
from regulars.people.queries import silenced
from regulars.people.tests.builders import a_person
from regulars.rapport import queries, services
from regulars.rapport.models import Encounter
from regulars.rapport.services import Caller, NewEncounter
from regulars.rapport.tests.builders import a_shop, an_entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]
TODAY = date(2026, 3, 4)


@pytest.fixture
def shop(frozen_clock):
    a_shop()
    return frozen_clock


def test_a_call_is_noted_stands_on_the_timeline_and_waits_for_nothing() -> None:
    entry = an_entry(kind="call", words="will come on Friday")
    assert entry.answer_by is None
    assert TimelineEntry.objects.get().text == "Call: will come on Friday"
    assert list(queries.unanswered(TODAY)) == []


def test_a_complaint_silences_the_asking_until_it_is_put_right_and_waits_until_it_is_answered() -> None:
    ruth = a_person("Ruth Moore")
    entry = an_entry(ruth, "complaint", "the clasp broke")
    assert silenced([ruth.pk], TODAY, "marketing") == {ruth.pk: "the clasp broke"}
    assert list(queries.unanswered(TODAY)) == [entry]
    services.answer_encounter(entry, "will be mended by Friday", None)
    assert list(queries.unanswered(TODAY)) == []
    assert silenced([ruth.pk], TODAY, "marketing") != {}
    services.resolve_complaint(entry, "a new clasp", None)
    assert silenced([ruth.pk], TODAY, "marketing") == {}
    assert services.resolve_complaint(entry, "", None) is False


def test_two_complaints_hold_one_silence_until_both_are_put_right() -> None:
    ruth = a_person("Ruth Moore")
    first, second = an_entry(ruth, "complaint", "the clasp"), an_entry(ruth, "complaint", "the box")
    services.resolve_complaint(first, "", None)
    assert silenced([ruth.pk], TODAY, "marketing") != {}
    services.resolve_complaint(second, "", None)
    assert silenced([ruth.pk], TODAY, "marketing") == {}
    assert Silence.objects.count() == 1


def test_a_public_comment_of_a_stranger_waits_with_its_link() -> None:
    new = NewEncounter("comment", "Lovely shop!", Caller(name="jane_77"), place="Google", link="https://maps.example/1")
    entry = services.log_encounter(new, None)
    assert (entry.person_id, entry.who, entry.answer_by) == (None, "jane_77", TODAY)
    assert [row.link for row in queries.unanswered(TODAY)] == ["https://maps.example/1"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "https://", "http://a b", "//x", "ftp://x"]
)
def test_what_is_no_web_address_never_becomes_a_link(link: str) -> None:
    with pytest.raises(Refusal, match="https://"):
        services.log_encounter(NewEncounter("comment", "x", Caller(name="j"), link=link), None)


def test_what_was_answered_at_once_waits_for_nothing() -> None:
    entry = an_entry(kind="comment", is_answered=True)
    assert (entry.answer_by, entry.answered_at is not None) == (None, True)


def test_a_message_from_us_waits_for_nothing_and_counts_as_contact_from_us() -> None:
    ruth = a_person()
    an_entry(ruth, "message", "sent a picture", direction="out", happened_at=datetime(2026, 3, 1, 9, tzinfo=UTC))
    an_entry(ruth, "visit", "looked at rings", happened_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
    assert list(queries.unanswered(TODAY)) == []
    last = queries.last_contacts([ruth.pk])[ruth.pk]
    assert (str(last.from_us)[:10], str(last.from_them)[:10]) == ("2026-03-01", "2026-03-02")


def test_an_entry_without_words_or_of_tomorrow_or_of_nobody_is_refused() -> None:
    with pytest.raises(Refusal, match="few words"):
        an_entry(words=" ")
    with pytest.raises(Refusal, match="not come yet"):
        an_entry(happened_at=datetime(2026, 3, 5, 9, tzinfo=UTC))
    with pytest.raises(Refusal, match="who it was"):
        services.log_encounter(NewEncounter("call", "hello"), None)
    assert Encounter.objects.count() == 0


def test_the_same_entry_arriving_twice_is_one_and_another_under_its_key_is_refused() -> None:
    ruth, key = a_person(), uuid4()
    first = an_entry(ruth, client_key=key)
    assert an_entry(ruth, client_key=key).pk == first.pk
    with pytest.raises(Refusal, match="saved already"):
        an_entry(ruth, words="something else", client_key=key)


def test_the_log_follows_a_merge_and_is_erased_with_its_person() -> None:
    ruth, other = a_person("Ruth Moore"), a_person("R Moore")
    entry = an_entry(other, "complaint", "the clasp")
    merge = people.merge(ruth, other, None)
    entry.refresh_from_db()
    assert entry.person_id == ruth.pk
    people.unmerge(merge.pk, None)
    entry.refresh_from_db()
    assert entry.person_id == other.pk
    people.erase_person(other, None)
    assert Encounter.objects.count() == 0


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_an_entry_that_a_phone_sends_from_many_threads_arrives_once(in_threads) -> None:
    ruth, key = a_person(), uuid4()
    results = in_threads(6, lambda number: an_entry(ruth, "complaint", "the clasp", client_key=key).pk)
    assert len(set(results)) == 1, results
    assert (Encounter.objects.count(), Silence.objects.count()) == (1, 1)

"""Lines that are not about sales: what people own, what happened to them, what is owed, who was silent for long."""

from __future__ import annotations

import contextvars
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from regulars.kit.errors import Refusal
from regulars.outreach.models import Touch
from regulars.people import services as people
from regulars.people.models import Person, TimelineEntry
from regulars.people.partial_dates import PartialDate
from regulars.rapport import services as rapport
from regulars.rapport.models import Belonging, Encounter, LifeEvent, Owed
from regulars.today import services
from regulars.today.models import Decision
from regulars.today.queries import plan
from regulars.today.tests.builders import ON, a_person, an_owner


def of_kind(kind: str, on: date = ON):
    return [line for line in plan(on).lines if line.due.kind == kind]


def only(kind: str, on: date = ON):
    (line,) = of_kind(kind, on)
    return line


def a_boiler(person: Person, due_on: date = ON, what: str = "Boiler", **more) -> Belonging:
    said = {"what": what, "service_months": 12, "serviced_on": due_on.replace(year=due_on.year - 1), **more}
    return rapport.add_belonging(person, said, key=f"{what}{person.pk}")


def an_event(person: Person, kind: str, on: date | None = None, **more) -> LifeEvent:
    return rapport.record_event(person, rapport.NewEvent(kind, on, **more), key=f"{kind}{person.pk}")


def a_landlord(since: date = date(2026, 1, 2), **more) -> Person:
    otto = a_person("Otto", kinds=("landlord",), **more)
    Person.objects.filter(pk=otto.pk).update(added_at=datetime(since.year, since.month, since.day, 12, tzinfo=UTC))
    return otto


def test_a_yearly_service_is_seen_two_weeks_ahead_with_what_it_is_about(maya) -> None:
    a_boiler(a_person("Ruth"), ON + timedelta(days=14), details="Serial 12-34")
    line = only("thing")
    assert (line.person, line.what) == ("Ruth", "Boiler: yearly service due 24 June")
    assert line.why_now == "Serial 12-34. Last looked after on 24 June 2025."
    assert of_kind("thing", ON - timedelta(days=1)) == []


def test_a_warranty_is_seen_thirty_days_before_it_ends_and_not_after(maya) -> None:
    ends = ON + timedelta(days=30)
    said = {"what": "Coat", "warranty_until": ends, "bought_on": date(2024, 7, 10), "is_from_us": True}
    rapport.add_belonging(a_person("Ruth"), said, key="coat")
    assert only("thing").what == "Coat: warranty ends on 10 July"
    assert only("thing").why_now == "Bought from us on 10 July 2024."
    assert of_kind("thing", ON - timedelta(days=1)) == []
    assert of_kind("thing", ends + timedelta(days=1)) == []


def test_looked_after_closes_the_line_and_the_next_year_opens_another(maya) -> None:
    thing = a_boiler(a_person("Ruth"))
    services.take_outcome(only("thing").key, "done", "", maya)
    thing.refresh_from_db()
    assert (thing.serviced_on, thing.service_due_on) == (ON, date(2027, 6, 10))
    assert of_kind("thing") == []
    assert only("thing", date(2027, 6, 1)).due.occurrence == "2027-06-10"


def test_told_or_declined_closes_the_line_and_leaves_the_thing_as_it_is(maya) -> None:
    told, declined = a_boiler(a_person("Ruth")), a_boiler(a_person("Ann"))
    lines = {line.due.subject_id: line.key for line in of_kind("thing")}
    services.take_outcome(lines[told.pk], "spoke", "", maya)
    services.skip_line(lines[declined.pk], maya)
    assert of_kind("thing") == []
    assert set(Belonging.objects.values_list("serviced_on", flat=True)) == {date(2025, 6, 10)}
    services.reopen_line(lines[declined.pk], maya)
    assert only("thing").person == "Ann"


def test_put_off_it_comes_back(maya) -> None:
    a_boiler(a_person("Ruth"))
    services.snooze_line(only("thing").key, ON + timedelta(days=3), maya)
    assert of_kind("thing", ON + timedelta(days=2)) == []
    assert len(of_kind("thing", ON + timedelta(days=3))) == 1


def test_done_on_their_page_takes_the_line_off(maya) -> None:
    ruth = a_person("Ruth")
    thing, event = a_boiler(ruth), an_event(ruth, "wedding")
    owed = rapport.owe(ruth, "we", "A sample", ON, key="1")
    assert {line.due.kind for line in plan(ON).lines} == {"thing", "news", "owed"}
    rapport.record_service(thing)
    rapport.answer_event(event, "Card")
    rapport.settle(owed)
    assert plan(ON).total == 0


def test_whoever_mourns_gets_a_card_and_is_asked_for_nothing(maya) -> None:
    ruth = a_person("Ruth")
    a_boiler(ruth)
    an_event(ruth, "bereavement", note="Her mother, of cancer")
    assert of_kind("thing") == []
    line = only("news")
    assert line.what == "lost somebody: a card by hand, and nothing to sell"
    assert "cancer" not in f"{line.why_now} {line.remarks}"


def test_whoever_asked_to_be_left_alone_is_not_congratulated(maya) -> None:
    ruth, ann = a_person("Ruth"), a_person("Ann")
    an_event(ruth, "baby")
    an_event(ann, "baby")
    people.silence(ruth, "ended", "", "people")
    people.quiet_until(ann, ON + timedelta(days=2))
    assert of_kind("news") == []
    assert [line.person for line in of_kind("news", ON + timedelta(days=3))] == ["Ann"]


def test_what_we_did_about_it_is_kept_with_the_event(maya) -> None:
    event = an_event(a_person("Ruth"), "moved")
    assert "new address" in only("news").what
    services.take_outcome(only("news").key, "done", "Card to the new house", maya)
    event.refresh_from_db()
    assert event.answer == "Card to the new house"
    assert not Touch.objects.exists()


def test_both_sides_of_what_is_owed_stand_on_their_day_and_a_complaint_hides_none(maya) -> None:
    ruth = a_person("Ruth")
    rapport.owe(ruth, "we", "Money back", ON, key="1")
    rapport.owe(ruth, "they", "The old ring", ON - timedelta(days=3), key="2")
    rapport.owe(ruth, "asked", "A call first", ON + timedelta(days=1), key="3")
    people.silence(ruth, "complaint", "", "people")
    lines = of_kind("owed")
    assert [line.what for line in lines] == ["they owe us: The old ring", "we owe them: Money back"]
    assert [line.chip for line in lines] == ["late", ""]
    services.take_outcome(lines[1].key, "done", "", maya)
    assert Owed.objects.get(key="1").outcome == "kept"
    services.skip_line(lines[0].key, maya)
    assert Owed.objects.get(key="2").outcome == ""
    assert of_kind("owed") == []


def test_the_landlord_was_silent_since_january(maya) -> None:
    otto = a_landlord(phones=("020 911 1234",))
    rapport.note_contact([otto.pk], "in", date(2026, 1, 20))
    line = only("contact")
    assert line.why_now == "You have not spoken since January; usually every 3 months."
    assert (line.what, line.chip, line.phone) == ("a call to keep in touch", "landlord", "020 911 1234")


def test_the_lease_is_seen_thirty_days_ahead_and_once_seen_to_waits_for_next_year(maya) -> None:
    otto = a_landlord()
    people.add_occasion(otto, "contract", PartialDate(7, 10), "Lease of the shop")
    assert of_kind("contract", ON - timedelta(days=1)) == []
    line = only("contract")
    assert (line.what, line.why_now) == ("Lease of the shop: its day comes", "It is on 10 July.")
    services.take_outcome(line.key, "done", "", maya)
    assert of_kind("contract", date(2026, 7, 10)) == []
    assert len(of_kind("contract", date(2027, 7, 1))) == 1
    assert [entry.text for entry in TimelineEntry.objects.all()] == ["Seen to: Lease of the shop"]


def test_a_talk_goes_into_the_log_and_the_next_is_three_months_away(maya) -> None:
    a_landlord()
    services.take_outcome(only("contact").key, "spoke", "The roof is done in May", maya)
    assert Encounter.objects.get().words == "The roof is done in May"
    assert of_kind("contact", ON + timedelta(days=85)) == []
    assert len(of_kind("contact", date(2026, 9, 10))) == 1


def test_not_this_time_rests_and_tomorrow_comes_back(maya, frozen_clock) -> None:
    a_landlord()
    services.snooze_line(only("contact").key, ON + timedelta(days=1), maya)
    assert of_kind("contact") == []
    frozen_clock.move_to(datetime(2026, 6, 11, 9, tzinfo=UTC))
    services.skip_line(only("contact", ON + timedelta(days=1)).key, maya)
    assert of_kind("contact", ON + timedelta(days=60)) == []
    assert len(of_kind("contact", date(2026, 9, 11))) == 1
    assert not Encounter.objects.exists()


def test_nobody_answered_comes_back_tomorrow(maya) -> None:
    a_landlord()
    services.take_outcome(only("contact").key, "no_answer", "", maya)
    assert of_kind("contact") == []
    assert len(of_kind("contact", ON + timedelta(days=1))) == 1


def test_a_supplier_who_was_merged_or_erased_is_on_no_line(maya) -> None:
    otto = a_landlord()
    a_boiler(otto)
    an_event(otto, "wedding")
    rapport.owe(otto, "we", "The rent", ON, key="1")
    other = a_person("Otto Hart")
    people.merge(other, otto)
    assert {line.due.person_id for line in plan(ON).lines} == {other.pk}
    people.erase_person(other)
    assert plan(ON).total == 0


def test_a_second_hand_is_told_that_the_line_is_answered(maya) -> None:
    a_boiler(a_person("Ruth"))
    key = only("thing").key
    services.take_outcome(key, "done", "", maya)
    with pytest.raises(Refusal, match="answered already"):
        services.take_outcome(key, "done", "", maya)
    assert TimelineEntry.objects.filter(kind="service").count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["thing", "news", "owed", "contact"])
def test_eight_hands_that_say_done_at_once_write_it_down_once(the_day, kind) -> None:
    maya, ruth = an_owner(), a_landlord()
    if kind == "thing":
        a_boiler(ruth)
    elif kind == "news":
        an_event(ruth, "wedding")
    elif kind == "owed":
        rapport.owe(ruth, "we", "The rent", ON, key="1")
    key = only(kind).key
    start, faults, done = threading.Barrier(8), [], []

    def press() -> None:
        try:
            start.wait()
            done.append(services.take_outcome(key, "done", "", maya))
        except Refusal:
            pass
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    hands = [threading.Thread(target=contextvars.copy_context().run, args=(press,)) for _ in range(8)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert faults == []
    assert len(done) == 1
    assert Decision.objects.get().choice == "done"
    assert TimelineEntry.objects.filter(room="rapport").count() == 1
    assert Encounter.objects.count() == (1 if kind == "contact" else 0)


def test_the_number_of_queries_does_not_grow_with_these_lines(maya, django_assert_max_num_queries) -> None:
    for number in range(9):
        ruth = a_landlord()
        a_boiler(ruth, what=f"Boiler {number}")
        an_event(ruth, "wedding")
        rapport.owe(ruth, "we", "The rent", ON, key=str(number))
    with django_assert_max_num_queries(95):
        assert plan(ON, shown=10).total == 36

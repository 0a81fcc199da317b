from datetime import date

import pytest

from regulars.kit.errors import Refusal
from regulars.kit.models import Notice
from regulars.people.models import Person, Tag, TimelineEntry
from regulars.people.partial_dates import PartialDate
from regulars.people.queries import likely_same, reminders_due
from regulars.people.services import (
    ChangedMeanwhile,
    NewEntry,
    NewPerson,
    add_note,
    add_person,
    add_tag,
    change_person,
    erase_person,
    export_person,
    finish_reminder,
    merge,
    record_people,
    remind,
    remove_tag,
    reopen_reminder,
    snooze_reminder,
    write_timeline,
)
from regulars.people.tests.builders import a_person
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_change_is_written_announced_and_noted_in_the_log():
    ann = a_person("Ann Baker")
    changed = change_person(ann, changes={"full_name": "Ann Keller", "needs": "Repairs"}, expected_version=1, by=None)
    assert (changed.full_name, changed.sort_name, changed.needs, changed.version) == (
        "Ann Keller",
        "ann keller",
        "Repairs",
        2,
    )
    assert Notice.objects.filter(kind__endswith="PersonChanged").exists()
    assert AuditEntry.objects.get(action="change").person_id == ann.pk


def test_a_change_over_a_newer_one_is_refused_and_says_what_differs():
    ann = a_person("Ann Baker")
    change_person(ann, changes={"needs": "Repairs", "met": "fair"}, expected_version=1, by=None)
    with pytest.raises(ChangedMeanwhile) as refused:
        change_person(ann, changes={"needs": "Gifts", "met": "fair"}, expected_version=1, by=None)
    assert refused.value.theirs == {"needs": "Repairs"}
    assert refused.value.version == 2
    assert Person.objects.get(pk=ann.pk).needs == "Repairs"


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_told(in_threads):
    ann = a_person("Ann Baker")

    def save(number):
        return change_person(ann, changes={"needs": f"wish {number}"}, expected_version=1, by=None)

    results = in_threads(3, save)
    assert sum(isinstance(result, Person) for result in results) == 1, results
    assert sum(isinstance(result, ChangedMeanwhile) for result in results) == 2


def test_addresses_are_given_as_a_list_and_the_first_is_the_one_to_write_to():
    ann = a_person("Ann", email="a@example.org")
    change_person(ann, changes={"emails": ["B@example.org", "a@example.org"]}, by=None)
    assert dict(ann.emails.values_list("normalised", "is_primary")) == {"b@example.org": True, "a@example.org": False}
    change_person(ann, changes={"emails": ["B@example.org"]}, by=None)
    assert ann.emails.get().address == "B@example.org"


def test_what_is_no_address_or_number_is_refused_and_nothing_changes():
    ann = a_person("Ann", email="a@example.org")
    with pytest.raises(Refusal, match="does not look like an e-mail"):
        change_person(ann, changes={"needs": "x", "emails": ["nonsense"]}, by=None)
    with pytest.raises(Refusal, match="does not look like a phone"):
        change_person(ann, changes={"phones": ["ask Maya"]}, by=None)
    ann.refresh_from_db()
    assert (ann.needs, ann.emails.get().address) == ("", "a@example.org")


def test_when_the_key_of_a_shared_address_leaves_it_the_other_inherits():
    ann = a_person("Ann", email="us@example.org")
    (ben_id,) = record_people([NewPerson(full_name="Ben", emails=("us@example.org",))], source="s", are_new=True).ids
    change_person(ann, changes={"emails": []}, by=None)
    assert record_people([NewPerson(emails=("us@example.org",))], source="s").ids == [ben_id]


def test_a_number_follows_a_new_name():
    ann = a_person("Ann Baker", email=None, phone="+44 171 555 0188")
    change_person(ann, changes={"full_name": "Ann Keller"}, by=None)
    assert record_people([NewPerson(full_name="Ann Keller", phones=("+44 171 555 0188",))], source="s").ids == [ann.pk]


def test_nobody_sent_themselves():
    ann = a_person("Ann")
    with pytest.raises(Refusal, match="sent themselves"):
        change_person(ann, changes={"referred_by_id": ann.pk}, by=None)


def test_somebody_who_looks_the_same_is_told_at_once():
    ann = a_person("Ann Baker", email="a@example.org", phone="+44 171 555 0188")
    a_person("Bo")
    assert likely_same("ANN  baker") == [ann]
    assert likely_same("Zoe", ["A@example.org"]) == [ann]
    assert likely_same("Zoe", phones=["+441715550188"]) == [ann]
    assert likely_same("Zoe", ["z@example.org"]) == []


def test_somebody_without_a_name_is_refused():
    with pytest.raises(Refusal, match="write a name"):
        add_person(NewPerson(emails=("a@example.org",)), by=None)
    assert not Person.objects.exists()


def test_a_tag_for_many_returns_who_had_it_not_and_is_taken_back_from_exactly_these():
    ann, bo = a_person("Ann"), a_person("Bo")
    add_tag([ann.pk], "Silver")
    fresh = add_tag([ann.pk, bo.pk, 999_999], "silver ")
    assert fresh == [bo.pk]
    assert remove_tag(fresh, "Silver") == 1
    assert ann.tags.count() == 1
    remove_tag([ann.pk], "Silver")
    assert not Tag.objects.exists(), "a tag nobody wears is forgotten"
    with pytest.raises(Refusal):
        add_tag([ann.pk], "  ")


def test_a_promise_is_due_done_once_and_stands_on_the_timeline(frozen_clock):
    ann = a_person("Ann")
    promise = remind(ann, "Ring ready", date(2026, 3, 6), "promise")
    assert list(reminders_due(date(2026, 3, 5))) == []
    assert list(reminders_due(date(2026, 3, 6))) == [promise]
    assert finish_reminder(promise) is True
    assert finish_reminder(promise) is False
    assert ann.timeline.get().text == "Promise kept: Ring ready"
    assert list(reminders_due(date(2026, 3, 6))) == []
    reopen_reminder(promise)
    assert not ann.timeline.exists()


def test_a_snoozed_reminder_returns_on_its_day_and_the_due_day_stays(frozen_clock):
    ann = a_person("Ann")
    made = remind(ann, "Call", date(2026, 3, 4))
    snooze_reminder(made, date(2026, 3, 9))
    assert list(reminders_due(date(2026, 3, 8))) == []
    assert reminders_due(date(2026, 3, 9)).get().due_on == date(2026, 3, 4)
    with pytest.raises(Refusal):
        snooze_reminder(made, date(2026, 3, 4))


@pytest.mark.parametrize(("what", "due_on"), [("", date(2026, 3, 6)), ("Call", date(2026, 3, 3))])
def test_a_reminder_without_words_or_in_the_past_is_refused(frozen_clock, what, due_on):
    with pytest.raises(Refusal):
        remind(a_person("Ann"), what, due_on)


def test_an_empty_note_is_refused():
    with pytest.raises(Refusal):
        add_note(a_person("Ann"), "  ", None)


def test_a_timeline_entry_written_again_is_changed_not_doubled(frozen_clock):
    ann = a_person("Ann")
    write_timeline([NewEntry(ann.pk, frozen_clock.now, "order", "purchases", 5, "Bought a ring")])
    write_timeline([NewEntry(ann.pk, frozen_clock.now, "order", "purchases", 5, "Bought a ring, returned")])
    assert TimelineEntry.objects.get().text == "Bought a ring, returned"


def test_everything_held_on_somebody_is_given_out_and_noted():
    ann = a_person("Ann Baker", email="a@example.org", birthday=PartialDate(5, 15), note="Likes silver")
    given = export_person(ann.pk)["people"]
    assert given["full_name"] == "Ann Baker"
    assert given["emails"] == ["a@example.org"]
    assert given["notes"][0]["text"] == "Likes silver"
    assert AuditEntry.objects.filter(action="export", person_id=ann.pk).exists()


def test_erasing_leaves_no_word_of_them_in_this_room_not_even_in_the_log_of_merges():
    ann, other = a_person("Ann Baker", email="a@example.org"), a_person("Secretname", email="secret@example.org")
    add_note(other, "Secretnote", None)
    merge(ann, other)
    erase_person(ann)
    from django.apps import apps

    left = " ".join(
        str(row) for model in apps.get_app_config("people").get_models() for row in model._default_manager.values()
    )
    for word in ("Baker", "a@example.org", "ecretname", "Secretnote", "secret@example.org"):
        assert word not in left
    ann.refresh_from_db()
    assert ann.erased_at is not None
    with pytest.raises(Refusal):
        erase_person(ann)

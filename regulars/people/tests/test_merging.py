from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps

from regulars.kit.errors import Refusal
from regulars.people.models import Email, Merge, MovedRow, Person
from regulars.people.partial_dates import PartialDate
from regulars.people.queries import consent_state, find_people
from regulars.people.services import (
    NewAddress,
    NewEntry,
    NewPerson,
    add_note,
    add_tag,
    cash_customer,
    change_person,
    erase_person,
    merge,
    quiet_until,
    record_consent,
    record_people,
    remind,
    set_preferences,
    silence,
    unmerge,
    withdraw_consent,
    write_timeline,
)
from regulars.people.tests.builders import a_person

pytestmark = pytest.mark.django_db
MAY = datetime(2025, 5, 1, tzinfo=UTC)
NOT_COMPARED = {"Merge", "MovedRow"}
DERIVED = {"ConsentNow": ("id",), "Person": ("version", "change_number")}


def the_book() -> dict[str, list[dict[str, Any]]]:
    """Everything in this room's tables, but the log of merges and what only counts changes."""
    book: dict[str, list[dict[str, Any]]] = {}
    for model in apps.get_app_config("people").get_models():
        if model.__name__ not in NOT_COMPARED:
            left_out = DERIVED.get(model.__name__, ())
            rows = [{k: v for k, v in row.items() if k not in left_out} for row in model._default_manager.values()]
            book[model.__name__] = sorted(rows, key=lambda row: sorted((key, str(value)) for key, value in row.items()))
    return book


def two_records_of_joan() -> tuple[Person, Person]:
    keep = a_person(
        "Joan Delacroix",
        email="joan@example.org",
        phone="+44 171 555 0188",
        birthday=PartialDate(5, 15),
        tags=("silver",),
        external_ids=(("shopify", "1"),),
    )
    other = a_person(
        "J. Delacroix",
        email="j.delacroix@work.example",
        phone="+44 171 555 0188",
        birthday=PartialDate(5, 15, 1980),
        tags=("silver", "wedding"),
        external_ids=(("till", "9"),),
        addresses=(NewAddress("1 High Street", "York"),),
        language="en",
        note="Daughter marries in October.",
    )
    for person in (keep, other):
        set_preferences(person, ["blue"], ["gold"])
        write_timeline([NewEntry(person.pk, MAY, "order", "purchases", person.pk, "Bought a ring")])
    record_consent([keep.pk], "email", "marketing", source="counter", at=MAY)
    withdraw_consent([other.pk], "email", "marketing", source="page", at=datetime(2025, 6, 1, tzinfo=UTC))
    silence(other, "complaint", "clasp", "care")
    remind(other, "Ring ready", date(2026, 5, 7), "promise")
    quiet_until(other, date(2026, 6, 1))
    friend = a_person("Carla")
    change_person(friend, changes={"referred_by_id": other.pk}, by=None)
    (shared,) = record_people([NewPerson(full_name="Joan's husband", emails=("us@example.org",))], source="s").ids
    assert shared
    return keep, other


def test_a_merge_brings_everything_together_and_overwrites_nothing(frozen_clock):
    keep, other = two_records_of_joan()
    merge(keep, other)
    keep.refresh_from_db()
    other.refresh_from_db()
    assert (keep.full_name, keep.language, keep.quiet_until) == ("Joan Delacroix", "en", date(2026, 6, 1))
    assert other.merged_into_id == keep.pk
    assert sorted(keep.emails.values_list("normalised", flat=True)) == ["j.delacroix@work.example", "joan@example.org"]
    assert keep.emails.filter(is_primary=True).count() == 1
    assert keep.phones.filter(is_primary=True).count() == 1
    assert keep.occasions.get().year == 1980, "the same day learns its year"
    assert sorted(keep.tags.values_list("tag__name", flat=True)) == ["silver", "wedding"]
    assert keep.preferences.count() == 2
    assert keep.timeline.count() == 3, "theirs, the other's, and that they were joined"
    assert keep.notes.count() == keep.reminders.count() == keep.silences.count() == keep.addresses.count() == 1
    assert Person.objects.get(full_name="Carla").referred_by_id == keep.pk
    assert consent_state([keep.pk], "email", "marketing")[keep.pk].is_objected, "the later no counts"
    assert [person.pk for person in find_people("j.delacroix@work.example")] == [keep.pk]


def test_what_is_recorded_afterwards_finds_the_one_who_was_kept(frozen_clock):
    keep, other = two_records_of_joan()
    merge(keep, other)
    rows = [NewPerson(external_ids=(("till", "9"),)), NewPerson(emails=("j.delacroix@work.example",))]
    assert record_people(rows, source="till").ids == [keep.pk, keep.pk]


def test_parting_restores_exactly_what_was(frozen_clock):
    keep, other = two_records_of_joan()
    before = the_book()
    made = merge(keep, other)
    assert the_book() != before
    unmerge(made.pk)
    assert the_book() == before


def test_parting_restores_exactly_also_when_both_had_the_same_address_and_the_other_held_the_key(frozen_clock):
    other = a_person("Jo", email="us@example.org")
    (keep,) = record_people([NewPerson(full_name="Joan", emails=("us@example.org",))], source="s", are_new=True).ids
    before = the_book()
    made = merge(Person.objects.get(pk=keep), other)
    assert list(Email.objects.values_list("person_id", "is_key")) == [(keep, True)]
    unmerge(made.pk)
    assert the_book() == before


def test_what_was_learned_since_stays_when_they_are_parted(frozen_clock):
    keep, other = two_records_of_joan()
    made = merge(keep, other)
    add_note(keep, "Came in today", None)
    change_person(Person.objects.get(pk=keep.pk), changes={"language": "fr"}, by=None)
    unmerge(made.pk)
    keep.refresh_from_db()
    assert keep.notes.get().text == "Came in today"
    assert keep.language == "fr"
    other.refresh_from_db()
    assert other.is_here


def test_merging_with_oneself_with_the_gone_or_with_the_bucket_is_refused():
    ann, bo, cy = a_person("Ann"), a_person("Bo"), a_person("Cy")
    merge(ann, bo)
    erase_person(cy)
    for keep, other in ((ann, ann), (ann, bo), (bo, ann), (ann, cy), (ann, cash_customer())):
        with pytest.raises(Refusal):
            merge(keep, other)
    assert Merge.objects.count() == 1


def test_parting_twice_or_under_a_later_merge_is_refused():
    ann, bo, cy = a_person("Ann"), a_person("Bo"), a_person("Cy")
    first = merge(bo, cy)
    second = merge(ann, bo)
    with pytest.raises(Refusal, match="later merge"):
        unmerge(first.pk)
    unmerge(second.pk)
    unmerge(first.pk)
    with pytest.raises(Refusal, match="parted already"):
        unmerge(first.pk)
    assert Person.objects.here().count() == 3


def test_a_tag_given_after_the_merge_is_not_taken_away(frozen_clock):
    keep, other = two_records_of_joan()
    made = merge(keep, other)
    add_tag([keep.pk], "new")
    unmerge(made.pk)
    assert sorted(keep.tags.values_list("tag__name", flat=True)) == ["new", "silver"]


def test_every_moved_row_is_in_the_log(frozen_clock):
    keep, other = two_records_of_joan()
    made = merge(keep, other)
    tables = set(MovedRow.objects.filter(merge=made, room="people").values_list("table", flat=True))
    assert {"people.Email", "people.Phone", "people.Note", "people.Consent", "people.Person"} <= tables


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_threads_that_merge_the_same_two_both_ways_merge_them_once(in_threads):
    ann, bo = a_person("Ann"), a_person("Bo")
    pairs = [(ann, bo), (bo, ann), (ann, bo), (bo, ann)]
    results = in_threads(4, lambda number: merge(*pairs[number]))
    assert sum(isinstance(result, Merge) for result in results) == 1, results
    assert sum(isinstance(result, Refusal) for result in results) == 3
    assert Person.objects.here().count() == 1
    assert Person.objects.here().get().emails.count() == 2

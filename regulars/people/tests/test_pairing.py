"""Finding records of one person: what is found, what is asked again, and what the owner's answer means."""

import os
import re
from itertools import combinations
from pathlib import Path

import pytest

from regulars.kit.errors import Refusal
from regulars.people.models import Household, Merge, Pair, Person, Search
from regulars.people.partial_dates import PartialDate
from regulars.people.services import (
    NewAddress,
    NewPerson,
    ask_again,
    ask_later,
    change_person,
    erase_person,
    join_pair,
    keep_apart,
    live_together,
    merge,
    pairing,
    record_people,
    unmerge,
)
from regulars.people.services.pairing import is_anything_new, look_quickly, look_thoroughly
from regulars.people.tests.builders import a_person

pytestmark = pytest.mark.django_db
HOME = NewAddress(lines="1 High Street", city="York", postcode="YO1 7HH")
REAL = Path(os.environ.get("REGULARS_TEST_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
CARDS = REAL / "vcards" / "ez-vcard"


def twice_joan() -> tuple[Person, Person]:
    """Joan, and Joan with her name misspelt and another mailbox but the same number."""
    joan = a_person("Joan Delacroix", phone="+44 171 555 0188")
    return joan, a_person("Joan Delacriox", phone="+441715550188")


def open_pairs(about: str = "person") -> list[tuple[int, int]]:
    rows = Pair.objects.filter(about=about, state=Pair.State.OPEN).order_by("pk")
    return list(rows.values_list("low_id", "high_id"))


def test_two_records_of_one_person_are_found_with_what_speaks_for_it():
    joan, again = twice_joan()
    a_person("Ann Baker", phone="+44 171 555 0199")
    looked = look_thoroughly()
    pair = Pair.objects.get()
    assert (pair.low_id, pair.high_id, looked.people) == (joan.pk, again.pk, 3)
    assert set(pair.evidence) == {"phone", "name_near"}


@pytest.mark.django_db(transaction=True)
def test_a_second_search_compares_only_whoever_changed():
    twice_joan()
    assert look_thoroughly().compared == 1
    assert look_thoroughly().people == 0
    assert not is_anything_new()
    a_person("Bo Lind")
    assert is_anything_new()
    looked = look_thoroughly()
    assert (looked.changed, looked.compared) == (1, 0)
    assert open_pairs() != []


@pytest.mark.django_db(transaction=True)
def test_the_quick_search_finds_what_is_new_in_a_large_book(monkeypatch):
    monkeypatch.setattr(pairing, "SMALL", 0)
    joan = a_person("Joan Delacroix", phone="+44 171 555 0188", addresses=(HOME,))
    look_thoroughly()
    again = a_person("Delacroix Joan", email=None, addresses=(HOME,))
    looked = look_quickly()
    assert looked.changed == 1
    assert open_pairs() == [(joan.pk, again.pk)]
    assert Search.objects.get(kind="thorough").seen < Search.objects.get(kind="quick").seen
    assert look_quickly().changed == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_stay_two_after_every_later_search():
    joan, again = twice_joan()
    look_thoroughly()
    keep_apart(Pair.objects.get().pk)
    change_person(joan, changes={"say": "Ask about the ring."}, by=None)
    look_thoroughly()
    look_thoroughly(everybody=True)
    assert open_pairs() == []
    ask_again(Pair.objects.get().pk)
    assert open_pairs() == [(joan.pk, again.pk)]


@pytest.mark.django_db(transaction=True)
def test_two_people_stay_two_when_one_of_them_is_merged_with_a_third_and_are_asked_about_as_before_when_parted():
    joan, again = twice_joan()
    third = a_person("Joan Delacroix", phone="+44 171 555 0177")
    look_thoroughly()
    keep_apart(Pair.objects.get(low=joan, high=again).pk)
    made = merge(third, joan)
    look_thoroughly()
    assert Pair.objects.get(low=again, high=third).state == Pair.State.APART
    assert open_pairs() == []
    unmerge(made.pk)
    assert not Pair.objects.filter(low=again, high=third, state=Pair.State.APART).exists()
    assert Pair.objects.get(low=joan, high=again).state == Pair.State.APART


@pytest.mark.django_db(transaction=True)
def test_a_pair_whose_facts_changed_is_put_away_and_comes_back_when_they_do():
    _joan, again = twice_joan()
    look_thoroughly()
    change_person(again, changes={"full_name": "Tom Keller"}, by=None)
    look_quickly()
    assert open_pairs() == []
    assert Pair.objects.get().state == Pair.State.GONE
    change_person(again, changes={"full_name": "Joan Delacriox"}, by=None)
    look_quickly()
    assert len(open_pairs()) == 1


def test_yes_merges_and_parting_may_say_that_they_are_two():
    joan, again = twice_joan()
    look_thoroughly()
    pair = Pair.objects.get()
    made = join_pair(pair.pk)
    assert (made.keep_id, made.other_id) == (joan.pk, again.pk)
    pair.refresh_from_db()
    assert pair.state == Pair.State.ONE
    with pytest.raises(Refusal, match="answered"):
        join_pair(pair.pk)
    unmerge(made.pk)
    assert open_pairs() == [(joan.pk, again.pk)], "parted without a word it is to be decided as before"
    unmerge(join_pair(pair.pk).pk, are_two=True)
    look_thoroughly(everybody=True)
    assert open_pairs() == []
    assert Pair.objects.get().state == Pair.State.APART


def test_later_is_asked_again_after_a_fortnight(frozen_clock):
    twice_joan()
    look_thoroughly()
    assert str(ask_later(Pair.objects.get().pk).ask_on) == "2026-03-18"


def test_somebody_erased_leaves_no_pair_behind():
    joan, _again = twice_joan()
    look_thoroughly()
    erase_person(joan)
    assert not Pair.objects.exists()


def test_people_at_one_address_are_a_guess_for_a_household_and_never_one_person():
    ann, tom = a_person("Ann Baker", addresses=(HOME,)), a_person("Tom Baker", addresses=(HOME,))
    look_thoroughly()
    assert open_pairs() == []
    assert open_pairs("household") == [(ann.pk, tom.pk)]
    household = live_together([Pair.objects.get().pk])
    assert household.name == "The Baker household"
    assert str(household.place) == "1 High Street, YO1 7HH York"
    assert set(Person.objects.filter(household=household)) == {ann, tom}
    with pytest.raises(Refusal, match="answered"):
        live_together([Pair.objects.get().pk])
    look_thoroughly(everybody=True)
    assert open_pairs("household") == []
    assert Household.objects.count() == 1


def test_nobody_is_merged_by_a_search():
    a_person("Bob Smith", email="bob@example.org")
    record_people([NewPerson(full_name="Robert Smith", emails=("bob@example.org",))], source="s", are_new=True)
    look_thoroughly()
    assert Pair.objects.get().is_certain
    assert not Merge.objects.exists()
    assert Person.objects.here().count() == 2


def card(text: str) -> NewPerson:
    """The facts of one vCard: names, addresses, numbers, birthday."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    found: dict[str, list[str]] = {}
    for line in lines:
        head, _, value = line.partition(":")
        if head.startswith("TEL") and 'UUID="' in head:
            value = line.rsplit(":", 1)[-1]
        found.setdefault(re.split(r"[;.]", head.split(".", 1)[-1] if head.startswith("item") else head)[0], []).append(
            line.rsplit(":", 1)[-1] if 'UUID="' in line else value
        )
    family, given = found["N"][0].split(";")[:2]
    digits = re.sub(r"\D", "", found["BDAY"][0])
    place = found["ADR"][0].split(";")
    return NewPerson(
        full_name=found["FN"][0].replace("\\,", ","),
        given_name=given,
        family_name=family,
        emails=tuple(found["EMAIL"]),
        phones=tuple(found["TEL"]),
        addresses=(NewAddress(lines=place[2], city=place[3], postcode=place[5]),),
        birthday=PartialDate(int(digits[4:6]), int(digits[6:8]), int(digits[:4])),
    )


@pytest.mark.skipif(not CARDS.is_dir(), reason="The address books of other programs are not on this machine.")
def test_the_cards_of_one_person_from_several_programs_become_one_person():
    files = [path for path in sorted(CARDS.glob("John_Doe_*.vcf")) if "ANDROID" not in path.name]
    people = [card(path.read_text("utf-8", "replace").split("END:VCARD")[0]) for path in files]
    assert len(people) >= 4
    record_people(people, source="phones")
    for _round in range(len(people)):
        look_thoroughly()
        for pk in Pair.objects.filter(state="open", is_certain=True).values_list("pk", flat=True):
            join_pair(pk)
    assert Person.objects.here().count() == 1


@pytest.mark.skipif(not CARDS.is_dir(), reason="The address books of other programs are not on this machine.")
def test_the_cards_of_one_person_are_found_also_where_nothing_was_known_again():
    """Each recorded as somebody new; one of them holds another birthday, and hangs on by its mailbox."""
    files = [path for path in sorted(CARDS.glob("John_Doe_*.vcf")) if "ANDROID" not in path.name]
    people = [card(path.read_text("utf-8", "replace").split("END:VCARD")[0]) for path in files]
    ids = [record_people([one], source="phones", are_new=True).ids[0] for one in people]
    look_thoroughly()
    found = open_pairs()
    assert set(found) <= set(combinations(sorted(ids), 2))
    reached = {ids[0]}
    for _step in ids:
        reached |= {pk for pair in found if reached & set(pair) for pk in pair}
    assert reached == set(ids)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_threads_that_answer_one_pair_at_once_merge_once(in_threads):
    twice_joan()
    look_thoroughly()
    pair = Pair.objects.get()
    results = in_threads(4, lambda number: join_pair(pair.pk))
    assert sum(isinstance(result, Merge) for result in results) == 1, results
    assert sum(isinstance(result, Refusal) for result in results) == 3
    assert Person.objects.here().count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_threads_that_confirm_one_household_at_once_make_one(in_threads):
    a_person("Ann Baker", addresses=(HOME,))
    a_person("Tom Baker", addresses=(HOME,))
    look_thoroughly()
    pair = Pair.objects.get()
    results = in_threads(4, lambda number: live_together([pair.pk]))
    assert sum(isinstance(result, Household) for result in results) == 1, results
    assert Household.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_searches_at_once_write_each_pair_once(in_threads):
    twice_joan()
    results = in_threads(3, lambda number: look_thoroughly(everybody=True).compared)
    assert results == [1, 1, 1]
    assert Pair.objects.count() == 1

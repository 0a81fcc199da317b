"""The pages on which the owner decides who is one person, and who lives together."""

import pytest

from regulars.people.models import BulkAct, Household, Merge, Organisation, Pair, Person
from regulars.people.services import (
    NewAddress,
    NewPerson,
    add_tag,
    carry_out,
    erase_person,
    export_person,
    make_household,
    make_organisation,
    merge,
    record_people,
    undo_act,
    unmerge,
)
from regulars.people.services.pairing import look_thoroughly
from regulars.people.tests.builders import a_person
from regulars.staff.roles import Role
from regulars.staff.tests.builders import a_user, an_owner

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HOME = NewAddress(lines="1 High Street", city="York", postcode="YO1 7HH")


@pytest.fixture
def desk(client):
    """A browser where the owner is signed in."""
    client.force_login(an_owner())
    return client


def a_pair(name: str = "Joan Delacroix", again: str = "Joan Delacriox", number: int = 1) -> Pair:
    phone = f"+44 171 555 01{number:02}"
    first, second = a_person(name, phone=phone), a_person(again, phone=phone)
    look_thoroughly(everybody=True)
    return Pair.objects.get(low=first, high=second)


def certain_pairs(count: int) -> None:
    for number in range(count):
        a_person(f"Bob Smith{number}x", email=f"bob{number}@example.org")
        again = NewPerson(full_name=f"Robert Smith{number}x", emails=(f"bob{number}@example.org",))
        record_people([again], source="s", are_new=True)
    look_thoroughly(everybody=True)


def test_a_pair_is_shown_with_what_both_hold_and_why(desk):
    a_pair()
    page = desk.get("/people/twins/").text
    assert "Same phone number" in page or "The same phone number" in page
    assert "Joan Delacroix / Joan Delacriox" in page
    assert page.count("+44 171 555 0101") == 2
    assert "1 pair" in page or "One pair" in page
    assert "One pair may be the same person" in desk.get("/people/").text


def test_a_book_without_likely_pairs_says_so_and_people_shows_nothing_of_it(desk):
    a_person("Ann Baker")
    assert "Everybody is here once" in desk.get("/people/twins/").text
    assert "may be the same person" not in desk.get("/people/").text


def test_ten_pairs_at_a_time_and_the_queries_do_not_grow(desk, django_assert_max_num_queries):
    for number in range(12):
        a_pair(f"Joan Delacroix{number}", f"Joan Delacroix{number}s", number)
    desk.get("/people/twins/")  # what the frame counts is then kept
    with django_assert_max_num_queries(26):
        page = desk.get("/people/twins/")
    assert len(page.context["pairs"]) == 10
    assert page.context["waiting"] == 12


def test_yes_joins_and_can_be_taken_back(desk):
    pair = a_pair()
    reply = desk.post(f"/people/twins/{pair.pk}/joining/", headers=HTMX)
    assert "is one person now" in reply.text
    assert Person.objects.here().count() == 1
    desk.post(f"/people/merges/{Merge.objects.get().pk}/parting/", {"next": "/people/twins/"})
    assert Person.objects.here().count() == 2
    assert desk.get("/people/twins/").context["waiting"] == 1, "taken back, it waits as before"


def test_two_clicks_join_once_and_the_second_is_told(desk):
    pair = a_pair()
    desk.post(f"/people/twins/{pair.pk}/joining/", headers=HTMX)
    again = desk.post(f"/people/twins/{pair.pk}/joining/", headers=HTMX)
    assert again.status_code == 422
    assert "answered this already" in again.text
    assert Merge.objects.count() == 1


def test_no_is_remembered_and_can_be_taken_back(desk):
    pair = a_pair()
    desk.post(f"/people/twins/{pair.pk}/parting/")
    page = desk.get("/people/twins/")
    assert "stay two people" in page.text
    look_thoroughly(everybody=True)
    assert desk.get("/people/twins/").context["waiting"] == 0
    desk.post(f"/people/twins/{pair.pk}/again/")
    assert desk.get("/people/twins/").context["waiting"] == 1


def test_later_comes_back_after_two_weeks(desk, frozen_clock):
    pair = a_pair()
    desk.post(f"/people/twins/{pair.pk}/later/", headers=HTMX)
    assert desk.get("/people/twins/").context["waiting"] == 0
    frozen_clock.ahead(days=14)
    assert desk.get("/people/twins/").context["waiting"] == 1


def test_the_preview_shows_both_and_the_chosen_name_stays(desk):
    pair = a_pair()
    add_tag([pair.high_id], "silver")
    page = desk.get(f"/people/{pair.low_id}/joining/?with={pair.high_id}").text
    assert "Which name stays?" in page
    assert "silver" in page
    reply = desk.post(f"/people/{pair.low_id}/joining/", {"with": pair.high_id, "name": pair.high_id})
    assert reply["Location"] == f"/people/{pair.low_id}/"
    kept = Person.objects.here().get()
    assert (kept.pk, kept.full_name) == (pair.low_id, "Joan Delacriox")
    again = desk.post(f"/people/{pair.low_id}/joining/", {"with": pair.high_id})
    assert again.status_code == 303
    assert Merge.objects.count() == 1
    unmerge(Merge.objects.get().pk)
    assert Person.objects.get(pk=pair.low_id).full_name == "Joan Delacroix"


def test_another_entry_is_found_and_joined_by_hand(desk):
    ann, other = a_person("Ann Baker"), a_person("A. Keller")
    page = desk.get(f"/people/{ann.pk}/joining/?q=keller").text
    assert f"/people/{ann.pk}/joining/?with={other.pk}" in page
    desk.post(f"/people/{ann.pk}/joining/", {"with": other.pk, "name": ann.pk})
    page = desk.get(f"/people/{ann.pk}/").text
    assert "Joined with A. Keller" in page
    assert "Part them again" in page
    desk.post(f"/people/merges/{Merge.objects.get().pk}/parting/", {"are_two": "yes"})
    assert Pair.objects.get().state == Pair.State.APART
    assert Person.objects.here().count() == 2


def test_a_chain_is_parted_from_its_end_and_the_other_order_is_refused_in_words(desk):
    ann, bo, cy = a_person("Ann"), a_person("Bo"), a_person("Cy")
    first, second = merge(bo, cy), merge(ann, bo)
    reply = desk.post(f"/people/merges/{first.pk}/parting/", follow=True)
    assert "Part the later merge first" in reply.text
    desk.post(f"/people/merges/{second.pk}/parting/")
    desk.post(f"/people/merges/{first.pk}/parting/")
    assert Person.objects.here().count() == 3


def test_all_that_are_certain_are_joined_at_once_and_parted_at_once(desk):
    certain_pairs(3)
    assert "Join all 3 that are certain" in desk.get("/people/twins/").text
    desk.post("/people/twins/certain/")
    act = BulkAct.objects.get()
    assert (act.count, act.state, Person.objects.here().count()) == (3, "done", 3)
    assert "3 pairs were each made one person" in desk.get("/people/twins/").text
    desk.post(f"/people/acts/{act.pk}/undo/")
    assert Person.objects.here().count() == 6
    assert desk.get("/people/twins/").context["certain"] == 3


def test_staff_may_not_join_and_strangers_see_nothing(client):
    pair = a_pair()
    client.force_login(a_user(role=Role.STAFF))
    assert client.get("/people/twins/").status_code == 403
    assert client.post(f"/people/twins/{pair.pk}/joining/").status_code == 403
    assert "Likely the same" not in client.get(f"/people/{pair.low_id}/").text


def test_a_guessed_household_is_confirmed_as_a_whole(desk):
    for name in ("Ann Baker", "Tom Baker", "Lea Baker"):
        a_person(name, addresses=(HOME,))
    look_thoroughly(everybody=True)
    roofs = desk.get("/people/households/").context["roofs"]
    assert [len(roof.people) for roof in roofs] == [3]
    desk.post("/people/households/answers/", {"pair": [pair.pk for pair in roofs[0].pairs], "answer": "yes"})
    household = Household.objects.get()
    page = desk.get(f"/people/households/{household.pk}/").text
    assert "The Baker household" in page
    assert page.count("Take out") == 3
    assert "No guesses" in desk.get("/people/households/").text


def test_people_who_do_not_live_together_are_not_asked_about_again(desk):
    for name in ("Ann Baker", "Tom Baker"):
        a_person(name, addresses=(HOME,))
    look_thoroughly(everybody=True)
    desk.post("/people/households/answers/", {"pair": [Pair.objects.get().pk], "answer": "no"})
    look_thoroughly(everybody=True)
    assert desk.get("/people/households/").context["roofs"] == []
    assert not Household.objects.exists()


def test_a_household_is_named_joined_and_left_by_page(desk):
    ann, tom = a_person("Ann Baker", addresses=(HOME,)), a_person("Tom Keller")
    desk.post(f"/people/{ann.pk}/household/", {"with": tom.pk})
    household = Household.objects.get()
    place = ann.addresses.get()
    page = f"/people/households/{household.pk}/"
    assert desk.post(page, {"name": " ", "place": place.pk}).status_code == 422
    desk.post(page, {"name": "The Mill", "place": place.pk})
    household.refresh_from_db()
    assert (household.name, household.place) == ("The Mill", place)
    assert "The Mill" in desk.get(f"/people/{tom.pk}/").text
    desk.post(f"/people/{tom.pk}/household/removal/")
    assert not Household.objects.exists(), "one person alone is no household"


def test_a_household_goes_along_when_entries_are_joined_and_comes_back_when_they_are_parted():
    ann, tom, again = a_person("Ann Baker"), a_person("Tom Baker"), a_person("Ann Bakerr")
    household = make_household([tom.pk, again.pk])
    made = merge(ann, again)
    assert Person.objects.get(pk=ann.pk).household_id == household.pk
    assert export_person(ann.pk)["people"]["household"] == household.name
    unmerge(made.pk)
    assert Person.objects.get(pk=ann.pk).household_id is None
    assert set(Person.objects.filter(household=household)) == {tom, again}


def test_a_household_and_a_firm_are_forgotten_with_their_last_person():
    ann, tom = a_person("Ann Baker"), a_person("Tom Baker")
    make_household([ann.pk, tom.pk])
    make_organisation("Baker & Co", [ann.pk])
    erase_person(ann)
    assert Household.objects.exists()
    assert not Organisation.objects.exists()
    erase_person(tom)
    assert not Household.objects.exists()


def test_who_buys_for_a_firm_stands_on_its_page(desk):
    ann, bo = a_person("Ann Baker"), a_person("Bo Lind")
    desk.post(f"/people/{ann.pk}/organisation/", {"organisation": "Mill & Sons"})
    desk.post(f"/people/{bo.pk}/organisation/", {"organisation": "mill & sons"})
    firm = Organisation.objects.get()
    page = desk.get(f"/people/organisations/{firm.pk}/").text
    assert "Ann Baker" in page
    assert "Bo Lind" in page
    desk.post(f"/people/organisations/{firm.pk}/", {"name": "Mill Ltd"})
    assert "Mill Ltd" in desk.get(f"/people/{ann.pk}/").text
    desk.post(f"/people/{ann.pk}/organisation/removal/")
    desk.post(f"/people/{bo.pk}/organisation/removal/")
    assert not Organisation.objects.exists()


# What is done to everybody in a list


def everybody(desk, query: str, **said) -> BulkAct:
    reply = desk.post(f"/people/acts/new/{query}", said)
    assert reply.status_code == 303, reply.text[:2000]
    return BulkAct.objects.latest("pk")


def test_a_whole_filtered_list_is_counted_tagged_and_untagged_again(desk):
    for number in range(25):
        a_person(f"Ann {number}", tags=("silver",))
    a_person("Bo")
    had = Person.objects.get(full_name="Ann 3")
    add_tag([had.pk], "Spring")
    assert "25 people" in desk.get("/people/acts/new/?tag=silver").text
    act = everybody(desk, "?tag=silver", kind="tag", tag="Spring")
    assert (act.count, Person.objects.filter(tags__tag__word="spring").count()) == (24, 25)
    assert "24 people are now tagged" in desk.get("/people/").text
    desk.post(f"/people/acts/{act.pk}/undo/")
    assert list(Person.objects.filter(tags__tag__word="spring")) == [had]
    assert "taken back" in desk.get("/people/acts/").text


def test_every_kind_of_act_is_taken_back_exactly(desk, frozen_clock):
    ann = a_person("Ann", tags=("silver",))
    bo = a_person("Bo", tags=("silver",), kinds=("supplier",))
    bo.quiet_until = None
    before = sorted(Person.objects.values_list("full_name", "quiet_until"))
    for said in (
        {"kind": "untag", "tag": "silver"},
        {"kind": "kind", "what": "supplier"},
        {"kind": "quiet", "until": "2026-06-01"},
    ):
        act = everybody(desk, "", **said)
        assert act.count == (1 if said["kind"] == "kind" else 2)
        desk.post(f"/people/acts/{act.pk}/undo/")
    assert sorted(Person.objects.values_list("full_name", "quiet_until")) == before
    assert list(ann.kinds.values_list("kind", flat=True)) == ["customer"]
    assert list(bo.kinds.values_list("kind", flat=True)) == ["supplier"]
    assert Person.objects.filter(tags__tag__name="silver").count() == 2


@pytest.mark.parametrize(
    "said", [{"kind": "tag", "tag": " "}, {"kind": "quiet", "until": "2020-01-01"}, {"kind": "quiet", "until": ""}]
)
def test_what_cannot_be_done_is_refused_with_a_sentence(desk, said):
    a_person("Ann")
    assert desk.post("/people/acts/new/", said).status_code == 422
    assert not BulkAct.objects.exists()


def test_many_are_done_in_the_background_and_twice_changes_nobody_twice(desk, monkeypatch):
    monkeypatch.setattr("regulars.people.views.acts.AT_ONCE", 2)
    monkeypatch.setattr("regulars.people.services.acts.PORTION", 2)
    for number in range(5):
        a_person(f"Ann {number}")
    act = everybody(desk, "", kind="tag", tag="Spring")
    assert (act.state, act.count) == ("running", 0)
    assert carry_out(act.pk).count == 5
    assert carry_out(act.pk).count == 5
    desk.post(f"/people/acts/{act.pk}/undo/")
    undo_act(act.pk)
    assert not Person.objects.filter(tags__tag__word="spring").exists()
    second = desk.post(f"/people/acts/{act.pk}/undo/", follow=True)
    assert "taken back already" in second.text


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_threads_that_take_an_act_back_at_once_do_it_once(in_threads):
    from regulars.kit.errors import Refusal
    from regulars.people.queries.matching import Asked
    from regulars.people.services import begin_act, begin_undoing

    ann = a_person("Ann")
    act = carry_out(begin_act("tag", {"tag": "Spring"}, Asked(ids=(ann.pk,))).pk)
    results = in_threads(4, lambda number: begin_undoing(act.pk))
    assert sum(isinstance(result, Refusal) for result in results) == 3

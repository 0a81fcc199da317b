import pytest
from django.db.models import Q

from regulars.kit import database
from regulars.people import fields
from regulars.people.fields import Field
from regulars.people.models import Person
from regulars.people.queries import find_people, search
from regulars.people.services import add_tag, change_person, merge
from regulars.people.tests.builders import a_person
from regulars.people.words import fold, query_words

pytestmark = pytest.mark.django_db


def names(text: str) -> list[str]:
    return [person.full_name for person in find_people(text)]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Łukasz Żółć", "lukasz zolc"),
        ("Øyvind Ærø", "oyvind aero"),
        ("Strauß", "strauss"),
        ("José", "jose"),
        ("Đặng", "dang"),
        ("Þór", "thor"),
        ("Işık", "isik"),
        ("ΠΑΠΑΔΌΠΟΥΛΟΣ", "παπαδοπουλοσ"),
    ],
)
def test_accents_and_capitals_make_no_difference(written, folded):
    assert fold(written) == folded


@pytest.mark.parametrize("typed", ["lukasz", "ŁUKASZ", "luk", "zolc", "żół luk", "Łukasz Żółć"])
def test_a_name_is_found_by_its_words_and_their_beginnings_with_and_without_accents(typed):
    a_person("Łukasz Żółć")
    a_person("Ann Baker")
    assert names(typed) == ["Łukasz Żółć"]


def test_all_words_must_fit():
    a_person("Ann Baker")
    a_person("Ann Carter")
    assert names("ann bak") == ["Ann Baker"]
    assert names("ann xavier") == []


def test_an_exact_word_comes_before_a_beginning():
    a_person("Annabel Alder")
    a_person("Ann Zimmer")
    assert names("ann") == ["Ann Zimmer", "Annabel Alder"]


@pytest.mark.parametrize("typed", ["o'brien", "obrien", "brien", "O’Brien"])
def test_an_apostrophe_is_no_hurdle(typed):
    a_person("Sean O'Brien")
    assert names(typed) == ["Sean O'Brien"]


@pytest.mark.parametrize("typed", ["j.delacroix@atelier.example", "J.Delacroix@at", "delacroix", "atelier"])
def test_somebody_is_found_by_address_its_pieces_and_a_domain_of_their_own(typed):
    a_person("Joan", email="J.Delacroix@Atelier.example")
    assert names(typed) == ["Joan"]


def test_a_mailbox_provider_finds_nobody_in_particular():
    a_person("Joan", email="joan@gmail.com")
    assert names("gmail") == []


@pytest.mark.parametrize("typed", ["+44 171 555 0188", "0188", "555 0188", "(0)171 5550188", "+44 171"])
def test_somebody_is_found_by_a_whole_number_its_tail_or_its_beginning(typed):
    a_person("Joan", phone="+44 171 555 0188")
    assert names(typed) == ["Joan"]


def test_somebody_is_found_by_tag_and_by_the_number_another_system_gives():
    joan = a_person("Joan", external_ids=(("shopify", "SC-1007"),))
    add_tag([joan.pk], "Stammtisch")
    assert names("stamm") == ["Joan"]
    assert names("SC-1007") == ["Joan"]


def test_a_typing_error_is_allowed_for_only_when_nothing_was_found_and_is_told():
    a_person("Joan Delacroix")
    exact, guess = search("delacroix"), search("delacriox joan")
    assert (len(exact.ids), exact.is_guess) == (1, False)
    assert (guess.ids, guess.is_guess) == (exact.ids, True)


@pytest.mark.parametrize("typed", ["Tomson", "Thompsen", "Thopmson", "homson"])
def test_a_letter_wrong_missing_extra_or_swapped_still_finds(typed):
    a_person("Ruth Thomson")
    assert search(typed).is_guess
    assert names(typed) == ["Ruth Thomson"]


def test_nothing_alike_finds_nobody():
    a_person("Joan Delacroix")
    assert search("qwertz").ids == []
    assert search("   ").ids == []
    assert search("%_").ids == []


def test_words_follow_a_change_of_name_and_a_merge():
    joan, jo = a_person("Joan Delacroix"), a_person("Jo Lacroix")
    change_person(joan, changes={"full_name": "Joan Keller"}, by=None)
    assert names("delacroix") == []
    assert names("keller") == ["Joan Keller"]
    merge(joan, jo)
    assert [person.pk for person in find_people("lacroix")] == []
    assert not find_people("jo lacroix").exists()


def test_another_room_may_find_people_by_its_own_words():
    joan = a_person("Joan")

    def by_order(text: str) -> list[int] | None:
        return [joan.pk] if text == "#1001" else None

    fields.register(Field("test_number", "Order", "test", "text", lambda op, value: Q(), finds=by_order))
    try:
        assert names("#1001") == ["Joan"]
        assert names("#1002") == []
    finally:
        del fields._catalogue["test_number"]


def test_more_than_fit_are_cut_and_that_is_told():
    for number in range(60):
        a_person(f"Ann Number{number}")
    found = search("ann", limit=50)
    assert len(found.ids) == 50
    assert found.has_more
    assert Person.objects.count() == 60


def test_the_longest_word_is_looked_up_first():
    assert query_words("Jo van Delacroix") == ["delacroix", "van", "jo"]


def test_a_search_needs_few_queries(django_assert_max_num_queries):
    for number in range(30):
        a_person(f"Ann Baker{number}")
    with django_assert_max_num_queries(10):
        assert len(list(find_people("ann bak"))) == 30


@pytest.mark.both_databases
def test_postgresql_begins_at_the_index_for_words_addresses_and_numbers():
    """Without the operator class a search by beginnings reads the whole table."""
    with database.connection().cursor() as cursor:
        if not database.is_postgres():
            pytest.skip("SQLite compares by the plain index")
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename LIKE 'people%' AND indexdef LIKE '%varchar_pattern_ops%'"
        )
        names = {name for (name,) in cursor.fetchall()}
    assert names >= {"search_word_prefix", "email_identifies_one", "phone_and_name_identify_one"}

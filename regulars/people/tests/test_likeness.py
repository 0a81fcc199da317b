"""One person or two: what is said of two records, without a database."""

from typing import Any

import pytest

from regulars.people.likeness.facts import Facts, Raw, box_of, facts_of, name_of, phone_tail, place_of, skeleton
from regulars.people.likeness.keys import keys_of
from regulars.people.likeness.names import Census, compare
from regulars.people.likeness.pairing import WIDEST, Blocks
from regulars.people.likeness.variants import are_variants
from regulars.people.likeness.weighing import Likeness, weigh

SHOP, CITY = Census(60), Census(1_000_000, {"john": 9000, "jon": 800, "smith": 9000, "jan": 3000, "jana": 3000})
HOME = ("1 High Street", "York", "YO1 7HH")


def record(name: str, number: int = 1, **more: Any) -> Facts:
    return facts_of(number, Raw(full_name=name, **more))


def likeness(one: Facts, other: Facts, census: Census = CITY) -> Likeness:
    both = weigh(one, other, census), weigh(other, one, census)
    assert both[0] == both[1], "the order must not matter"
    return both[0]


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("Ann Baker", "ann  BAKER", "name"),
        ("Ann Baker", "Baker, Ann", "name"),
        ("Ann Baker", "Baker Ann", "name_swapped"),
        ("Jürgen Müller", "Juergen Mueller", "name"),
        ("Łukasz Żak", "Lukasz Zak", "name"),
        ("Sean O'Brien", "Sean OBrien", "name"),
        ("Bob Smith", "Robert Smith", "name_variant"),
        ("Jon Smith", "John Smith", "name_variant"),
        ("A. Baker", "Ann Baker", "name_initial"),
        ("Ann Bakre", "Ann Baker", "name_near"),
        ("Oto Baker", "Otto Baker", "name_near"),
        ("Ann Baker", "Ann Baker-Jones", "name_near"),
        ("Dr. Ann Baker", "Mrs Ann Baker", "name"),
        ("Ann Baker", "Ann Keller", "name_married"),
        ("Ann", "Ann Baker", "name_part"),
    ],
)
def test_ways_to_write_one_name_are_known(one, other, code):
    found = compare(name_of(one), name_of(other), CITY)
    assert (found.code, found.are_two) == (code, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Baker", "Tom Baker"),
        ("Jan Berg", "Jana Berg"),
        ("Paul Berg", "Paula Berg"),
        ("Martin Kohl", "Martina Kohl"),
        ("Lea Baker", "Lena Baker"),
        ("Rita Baker", "Greta Baker"),
        ("Ann Baker", "Tom Keller"),
    ],
)
def test_two_first_names_are_two_people(one, other):
    assert compare(name_of(one), name_of(other), CITY).are_two


def test_what_is_compared_is_the_same_however_it_was_typed():
    boxes = {text: box_of(text) for text in ("A.Nn+shop@googlemail.com", "ann@gmail.com", "a.nn@web.de", "ann@web.de")}
    same = {text: box.same for text, box in boxes.items() if box}
    assert same["A.Nn+shop@googlemail.com"] == same["ann@gmail.com"]
    assert same["a.nn@web.de"] != same["ann@web.de"]
    reception = box_of("info@baker.example")
    assert reception is not None
    assert reception.is_generic
    assert box_of("not an address") is None
    assert phone_tail("+44 171 555 0188") == phone_tail("(0171) 555-0188") == "15550188"
    assert phone_tail("12") == ""
    assert place_of("Linden­strasse 5", "", "").numbers == {"5"}
    assert place_of("Lindenstraße 5", "Köln", "50667").street == place_of("lindenstr. 5", "Koeln", "50667").street
    assert skeleton("meyer") == skeleton("maier")


def test_the_evidence_says_what_was_seen():
    one = record("Jon Smith", 1, phones=["+441715550188"], places=[HOME])
    other = record("John Smith", 2, phones=["0171 555 0188"], places=[("7 High Street", "York", "YO1 7HH")])
    found = likeness(one, other)
    assert found.is_shown
    assert set(found.evidence) == {"phone", "name_variant", "street"}
    assert not found.is_certain


def test_the_same_mailbox_and_a_fitting_name_are_certain_and_another_birthday_is_not():
    one, other = record("Bob Smith", emails=["bob@x.example"]), record("Robert Smith", emails=["bob@x.example"])
    assert likeness(one, other).is_certain
    one, other = [record("Bob Smith", emails=["bob@x.example"], day=day) for day in ((5, 3, 1950), (9, 1, 1980))]
    assert not likeness(one, other).is_certain
    assert "other_day" in likeness(one, other).evidence


def test_day_and_month_the_other_way_round_is_a_slip():
    one, other = record("Ann Baker", day=(5, 3, 1980)), record("Ann Baker", day=(3, 5, 1980))
    assert "day_near" in likeness(one, other, SHOP).evidence


@pytest.mark.parametrize("census", [SHOP, CITY])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        # A couple with one mailbox and one telephone; a father and his son; twins; a shared office; a reception.
        (record("Ann Baker", emails=["us@x.example"], phones=["0171555018"], places=[HOME]),
         record("Tom Baker", emails=["us@x.example"], phones=["0171555018"], places=[HOME])),
        (record("Peter Baker Sr.", places=[HOME]), record("Peter Baker Jr.", places=[HOME])),
        (record("Peter Baker", places=[HOME], day=(5, 3, 1950)), record("Peter Baker", places=[HOME], day=(9, 1, 1980))),
        (record("Lea Baker", places=[HOME], day=(5, 3, 2001)), record("Lena Baker", places=[HOME], day=(5, 3, 2001))),
        (record("Ann Baker", emails=["info@firm.example"]), record("Tom Keller", emails=["info@firm.example"])),
        (record("Ann Keller", emails=["info@firm.example"]), record("Ann Baker", emails=["info@firm.example"])),
    ],
)  # fmt: skip
def test_two_people_at_one_address_are_two(one, other, census):
    assert not likeness(one, other, census).is_shown


def test_namesakes_in_a_city_are_not_shown_and_in_a_small_book_they_are():
    one, other = record("John Smith", places=[HOME]), record("John Smith", places=[("9 Mill Lane", "York", "YO1 7HH")])
    assert not likeness(one, other, CITY).is_shown
    assert likeness(one, other, SHOP).is_shown


def test_who_lives_at_one_address_may_be_a_household():
    ann, tom = record("Ann Baker", places=[HOME]), record("Tom Baker", places=[HOME])
    assert likeness(ann, tom).is_roof
    assert not likeness(ann, record("Tom Keller", places=[HOME])).is_roof
    other = record("Tom Keller", places=[HOME], phones=["0171555018"])
    assert likeness(record("Ann Baker", places=[HOME], phones=["0171555018"]), other).is_roof
    assert not likeness(ann, record("Tom Baker", places=[("2 High Street", "York", "YO1 7HH")])).is_roof


def test_a_key_that_too_many_share_pairs_nobody_and_a_narrow_one_pairs_each_two_once():
    shared = [record(f"N{number} F{number}", number, phones=["0800123456"]) for number in range(1, WIDEST + 2)]
    blocks = Blocks()
    blocks.add(shared)
    assert len(blocks.pairs()) == 0
    blocks = Blocks()
    blocks.add(shared[:3])
    assert [tuple(pair) for pair in blocks.pairs().tolist()] == [(1, 2), (1, 3), (2, 3)]
    assert [tuple(pair) for pair in blocks.pairs([3]).tolist()] == [(1, 3), (2, 3)]
    assert len(Blocks().pairs()) == 0


def test_somebody_of_whom_nothing_is_known_has_no_keys():
    assert list(keys_of(record(""))) == []
    assert are_variants("bob", "robert")
    assert not are_variants("ann", "tom")

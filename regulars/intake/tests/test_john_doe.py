"""One person as eight programs saw him becomes one person, by what is certain or by pairs with their evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.intake.tests.builders import REAL, a_business, taken_in
from regulars.people.models import Pair, Person
from regulars.people.services import begin_joining, carry_out
from regulars.people.services.pairing import look_thoroughly

JOHNS = sorted((REAL / "vcards" / "ez-vcard").glob("John_Doe_*.vcf"))
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not JOHNS, reason="the real cards are not on this machine"),
]


def johns() -> list[Person]:
    return list(Person.objects.here().filter(full_name__contains="Doe"))


@pytest.mark.parametrize("paths", [JOHNS, JOHNS[::-1], JOHNS[2:] + JOHNS[:2]], ids=["forward", "backward", "turned"])
def test_john_of_every_program_is_one_person_in_any_order(paths: list[Path]) -> None:
    a_business()
    for path in paths:
        taken_in(path)
    assert all(taken_in(path)["people"]["new"] == 0 for path in paths), "the same again brings nobody new"
    look_thoroughly(everybody=True)
    carry_out(begin_joining(total=Pair.objects.filter(is_certain=True).count()).pk)
    look_thoroughly(everybody=True)
    left = johns()
    pairs = Pair.objects.filter(state=Pair.State.OPEN, about=Pair.About.PERSON, low__in=left, high__in=left)
    asked = list(pairs)
    print(len(left), [(pair.low.full_name, pair.high.full_name, pair.score, pair.evidence) for pair in asked])
    assert all(pair.evidence for pair in asked)
    linked = {pk for pair in asked for pk in (pair.low_id, pair.high_id)}
    assert len(left) == 1 or {one.pk for one in left} <= linked


def test_other_people_of_the_same_telephone_stay_themselves() -> None:
    a_business()
    for path in JOHNS:
        taken_in(path)
    look_thoroughly(everybody=True)
    before = Person.objects.here().exclude(full_name__contains="Doe").count()
    carry_out(begin_joining(total=Pair.objects.filter(is_certain=True).count()).pk)
    assert Person.objects.here().exclude(full_name__contains="Doe").count() == before

"""Numbers of people who live elsewhere, in a shop of one country."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.intake.tests.builders import REAL, a_business, a_file, taken_in
from regulars.people.models import Person, Phone

pytestmark = pytest.mark.django_db
JOHNS = sorted((REAL / "vcards" / "ez-vcard").glob("John_Doe_*.vcf"))


def numbers() -> list[tuple[str, str]]:
    return list(Phone.objects.order_by("pk").values_list("as_typed", "e164"))


def test_a_row_with_a_country_of_its_own_has_numbers_of_that_country(tmp_path: Path) -> None:
    a_business()
    rows = "Name,Phone,City,Country\nAnn Abel,(212) 555-0100,New York,United States\nBo Berg,030 901820,Berlin,\n"
    taken_in(a_file(tmp_path, rows + "Cy Cole,030 901821,Austin,US\nDi Dorn,123456,Ulm,DE\n"))
    assert numbers() == [
        ("(212) 555-0100", "+12125550100"), ("030 901820", "+4930901820"), ("030 901821", "+4930901821"), ("123456", ""),
    ]  # fmt: skip


def test_the_country_at_the_end_of_an_address_in_one_piece_counts_too(tmp_path: Path) -> None:
    a_business()
    card = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Abel\nTEL:(212) 555-0100\nADR:;Weg 1\\n10001 New York\\nUSA;;;;;\nEND:VCARD\n"
    )
    taken_in(a_file(tmp_path, card, "card.vcf"))
    ann = Person.objects.get()
    assert ann.phones.get().e164 == "+12125550100"
    assert ann.addresses.values_list("lines", "country").get() == ("Weg 1\n10001 New York", "US")


@pytest.mark.skipif(not JOHNS, reason="the real cards are not on this machine")
def test_john_of_every_program_keeps_his_american_numbers_in_a_german_shop() -> None:
    a_business()
    for path in JOHNS:
        if "ANDROID" not in path.name:
            taken_in(path)
    found = set(Phone.objects.filter(person__full_name__contains="John").values_list("e164", flat=True))
    assert "+19055551234" in found
    assert all(number.startswith("+1905") for number in found if number)

"""The firm beside a person is a firm, not a line of an address; a row of a firm alone is an entry of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.intake.models import ImportRun
from regulars.intake.services import undo
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people.models import Note, Organisation, Person, PostalAddress
from regulars.people.services import make_organisation

pytestmark = pytest.mark.django_db
HEADER = "Name,Email,Company,Address,City\n"


def firms() -> dict[str, str]:
    return dict(Person.objects.here().order_by("pk").values_list("full_name", "organisation__name"))


def test_a_column_with_the_company_links_each_to_one_firm(tmp_path: Path) -> None:
    a_business()
    rows = "Ann Abel,ann@x.example,Blum & Co,Weg 1,Ulm\nBo Berg,bo@x.example,BLUM & CO,,\nCy Cole,cy@x.example,,Weg 3,Ulm\n"
    taken_in(a_file(tmp_path, HEADER + rows))
    assert firms() == {"Ann Abel": "Blum & Co", "Bo Berg": "Blum & Co", "Cy Cole": None}
    assert Organisation.objects.count() == 1
    assert PostalAddress.objects.filter(person__full_name="Ann Abel").get().lines == "Weg 1"
    assert not Note.objects.exists()


def test_a_firm_that_nobody_is_named_of_is_an_entry_of_its_own(tmp_path: Path) -> None:
    a_business()
    answer = taken_in(
        a_file(tmp_path, HEADER + ",,Blum & Co,Weg 1,Ulm\n,info@b.example,Berg AG,,\nAnn,ann@b.example,Berg AG,,\n")
    )
    assert answer["people"] == {"new": 3, "matched": 0, "refused": 0}
    assert firms() == {"Blum & Co": None, "Berg AG": None, "Ann": "Berg AG"}
    again = taken_in(a_file(tmp_path, HEADER + ",,Blum & Co,Weg 1,Ulm\n"))
    assert again["people"] == {"new": 0, "matched": 1, "refused": 0}


def test_undo_takes_the_firms_away_that_nobody_else_buys_for(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, HEADER + "Dee Dorn,dee@x.example,,,\n", "first.csv"))
    make_organisation("Berg AG", [Person.objects.get().pk])
    taken_in(a_file(tmp_path, HEADER + "Eve Eck,eve@x.example,,,\n", "second.csv"))
    rows = "Ann Abel,ann@x.example,Blum & Co,,\nBo Berg,bo@x.example,berg ag,,\nEve Eck,eve@x.example,Blum & Co,,\n"
    taken_in(a_file(tmp_path, HEADER + rows, "third.csv"))
    assert firms() == {"Dee Dorn": "Berg AG", "Eve Eck": "Blum & Co", "Ann Abel": "Blum & Co", "Bo Berg": "Berg AG"}
    undo(ImportRun.objects.get(name="third.csv"))
    assert firms() == {"Dee Dorn": "Berg AG", "Eve Eck": None}
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Berg AG"]


def test_whoever_has_a_firm_keeps_it_and_the_other_one_is_noted(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, HEADER + "Ann Abel,ann@x.example,Blum & Co,,\n"))
    again = a_file(tmp_path, HEADER + "Ann Abel,ann@x.example,Berg AG,,\n", "new.csv")
    taken_in(again)
    taken_in(again)
    assert firms() == {"Ann Abel": "Blum & Co"}
    assert Note.objects.get().text == "Company: Berg AG"
    assert Organisation.objects.count() == 1


def test_a_card_links_the_firm_and_keeps_its_department(tmp_path: Path) -> None:
    a_business()
    cards = "".join(
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nEMAIL:{name[:2]}@x.example\nORG:{firm}\nEND:VCARD\n"
        for name, firm in (("Ann Abel", "Blum & Co;Sales"), ("Bo Berg", "Blum & Co"), ("Blum & Co", "Blum & Co"))
    )
    taken_in(a_file(tmp_path, cards, "cards.vcf"))
    assert firms() == {"Ann Abel": "Blum & Co", "Bo Berg": "Blum & Co", "Blum & Co": None}
    assert Note.objects.get().text == "Company: Blum & Co, Sales"


def test_two_hundred_firms_cost_no_more_queries_than_two(tmp_path: Path) -> None:
    a_business()
    taken_in(a_file(tmp_path, HEADER + "Zed Zorn,zed@x.example,Zorn AG,,\n", "warm.csv"))

    def cost(count: int) -> int:
        rows = "".join(f"Ann Abel{n},a{count}-{n}@x.example,Firm {count} {n},,\n" for n in range(count))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            taken_in(a_file(tmp_path, HEADER + rows, f"{count}.csv"))
        return len(asked)

    assert cost(200) <= cost(2) + 2

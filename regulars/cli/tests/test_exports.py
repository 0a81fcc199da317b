"""Everything taken out of the house, and one person."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]  # it ships no types
from django.apps import apps

from regulars.cli import exports
from regulars.cli.main import build_parser
from regulars.intake.options import ImportOptions
from regulars.intake.services import import_files
from regulars.kit import taking_out
from regulars.kit.cells import uncovered
from regulars.kit.errors import Refusal
from regulars.kit.services import set_up_business
from regulars.people.cards import cards
from regulars.people.models import Note, Person
from regulars.people.papers import as_page
from regulars.people.partial_dates import PartialDate
from regulars.people.services import (
    NewAddress,
    add_note,
    add_occasion,
    add_tag,
    export_person,
    set_preferences,
)
from regulars.people.tests.builders import a_person
from regulars.staff.models import AuditEntry
from regulars.staff.services import create_owner

pytestmark = pytest.mark.django_db
HOSTILE = "=cmd|' /C calc'!A0"


@pytest.fixture
def shop() -> Person:
    set_up_business(name="Boutique", zone="Europe/Berlin", currency="EUR", country="DE")
    ann = a_person("Ann Müller, “the tall”", email="ann@example.org", phone="+49 171 2345678",
                   addresses=(NewAddress("Hauptstr. 1\nHinterhaus", "Köln", "50667", "", "DE"),))  # fmt: skip
    add_note(ann, HOSTILE, None)
    add_note(ann, "two lines\nwith a ; and a , and a \\ inside", None)
    add_occasion(ann, "birthday", PartialDate(5, 3, None))
    add_tag([ann.pk], "blue, and green")
    set_preferences(ann, ["-5 % on Mondays"], [])
    return ann


def test_everything_is_there_as_csv_and_as_json_and_both_say_the_same(shop: Person, tmp_path: Path) -> None:
    create_owner(email="own@example.org", password="four words that differ", display_name="Olga")
    counts = exports.everything(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        names = set(archive.namelist())
        assert names == {"README.txt"} | {f"{name}{ending}" for name in counts for ending in (".csv", ".json")}
        for name, count in counts.items():
            as_json: list[dict[str, Any]] = json.loads(archive.read(f"{name}.json"))
            lines = io.StringIO(archive.read(f"{name}.csv").decode(), newline="")
            as_csv = list(csv.DictReader(lines))
            assert len(as_json) == len(as_csv) == count
            for plain, row in zip(as_json, as_csv, strict=True):
                texts = {key: value for key, value in plain.items() if isinstance(value, str)}
                assert {key: uncovered(row[key]) for key in texts} == texts
        told = json.loads(archive.read("tables/people_note.json"))
        assert {row["text"] for row in told} >= {HOSTILE}
        assert "'=cmd" in archive.read("tables/people_note.csv").decode()
        words = archive.read("README.txt").decode()
        users = archive.read("tables/staff_user.json").decode()
    assert "own@example.org" in users
    assert "password" not in users, "nobody's password leaves the house, not even its hash"
    assert "people_note (2)" in words
    assert AuditEntry.objects.filter(action="export_all").count() == 1


def test_no_table_of_a_room_is_forgotten_but_what_the_machinery_builds_anew() -> None:
    told = {sheet.name for sheet in taking_out.sheets()}
    ours = {model for model in apps.get_models() if model.__module__.startswith("regulars.")}
    missing = {
        model._meta.label for model in ours if f"tables/{model._meta.app_label}_{model._meta.model_name}" not in told
    }
    assert missing <= taking_out.MACHINERY
    columns = {column for sheet in taking_out.sheets() for column in sheet.columns}
    assert not columns & taking_out.SECRET


def test_a_folder_with_something_in_it_is_left_alone(shop: Person, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "mine.txt").write_text("mine")
    with pytest.raises(Refusal, match="already"):
        exports.everything(tmp_path / "here")
    assert [path.name for path in tmp_path.rglob("*")] == ["here", "mine.txt"]
    assert exports.everything(tmp_path / "new")["people"] == 1
    assert (tmp_path / "new" / "README.txt").exists()


def test_rows_are_read_in_slices_by_key_however_many_there_are(
    shop: Person, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(taking_out, "SLICE", 2)
    Note.objects.bulk_create(Note(person=shop, text=f"{n}", at=shop.added_at) for n in range(5))
    [notes] = [sheet for sheet in taking_out.sheets() if sheet.name == "tables/people_note"]
    with django_assert_num_queries(5):
        assert len(list(notes.rows())) == 7


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_a_card_is_read_by_other_programs_as_it_was_meant(shop: Person, version: str) -> None:
    text = "".join(cards(version, "house"))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    read = vobject.readOne(text)
    assert read.fn.value == shop.full_name
    assert read.email.value == "ann@example.org"
    assert read.tel.value == "+491712345678"
    assert read.adr.value.city == "Köln"
    assert read.bday.value == "--0503"
    assert read.uid.value == f"house-{shop.pk}"
    assert "two lines\nwith a ; and a , and a \\ inside" in read.note.value
    assert "".join(cards(version, "house")) == text, "the same card twice"


def test_formulas_that_leave_as_csv_come_back_as_they_were(shop: Person, tmp_path: Path) -> None:
    file = tmp_path / "again.csv"
    texts = [HOSTILE, "@SUM(1+9)*cmd|' /C calc'!A0", "+44 123 x", "-5 euro", "'=quoted", "''=twice", "'90s", "''"]
    with file.open("w", newline="") as out:
        from regulars.kit.cells import CsvSheet

        sheet = CsvSheet(out, ["name", "email", "notes"])
        for number, text in enumerate(texts):
            sheet.write([text, f"someone.{number}@example.org", text])
    import_files([file], ImportOptions())
    names = (
        Person.objects.filter(emails__address__startswith="someone").order_by("pk").values_list("full_name", flat=True)
    )
    notes = Note.objects.filter(person__emails__address__startswith="someone").order_by("pk")
    assert list(notes.values_list("text", flat=True)) == texts
    assert list(names) == texts


def test_one_person_is_found_by_number_or_address_and_told_on_a_page_that_needs_nothing_else(shop: Person) -> None:
    assert exports.person_named(str(shop.pk)) == exports.person_named("ANN@example.org") == shop
    with pytest.raises(Refusal, match="nobody"):
        exports.person_named("nobody@example.org")
    page = as_page(shop, export_person(shop.pk))
    assert "ann@example.org" in page
    assert "=cmd|&#x27; /C calc&#x27;!A0" in page, "what strangers typed is shown, never run"
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    entry = AuditEntry.objects.get(action="export", person_id=shop.pk)
    assert entry.object_kind == "person"


def test_somebody_is_erased_from_the_terminal_once_it_was_looked_at(
    shop: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = build_parser()
    look = parser.parse_args(["erase", "ann@example.org", "--dry-run"])
    assert look.chosen.run(look) == 0
    assert "Notes (2)" in capsys.readouterr().out
    assert Person.objects.here().filter(pk=shop.pk).exists()
    do = parser.parse_args(["erase", str(shop.pk), "--yes"])
    assert do.chosen.run(do) == 0
    assert "Erased" in capsys.readouterr().out
    assert not Person.objects.here().filter(pk=shop.pk).exists()
    with pytest.raises(Refusal):
        do.chosen.run(do)


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_people_who_leave_as_cards_come_back_as_they_were(shop: Person, tmp_path: Path, version: str) -> None:
    """Under other addresses, so that they are taken for others."""
    text = (
        "".join(cards(version, "house")).replace("example.org", "example.net").replace("+491712345678", "+491712345679")
    )
    (tmp_path / "people.vcf").write_text(text, newline="")
    import_files([tmp_path / "people.vcf"], ImportOptions())
    again = Person.objects.get(emails__address="ann@example.net")
    assert (again.full_name, again.given_name, again.family_name) == (shop.full_name, "", "")
    assert again.phones.get().e164 == "+491712345679"
    day = again.occasions.get(kind="birthday")
    assert (day.month, day.day, day.year) == (5, 3, None)
    place = again.addresses.get()
    assert (place.lines, place.city, place.postcode, place.country) == (
        "Hauptstr. 1\nHinterhaus",
        "Köln",
        "50667",
        "DE",
    )
    names = again.tags.order_by("tag_id").values_list("tag__name", flat=True)
    assert ", ".join(names) == "blue, and green", "a comma parts two tags, as it does where they are typed"
    notes = "\n".join(again.notes.order_by("pk").values_list("text", flat=True))
    assert HOSTILE in notes
    assert "two lines\nwith a ; and a , and a \\ inside" in notes

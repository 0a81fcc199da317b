"""Strings that were written to break programs: taken in, given out, taken in elsewhere, and still the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.cli.exports import rows_of
from regulars.cli.printing import print_csv, print_json_rows
from regulars.intake.tests.builders import taken_in
from regulars.people.cards import cards
from regulars.people.models import ExternalId, Person
from regulars.people.tests.real_files import file, needs_names_addresses
from regulars.web.tests.builders import an_open_house

pytestmark = [pytest.mark.django_db, needs_names_addresses]


def strings() -> list[str]:
    """Naughty strings and formulas as they fit a name: on one line, with single blanks between the words."""
    naughty = json.loads(file("naughty_strings/blns.json").read_text("utf-8"))
    rows = csv.DictReader(file("csv_formula_injection.csv").open(encoding="utf-8", newline=""))
    whole = (" ".join(text.split()) for text in (*naughty, *(row["payload"] for row in rows)))
    return list(dict.fromkeys(text for text in whole if text and len(text) <= 200))


def as_csv(folder: Path) -> Path:
    columns, rows = rows_of("people")
    out = io.StringIO()
    print_csv(columns, rows, out)
    return _written(folder / "people.csv", out.getvalue())


def as_json(folder: Path) -> Path:
    _columns, rows = rows_of("people")
    out = io.StringIO()
    print_json_rows(rows, out)
    return _written(folder / "people.json", out.getvalue())


def as_cards(folder: Path) -> Path:
    return _written(folder / "people.vcf", "".join(cards()))


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def first_as_csv(path: Path, names: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as to:
        writer = csv.writer(to, quoting=csv.QUOTE_ALL)
        writer.writerow(["Name", "Email"])
        writer.writerows([name, f"n{at}@example.org"] for at, name in enumerate(names))
    return path


def first_as_json(path: Path, names: list[str]) -> Path:
    rows = [{"name": name, "email": f"n{at}@example.org"} for at, name in enumerate(names)]
    return _written(path.with_suffix(".json"), json.dumps(rows))


def held() -> dict[str, str]:
    return dict(Person.objects.here().values_list("emails__address", "full_name"))


@pytest.mark.parametrize("first", [first_as_csv, first_as_json], ids=["from csv", "from json"])
@pytest.mark.parametrize("given_out", [as_csv, as_json, as_cards], ids=["csv", "json", "vcard"])
def test_what_went_in_comes_out_and_goes_into_a_second_house_unchanged(
    tmp_path: Path, first: Callable[[Path, list[str]], Path], given_out: Callable[[Path], Path]
) -> None:
    an_open_house()
    names = strings()
    answer = taken_in(first(tmp_path / "in.csv", names))
    expected = {f"n{at}@example.org": name for at, name in enumerate(names)}
    assert answer["refused_rows"] == []
    mine = {key: name for key, name in held().items() if key}
    assert mine == expected
    path = given_out(tmp_path)
    ExternalId.objects.all().delete()
    Person.objects.all().delete()
    assert taken_in(path)["refused_rows"] == []
    assert {key: name for key, name in held().items() if key} == expected

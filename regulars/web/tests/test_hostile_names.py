"""Names that were written to break programs: they come back as they went in, everywhere, and start nothing."""

from __future__ import annotations

import csv
import html
import io
import json
from pathlib import Path

import pytest
from django.test import Client

from regulars.cli.exports import rows_of
from regulars.cli.printing import print_csv
from regulars.intake.tests.builders import taken_in
from regulars.outreach.queries import facts_for
from regulars.people.models import Note, Person
from regulars.people.queries import find_people
from regulars.people.services import NewPerson, record_people
from regulars.people.tests.real_files import file, needs_names_addresses
from regulars.web.tests.builders import an_open_house

pytestmark = [pytest.mark.django_db, needs_names_addresses]
RUNS = ("<script", "onerror=", "onfocus=", "onmouseover=", "javascript:", "{{", "{%", "${", "<svg", "<img", "=cmd")


def naughty() -> list[str]:
    strings = json.loads(file("naughty_strings/blns.json").read_text("utf-8"))
    cases = json.loads(file("nameparser_cases.json").read_text("utf-8"))
    return list(dict.fromkeys(text.strip() for text in (*strings, *(case["text"] for case in cases)) if text.strip()))


def written_down(names: list[str]) -> dict[int, str]:
    people = [NewPerson(full_name=name, external_ids=(("test", str(at)),)) for at, name in enumerate(names)]
    return dict(zip(record_people(people, source="test").ids, names, strict=True))


def test_what_is_written_down_is_stored_unchanged_and_what_is_too_long_is_kept_as_a_note() -> None:
    an_open_house()
    names = written_down(naughty())
    assert len(names) > 1_500
    for pk, full_name in Person.objects.filter(pk__in=names).values_list("pk", "full_name"):
        if len(names[pk]) <= 200:
            assert full_name == names[pk]
        else:
            assert Note.objects.get(person=pk).text == names[pk]


def test_what_would_run_stands_on_the_page_as_words(client: Client) -> None:
    client.force_login(an_open_house())
    names = written_down([name for name in naughty() if any(sign in name.lower() for sign in RUNS)])
    assert len(names) > 100
    for pk, name in list(names.items())[::3]:
        page = client.get(f"/people/{pk}/")
        assert page.status_code == 200
        assert html.escape(name[:200]) in page.text
        assert not [sign for sign in ("<script>alert", "<img src", "<iframe", "<svg on") if sign in page.text], name
    assert client.get("/people/").status_code == 200


def test_typed_on_the_page_they_are_kept_as_typed_or_refused_in_a_sentence(client: Client) -> None:
    client.force_login(an_open_house())
    for name in naughty()[::40]:
        reply = client.post("/people/new/", {"full_name": name, "reach": "", "is_somebody_new": "1"})
        assert reply.status_code in {303, 422}
        if reply.status_code == 303:
            assert Person.objects.latest("pk").full_name == name
        else:
            assert len(name) > 200


def test_taken_in_from_a_file_and_given_out_again_they_are_the_same(tmp_path: Path) -> None:
    an_open_house()
    names = [name for name in naughty() if len(name) <= 200]
    path = tmp_path / "names.csv"
    with path.open("w", encoding="utf-8", newline="") as to:
        writer = csv.writer(to, quoting=csv.QUOTE_ALL)
        writer.writerow(["Name", "Email"])
        writer.writerows([name, f"somebody.{at}@example.org"] for at, name in enumerate(names))
    answer = taken_in(path)
    assert answer["people"] == {**answer["people"], "new": len(names), "refused": 0}
    held = dict(Person.objects.filter(emails__isnull=False).values_list("emails__address", "full_name"))
    changed = [(name, held[f"somebody.{at}@example.org"]) for at, name in enumerate(names)
               if held[f"somebody.{at}@example.org"] != name]  # fmt: skip
    assert 1 - len(changed) / len(names) >= 0.99, changed

    columns, rows = rows_of("people")
    out = io.StringIO()
    print_csv(columns, rows, out)
    given = [row["full_name"] for row in csv.DictReader(io.StringIO(out.getvalue(), newline=""))]
    assert sorted(name.removeprefix("'") for name in given) == sorted(name.removeprefix("'") for name in held.values())
    assert not [name for name in given if name[:1] in set("=+@")], "no spreadsheet runs a name"


def test_they_are_found_by_their_words_and_greeted_without_a_field(client: Client) -> None:
    client.force_login(an_open_house())
    names = written_down(naughty())
    for name in list(names.values())[::50]:
        assert client.get("/people/", {"q": name[:100]}).status_code == 200
        find_people(name[:100])
    for facts in facts_for(names).values():
        assert not any(sign in value for value in facts.values() for sign in ("{{", "{%"))

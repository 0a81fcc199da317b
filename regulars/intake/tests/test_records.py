"""What is kept here of a person goes with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.intake.models import RefusedRow, RunEffect
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people.models import Person
from regulars.people.services import erase_person, export_person

pytestmark = pytest.mark.django_db


def test_erasing_somebody_takes_their_refused_rows_and_what_was_kept_for_undoing(tmp_path: Path) -> None:
    a_business()
    text = "Order,Date,Email,Name,Total\nA,2026-01-01,ann@x.example,Ann Abel,10\nB,soon,ANN@x.example,Ann Abel,5\nC,soon,bo@x.example,Bo,5\n"
    taken_in(a_file(tmp_path, text))
    taken_in(a_file(tmp_path, text.replace("Abel,10", "Abel,11"), "newer.csv"))
    ann = Person.objects.get(full_name="Ann Abel")
    assert [row["row"] for row in export_person(ann.pk)["intake"]["refused_rows"]] == [3, 3]
    erase_person(ann)
    assert {row.cells[2] for row in RefusedRow.objects.all()} == {"bo@x.example"}
    kept = [told for effect in RunEffect.objects.all() for told in effect.before]
    assert kept == []

"""What is kept here of a person goes with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.models import F

from regulars.intake.models import RefusedRow, RunEffect, Telling
from regulars.intake.services import running
from regulars.intake.tests.builders import a_business, a_file, taken_in
from regulars.people.models import Person
from regulars.people.services import erase_person, export_person, merge, unmerge
from regulars.purchases.models import Order

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


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_who_told_of_somebody_is_exported_and_a_merge_taken_back_leaves_nothing_that_holds_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_business()
    monkeypatch.setattr(running, "BIG_FILE_BYTES", 0)
    text = "Order,Date,Email,Name,Total\nA,2026-01-01,ann@x.example,Ann Abel,10\nB,2026-01-02,bo@x.example,Bo Berg,5\n"
    path = a_file(tmp_path, text)
    taken_in(path)
    ann, bo = Person.objects.get(full_name="Ann Abel"), Person.objects.get(full_name="Bo Berg")
    assert _holding() == {ann.pk, bo.pk}
    (source,) = set(Telling.objects.values_list("source", flat=True))
    assert export_person(ann.pk)["intake"]["told_by"] == [source]
    made = merge(ann, bo, by=None)
    assert _holding() == set()
    unmerge(made.pk, by=None)
    assert _holding() == set()
    again = taken_in(path)
    assert (again["people"]["new"], again["people"]["matched"], again["orders"]["seen"]) == (0, 2, 2)
    assert _holding() == {ann.pk, bo.pk}
    assert set(Order.objects.values_list("reference", "person_id")) == {("A", ann.pk), ("B", bo.pk)}
    erase_person(ann)
    assert set(Telling.objects.values_list("person_id", flat=True)) == {bo.pk}


def _holding() -> set[int]:
    """Of whom it would be no news if they were told of once more."""
    told = Telling.objects.filter(change_number=F("person__change_number"), person__merged_into=None)
    return set(told.values_list("person_id", flat=True))

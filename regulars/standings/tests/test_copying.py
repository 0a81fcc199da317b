"""Grading everybody from the copy: the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from django.db import transaction

from regulars import insight
from regulars.kit.changes import begin_epoch, horizon
from regulars.people.models import Person
from regulars.purchases import services as purchases
from regulars.purchases.models import Order
from regulars.purchases.tests.builders import a_new_order
from regulars.standings.models import Grading, Standing
from regulars.standings.services import card, forget_copy, grade_everyone
from regulars.standings.services import grading as grading_service
from regulars.standings.services.wanted import GAPS
from regulars.standings.tests.builders import TODAY, a_shop, expected, stored, stories

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.usefixtures("frozen_clock"),
]


@pytest.fixture(autouse=True)
def _no_copy_of_another_test() -> None:
    forget_copy()


def _without_copy(as_of: date = TODAY) -> list[tuple[Any, ...]]:
    Standing.objects.all().delete()
    forget_copy()
    grade_everyone(as_of)
    return stored()


def test_standings_are_what_insight_says_of_the_same_orders() -> None:
    a_shop()
    answer = grade_everyone(TODAY)
    frame = pl.DataFrame(list(expected(TODAY).values()))
    rhythms = card.rhythms_of(card.kept())
    assert rhythms is not None
    wanted = {row["customer"]: row for row in rhythms.describe(frame).to_dicts()}
    standings = {s.person_id: s for s in Standing.objects.filter(basis="orders")}
    assert set(standings) == set(wanted)
    for person_id, row in wanted.items():
        ours = standings[person_id]
        assert (ours.r, ours.f, ours.m) == (row["r"], row["f"], row["m"])
        assert ours.group == row["group"].lower().replace(" ", "-")
        assert (ours.first_on, ours.last_on, ours.buying_days) == (row["first_on"], row["last_on"], row["frequency"])
        assert ours.net_amount == row["monetary"]
        for name in ("usual_gap_days", "usual_gap_low", "usual_gap_high"):
            said = getattr(ours, GAPS[name])
            assert said == (None if row[name] is None else pytest.approx(row[name], abs=0.051))
        assert ours.slips_on == row["slips_on"]
        assert (ours.slips_on is None) == (ours.buying_days < 3)
    assert answer["as_of"] == "2026-03-04"
    assert answer["people"] == sum(answer["groups"].values()) == Standing.objects.count()
    assert set(answer["groups"]) <= {*insight.GROUPS, "Warm", "Waiting", "Cold"}


def test_a_second_grading_writes_nothing() -> None:
    a_shop()
    grade_everyone(TODAY)
    before, told, noted = stored(), stories(), Grading.objects.get()
    grade_everyone(TODAY)
    assert stored() == before
    assert stories() == told > 0
    assert Grading.objects.get().graded_at == noted.graded_at


def test_the_copy_follows_every_kind_of_change_and_a_rebuild_gives_the_same_rows() -> None:
    ids = a_shop()
    grade_everyone(TODAY)
    orders = list(Order.objects.purchases().filter(person__isnull=False).order_by("id")[:8])
    purchases.record_orders([a_new_order(Person.objects.get(pk=ids[0]), "300.00", TODAY, reference="later")])
    purchases.record_refund(orders[0], Decimal("1.00"), TODAY, None)
    purchases.cancel_order(orders[1], None)
    purchases.remove_orders([orders[2].pk, orders[3].pk])
    purchases.move_orders(orders[4].person_id or 0, ids[5])
    grade_everyone(TODAY)
    followed = stored()
    assert followed == _without_copy()
    wanted = expected(TODAY)
    assert {s.person_id: s.net_amount for s in Standing.objects.filter(basis="orders")} == {
        person_id: row["monetary"] for person_id, row in wanted.items()
    }


def test_only_what_changed_is_copied_again() -> None:
    ids = a_shop()
    grade_everyone(TODAY)
    home = Path(settings.CACHE_DIR) / "standings"
    first = sorted(path.name for path in home.glob("copy-*"))
    grade_everyone(TODAY)
    assert sorted(path.name for path in home.glob("copy-*")) == first, "nothing changed, so nothing is written"
    purchases.record_orders([a_new_order(Person.objects.get(pk=ids[0]), "5.00", TODAY)])
    asked = grading_service._copied(home)
    assert (asked.changed, asked.is_whole) == (1, False)


def test_a_copy_of_an_earlier_life_of_the_database_is_not_believed() -> None:
    a_shop()
    grade_everyone(TODAY)
    begin_epoch(horizon() + 1000)
    assert grading_service._copied(Path(settings.CACHE_DIR) / "standings").is_whole is True


def test_orders_cut_into_slices_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    a_shop()
    whole = grade_everyone(TODAY)
    rows = stored()
    Standing.objects.all().delete()
    forget_copy()
    script = Path(settings.BASE_DIR) / "standings" / "copying.py"
    assert "SLICE = 500_000" in script.read_text()
    from regulars.standings import copying
    from regulars.standings.services.uncommitted import CallersReader

    monkeypatch.setattr(copying, "SLICE", 7)
    monkeypatch.setattr(
        grading_service, "_copied", lambda home: copying.bring_up_to_date(grading_service._asked(home), CallersReader())
    )
    assert grade_everyone(TODAY) == whole
    assert stored() == rows


def test_inside_a_transaction_its_own_orders_count_and_the_copy_is_left_alone() -> None:
    ids = a_shop()
    with transaction.atomic():
        purchases.record_orders([a_new_order(Person.objects.get(pk=ids[0]), "900.00", TODAY)])
        grade_everyone(TODAY)
        inside = stored()
    assert not (Path(settings.CACHE_DIR) / "standings" / "copy.json").exists()
    assert inside == _without_copy()


def test_two_gradings_at_once_leave_the_same_rows_as_one(in_threads: Any) -> None:
    a_shop(30, 120)
    assert in_threads(2, lambda number: grade_everyone(TODAY)["people"]) == [30, 30]
    together = stored()
    assert together == _without_copy()


def test_a_database_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    a_shop(3, 3)
    monkeypatch.setattr(grading_service, "_uri", lambda: "file:/nowhere/at/all.sqlite3?mode=ro")
    with pytest.raises(RuntimeError, match="The orders could not be read"):
        grade_everyone(TODAY)
    assert not Standing.objects.exists()

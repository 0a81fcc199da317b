"""Many rows go into the database another way than a few; what is stored and told is the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.kit.models import Notice
from regulars.standings.models import Finding, Grading, Standing, StandingMonth
from regulars.standings.services import beside, differing, grade_everyone, writing
from regulars.standings.services.grading import _home
from regulars.standings.tests.builders import TODAY, a_shop, somebody, visits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen_clock")]


def _stored() -> tuple[list[Any], list[Any]]:
    names = [field.attname for field in StandingMonth._meta.concrete_fields if field.attname != "id"]
    return (
        list(Standing.objects.order_by("person_id").values_list()),
        list(StandingMonth.objects.order_by("person_id", "month").values_list(*names)),
    )


def _told() -> dict[str, list[Any]]:
    news = [n.content for n in Notice.objects.filter(kind__contains="StandingsChanged").order_by("position", "id")]
    return {kind: [one for each in news for one in each[kind]] for kind in ("person_ids", "regrouped", "slipped")}


def _three_gradings() -> list[Any]:
    """New rows; rows that moved beside some that did not; nothing at all."""
    Notice.objects.all().delete()
    grade_everyone(TODAY)
    kept = [_stored()]
    grade_everyone(TODAY + timedelta(days=40))
    kept.append(_stored())
    grade_everyone(TODAY + timedelta(days=40))
    return [*kept, _stored(), _told()]


def _laid(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were laid into the file, each time one was made."""
    totals: list[int] = []
    lay = beside.laid

    def noted(found: Any, path: Any) -> Any:
        totals.append(found.total)
        return lay(found, path)

    monkeypatch.setattr(beside, "laid", noted)
    return totals


@pytest.mark.both_databases
def test_rows_from_a_file_beside_the_database_are_stored_and_told_like_any_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_shop(60, 500)
    visits(somebody("Ann"), [7 * n for n in range(1, 30)])
    one_by_one = _three_gradings()
    for model in (Standing, StandingMonth, Grading, Finding):
        model.objects.all().delete()
    laid = _laid(monkeypatch)
    monkeypatch.setattr(writing, "LAID_FROM", 1)
    monkeypatch.setattr(differing, "LAID_AT_ONCE", 13)
    assert _three_gradings() == one_by_one
    assert len(laid) == 2
    assert laid[1] > 0
    assert not list(_home().glob("beside*"))
    if connection.vendor == "postgresql":
        assert "wanted_rows" not in connection.introspection.table_names()
        return
    with connection.cursor() as cursor:
        assert "beside" not in [row[1] for row in cursor.execute("PRAGMA database_list").fetchall()]
        assert cursor.execute("PRAGMA wal_autocheckpoint").fetchone() == (1000,)


@pytest.mark.both_databases
def test_whose_sale_gets_in_while_everybody_is_new_stands_as_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    a_shop(60, 500)
    ann = somebody("Ann")
    visits(ann, [7 * n for n in range(1, 30)])
    grade_everyone(TODAY)
    graded = _stored()
    for model in (Standing, StandingMonth, Grading, Finding):
        model.objects.all().delete()
    lay = beside.laid

    def laid_late(found: Any, path: Any) -> Any:
        Standing.objects.create(person=ann, basis="memory", as_of=TODAY)
        StandingMonth.objects.create(person=ann, month=TODAY.replace(day=1), group="lost")
        return lay(found, path)

    monkeypatch.setattr(writing, "LAID_FROM", 1)
    monkeypatch.setattr(beside, "laid", laid_late)
    grade_everyone(TODAY)
    assert _stored() == graded


@pytest.mark.both_databases
def test_on_postgresql_a_page_of_standings_has_room_for_the_same_rows_once_more() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes a row anew where it stands.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [Standing._meta.db_table])
        assert cursor.fetchone() == (["fillfactor=50"],)

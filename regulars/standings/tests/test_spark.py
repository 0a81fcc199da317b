"""Spark reckons what DuckDB reckons: on this machine's cores, and on a cluster of two workers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from regulars.kit.errors import Refusal
from regulars.kit.models import Notice
from regulars.people.models import Note, Person
from regulars.settings import _analytics
from regulars.standings.engines import spark
from regulars.standings.health import analytics
from regulars.standings.models import Finding, Grading, Standing, StandingMonth
from regulars.standings.services import forget_copy, grade_everyone, remember
from regulars.standings.tests.builders import TODAY, a_shop, somebody
from regulars.standings.tests.cluster import a_cluster, settings_for_a_few_rows

pytestmark = pytest.mark.usefixtures("frozen_clock")
WITHOUT = spark.why_spark_cannot_run()
WAIT_SECONDS = 500
needs_spark = pytest.mark.skipif(bool(WITHOUT), reason=WITHOUT)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_cluster(tmp_path_factory.mktemp("spark")) as address:
        yield address


def _all_there_is() -> dict[str, list[Any]]:
    """Every stored column of every table that a grading writes, but the moment and the row numbers."""
    answer: dict[str, list[Any]] = {}
    for model in (Standing, StandingMonth, Finding, Grading):
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in {"id", "made_at", "graded_at"}]
        answer[model.__name__] = sorted(model._default_manager.values_list(*names), key=str)
    return answer


def _forget_everything() -> None:
    for model in (Standing, StandingMonth, Finding, Grading, Notice):
        model._default_manager.all().delete()
    forget_copy()


def _grade_on(master: str, conf: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "regulars.standings.tests.grade_in_child", str(connection.settings_dict["NAME"]),
         TODAY.isoformat()],
        env={
            **os.environ, "REGULARS_ANALYTICS": master, "REGULARS_TODAY": TODAY.isoformat(),
            "DJANGO_SETTINGS_MODULE": "regulars.settings", "SPARK_DRIVER_MEMORY": "512m", "SPARK_CONF_DIR": conf,
        },
        cwd=Path(settings.BASE_DIR).parent, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]


def _a_shop_with_everything() -> None:
    """Refunds of later days, memories, notes and people who only asked."""
    ids = a_shop(60, 300)
    for person_id in ids[:12]:
        remember(
            Person.objects.get(pk=person_id),
            last_seen_on=TODAY - timedelta(days=person_id % 50),
            usual_gap_days=None if person_id % 3 else 20,
            usual_amount=Decimal(30),
        )
    asking = somebody("Asking")
    Person.objects.filter(pk=asking.pk).update(needs="A ring")
    Note.objects.create(person=asking, text="Rang", at="2026-03-01T12:00:00Z")


@needs_spark
@pytest.mark.django_db(transaction=True)
def test_a_cluster_of_two_workers_stores_what_duckdb_stores(cluster: str, tmp_path: Path) -> None:
    conf = settings_for_a_few_rows(tmp_path)
    _a_shop_with_everything()
    grade_everyone(TODAY)
    ours = _all_there_is()
    assert ours["Standing"]
    _forget_everything()
    _grade_on(cluster, conf)
    assert _all_there_is() == ours


def test_without_java_or_pyspark_a_sentence_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    assert "Java" in spark.why_spark_cannot_run()
    with pytest.raises(Refusal, match="Java is missing"):
        spark._session("local[1]")
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(Refusal, match=r"regulars\[spark\]"):
        spark._session("local[1]")


@pytest.mark.parametrize("value", ["", "duckdb", "local[4]", "local[*]", "spark://10.0.0.4:7077"])
def test_the_setting_names_an_engine(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("REGULARS_ANALYTICS", value)
    assert _analytics() == (value or "duckdb")


@pytest.mark.parametrize("value", ["spark", "local[]", "spark://host", "yarn"])
def test_a_wrong_engine_stops_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("REGULARS_ANALYTICS", value)
    with pytest.raises(ImproperlyConfigured, match="REGULARS_ANALYTICS must be"):
        _analytics()


def test_the_check_says_which_engine_grades(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "DuckDB" in analytics().sentence
    settings.ANALYTICS = "spark://10.0.0.4:7077"
    monkeypatch.setattr(spark, "_java", lambda: 17)
    assert analytics().is_fine
    assert "spark://10.0.0.4:7077" in analytics().sentence
    monkeypatch.setattr(spark, "_java", lambda: 11)
    assert not analytics().is_fine
    assert "too old" in analytics().sentence

"""A new house has the tables that all steps together would have made, on either database."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from regulars.kit.tests import ground

pytestmark = pytest.mark.both_databases
Ask = Callable[[str], list[tuple[Any, ...]]]

LAY_OUT = "import django; django.setup(); from regulars.kit.upgrade import migrate_safely; assert migrate_safely()"
STEP_BY_STEP = "import django; django.setup(); from django.core.management import call_command; call_command('migrate', verbosity=0)"

OF_POSTGRES = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable, column_default, is_identity"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON') FROM pg_indexes WHERE schemaname = 'public'",
    "settings": "SELECT relname, reloptions::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL",
}  # fmt: skip


def shape(ask: Ask) -> dict[str, Any]:
    """Everything the tables are made of, but for the order of their columns."""
    if ground.ON_POSTGRES:
        return {str((name, *row)): name for name, question in OF_POSTGRES.items() for row in ask(question)}
    tables = ask("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: _of_sqlite(ask, name, sql) for name, sql in tables}


def _of_sqlite(ask: Ask, name: str, sql: str) -> dict[str, Any]:
    indexes = []
    for _, index, is_unique, origin, is_partial in ask(f"PRAGMA index_list('{name}')"):
        [(said,)] = ask(f"SELECT sql FROM sqlite_master WHERE name = '{index}'")
        columns = [row[2] for row in ask(f"PRAGMA index_info('{index}')")]
        indexes.append(str((said, is_unique, origin, is_partial, columns)))
    return {
        "columns": sorted(str(row[1:]) for row in ask(f"PRAGMA table_xinfo('{name}')")),
        "keys": sorted(str(row[2:]) for row in ask(f"PRAGMA foreign_key_list('{name}')")),
        "rules": sorted(part.split(", CONSTRAINT ")[0].rstrip(")") for part in sql.split("CONSTRAINT ")[1:]),
        "indexes": sorted(indexes),
        "is without numbers": sql.endswith("WITHOUT ROWID"),
    }


@contextmanager
def made_by(words: str, name: str, folder: Path) -> Iterator[Ask]:
    """An empty database, filled by a process of its own that says these words."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "regulars.settings", "REGULARS_DATA_DIR": str(folder)}
    if not ground.ON_POSTGRES:
        subprocess.run([sys.executable, "-c", words], env=environment, check=True)
        with closing(sqlite3.connect(folder / "regulars.sqlite3")) as file:
            yield lambda question: file.execute(question).fetchall()
        return
    url = ground.CLUSTER.make_database(name)
    subprocess.run([sys.executable, "-c", words], env={**environment, "REGULARS_DATABASE_URL": url}, check=True)
    with psycopg.connect(url) as server:
        yield lambda question: server.execute(question).fetchall()


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Laid out as the first start does it."""
    with made_by(LAY_OUT, "laid_out", tmp_path_factory.mktemp("new")) as ask:
        yield ask


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Every step that there was, one after the other."""
    with made_by(STEP_BY_STEP, "step_by_step", tmp_path_factory.mktemp("old")) as ask:
        yield ask


def test_a_new_house_has_the_tables_that_every_step_together_makes(old: Ask, new: Ask) -> None:
    stepwise, at_once = shape(old), shape(new)
    assert len(stepwise) > 100
    assert sorted(at_once.keys() ^ stepwise.keys()) == []
    assert [part for part in at_once.items() if part not in stepwise.items()] == []
    assert [part for part in stepwise.items() if part not in at_once.items()] == []


def test_a_new_house_has_nothing_left_to_do_and_knows_who_may_what(old: Ask, new: Ask) -> None:
    done = new("SELECT app, name FROM django_migrations")
    assert sorted(done) == sorted(old("SELECT app, name FROM django_migrations"))
    assert len(done) == len(set(done))
    [(kinds,)] = new("SELECT count(*) FROM django_content_type")
    [(schedules,)] = new("SELECT count(*) FROM kit_schedule")
    assert kinds > 100
    assert schedules > 20

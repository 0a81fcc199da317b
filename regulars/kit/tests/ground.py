"""The ground under every test, laid before settings are read: a data folder and a database of this run's own.

Loaded as a pytest plugin by pyproject.toml, because settings are imported before any conftest.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from regulars.kit.tests.postgres import Cluster

OUR_OWN = ("REGULARS_TEST_DATABASE", "REGULARS_TEST_WORKERS", "REGULARS_REAL_DATA")

for name in [name for name in os.environ if name.startswith("REGULARS_") and name not in OUR_OWN]:
    del os.environ[name]
if "--postgres" in sys.argv:
    os.environ["REGULARS_TEST_DATABASE"] = "postgres"

ON_POSTGRES = os.environ.get("REGULARS_TEST_DATABASE") == "postgres"
DATA_DIR = Path(tempfile.mkdtemp(prefix="regulars-test-"))
CLUSTER = Cluster()
DATABASE = "regulars"

os.environ["REGULARS_DATA_DIR"] = str(DATA_DIR)
os.environ["REGULARS_TESTING"] = "yes"
os.environ["REGULARS_WORKER_INSIDE"] = "no"
if ON_POSTGRES:
    os.environ["REGULARS_DATABASE_URL"] = CLUSTER.url(DATABASE)

OWNER = os.getpid()


@atexit.register
def clear_away() -> None:
    if os.getpid() == OWNER:
        CLUSTER.stop()
        shutil.rmtree(DATA_DIR, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run on PostgreSQL instead of SQLite")


# What pytest-django and this house give a test that reads or writes the database.
DATABASE_FIXTURES = frozenset(
    {"db", "transactional_db", "django_db_serialized_rollback", "live_server", "django_db_setup"}
)


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL' if ON_POSTGRES else 'SQLite'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of the PostgreSQL pass what asks for no database: it has run on the other one."""
    if not ON_POSTGRES:
        return
    pure = [item for item in items if not _asks_for_a_database(item)]
    if pure:
        config.hook.pytest_deselected(items=pure)
        items[:] = [item for item in items if item not in set(pure)]


def _asks_for_a_database(item: pytest.Item) -> bool:
    """Does a test say so by its mark, or by what it is given?"""
    marked = any(item.get_closest_marker(name) for name in ("django_db", "both_databases"))
    return marked or not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))

"""What the planner of PostgreSQL knows of tables that grow by the second.

It measures a table by itself, a minute or so after it changed. Until then a table that was empty this morning counts
as nearly empty, and a page that is asked for while a million orders come in takes ten times as long as it should.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from django.db import DatabaseError

from regulars.kit import database

log = logging.getLogger("regulars.measuring")

EVERY_SECONDS = 2.0
LEAST_PAGES, TIMES = 100, 4  # of 8 kB; a table below that is quickly read whatever is known of it
GROWN = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relpersistence = 'p'
  AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
  AND pg_relation_size(oid) / current_setting('block_size')::int >= greatest(%s, relpages * %s)
"""


def measure_grown() -> list[str]:
    """Let the planner look at the tables that are four times as large as when it last did; returns their names.

    PostgreSQL only: SQLite is measured at the end of what was written. One query, and one for each such table.
    """
    if not database.is_postgres():
        return []
    link = database.connection()
    with link.cursor() as cursor:
        cursor.execute(GROWN, [LEAST_PAGES, TIMES])
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ANALYZE {link.ops.quote_name(table)}")
    return tables


@contextmanager
def measured_as_they_grow() -> Iterator[None]:
    """Measure what grows beside what is written inside, from a connection of its own, and once more at the end."""
    if not database.is_postgres():
        yield
        return
    stop = threading.Event()
    watcher = threading.Thread(target=copy_context().run, args=(_watch, stop), name="regulars-measuring", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def _watch(stop: threading.Event) -> None:
    """A fault costs only the measuring: PostgreSQL does it later by itself."""
    try:
        while not stop.wait(EVERY_SECONDS):
            measure_grown()
        measure_grown()
    except DatabaseError:
        log.exception("growing tables could not be measured")
    finally:
        database.connection().close()

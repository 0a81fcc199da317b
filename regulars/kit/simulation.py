"""A life on a copy: the same code on a copied database, with nothing leaving the house."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

from regulars.kit import clock, database, effects
from regulars.kit.business import forget_business
from regulars.kit.errors import Refusal

ALIAS = "simulation"


@contextmanager
def on_a_copy(at: datetime | None = None) -> Iterator[effects.Held]:
    """Run the block on a copy of the database (thrown away afterwards), with effects held and the clock at `at`.

    Only this thread is on the copy. SQLite only: on PostgreSQL refused.
    """
    home = connections["default"]
    if home.vendor != "sqlite":
        raise Refusal(_("A simulation runs on SQLite. Restore a backup into a folder of its own and simulate there."))
    with tempfile.TemporaryDirectory(prefix="simulation-", dir=settings.DATA_DIR) as folder:
        path = Path(folder) / "copy.sqlite3"
        with closing(sqlite3.connect(home.settings_dict["NAME"])) as live, closing(sqlite3.connect(path)) as copy:
            live.backup(copy)
        beside = connections.create_connection("default")
        beside.settings_dict = {**home.settings_dict, "NAME": str(path)}
        beside.alias = ALIAS
        connections[ALIAS] = beside
        try:
            with database.using(ALIAS), effects.held() as held, clock.frozen(at or clock.now()):
                forget_business()
                yield held
        finally:
            beside.close()
            del connections[ALIAS]
            forget_business()

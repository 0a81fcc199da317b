"""Grade everybody: bring the copy up to date, reckon, write what differs."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import duckdb
import narwhals as nw
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.insight.frames import opened
from regulars.insight.frames import rows as rows_of
from regulars.kit import changes, clock, database
from regulars.kit.models import Counter
from regulars.standings import copying, engines
from regulars.standings.engines.duck import connected
from regulars.standings.models import Finding, Grading
from regulars.standings.models.groups import NAMES
from regulars.standings.services import (
    card,
    coming_back,
    differing,
    finding,
    growing,
    hoping,
    looking_ahead,
    peers,
    products,
    terms,
    wanted,
    writing,
)
from regulars.standings.services.scoring import Models
from regulars.standings.source import days_of_business

NOT_GRADED = "Not graded yet"
MANY = 1000


def grade_everyone(as_of: date | None = None) -> dict[str, Any]:
    """Grade everybody as of a day (today without one) and write the standings that differ.

    Returns ``{as_of, people, groups: {name: n}}``. Safe to repeat: a second time nothing is written. Orders that are
    committed count; called inside a transaction it reads what that sees and leaves the copy alone. Holds the writer for
    about 50 ms at a time. One grading at a time: a second caller waits.
    """
    as_of = as_of or clock.today()
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(home):
        copied = _copied(home)
        connection = connected(str(home / "spill"))
        with engines.opened(copied, home=str(home), connection=connection, analytics=settings.ANALYTICS) as engine:
            model_card = _learned(engine, as_of)
            models = card.models_of(model_card)
            wanted.reckon(engine, models, card.rhythms_of(model_card), as_of, card.season_of(model_card))
            last = _last_day()
            found = differing.changed(connection, as_of, last)
            written = writing.write_rows(found, home=home, sentence=_("Writing down where everybody stands"))
            found.forget()
            writing.remove(differing.gone(connection), as_of)
            finding.keep(
                _found(engine, connection, models, as_of) | {Finding.Name.MODEL: card.as_found(model_card)}, as_of
            )
            counts = differing.counts(connection)
            slipped = differing.slipped_since(connection, last, as_of)
            [(buyers,)] = rows_of(opened(engine.table("facts")).select(nw.len()))
        connection.close()
        _note(as_of, counts, buyers, slipped)
        if written > MANY:
            database.measure_tables()
    groups = {NAMES.get(slug, NOT_GRADED): n for slug, n in counts.items()}
    return {"as_of": as_of.isoformat(), "people": sum(groups.values()), "groups": groups}


def _learned(engine: engines.Engine, as_of: date) -> dict[str, Any]:
    """Sum up the orders, and give the card: the one that is kept, or a new one where it is due."""
    before = card.kept()
    facts = wanted.learn(engine, as_of)
    found, percent = card.size(facts), terms.margin_percent()
    margin_rate = None if percent is None else percent / 100
    if before is not None and not card.is_due(before, found, as_of):
        return before | {"margin_rate": margin_rate}
    orders = wanted.orders(engine, as_of)
    return card.fitted(orders, facts, found, as_of=as_of, margin_rate=margin_rate, before=before)


def _found(
    engine: engines.Engine, connection: duckdb.DuckDBPyConnection, models: Models | None, as_of: date
) -> dict[str, finding.Found]:
    orders, facts = wanted.bought(engine, as_of), engine.table("facts")
    return {
        **finding.found(connection, as_of),
        **peers.found(orders, as_of),
        **growing.found(engine, orders, as_of),
        **hoping.found(engine, orders, as_of),
        **products.found(engine, as_of),
        **coming_back.found(orders, facts, as_of),
        **looking_ahead.found(connection, orders, facts, models, as_of),
    }


def forget_copy() -> None:
    """Throw the copy of the orders away; the next grading reads everything anew."""
    copying.forget(_home())


def _home() -> Path:
    return Path(settings.CACHE_DIR) / "standings"


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    with (home / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _copied(home: Path) -> copying.Copied:
    if not database.connection().in_atomic_block:
        return _read_by_a_child(home)
    from regulars.standings.services.uncommitted import CallersReader

    scratch = home / "uncommitted"
    shutil.rmtree(scratch, ignore_errors=True)
    return copying.bring_up_to_date(_asked(scratch), CallersReader())


def _asked(home: Path) -> copying.Wanted:
    at = clock.local(clock.now())
    offset = at.utcoffset()
    days = days_of_business(
        is_postgres=database.is_postgres(),
        zone=clock.zone().key,
        shift_seconds=int(offset.total_seconds()) if offset else 0,
    )
    return copying.Wanted(str(home), changes.horizon(), _identity(), days)


def _identity() -> str:
    """Tell one database, and one life of it, from another: a restored one begins a new epoch."""
    known = database.connection().settings_dict
    epoch = Counter.objects.filter(name=changes.EPOCH_OFFSET).values_list("value", flat=True).first()
    return f"{known.get('HOST', '')}:{known.get('PORT', '')}/{known['NAME']} epoch {epoch or 0}"


def _read_by_a_child(home: Path) -> copying.Copied:
    """Let a child process read; it has no other connection to the database (see `reading`)."""
    asked = {"uri": _uri(), "is_postgres": database.is_postgres(), "wanted": asdict(_asked(home))}
    done = subprocess.run(
        [sys.executable, "-m", "regulars.standings.reading"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(settings.BASE_DIR).parent,
    )
    if done.returncode:
        raise RuntimeError(f"The orders could not be read: {done.stderr.strip()[-2000:]}")
    return copying.Copied(**json.loads(done.stdout))


def _uri() -> str:
    known = database.connection().settings_dict
    if not database.is_postgres():
        return f"file:{quote(str(known['NAME']))}?mode=ro"
    parts = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    return f"postgresql:///{quote(str(known['NAME']))}?{urlencode({k: v for k, v in parts.items() if v})}"


def _last_day() -> date | None:
    return Grading.objects.filter(pk=1).values_list("as_of", flat=True).first()


def _note(as_of: date, counts: dict[str, int], buyers: int, slipped: list[int]) -> None:
    """Keep the day and the counts, and tell who slipped since the last day: in one transaction, so that it is once."""
    facts = {"as_of": as_of, "people": sum(counts.values()), "buyers": buyers, "groups": counts}
    with transaction.atomic():
        if not Grading.objects.filter(pk=1, **facts).exists():
            Grading.objects.update_or_create(pk=1, defaults={**facts, "graded_at": clock.now()})
            writing.announce(as_of, slipped=slipped)

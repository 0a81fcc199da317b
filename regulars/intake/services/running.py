"""A run from its file to the book: begun, carried out (again after a crash, from where it had come to), finished."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from duckdb import DuckDBPyConnection

from regulars.intake.events import ImportFinished
from regulars.intake.mapping.guessing import Guess
from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.reading import Sheet, UnreadableFile
from regulars.intake.services.feeds import note_taken
from regulars.intake.services.opening import house, opened, source_of, understood
from regulars.intake.services.people_of import Manner
from regulars.intake.services.preparing import Preparer, preparer
from regulars.intake.services.questions import ask_about_following_up, keep_questions
from regulars.intake.services.refusing import keep_refused
from regulars.intake.services.units import Portion, portions_after
from regulars.intake.services.writing import MUCH, Writer
from regulars.intake.staging.pipeline import BIG_FILE_BYTES, House, Staged, reading_room, stage, workshop
from regulars.kit import bulletin, clock, database, money
from regulars.kit.errors import Refusal
from regulars.kit.services import change_business
from regulars.purchases.models import Order
from regulars.staff.models import User

log = logging.getLogger("regulars.intake")


def begin(path: Path, name: str, options: ImportOptions, *, by: User | None = None, stored_as: str = "") -> ImportRun:
    """Write down that a file is about to be taken in."""
    return ImportRun.objects.create(
        name=name[:255],
        stored_as=stored_as,
        digest=digest_of(path),
        options=options.as_json(),
        added_at=clock.now(),
        by=by,
        by_name=by.display_name if by else "",
        was_first=not Order.objects.exists(),
    )


def digest_of(path: Path) -> str:
    """Return what tells two files apart."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def folder_of(run: ImportRun) -> Path:
    """Where a run keeps its file and works; emptied when it is finished."""
    return Path(settings.DATA_DIR) / "intake" / str(run.pk)


def carry_out(run: ImportRun, path: Path) -> Staged:
    """Stage the file and write what is not written yet. Safe to run again after it was killed at any moment."""
    options = ImportOptions.from_json(run.options)
    sheet = opened(path, options)
    found = understood(sheet, options)
    place, about = folder_of(run), house()
    is_big = path.stat().st_size > BIG_FILE_BYTES
    with preparer(is_wanted=is_big) as beside, workshop(place, is_big=is_big) as con:
        staged = _staged(con, sheet, found, options, about, place, path, run.name)
        _settle_currency(staged, about, is_dry=options.is_dry_run)
        _note_start(run, sheet, found, staged)
        manner = Manner(source_of(found), run.name, staged.date_order, options.consent, about.country)
        with _portions(run, staged, manner, place, beside) as portions:
            Writer(run, staged, manner, run.by).write_all(portions)
        _finish(run, sheet, staged)
    return staged


@contextmanager
def _portions(
    run: ImportRun, staged: Staged, manner: Manner, place: Path, beside: Preparer | None
) -> Iterator[Iterator[Portion]]:
    """What is left to write: of a small file read here, of a big one by a process beside us, which needs the staging
    closed and open for reading only."""
    if beside is None:
        yield portions_after(staged.con, run.cursor, staged.units, manner, is_about_sales=staged.is_about_sales)
        return
    staged.con.close()
    with (
        closing(reading_room(place)) as staged.con,
        beside.portions(place, run.cursor, staged.units, manner, is_about_sales=staged.is_about_sales) as portions,
    ):
        yield portions


def _staged(con: DuckDBPyConnection, sheet: Sheet, *what: Any) -> Staged:
    """Stage the file; what the reader meets only far down in it is said in a sentence too."""
    try:
        return stage(con, sheet, *what)
    except UnreadableFile as fault:
        raise Refusal(fault.sentence) from fault
    except (duckdb.Error, ValueError, OverflowError) as fault:
        log.exception("A file could not be staged.")
        raise Refusal(
            _("%(file)s cannot be read as it is. Save it again as CSV and try that.") % {"file": what[-1]}
        ) from fault


def _settle_currency(staged: Staged, about: House, *, is_dry: bool) -> None:
    """Before the first order the business takes the currency of its file."""
    if staged.currency != about.currency and not is_dry:
        change_business(currency=staged.currency)


def _note_start(run: ImportRun, sheet: Sheet, found: Guess, staged: Staged) -> None:
    run.state = ImportRun.State.RUNNING
    run.format, run.source = found.format.slug, source_of(found)
    run.mapping = found.columns
    run.reading = {
        "kind": sheet.kind,
        "encoding": sheet.encoding,
        "separator": sheet.separator,
        "header_row": sheet.header_row,
        "sheet": sheet.sheet_name,
        "header": sheet.header,
        "date_order": staged.date_order,
    }
    run.rows, run.units, run.currency = staged.rows, staged.units, staged.currency
    run.started_at = run.started_at or clock.now()
    run.save(
        update_fields=["state", "format", "source", "mapping", "reading", "rows", "units", "currency", "started_at"]
    )


@transaction.atomic
def _finish(run: ImportRun, sheet: Sheet, staged: Staged) -> None:
    """Settle the run with what can be compared with the shop's own figures, and tell the house."""
    run.refresh_from_db()
    keep_refused(run, sheet, staged.refused)
    keep_questions(run, staged.questions)
    run.state, run.finished_at = ImportRun.State.FINISHED, clock.now()
    run.people_refused, run.orders_refused = staged.people_refused, staged.orders_refused
    run.lines, run.refunds = staged.lines, staged.refunds
    run.net_amount = money.quantized(staged.net_amount, staged.currency) if staged.is_about_sales else Decimal(0)
    run.earliest_on, run.latest_on = staged.earliest_on, staged.latest_on
    run.save()
    if run.units > MUCH:
        database.measure_tables()
    note_taken(run, sheet.header)
    bulletin.post(
        ImportFinished(
            run.pk,
            run.people_new,
            run.orders_new,
            run.earliest_on.isoformat() if run.earliest_on else "",
            run.latest_on.isoformat() if run.latest_on else "",
        )
    )
    ask_about_following_up(run)


def fail(run: ImportRun, sentence: str) -> None:
    """Write down why nothing could be read."""
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED, error=sentence, finished_at=clock.now())

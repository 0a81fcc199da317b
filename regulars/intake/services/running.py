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
from regulars.intake.services.first_lot import Lot, Places
from regulars.intake.services.kin import kin_of
from regulars.intake.services.opening import house, opened, source_of, understood
from regulars.intake.services.people_of import Manner
from regulars.intake.services.preparing import Preparer, preparer
from regulars.intake.services.questions import ask_about_following_up, keep_questions
from regulars.intake.services.refusing import keep_refused
from regulars.intake.services.telling import Passed, compare, said_of_all
from regulars.intake.services.told_before import ToldBefore
from regulars.intake.services.units import Portion, has_something_left, portions_after
from regulars.intake.services.writing import MUCH, Writer
from regulars.intake.staging import asking, contents
from regulars.intake.staging.pipeline import BIG_FILE_BYTES, House, Staged, reading_room, stage, workshop
from regulars.kit import bulletin, clock, database, money
from regulars.kit.errors import Refusal
from regulars.kit.services import change_business
from regulars.people import bulk
from regulars.people.models import Person
from regulars.purchases import services as purchases
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
        source = source_of(found)
        kin, kin_file = kin_of(run, found, source)
        if kin:
            staged.questions.append(asking.about_kin(kin_file))
        manner = Manner(source, run.name, staged.date_order, options.consent, about.country, is_big, kin)
        if is_big:
            _make_prints(staged, manner)
        writer = Writer(run, staged, manner, run.by)
        with _portions(writer, place, beside) as portions:
            writer.write_all(portions)
        _finish(run, sheet, staged)
    return staged


def _make_prints(staged: Staged, manner: Manner) -> None:
    contents.make_prints(staged.con, said_of_all(manner), manner.file_name)
    if staged.is_about_sales:
        contents.make_contents(staged.con)


@contextmanager
def _portions(writer: Writer, place: Path, beside: Preparer | None) -> Iterator[Iterator[Portion | Lot]]:
    """What is left to write: of a small file read here, of a big one by a process beside us, which needs the staging
    closed and open for reading only."""
    run, staged, manner = writer.run, writer.staged, writer.manner
    if beside is None:
        yield portions_after(staged.con, run.cursor, staged.units, manner, is_about_sales=staged.is_about_sales)
        return
    writer.told_before = ToldBefore.of(run, staged.format.twin, manner.source)
    is_alone = not writer.told_before.ranges
    writer.places = _places(run, staged) if is_alone and run.was_first and staged.is_about_sales else None
    is_compared = (
        is_alone
        and writer.places is None
        and compare(staged.con, place, manner.source, is_about_sales=staged.is_about_sales, units=staged.units)
    )
    staged.con.close()
    with closing(reading_room(place)) as staged.con:
        writer.passed = Passed(staged.con) if is_compared else None
        if is_compared and not has_something_left(staged.con, run.cursor):
            yield iter(())
            return
        with beside.portions(
            place, run.cursor, staged.units, manner, is_about_sales=staged.is_about_sales, places=writer.places
        ) as portions:
            yield portions


def _places(run: ImportRun, staged: Staged) -> Places | None:
    """Reserve a number for every person and order of the file, once; None where it cannot be taken in by lots."""
    if not staged.units or not contents.is_each_once(staged.con):
        return None
    if run.people_after is None or run.orders_after is None:
        count = staged.con.execute("SELECT count(*) FROM person").fetchone()
        with transaction.atomic():
            run.people_after = bulk.reserve_run(Person, count[0] if count else 0)
            run.orders_after = bulk.reserve_run(Order, staged.units)
            run.save(update_fields=["people_after", "orders_after"])
    if run.people_after is None or run.orders_after is None:
        return None
    contents.name_products(staged.con, purchases.products_of(contents.sold(staged.con)))
    contents.make_slices(staged.con)
    return Places(run.people_after, run.orders_after, clock.now().isoformat(), run.by_id)


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

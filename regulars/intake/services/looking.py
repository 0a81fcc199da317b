"""Look at a waiting file, correct how it is read, agree, and have it taken in beside the day's work."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intake.formats import FORMATS
from regulars.intake.mapping.columns import FIELDS
from regulars.intake.mapping.guessing import Guess
from regulars.intake.mapping.remembering import answers_for, remember
from regulars.intake.models import ImportRun, RefusedRow
from regulars.intake.options import ImportOptions
from regulars.intake.reading import Sheet
from regulars.intake.services.opening import house, opened, understood
from regulars.intake.services.people_of import COLUMNS as PERSON_COLUMNS
from regulars.intake.services.people_of import Manner, told
from regulars.intake.services.running import carry_out, digest_of, fail, folder_of
from regulars.intake.staging.asking import Asked
from regulars.intake.staging.pipeline import Staged, stage, workshop
from regulars.kit import clock, jobs
from regulars.kit.errors import Refusal
from regulars.purchases.models import Order
from regulars.staff.models import User
from regulars.staff.services import note_audit

SAMPLE_ROWS = 2_000
SHOWN_ROWS = 10
ANSWERS = ("date_order", "decimal", "encoding", "sheet", "are_cents", "currency")


@dataclass(frozen=True)
class Preview:
    """A file before it is taken in: its header, ten rows, what each column is taken for, what is asked."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    columns: list[tuple[str, str, list[str]]]
    guess: Guess
    questions: list[Asked]
    understood: list[tuple[str, ...]]
    refused: list[tuple[int, str]]
    is_sample: bool


def start_run(
    file: File[Any], name: str, by: User | None = None, options: ImportOptions | None = None
) -> ImportRun:
    """Keep a file and begin a run that waits for the owner's look. Refused when nothing can be read."""
    by_name = by.display_name if by else ""
    run = ImportRun.objects.create(name=name[:255], stored_as="file", added_at=clock.now(), by=by, by_name=by_name)
    path = path_of(run, must_exist=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stored:
        for block in file.chunks():
            stored.write(block)
    chosen = options or ImportOptions()
    try:
        opened(path, chosen)
    except Refusal:
        run.delete()
        shutil.rmtree(path.parent, ignore_errors=True)
        raise
    run.digest, run.was_first, run.options = digest_of(path), not Order.objects.exists(), chosen.as_json()
    run.save()
    return run


def read_as_agreed(run: ImportRun) -> tuple[ImportOptions, Sheet]:
    """Open the file of a waiting run; what was answered for its header before holds until something else is said."""
    options = ImportOptions.from_json(run.options)
    sheet = opened(path_of(run), options)
    said = {key: value for key, value in answers_for(sheet.header).items() if key in ANSWERS and key not in run.options}
    return replace(options, **said), sheet


def path_of(run: ImportRun, *, must_exist: bool = True) -> Path:
    """Where the file of a waiting run is kept; refused when it is gone."""
    path = folder_of(run) / (run.stored_as or "file")
    if must_exist and not path.is_file():
        raise Refusal(_("The file of this run is no longer here. Choose it again."))
    return path


def preview(run: ImportRun) -> Preview:
    """Read the top of the file as it would be taken in. Nothing is written."""
    options, sheet = read_as_agreed(run)
    found = understood(sheet, options)
    top = replace(sheet, rows=lambda: islice(sheet.rows(), SAMPLE_ROWS))
    place = folder_of(run) / "preview"
    with workshop(place) as con:
        staged = stage(con, top, found, options, house(), place, None, run.name)
        shown = _shown(staged, Manner("", run.name, staged.date_order))
    shutil.rmtree(place, ignore_errors=True)
    rows = sheet.first_rows(SHOWN_ROWS)
    taken = {name: field for field, names in found.columns.items() for name in names}
    columns = [
        (name, taken.get(name, ""), [cells[at] if at < len(cells) else "" for _n, cells in rows])
        for at, name in enumerate(sheet.header)
    ]
    refused = staged.refused[:SHOWN_ROWS]
    is_sample = staged.rows >= SAMPLE_ROWS
    return Preview(sheet.header, rows, columns, found, staged.questions, shown, refused, is_sample)


def _shown(staged: Staged, manner: Manner) -> list[tuple[str, ...]]:
    """The first ten as they are understood: who, when, how much, what."""
    con = staged.con
    sql = f"SELECT {', '.join(PERSON_COLUMNS)} FROM person ORDER BY pos LIMIT 200"  # noqa: S608  # columns of ours
    people = {row[0]: told(row, manner).person for row in con.execute(sql).fetchall()}

    def name(pos: int | None) -> str:
        person = people.get(pos) if pos else None
        if person is None:
            return _("nobody named")
        whole = person.full_name or f"{person.given_name} {person.family_name}".strip()
        return whole or next(iter((*person.emails, *(number for _source, number in person.external_ids))), "")

    if not staged.is_about_sales:
        first = list(people.items())[:SHOWN_ROWS]
        return [(name(pos), ", ".join((*person.emails, *person.phones))) for pos, person in first]
    rows = con.execute(
        "SELECT u.pos, u.day, u.paid_mils / 1000, u.reference, u.is_cancelled,"
        " (SELECT string_agg(i.name, ', ') FROM unit_item i WHERE i.unit = u.unit)"
        " FROM unit u ORDER BY u.unit LIMIT ?",
        [SHOWN_ROWS],
    ).fetchall()
    return [
        (name(pos), day, f"{paid:.2f}", reference, (_("cancelled") if is_cancelled else items or ""))
        for pos, day, paid, reference, is_cancelled, items in rows
    ]


def look_again(run: ImportRun, columns: Mapping[str, str], answers: Mapping[str, str]) -> ImportRun:
    """Take over corrected columns (column -> field, "" for none) and answers; the run keeps waiting."""
    _only_waiting(run)
    options, _sheet = read_as_agreed(run)
    options = replace(options, **_answers(answers))
    mapping: dict[str, str] = dict.fromkeys(FIELDS, "")
    for column, field in columns.items():
        if field and field not in FIELDS:
            raise Refusal(_("There is no field “%(field)s”.") % {"field": field})
        if field and not mapping[field]:
            mapping[field] = column
    guessed = understood(opened(path_of(run), options), replace(options, mapping={}))
    as_guessed = {name: field for field, names in guessed.columns.items() for name in names}
    is_as_guessed = all(as_guessed.get(column, "") == field for column, field in columns.items())
    run.options = replace(options, mapping={} if is_as_guessed else mapping).as_json()
    run.save(update_fields=["options"])
    return run


def _answers(answers: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {key: answers[key] for key in ANSWERS if answers.get(key)}
    if "are_cents" in said:
        said["are_cents"] = said["are_cents"] == "yes"
    if "consent" in answers:
        said["consent"] = answers["consent"].strip()[:300]
    return said


def confirm(run: ImportRun, by: User | None = None) -> ImportRun:
    """Agree with what is shown: remember it for the next file of this kind, and have it taken in."""
    from regulars.intake.jobs import take_in

    options, sheet = read_as_agreed(run)
    found = understood(sheet, options)
    with transaction.atomic():
        row = ImportRun.objects.select_for_update().get(pk=run.pk)
        _only_waiting(row)
        answers = {key: value for key, value in options.as_json().items() if key in ANSWERS}
        remember(sheet.header, found, answers, file_name=run.name, by=by)
        row.state, row.options = ImportRun.State.QUEUED, options.as_json()
        row.job_id = str(jobs.enqueue_once(take_in, row.pk, key=f"intake: {row.pk}"))
        row.save(update_fields=["state", "options", "job_id"])
        note_audit(by, "import", room="intake", kind="run", object_id=row.pk, text=row.name)
    return row


def _only_waiting(run: ImportRun) -> None:
    if run.state != ImportRun.State.WAITING:
        raise Refusal(_("This file is being taken in already."))


def execute(run: ImportRun) -> None:
    """Take in the file of a run; when it has been, the file itself is not kept. Safe to run again after a crash."""
    if run.is_settled:
        return
    try:
        carry_out(run, path_of(run))
    except Refusal as refusal:
        fail(run, refusal.sentence)
    run.refresh_from_db()
    shutil.rmtree(folder_of(run), ignore_errors=True)


def let_go(run: ImportRun) -> None:
    """Forget a file that was not taken in."""
    _only_waiting(run)
    shutil.rmtree(folder_of(run), ignore_errors=True)
    run.delete()


def mend(run: ImportRun, corrected: Mapping[int, Iterable[str]], by: User | None = None) -> ImportRun:
    """Take in refused rows again as they were corrected on the page, read as the first time."""
    rows = {row.pk: row for row in RefusedRow.objects.filter(run=run, pk__in=list(corrected), mended_in=None)}
    if not rows:
        raise Refusal(_("There is nothing to correct."))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(run.reading["header"])
    writer.writerows(list(corrected[pk]) for pk in sorted(rows))
    before = ImportOptions.from_json(run.options)
    mapping = {field: names[0] for field, names in run.mapping.items()}
    options = replace(before, format=run.format, mapping=mapping, encoding="utf-8", sheet=None, is_dry_run=False)
    name = _("%(file)s, corrected") % {"file": run.name}
    made = start_run(File(io.BytesIO(out.getvalue().encode()), name="corrected.csv"), name, by, options)
    execute(made)
    made.refresh_from_db()
    again = set(made.refused_rows.values_list("row_number", flat=True))
    mended = [pk for place, pk in enumerate(sorted(rows), start=2) if place not in again]
    RefusedRow.objects.filter(pk__in=mended).update(mended_in=made)
    return made


def choices_of_fields(guess: Guess) -> list[tuple[str, str]]:
    """What a column can be taken for in a file of this kind."""
    groups = {"person", "consent", "order"} | ({"line", "row"} if guess.format.takes == "orders" else set())
    return [("", _("not needed")), *((key, str(field.label)) for key, field in FIELDS.items() if field.group in groups)]


def label_of(slug: str) -> str:
    """What a format is called."""
    return str(FORMATS[slug].label) if slug in FORMATS else slug

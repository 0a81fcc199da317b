"""Correct how a waiting file is read, agree, and have it taken in beside the day's work."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intake.formats import FORMATS, GENERIC_ORDERS, GENERIC_PEOPLE
from regulars.intake.mapping.columns import FIELDS
from regulars.intake.mapping.guessing import Columns, Guess, is_about_sales, stays_log_of_visits
from regulars.intake.mapping.remembering import remember
from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.services.opening import proposed
from regulars.intake.services.previewing import ANSWERS, fields_by_column, is_hidden, lack_of, read_as_agreed
from regulars.intake.services.running import carry_out, fail, folder_of
from regulars.intake.services.starting import in_its_own_name, path_of
from regulars.kit import jobs, money
from regulars.kit.errors import Refusal
from regulars.staff.models import User
from regulars.staff.services import note_audit

GENERIC = frozenset({GENERIC_ORDERS.slug, GENERIC_PEOPLE.slug})


def look_again(
    run: ImportRun, columns: Mapping[str, str], answers: Mapping[str, str], format: str = ""
) -> tuple[ImportRun, bool]:
    """Take over corrected columns (column -> field, "" for none), answers and the kind of file; the run keeps waiting.

    Says also whether the columns have to be looked at anew, because another kind, sheet or encoding was chosen.
    """
    _only_waiting(run)
    before, sheet = read_as_agreed(run)
    options = replace(before, **_answers(answers))
    shown = proposed(sheet, before)
    is_anew = (options.encoding or sheet.encoding, options.sheet or sheet.sheet_name) != (
        sheet.encoding,
        sheet.sheet_name,
    )
    if format and format != shown.format.slug:
        if format not in FORMATS:
            raise Refusal(_("Please choose one of the kinds of file."), field="format")
        options, is_anew = replace(options, format=format, columns={}, mapping={}), True
    elif not is_anew:
        options = _corrected(options, shown, columns)
    ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.WAITING).update(options=options.as_json())
    run.refresh_from_db()
    return run, is_anew


def _corrected(options: ImportOptions, shown: Guess, columns: Mapping[str, str]) -> ImportOptions:
    """Move the columns that were changed; a column that was named by hand is the preferred one of its field."""
    taken = fields_by_column(shown)
    changed = {
        column: field
        for column, field in columns.items()
        if taken.get(column, "") != field and not is_hidden(taken.get(column, ""))
    }
    if not changed:
        return options
    if unknown := next((field for field in changed.values() if field and field not in FIELDS), ""):
        raise Refusal(_("There is no field “%(field)s”.") % {"field": unknown})
    kept: Columns = {field: [name for name in names if name not in changed] for field, names in shown.columns.items()}
    for column, field in changed.items():
        if field:
            kept[field] = [column, *kept.get(field, [])]
    kept = {field: names for field, names in kept.items() if names}
    slug = shown.format.slug
    if slug in GENERIC:
        is_of_sales = is_about_sales(kept) or stays_log_of_visits(shown, kept)
        slug = (GENERIC_ORDERS if is_of_sales else GENERIC_PEOPLE).slug
    return replace(options, format=slug, columns=kept, mapping={})


def _answers(answers: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {key: answers[key] for key in ANSWERS if answers.get(key)}
    if said.get("date_order", "dmy") not in {"dmy", "mdy"} or said.get("decimal", ".") not in {".", ","}:
        raise Refusal(_("Please choose one of the answers."))
    if "are_cents" in said:
        said["are_cents"] = said["are_cents"] == "yes"
    if "currency" in said:
        said["currency"] = said["currency"].strip().upper()
        if not money.is_currency(said["currency"]):
            raise Refusal(
                _("“%(code)s” is no currency. Write its three letters, for example EUR.") % {"code": said["currency"]}
            )
    if "consent" in answers:
        said["consent"] = answers["consent"].strip()[:300]
    return said


def confirm(run: ImportRun, by: User | None = None) -> ImportRun:
    """Agree with what is shown: remember it for the next file of this kind, and have it taken in. Once only."""
    from regulars.intake.jobs import take_in

    options, sheet = read_as_agreed(run)
    found = proposed(sheet, options)
    if lack := lack_of(found):
        raise Refusal(lack)
    agreed = replace(options, format=found.format.slug, columns=found.columns, mapping={}).as_json()
    with transaction.atomic():
        waiting = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.WAITING)
        if not waiting.update(state=ImportRun.State.QUEUED, options=agreed):
            raise Refusal(_("This file is being taken in already."))
        answers = {key: value for key, value in agreed.items() if key in ANSWERS}
        remember(sheet.header, found, answers, file_name=run.name, by=by)
        job_id = str(jobs.enqueue_once(take_in, run.pk, key=f"intake: {run.pk}"))
        ImportRun.objects.filter(pk=run.pk).update(job_id=job_id)
        note_audit(by, "import", room="intake", kind="run", object_id=run.pk, text=run.name)
    run.refresh_from_db()
    return run


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
        fail(run, in_its_own_name(refusal.sentence, run.name))
    run.refresh_from_db()
    shutil.rmtree(folder_of(run), ignore_errors=True)

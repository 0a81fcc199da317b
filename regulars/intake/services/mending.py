"""Refused rows, corrected on the page, are taken in again as the file was read the first time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.core.files.base import File
from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun, RefusedRow
from regulars.intake.options import ImportOptions
from regulars.intake.services.agreeing import execute
from regulars.intake.services.starting import start_run
from regulars.kit.errors import Refusal
from regulars.staff.models import User


def mend(run: ImportRun, corrected: Mapping[int, Iterable[str]], by: User | None = None) -> ImportRun:
    """Take in refused rows again as they were corrected on the page, read as the first time."""
    rows = {row.pk: row for row in RefusedRow.objects.filter(run=run, pk__in=list(corrected), mended_in=None)}
    if not rows:
        raise Refusal(_("There is nothing to correct."))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(run.reading["header"])
    writer.writerows(list(corrected[pk]) for pk in sorted(rows))
    name = _("%(file)s, corrected") % {"file": run.name}
    made = start_run(File(io.BytesIO(out.getvalue().encode()), name="corrected.csv"), name, by, _as_before(run))
    execute(made)
    made.refresh_from_db()
    again = set(made.refused_rows.values_list("row_number", flat=True))
    mended = [pk for place, pk in enumerate(sorted(rows), start=2) if place not in again]
    RefusedRow.objects.filter(pk__in=mended).update(mended_in=made)
    return made


def _as_before(run: ImportRun) -> ImportOptions:
    """Read as the whole file was: a few rows alone could not tell the day from the month."""
    before = ImportOptions.from_json(run.options)
    order = before.date_order or run.reading.get("date_order")
    return replace(
        before,
        format=run.format,
        columns=run.mapping,
        mapping={},
        date_order=order,
        encoding="utf-8",
        sheet=None,
        is_dry_run=False,
    )

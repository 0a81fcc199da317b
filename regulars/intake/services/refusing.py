"""Refused rows: kept with their cells, handed back as a table that can be corrected and taken in again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from regulars.intake.models import ImportRun, RefusedRow
from regulars.intake.reading import Sheet
from regulars.kit.cells import covered

REASON = "Reason (Regulars)"
ROW = "Row (Regulars)"


def keep_refused(run: ImportRun, sheet: Sheet, refused: Sequence[tuple[int, str]]) -> None:
    """Store refused rows with what they said; a row with two reasons keeps the first. Safe to repeat."""
    reasons: dict[int, str] = {}
    for number, reason in refused:
        reasons.setdefault(number, reason)
    if not reasons:
        return
    cells = {number: fault.cells for number, fault in sheet.faults.items()}
    cells |= {number: row for number, row in sheet.rows() if number in reasons}
    RefusedRow.objects.bulk_create(
        [
            RefusedRow(run=run, row_number=number, reason=reason, cells=cells.get(number, []))
            for number, reason in sorted(reasons.items())
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


def refused_as_csv(run: ImportRun) -> Iterator[str]:
    """Yield the refused rows of a run as CSV: their own columns, their number and the reason. Safe in a spreadsheet:
    a cell that would be taken for a formula begins with an apostrophe, which is taken off when it comes in again."""
    header = list(run.reading.get("header", []))
    rows = run.refused_rows.order_by("row_number").values_list("row_number", "reason", "cells")
    width = max([len(header), *(len(cells) for _number, _reason, cells in rows)], default=0)
    names = [*header, *(_("Column %(place)d") % {"place": place + 1} for place in range(len(header), width))]
    yield "\ufeff" + _line([*map(covered, names), ROW, REASON])
    for number, reason, cells in rows:
        padded = [*cells, *[""] * (width - len(cells))]
        yield _line([*map(covered, padded), str(number), covered(reason)])


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()

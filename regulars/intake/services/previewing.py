"""Look at a waiting file: what it is, which column is what, the first ten as they would stand in the book."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.intake.formats import FORMATS
from regulars.intake.mapping.columns import FIELDS
from regulars.intake.mapping.guessing import Guess
from regulars.intake.mapping.remembering import answers_for, remembered
from regulars.intake.models import ImportRun
from regulars.intake.options import ImportOptions
from regulars.intake.reading import Sheet
from regulars.intake.services.first_lines import FirstLine, first_lines
from regulars.intake.services.opening import house, opened, proposed
from regulars.intake.services.running import folder_of
from regulars.intake.services.starting import path_of
from regulars.intake.staging import asking
from regulars.intake.staging.asking import Asked
from regulars.intake.staging.pipeline import stage, workshop

SAMPLE_ROWS = 1_000
EXAMPLE_ROWS = 50
ANSWERS = ("date_order", "decimal", "encoding", "sheet", "are_cents", "currency")
NAMES_SOMEBODY = frozenset({"email", "full_name", "given_name", "family_name", "phone", "person_id"})


@dataclass(frozen=True)
class Column:
    """A column of the file, the field it is taken for ("" for none), and what stands in it."""

    name: str
    field: str
    examples: list[str]


@dataclass
class Preview:
    """A file before it is taken in. `lack` says what must be told first; of a sample, `rows` is about right."""

    sheet: Sheet
    guess: Guess
    columns: list[Column]
    was_agreed: bool
    lack: str
    rows: int = 0
    is_sample: bool = False
    asked: Sequence[Asked] = ()
    settled: Sequence[Asked] = ()
    lines: Sequence[FirstLine] = ()
    refused: Sequence[tuple[int, str]] = ()


def read_as_agreed(run: ImportRun) -> tuple[ImportOptions, Sheet]:
    """Open the file of a waiting run; what was answered for its header before holds until something else is said."""
    options = ImportOptions.from_json(run.options)
    sheet = opened(path_of(run), options)
    before = {key: value for key, value in answers_for(sheet.header).items() if key in ANSWERS}
    if not sheet.other_encodings:
        before.pop("encoding", None)  # this file says itself which letters it has
    agreed = replace(options, **{key: value for key, value in before.items() if key not in run.options})
    if (agreed.encoding, agreed.sheet) != (options.encoding, options.sheet):
        sheet = opened(path_of(run), agreed)
    return agreed, sheet


def lack_of(found: Guess) -> str:
    """What must be said before this file can be taken in; "" when nothing is missing."""
    fields = found.columns.keys()
    if found.format.takes == "orders" and "bought_on" not in fields:
        return _("Please say which column holds the day of purchase.")
    if found.format.takes == "people" and not fields & NAMES_SOMEBODY:
        return _(
            "Please say which column holds a name, an e-mail address or a phone number."
            " For a list of sales, name the day and the amount."
        )
    return ""


def preview(run: ImportRun) -> Preview:
    """Read the top of the file as it would be taken in. Nothing is written to the book."""
    options, sheet = read_as_agreed(run)
    found = proposed(sheet, options)
    was_agreed = not options.columns and remembered(sheet.header) is not None
    shown = Preview(sheet, found, _columns(sheet, found), was_agreed, lack_of(found))
    shown.settled = _settled(options, sheet)
    if not shown.lack:
        _rehearse(run, shown, options)
    return shown


def _columns(sheet: Sheet, found: Guess) -> list[Column]:
    taken = fields_by_column(found)
    rows = [cells for _number, cells in sheet.first_rows(EXAMPLE_ROWS)]
    return [
        Column(name, taken.get(name, ""), _examples(cells[at] for cells in rows if at < len(cells)))
        for at, name in enumerate(sheet.header)
        if not is_hidden(taken.get(name, ""))
    ]


def is_hidden(field: str) -> bool:
    """What no owner reads or corrects: the rest of a card, as JSON."""
    return field in FIELDS and FIELDS[field].group == "hidden"


def fields_by_column(found: Guess) -> dict[str, str]:
    """The field each column is taken for; the first one, where a column serves two."""
    taken: dict[str, str] = {}
    for field, names in found.columns.items():
        for name in names:
            taken.setdefault(name, field)
    return taken


def _examples(cells: object) -> list[str]:
    distinct = dict.fromkeys(" ".join(cell.split()) for cell in cells)  # type: ignore[attr-defined]  # an iterator of texts
    return [cell for cell in distinct if cell][:3]


def _rehearse(run: ImportRun, shown: Preview, options: ImportOptions) -> None:
    """Stage the first rows in a place of their own and note what they show."""
    sheet = shown.sheet
    top = replace(sheet, rows=lambda: islice(sheet.rows(), SAMPLE_ROWS))
    with tempfile.TemporaryDirectory(dir=folder_of(run), prefix="look-") as place, workshop(Path(place)) as con:
        try:
            staged = stage(con, top, shown.guess, options, house(), Path(place), None, run.name)
        except duckdb.Error:
            shown.lack = _("The first rows make no sense as they are read now. Please look at the columns below.")
            return
        shown.lines = first_lines(staged, run.name)
    shown.asked = staged.questions
    shown.refused = staged.refused[:10]
    shown.is_sample = staged.rows >= SAMPLE_ROWS
    shown.rows = _about(run, sheet) if shown.is_sample else staged.rows


def _about(run: ImportRun, sheet: Sheet) -> int:
    """How many rows there are, by the lines of the file; counted where a row is no line."""
    if sheet.kind != "text":
        return sum(1 for _row in sheet.rows())
    with path_of(run).open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    first = sheet.first_rows(SAMPLE_ROWS)
    inside = sum(cell.count("\n") for _number, cells in first for cell in cells)
    guessed = max(lines * len(first) // (len(first) + inside), len(first))
    step = int(10 ** max(len(str(guessed)) - 2, 0))
    return round(guessed / step) * step


def _settled(options: ImportOptions, sheet: Sheet) -> list[Asked]:
    """Questions answered before, so that an answer can be changed."""
    found = []
    if options.date_order:
        found.append(asking.about_date_order(options.date_order))
    if options.decimal:
        found.append(asking.about_decimals(options.decimal))
    if options.encoding:
        usual = ("utf-8", "cp1252", "cp1250", "mac_roman")
        found.append(asking.about_encoding(options.encoding, tuple(name for name in usual if name != options.encoding)))
    if options.sheet and sheet.other_sheets:
        found.append(asking.about_sheets(sheet.sheet_name, sheet.other_sheets))
    if options.are_cents is not None:
        found.append(replace(asking.about_cents(), usual="yes" if options.are_cents else "no"))
    if options.currency:
        found.append(asking.about_currency(options.currency))
    return found


def choices_of_fields(found: Guess) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column can be taken for in a file of this kind, in groups."""
    groups = {"person": _("The person"), "consent": _("What they agreed to")}
    if found.format.takes == "orders" or found.format.source == "file":
        groups |= {"order": _("The order"), "line": _("What was bought"), "row": _("The row")}
    return [
        (label, [(key, str(field.label)) for key, field in FIELDS.items() if field.group == group])
        for group, label in groups.items()
    ]


def label_of(slug: str) -> str:
    """What a format is called."""
    return str(FORMATS[slug].label) if slug in FORMATS else slug

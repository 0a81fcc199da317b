"""Open a file for one run: how it is read, what it is, which column is what."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.intake.formats import FORMATS, GENERIC_ORDERS, GENERIC_PEOPLE, Format
from regulars.intake.mapping.columns import FIELDS, is_known, key_of
from regulars.intake.mapping.guessing import Columns, Guess, guess, is_about_sales, stays_log_of_visits
from regulars.intake.mapping.remembering import remembered
from regulars.intake.options import ImportOptions
from regulars.intake.reading import Sheet, UnreadableFile, may_hold_several, open_sheet
from regulars.intake.staging.pipeline import House
from regulars.kit.business import business, exists
from regulars.kit.errors import Refusal

IDENTITY = ("order_id", "person_id", "bought_on", "amount", "email", "full_name", "given_name")


def opened(path: Path, options: ImportOptions) -> Sheet:
    """Return the file as a sheet; refused with a sentence when nothing can be read."""
    try:
        return open_sheet(
            path, is_known, country=business().country, encoding=options.encoding or "", sheet=options.sheet or ""
        )
    except (UnreadableFile, OSError, ValueError, LookupError, RecursionError, MemoryError) as fault:
        raise Refusal(_sentence(fault, path)) from fault


def _sentence(fault: Exception, path: Path) -> str:
    if isinstance(fault, UnreadableFile):
        return f"{path.name}: {fault.sentence}"
    if isinstance(fault, FileNotFoundError):
        return _("%(file)s: there is no such file.") % {"file": path.name}
    return _("%(file)s cannot be opened.") % {"file": path.name}


def sheets_worth_taking(path: Path, name: str, options: ImportOptions) -> list[tuple[str, ImportOptions]]:
    """A file with what was said about it; of a workbook every sheet that holds people or sales, the likeliest first."""
    if options.sheet or options.format or options.mapping or options.columns or not may_hold_several(path):
        return [(name, options)]
    first = opened(path, options)
    more = [other for other in first.other_sheets if _is_worth_taking(path, replace(options, sheet=other))]
    if not more:
        return [(name, options)]
    whole = replace(options, sheet=first.sheet_name) if len(more) == len(first.other_sheets) else options
    return [(name, whole), *((f"{name} – {other}", replace(options, sheet=other)) for other in more)]


def _is_worth_taking(path: Path, options: ImportOptions) -> bool:
    """A sheet with names of columns that shops use, and enough of them to be understood."""
    try:
        sheet = opened(path, options)
        understood(sheet, options)
    except Refusal:
        return False
    return sheet.header_row is not None and sum(map(is_known, sheet.header)) >= 2 and bool(sheet.first_rows(1))


def understood(sheet: Sheet, options: ImportOptions) -> Guess:
    """Return what the file is and which column is what. Refused where nothing says when, or nobody is named."""
    return _usable(proposed(sheet, options))


def proposed(sheet: Sheet, options: ImportOptions) -> Guess:
    """The same before anybody asks whether it is enough: as said, else as agreed for this header, else as guessed."""
    wanted = None
    if options.format:
        wanted = FORMATS.get(options.format)
        if wanted is None:
            raise Refusal(
                _("There is no format “%(name)s”. There are: %(all)s.")
                % {"name": options.format, "all": ", ".join(FORMATS)}
            )
    if wanted and options.columns:
        return _as_agreed(wanted, sheet, options)
    agreed = None if wanted else remembered(sheet.header)
    found = agreed or guess(sheet, wanted=wanted)
    if options.mapping:
        found = _corrected(found, sheet, options.mapping, is_settled=wanted is not None)
    return found


def _as_agreed(wanted: Format, sheet: Sheet, options: ImportOptions) -> Guess:
    columns = {
        field: [name for name in names if name in sheet.header]
        for field, names in options.columns.items()
        if field in FIELDS
    }
    return Guess(wanted, {field: names for field, names in columns.items() if names})


def _corrected(found: Guess, sheet: Sheet, mapping: Mapping[str, str], *, is_settled: bool) -> Guess:
    """Take over what was said about columns; people become sales when a day and an amount are named."""
    columns: Columns = {field: list(names) for field, names in found.columns.items()}
    for field, column in mapping.items():
        if field not in FIELDS:
            raise Refusal(
                _("There is no field “%(field)s”. There are: %(all)s.") % {"field": field, "all": ", ".join(FIELDS)}
            )
        if not column:
            columns.pop(field, None)
            continue
        name = _column(sheet.header, column)
        columns = {other: [one for one in names if one != name or other == field] for other, names in columns.items()}
        columns[field] = [name]
    columns = {field: names for field, names in columns.items() if names}
    taken = found.format
    if not is_settled and taken in (GENERIC_ORDERS, GENERIC_PEOPLE):
        is_of_sales = is_about_sales(columns) or stays_log_of_visits(found, columns)
        taken = GENERIC_ORDERS if is_of_sales else GENERIC_PEOPLE
    return Guess(taken, columns)


def _column(header: Sequence[str], wanted: str) -> str:
    """A column by its name, its number (from 1) or its letter."""
    for name in header:
        if name == wanted or key_of(name) == key_of(wanted):
            return name
    place = int(wanted) - 1 if wanted.isdigit() else _letter(wanted)
    if 0 <= place < len(header):
        return header[place]
    raise Refusal(
        _("There is no column “%(column)s”. The file has: %(all)s.") % {"column": wanted, "all": ", ".join(header)}
    )


def _letter(text: str) -> int:
    if not text.isalpha() or not text.isascii() or len(text) > 2:
        return -1
    place = 0
    for letter in text.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1


def _usable(found: Guess) -> Guess:
    """Refuse a file in which nothing says when, or nobody is named."""
    fields = found.columns.keys()
    if found.format.takes == "orders" and "bought_on" not in fields:
        raise Refusal(_("No column says when something was bought. Name it: --map bought_on=COLUMN."))
    if found.format.takes == "people" and not fields & {
        "email",
        "full_name",
        "given_name",
        "family_name",
        "phone",
        "person_id",
    }:
        raise Refusal(
            _(
                "No column names a person or says what was bought. Name them, for example --map email=COLUMN"
                " or --map amount=COLUMN."
            )
        )
    return found


def source_of(found: Guess) -> str:
    """The system this file comes from: by its format, else by the names of the columns that tell rows apart."""
    if found.format.source != "file":
        return found.format.source
    told = "|".join(f"{field}={key_of(found.columns[field][0])}" for field in IDENTITY if field in found.columns)
    return f"file {hashlib.sha256(told.encode()).hexdigest()[:10]}"


def house() -> House:
    """What staging must know of the business; refused before the first run."""
    if not exists():
        raise Refusal(_("Set up the business first: regulars setup."))
    found = business()
    return House(found.currency, found.zone, found.country, may_change_currency=found.currency_fixed_at is None)

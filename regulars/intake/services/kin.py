"""Two lists of one program that no name is known for: customers with their numbers, and sales that name no more."""

from __future__ import annotations

from pathlib import PurePath

from regulars.intake.mapping.columns import key_of
from regulars.intake.mapping.guessing import Columns, Guess
from regulars.intake.models import ImportRun
from regulars.intake.services.years_apart import OF_ANY_FILE

NAMES = frozenset({"email", "full_name", "given_name", "family_name", "phone"})
MOST_RUNS = 200


def kin_of(run: ImportRun, found: Guess, source: str) -> tuple[str, str]:
    """The source whose customer numbers are those of this file, and the name of its file; "" where none is, or several.

    One of the two lists names people by their number alone, the other one tells who they are, and both call the number
    the same: `customer_id`, or `id` in a list that is called customers. One query.
    """
    if not source.startswith(OF_ANY_FILE) or "person_id" not in found.columns:
        return "", ""
    mine = _called(run.name, found.columns)
    others = ImportRun.objects.filter(state=ImportRun.State.FINISHED, source__startswith=OF_ANY_FILE)
    rows = others.exclude(source=source).values_list("source", "name", "mapping")[:MOST_RUNS]
    kin = {
        other: name
        for other, name, columns in rows
        if columns.get("person_id") and _tells(columns) != _tells(found.columns) and _called(name, columns) == mine
    }
    return next(iter(kin.items())) if len(kin) == 1 else ("", "")


def _tells(columns: Columns) -> bool:
    return not NAMES.isdisjoint(columns)


def _called(file_name: str, columns: Columns) -> str:
    """What the number is called; a bare `id` is that of whom the file is named after."""
    name = key_of(columns["person_id"][0])
    if name != "id":
        return name
    return key_of(PurePath(file_name).stem).rstrip("0123456789").removesuffix("s") + "id"

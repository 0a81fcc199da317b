"""What was agreed for one kind of header is taken again for the next file that has it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from typing import Any

from regulars.intake.formats import FORMATS
from regulars.intake.mapping.columns import FIELDS, key_of
from regulars.intake.mapping.guessing import Guess
from regulars.intake.models import Mapping
from regulars.kit import clock
from regulars.staff.models import User

OURS = frozenset({"rowregulars", "reasonregulars"})


def header_key(header: Sequence[str]) -> str:
    """Return what two files of one kind have in common; a table of refused rows is of the kind it came from."""
    return hashlib.sha256("|".join(map(key_of, _of_the_file(header))).encode()).hexdigest()


def _of_the_file(header: Sequence[str]) -> list[str]:
    return [name for name in header if key_of(name) not in OURS]


def remembered(header: Sequence[str]) -> Guess | None:
    """Return what was agreed for this header, if it still fits. One query."""
    row = Mapping.objects.filter(header_key=header_key(header)).first()
    if row is None or row.format not in FORMATS:
        return None
    # The same columns in the same order, though another program may write Name for name.
    now = dict(zip(_of_the_file(row.header), _of_the_file(header), strict=False))
    columns = {
        field: [now[name] for name in names if name in now] for field, names in row.fields.items() if field in FIELDS
    }
    return Guess(FORMATS[row.format], {field: names for field, names in columns.items() if names})


def answers_for(header: Sequence[str]) -> dict[str, Any]:
    """Return what was answered for this header before. One query."""
    found = Mapping.objects.filter(header_key=header_key(header)).values_list("answers", flat=True).first()
    return dict(found or {})


def remember(
    header: Sequence[str], found: Guess, answers: AnyMapping[str, Any], *, file_name: str, by: User | None
) -> Mapping:
    """Keep an agreed mapping with the answers that hold for every file of this header."""
    row, _is_new = Mapping.objects.update_or_create(
        header_key=header_key(header),
        defaults={
            "header": list(header),
            "format": found.format.slug,
            "fields": found.columns,
            "answers": dict(answers),
            "file_name": file_name[:255],
            "agreed_by": by,
            "agreed_at": clock.now(),
        },
    )
    return row


def forget(mapping: Mapping) -> None:
    """Guess anew next time."""
    mapping.delete()

"""What a person may say about a file before it is taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from regulars.intake.values.amounts import Mark
from regulars.intake.values.dates import Order


@dataclass(frozen=True)
class ImportOptions:
    """Everything left out is found out from the file. `mapping` is field -> column name, number or letter; `columns`
    is the whole mapping as it was agreed, field -> columns, the preferred one first, and leaves nothing to guess.

    `consent` is the owner's statement of where the consent of everybody in the file comes from; without it only the
    file's own columns count.
    """

    format: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    date_order: Order | None = None
    currency: str | None = None
    is_dry_run: bool = False
    decimal: Mark | None = None
    encoding: str | None = None
    sheet: str | None = None
    are_cents: bool | None = None
    adds_up: bool | None = None
    consent: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            key: value
            for key, value in asdict(self).items()
            if value not in (None, "", {}, False) or key == "are_cents"
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ImportOptions:
        return cls(**{key: value for key, value in stored.items() if key in cls.__dataclass_fields__})

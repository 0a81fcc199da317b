"""What was found out about a sender, as plain values; the words for it are `words.py`'s."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Mark = Literal["good", "better", "bad", "unknown"]


@dataclass(frozen=True)
class Record:
    """A record to add or to put in the place of the one that is there."""

    name: str
    value: str
    kind: str = "TXT"


@dataclass(frozen=True)
class Finding:
    """`about` is spf, dkim, dmarc or sender; `code` says what was found, `facts` what belongs into its sentence."""

    about: str
    mark: Mark
    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    record: Record | None = None

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Finding:
        record = Record(**kept["record"]) if kept.get("record") else None
        return cls(kept["about"], kept["mark"], kept["code"], kept.get("facts") or {}, record)

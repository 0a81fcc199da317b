"""What was understood of one person."""

from __future__ import annotations

from dataclasses import dataclass, field

from regulars.people.partial_dates import PartialDate


@dataclass
class Said:
    """What was understood of one person, and in `note` all the rest, in the words that were written."""

    text: str = ""
    name: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    birthday: PartialDate | None = None
    likes: list[str] = field(default_factory=list)
    dislikes: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    sent_by: str = ""
    met: str = ""
    address: str = ""
    gap_days: int | None = None
    seen_days: int | None = None
    amount: str = ""
    notes: list[str] = field(default_factory=list)
    bad_email: str = ""

    @property
    def note(self) -> str:
        return ", ".join(self.notes)

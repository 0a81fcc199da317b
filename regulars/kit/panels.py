"""What a room shows on the person page; web composes the panels of all rooms in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the person page: a template with its context, drawn in the main or the side column.

    One that has nothing to show yet, only something to write down, says so: the page folds it away under one word.
    """

    order: int
    column: Literal["main", "side"]
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    is_empty: bool = False

"""What a format is: how it is recognised, which column is what, and what its rows mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.utils.functional import Promise

from regulars.intake.mapping.columns import name_key

if TYPE_CHECKING:
    from regulars.intake.staging.judging import Judge
    from regulars.intake.values.words import Standing

Takes = Literal["orders", "people"]


def names(text: str) -> tuple[str, ...]:
    """Column names as they are compared, from a list separated by `|`."""
    return tuple(name_key(name) for name in text.split("|"))


@dataclass(frozen=True)
class Format:
    """One kind of export. All are alike: a file each, data first, a judge where rows are not simply orders.

    `tell_tale`: the format is recognised when every name of one of these sets is in the header. `columns`: the names of
    each field's columns, the preferred first. `utc`: fields whose clock is UTC. `words`: statuses that mean something else
    here than elsewhere. `takes_names_alone`: whoever has a name is taken in, however they are reached. `is_month_first`: 03/04 is 4 March unless the file itself says otherwise. `adds_to_lines`: shipping and tax come on top of the lines. `repeats_total`: an order's total stands in its first row or in each, and is never added up. `twin`: another format of the same source that tells the same sales, with other
    totals; a sale counts as the first of the two files told it. `supplier_numbers`: what the numbers of those look like who sell to the business (a regular expression).
    """

    slug: str
    label: str | Promise
    source: str
    takes: Takes
    tell_tale: tuple[tuple[str, ...], ...]
    columns: Mapping[str, tuple[str, ...]]
    judge: Judge | None = None
    utc: frozenset[str] = frozenset()
    mail_status: Callable[[Iterable[str], str], str] | None = None
    repeats_total: bool = False
    words: Mapping[str, Standing] = field(default_factory=dict)
    takes_names_alone: bool = False
    is_month_first: bool = False
    adds_to_lines: bool = False
    twin: str = ""
    supplier_numbers: str = ""

    def is_told_by(self, header_keys: set[str]) -> int:
        """Return how many tell-tale names the header holds, 0 when it is not this format."""
        return max((len(group) for group in self.tell_tale if set(group) <= header_keys), default=0)

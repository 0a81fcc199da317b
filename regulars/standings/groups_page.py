"""The page of groups as finished rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.charts import Bar, Bars, bars
from regulars.standings.models import Group, SimpleGroup
from regulars.standings.queries import GroupCounts, group_counts
from regulars.standings.words import MEANINGS

NOT_BOUGHT = (Group.WARM, Group.WAITING, Group.COLD)
BOUGHT = tuple(group for group in Group if group not in NOT_BOUGHT)


@dataclass(frozen=True)
class GroupsPage:
    """What the page shows; `bought` is missing while there are too few buyers to compare."""

    as_of: date
    people: int
    buyers: int
    not_graded: int
    is_simple: bool
    bought: Bars | None
    not_bought: Bars | None


def groups_page() -> GroupsPage | None:
    """Draw the last grading; none before the first. One query."""
    counts = group_counts()
    if counts is None:
        return None
    simple = counts.simple()
    rows: list[tuple[Group | SimpleGroup, int]] = (
        [(group, simple[group]) for group in SimpleGroup]
        if counts.is_simple
        else [(group, counts.groups.get(group, 0)) for group in BOUGHT]
    )
    others: list[tuple[Group | SimpleGroup, int]] = [(group, counts.groups.get(group, 0)) for group in NOT_BOUGHT]
    return GroupsPage(
        as_of=counts.as_of,
        people=counts.people,
        buyers=counts.buyers,
        not_graded=counts.groups.get("", 0),
        is_simple=counts.is_simple,
        bought=_drawn(rows, counts, _("People who have bought, by group")),
        not_bought=_drawn(others, counts, _("People who have not bought, by group")),
    )


def _drawn(rows: list[tuple[Group | SimpleGroup, int]], counts: GroupCounts, label: str) -> Bars | None:
    if not any(n for _group, n in rows):
        return None
    people = reverse("people:list")
    return bars(
        [
            Bar(
                label=str(group.label),
                value=n,
                shown=ngettext("%(n)s person", "%(n)s people", n) % {"n": number_format(n)},
                note=str(MEANINGS[group]),
                url=f"{people}?group={group.value}" if n else "",
                is_faint=not n,
            )
            for group, n in rows
        ],
        label=label,
    )

"""Customers at a glance: the groups as a map or four cards, with money, what to do, and the way to other pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars import insight
from regulars.kit.charts import Bar, Bars, Plan, Region, bars, plan
from regulars.standings.models import SIMPLE_GROUPS, Finding, Group, SimpleGroup
from regulars.standings.models.groups import slug
from regulars.standings.pages import figures
from regulars.standings.pages.prospects import warm_words
from regulars.standings.pages.ways import Way, ways
from regulars.standings.queries import GroupCounts, findings, group_counts
from regulars.standings.words import MEANINGS, STRATEGIES

NOT_BOUGHT = (Group.WARM, Group.WAITING, Group.COLD)
BOUGHT = tuple(group for group in Group if group not in NOT_BOUGHT)
MAP_FROM_BUYERS, FEW_BUYERS = 50, 20
TONES = {
    SimpleGroup.REGULARS: "",
    SimpleGroup.COMING_ALONG: "sky",
    SimpleGroup.SLIPPING: "warm",
    SimpleGroup.GONE_QUIET: "plain",
}


@dataclass(frozen=True)
class Card:
    """One of the four groups of a small shop."""

    name: str
    strategy: str
    tone: str
    people: int
    money: str
    meaning: str
    url: str


@dataclass(frozen=True)
class GroupsPage:
    """What the page shows; cards in a small shop, else a map and its rows. Neither while there are too few buyers."""

    as_of: date
    people: int
    buyers: int
    not_graded: int
    is_simple: bool
    lead: str
    cards: list[Card]
    map: Plan | None
    bought: Bars | None
    not_bought: Bars | None
    to_call: str
    ways: list[Way]

    @property
    def is_empty(self) -> bool:
        return not self.buyers and not self.is_graded and self.not_bought is None

    @property
    def ready(self) -> list[Way]:
        """The pages that have something to say."""
        return [way for way in self.ways if way.is_ready]

    @property
    def later(self) -> list[Way]:
        """The pages that wait for more sales."""
        return [way for way in self.ways if not way.is_ready]

    @property
    def is_from_memory(self) -> bool:
        """Nobody's visits are written down yet: the groups rest on what the owner remembers alone."""
        return self.is_graded and not self.buyers

    @property
    def is_graded(self) -> bool:
        return bool(self.cards or self.bought)


def groups_page() -> GroupsPage | None:
    """Draw the last grading; none before the first. Two queries."""
    counts = group_counts()
    if counts is None:
        return None
    found = findings(*Finding.Name.values)
    rows = _money_of(found.get("groups"))
    is_graded = any(counts.groups.get(group, 0) for group in BOUGHT)
    is_map = not counts.is_simple and counts.buyers >= MAP_FROM_BUYERS
    return GroupsPage(
        as_of=counts.as_of,
        people=counts.people,
        buyers=counts.buyers,
        not_graded=counts.groups.get("", 0),
        is_simple=counts.is_simple,
        lead=_lead(found),
        cards=_cards(counts, rows) if counts.is_simple and is_graded else [],
        map=_map(counts, rows) if is_map and is_graded else None,
        bought=_rows(BOUGHT, counts, rows, _("People who have bought, by group")) if not counts.is_simple else None,
        not_bought=_rows(NOT_BOUGHT, counts, {}, _("People who have not bought, by group")),
        to_call=warm_words(counts.groups.get(Group.WARM, 0)),
        ways=ways(found),
    )


def _money_of(found: Finding | None) -> dict[str, Mapping[str, Any]]:
    """What the groups brought, by their stored names."""
    if found is None:
        return {}
    return {row["group"]: row for kind in ("groups", "simple") for row in found.data.get(kind, ())}


def _lead(found: Mapping[str, Finding]) -> str:
    """Two sentences to know before any chart: who comes again, and who is late."""
    said = []
    if again := _came_again(found.get("retention")):
        said.append(again)
    late = found["slipping"].data.get("people") if "slipping" in found else None
    if late:
        said.append(
            ngettext(
                "%(n)s person has been silent for longer than is usual for them.",
                "%(n)s people have been silent for longer than is usual for them.",
                late,
            )
            % {"n": figures.count(late)}
        )
    return " ".join(said)


def _came_again(found: Finding | None) -> str:
    """How many came a second time: names can be counted in a small shop, shares are for a larger one."""
    repeat = found.data.get("repeat") if found else None
    if found is None or not repeat or repeat.get("value") is None:
        return ""
    buyers, share = found.data.get("buyers") or found.n, repeat["value"]
    if buyers < FEW_BUYERS:
        facts = {"n": round(buyers * share), "people": figures.people(buyers)}
        return _("Of %(people)s who bought, %(n)d came a second time.") % facts
    return _("%(tenths)s of those who bought came a second time.") % {"tenths": figures.tenths(share)}


def _cards(counts: GroupCounts, rows: Mapping[str, Mapping[str, Any]]) -> list[Card]:
    simple = counts.simple()
    return [
        Card(
            name=str(group.label),
            strategy=str(STRATEGIES[group]),
            tone=TONES[group],
            people=simple[group],
            money=_brought(rows.get(group)),
            meaning=str(MEANINGS[group]),
            url=_people_of(group) if simple[group] else "",
        )
        for group in SimpleGroup
    ]


def _map(counts: GroupCounts, rows: Mapping[str, Mapping[str, Any]]) -> Plan:
    """Every group in its places: how lately from the top, how often and how much from the left."""
    places: dict[str, list[tuple[int, int]]] = {}
    for recency in range(5, 0, -1):
        for both in range(1, 6):
            places.setdefault(slug(insight.group_of(recency, both, both)), []).append((5 - recency, both - 1))
    tone_of = {group: TONES[SimpleGroup(simple)] for simple, groups in SIMPLE_GROUPS.items() for group in groups}
    regions = [
        Region(
            str(group.label),
            tuple(places[group]),
            figures.count(counts.groups.get(group, 0)),
            tone_of[group],
            _brought(rows.get(group)),
        )
        for group in BOUGHT
    ]
    return plan(
        regions,
        label=_(
            "People who have bought, on a map: who was here lately stands at the top, who comes often and spends "
            "much at the right"
        ),
        headers=(_("Group"), _("People"), _("What they brought")),
        across=(_("seldom and little"), _("often and much")),
        down=(_("here lately"), _("here long ago")),
    )  # fmt: skip


def _rows(
    groups: tuple[Group, ...], counts: GroupCounts, rows: Mapping[str, Mapping[str, Any]], label: str
) -> Bars | None:
    people = [(group, counts.groups.get(group, 0)) for group in groups]
    if not any(n for _group, n in people):
        return None
    return bars(
        [
            Bar(
                label=str(group.label),
                value=n,
                shown=ngettext("%(n)s person", "%(n)s people", n) % {"n": number_format(n, force_grouping=True)},
                note=" ".join(filter(None, (str(MEANINGS[group]), _brought(rows.get(group))))),
                url=_people_of(group) if n else "",
                is_faint=not n,
            )
            for group, n in people
        ],
        label=label,
        noted=_("What that means"),
    )


def _people_of(group: Group | SimpleGroup) -> str:
    return f"{reverse('people:list')}?group={group.value}"


def _brought(row: Mapping[str, Any] | None) -> str:
    """What a group brought and its share of everything, and how many of it slip; nothing of money that is not known."""
    if not row or not row["people"]:
        return ""
    if not float(row["net_amount"] or 0):
        return _late(row)
    said = _("They brought %(amount)s, %(share)s of everything.") % {
        "amount": figures.money(row["net_amount"]),
        "share": figures.part(row["net_share"]),
    }
    return " ".join(filter(None, (said, _late(row))))


def _late(row: Mapping[str, Any]) -> str:
    late = row.get("slipping") or 0
    if not late:
        return ""
    return ngettext("%(n)s of them is later than usual.", "%(n)s of them are later than usual.", late) % {
        "n": figures.count(late)
    }

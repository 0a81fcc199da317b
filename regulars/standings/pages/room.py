"""Room to grow: who could buy more here and whom we have already, by group; and the first to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.charts import Bar, bars, percent
from regulars.people.models import Person
from regulars.people.queries import known_as
from regulars.standings.models import Finding, Group
from regulars.standings.pages import figures
from regulars.standings.pages.retention import Part
from regulars.standings.queries import SIMPLE_UNDER, finding


@dataclass(frozen=True)
class Roomy:
    """Somebody who comes often and spends elsewhere, and how we know."""

    person: Person
    name: str
    share: str
    more: str
    basis: str


@dataclass(frozen=True)
class RoomPage:
    as_of: date | None
    lead: str
    groups: Part
    named: list[Roomy]
    nothing: str = ""


def room_page() -> RoomPage:
    """Read what was found. Two queries."""
    found = finding(Finding.Name.ROOM)
    reason = figures.why(found)
    if found is not None and not reason and found.n < SIMPLE_UNDER:
        reason = _(
            "With so few people a figure for a group says little. Ask those who come often what else they buy, "
            "and where."
        )
    if found is None or reason:
        return RoomPage(found.as_of if found else None, "", Part(None, reason), [], reason)
    return RoomPage(found.as_of, _lead(found.data), _groups(found), _named(found.data["named"]))


def _lead(data: Mapping[str, Any]) -> str:
    grow, full = (sum(row[kind] for row in data["groups"]) for kind in ("grow", "full"))
    return _("%(grow)s could buy more here; of %(full)s you have at least half already. %(rests)s") % {
        "grow": figures.people(grow),
        "full": figures.count(full),
        "rests": _rests(data),
    }


def _rests(data: Mapping[str, Any]) -> str:
    """Never let an estimate pass for an answer."""
    if not data["asked"]:
        return _("All of it is estimated: nobody has been asked yet.")
    if not data["estimated"]:
        return _("All of it you know because you asked.")
    said = {"asked": figures.count(data["asked"]), "estimated": figures.count(data["estimated"])}
    return _("Of %(asked)s you know because you asked; of %(estimated)s it is estimated.") % said


def _groups(found: Finding) -> Part:
    rows = [
        Bar(
            str(Group(row["group"]).label),
            row["grow"],
            figures.people(row["grow"]),
            note=_others(row),
            is_faint=not row["grow"],
        )
        for row in found.data["groups"]
    ]
    words = _(
        "Room to grow: less than half of what they spend on such things is spent with you. Where nobody asked, what "
        "the tenth of your people who buy most spend in a year is taken for what anybody could. That is an "
        "estimate, and says nothing of what they can afford: ask those who come often."
    )
    return Part(bars(rows, label=_("People with room to grow, by group")), words, found.n)


def _others(row: Mapping[str, Any]) -> str:
    """Say of the rest of a group what there is to say; nothing of nobody."""
    said = []
    if row["full"]:
        said.append(_("Of %(n)s you have at least half already.") % {"n": figures.count(row["full"])})
    if row["between"]:
        said.append(_("Of %(n)s it is too close to say.") % {"n": figures.count(row["between"])})
    return " ".join(said)


def _named(rows: list[Mapping[str, Any]]) -> list[Roomy]:
    people = Person.objects.here().in_bulk([row["person_id"] for row in rows])
    names = known_as(people.values())
    return [
        Roomy(
            people[row["person_id"]],
            names[row["person_id"]],
            percent(row["share"]),
            figures.money(row["amount"]),
            _("asked") if row["basis"] == "asked" else _("estimated"),
        )
        for row in rows
        if row["person_id"] in people
    ]

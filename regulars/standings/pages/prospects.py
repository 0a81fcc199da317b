"""Not bought yet: how many ask and have not bought, what became of people like them, and whom to call first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.kit.charts import Bar, bars
from regulars.people.models import Person
from regulars.people.queries import known_as, silenced
from regulars.rapport.models import State
from regulars.standings.hopes import Touched, of_people_like_them, touched, why
from regulars.standings.models import Basis, Finding, Group, Standing
from regulars.standings.pages import figures
from regulars.standings.pages.retention import Part
from regulars.standings.queries import finding
from regulars.standings.sending import sent_by_words

SHOWN = 20
CALLED_FOR = "marketing"
Row = tuple[dict[str, Any], Person, Touched]


@dataclass(frozen=True)
class Hope:
    """Somebody worth a call, why, and what may come of it with how we know."""

    person: Person
    name: str
    group: str
    why: str
    money: str
    basis: str


@dataclass(frozen=True)
class ProspectsPage:
    as_of: date | None
    lead: str
    groups: Part
    named: list[Hope]
    previous_url: str = ""
    next_url: str = ""
    nothing: str = ""
    has_money: bool = False


def prospects_page(page: int = 1) -> ProspectsPage:
    """Read what was found and who of them still has not bought, `SHOWN` at a time. At most ten queries."""
    found = finding(Finding.Name.POTENTIAL)
    if found is None or found.data.get("reason"):
        reason = figures.why(found)
        return ProspectsPage(found.as_of if found else None, "", Part(None, reason), [], nothing=reason)
    rows = _still_there(found.data["named"])
    start = (page - 1) * SHOWN
    named = _hopes(rows[start : start + SHOWN])
    return ProspectsPage(
        as_of=found.as_of,
        lead=_lead(found.data),
        groups=_groups(found),
        named=named,
        previous_url=_url(page - 1) if page > 1 else "",
        next_url=_url(page + 1) if len(rows) > start + SHOWN else "",
        has_money=any(one.money for one in named),
    )


def _url(page: int) -> str:
    address = reverse("standings:prospects")
    return address if page == 1 else f"{address}?page={page}"


def _lead(data: Mapping[str, Any]) -> str:
    counts = {row["group"]: row["people"] for row in data["groups"]}
    said = ngettext(
        "%(n)s person has been in touch and has not bought yet.",
        "%(n)s people have been in touch and have not bought yet.",
        data["people"],
    ) % {"n": figures.count(data["people"])}
    return f"{said} {warm_words(counts.get(Group.WARM, 0))}".strip()


def warm_words(n: int) -> str:
    """How many of them are worth a call now; nothing of nobody."""
    if not n:
        return ""
    return ngettext("%(n)s is worth a call now.", "%(n)s are worth a call now.", n) % {"n": figures.count(n)}


def _groups(found: Finding) -> Part:
    rows = [
        Bar(
            str(Group(row["group"]).label),
            row["people"],
            figures.people(row["people"]),
            note=_note(row),
            url=f"{reverse('people:list')}?group={row['group']}",
        )
        for row in found.data["groups"]
    ]
    words = _(
        "Warm: in touch within the last weeks, and came back, asked for something, or spoke of a larger sum. Cold: "
        "long silent. What people like them did is counted on four earlier days, each half a year after the one before."
    )
    return Part(bars(rows, label=_("People who have not bought, by group")), words, found.n)


def _note(row: Mapping[str, Any]) -> str:
    said = of_people_like_them(row)
    if row["expected"] is None:
        return said
    more = _("They brought %(amount)s on average.") % {"amount": figures.said(row["expected"])}
    return f"{said} {more}"


def _still_there(rows: list[dict[str, Any]]) -> list[Row]:
    """Leave out who bought since, whose last wish came to nothing, and who wants to be left alone."""
    ids = [row["person_id"] for row in rows]
    waiting = Standing.objects.filter(person_id__in=ids, basis=Basis.CONTACT).values_list("person_id", flat=True)
    wanted = set(waiting) - set(silenced(ids, clock.today(), CALLED_FOR))
    people = Person.objects.here().in_bulk([pk for pk in ids if pk in wanted])
    contacts = touched(people.values())
    found = [(row, people[row["person_id"]]) for row in rows if row["person_id"] in people]
    return [(row, person, contacts[person.pk]) for row, person in found if contacts[person.pk].state != State.LOST]


def _hopes(rows: list[Row]) -> list[Hope]:
    people = [person for _row, person, _one in rows]
    today, sent, names = clock.today(), sent_by_words(people), known_as(people)
    return [
        Hope(
            person=person,
            name=names[person.pk],
            group=str(Group(row["group"]).label),
            why=why(person, one, date.fromisoformat(row["last_contact_on"]), today, sent.get(person.pk, "")),
            money=figures.said(row["expected"]),
            basis=_basis(row["basis"]),
        )
        for row, person, one in rows
    ]


def _basis(basis: str | None) -> str:
    return {"asked": _("asked"), "estimated": _("estimated")}.get(basis or "", "")

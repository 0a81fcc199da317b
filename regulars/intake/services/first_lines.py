"""The first ten of a staged file in the words of the book: who, when, how much, what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from regulars.intake.services.people_of import WITHOUT_PRINTS, Manner, told
from regulars.intake.staging.pipeline import Staged
from regulars.people.services import NewPerson

SHOWN = 10


@dataclass(frozen=True)
class FirstLine:
    """One order, or one person, as it would stand in the book."""

    who: str
    reach: str
    on: date | None = None
    amount: Decimal | None = None
    reference: str = ""
    what: str = ""
    is_cancelled: bool = False
    refunded_amount: Decimal | None = None
    says_yes: bool = False
    has_left: bool = False


def first_lines(staged: Staged, file_name: str) -> list[FirstLine]:
    """Ten of them, or fewer."""
    manner = Manner("", file_name, staged.date_order)
    if not staged.is_about_sales:
        people = _people(staged, "SELECT pos FROM person ORDER BY pos LIMIT 10", manner)
        return [_person_line(person) for person in people.values()]
    people = _people(staged, "SELECT pos FROM unit WHERE pos IS NOT NULL ORDER BY unit LIMIT 10", manner)
    rows = staged.con.execute(
        "SELECT u.pos, u.day::DATE, u.paid_mils, u.key, u.is_cancelled,"
        " (SELECT string_agg(i.name, ', ') FROM unit_item i WHERE i.unit = u.unit),"
        " (SELECT sum(r.amount) FROM unit_refund r WHERE r.unit = u.unit)"
        " FROM unit u ORDER BY u.unit LIMIT ?",
        [SHOWN],
    ).fetchall()
    lines = [
        FirstLine(*_who(people.get(pos)), on, Decimal(paid) / 1000, key, items or "", is_cancelled, _decimal(refunded))
        for pos, on, paid, key, is_cancelled, items, refunded in rows
    ]
    return lines + _without_orders(staged, manner, SHOWN - len(lines))


def _without_orders(staged: Staged, manner: Manner, most: int) -> list[FirstLine]:
    """Who stands in a list of sales without an order."""
    no_buyers = f"SELECT pos FROM person ANTI JOIN unit USING (pos) ORDER BY pos LIMIT {most}"  # noqa: S608  # a number
    people = _people(staged, no_buyers, manner) if most else {}
    return [FirstLine(*_who(person), what=_("no order yet")) for person in people.values()]


def _people(staged: Staged, places: str, manner: Manner) -> dict[int, NewPerson]:
    sql = f"SELECT {', '.join(WITHOUT_PRINTS)} FROM person WHERE pos IN ({places}) ORDER BY pos"  # noqa: S608  # columns of ours
    return {row[0]: told(row, manner).person for row in staged.con.execute(sql).fetchall()}


def _who(person: NewPerson | None) -> tuple[str, str]:
    """What they are called, and how they are reached; a number where nothing else is known."""
    if person is None:
        return _("nobody named"), ""
    reach = ", ".join((*person.emails, *person.phones))
    name = person.full_name or f"{person.given_name} {person.family_name}".strip()
    if name:
        return name, reach
    number = next((number for _source, number in person.external_ids), "")
    return (reach, "") if reach else (number, "")


def _person_line(person: NewPerson) -> FirstLine:
    mail = [consent.is_given for consent in person.consents if consent.channel == "email"]
    place = next((address.city for address in person.addresses if address.city), "")
    return FirstLine(*_who(person), what=place, says_yes=True in mail, has_left=False in mail)


def _decimal(mils: int | None) -> Decimal | None:
    return Decimal(mils) / 1000 if mils else None

"""What the quick sale offers while somebody stands at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from regulars.people.models import Email, Person, Phone
from regulars.people.queries import find_people
from regulars.purchases.models import OrderLine, PersonTotals

OFFERED = 6
LOOKED_AT = 200
SUGGESTED = 30


@dataclass(frozen=True)
class Buyer:
    """Somebody who may be meant, with what tells them from others of the same name."""

    person_id: int
    name: str
    reach: str
    last_bought_on: date | None

    @property
    def value(self) -> str:
        """The id as a form sends it back, without marks between thousands."""
        return str(self.person_id)


def buyers_found(text: str, chosen: str = "") -> list[Buyer]:
    """The chosen person first, then at most six found by the text. A few bounded queries."""
    people = list(Person.objects.here().filter(pk=int(chosen))) if chosen.isdigit() and len(chosen) < 19 else []
    if text.strip():
        people += [person for person in find_people(text, OFFERED) if person not in people]
    ids = [person.pk for person in people]
    reach = _reach(ids)
    totals = PersonTotals.objects.in_bulk(ids)
    return [
        Buyer(
            person.pk,
            str(person),
            reach.get(person.pk, ""),
            totals[person.pk].last_bought_on if person.pk in totals else None,
        )
        for person in people
    ]


def sold_lately() -> list[str]:
    """What was sold lately, by name, the newest first: suggestions while typing. One query over 200 lines."""
    newest = OrderLine.objects.order_by("-id").values_list("id", flat=True)[:LOOKED_AT]
    lines = OrderLine.objects.filter(id__in=list(newest)).exclude(name="")
    names = lines.values("name").annotate(last=Max("id")).order_by("-last")
    return [row["name"] for row in names[:SUGGESTED]]


def _reach(ids: list[int]) -> dict[int, str]:
    """One address or number of each. Two queries."""
    found = dict(Phone.objects.filter(person_id__in=ids).order_by("is_primary").values_list("person_id", "as_typed"))
    return found | dict(
        Email.objects.filter(person_id__in=ids).order_by("is_primary").values_list("person_id", "address")
    )

"""What the quick sale offers while somebody stands at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from regulars.kit.numbers import row_numbers
from regulars.people.models import Email, Person, Phone
from regulars.people.queries import search
from regulars.people.words import fold
from regulars.purchases.models import OrderLine, PersonTotals

OFFERED = 6
LOOKED_AT = 200
SUGGESTED = 30
NAMES = 300


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


@dataclass(frozen=True)
class Buyers:
    """Who may be meant; `is_guess` when nobody is written quite so."""

    people: list[Buyer]
    is_guess: bool = False


def buyers_found(text: str, chosen: str = "") -> Buyers:
    """The chosen person first, then at most six found by the text. A few bounded queries."""
    found = search(text, OFFERED)
    ids = list(dict.fromkeys([*row_numbers([chosen]), *found.ids]))
    known = Person.objects.here().in_bulk(ids)
    reach, totals = _reach(ids), PersonTotals.objects.in_bulk(ids)
    people = [
        Buyer(pk, str(known[pk]), reach.get(pk, ""), totals[pk].last_bought_on if pk in totals else None)
        for pk in ids
        if pk in known
    ]
    return Buyers(people, found.is_guess)


def only_one(who: str) -> int | None:
    """The one person who is called so, or whose address or number this is; None where there are several or none."""
    words = who.strip()
    found = search(words, 6)
    if not words or found.is_guess:
        return None
    if "@" in words or sum(letter.isdigit() for letter in words) > 5:
        return found.ids[0] if len(found.ids) == 1 else None
    names = dict(Person.objects.here().filter(pk__in=found.ids).values_list("pk", "full_name"))
    same = [pk for pk in found.ids if fold(names.get(pk, "")) == fold(words)]
    return same[0] if len(same) == 1 and not found.has_more else None


def here_lately() -> list[str]:
    """Names of those who bought last, for a page that must know them without signal. One query by index."""
    rows = PersonTotals.objects.filter(person__merged_into=None, person__erased_at=None, person__is_bucket=False)
    rows = rows.exclude(last_bought_on=None).order_by("-last_bought_on")
    return list(dict.fromkeys(rows.exclude(person__full_name="").values_list("person__full_name", flat=True)[:NAMES]))


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

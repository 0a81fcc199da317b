"""Who may be meant while somebody is on the phone or at the counter."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.kit.numbers import row_numbers
from regulars.people.models import Email, Person, Phone
from regulars.people.queries import search

OFFERED = 5


@dataclass(frozen=True)
class Known:
    """Somebody who may be meant, with what tells them from others of the same name."""

    person_id: int
    name: str
    reach: str

    @property
    def value(self) -> str:
        return str(self.person_id)


def callers_found(text: str, chosen: str = "") -> list[Known]:
    """The chosen person first, then at most five found by the text. A few bounded queries."""
    ids = list(dict.fromkeys([*row_numbers([chosen]), *(search(text, OFFERED).ids if text.strip() else [])]))
    people = Person.objects.here().in_bulk(ids)
    reach = dict(Email.objects.filter(person_id__in=ids).order_by("is_primary").values_list("person_id", "address"))
    reach |= dict(Phone.objects.filter(person_id__in=ids).order_by("is_primary").values_list("person_id", "as_typed"))
    return [Known(pk, str(people[pk]), reach.get(pk, "")) for pk in ids if pk in people]

"""Who belongs together: the people of a household or a firm."""

from __future__ import annotations

from dataclasses import dataclass, field

from regulars.people.models import Household, Organisation, Person, PostalAddress

SHOWN = 50


@dataclass(frozen=True)
class Together:
    """One person's household and firm, with the others in them."""

    household: Household | None = None
    others: list[Person] = field(default_factory=list)
    organisation: Organisation | None = None
    colleagues: list[Person] = field(default_factory=list)


def together(person: Person) -> Together:
    """Return who belongs with this person. At most four queries, none where nobody does."""
    return Together(
        person.household,
        _others(person, "household_id") if person.household_id else [],
        person.organisation,
        _others(person, "organisation_id") if person.organisation_id else [],
    )


def members(household: Household | Organisation) -> list[Person]:
    """Return the people of a household or a firm with how to reach them. Four queries."""
    column = "household" if isinstance(household, Household) else "organisation"
    rows = Person.objects.here().filter(**{column: household}).prefetch_related("emails", "phones", "addresses")
    return list(rows.order_by("sort_name", "pk")[:SHOWN])


def places(household: Household) -> list[PostalAddress]:
    """Return the addresses of its people that still arrive, each once."""
    rows = PostalAddress.objects.filter(person__household=household, person__merged_into=None, is_bad=False)
    found: dict[str, PostalAddress] = {}
    for row in rows.select_related("person").order_by("-is_primary", "pk"):
        found.setdefault(str(row), row)
    return list(found.values())


def _others(person: Person, column: str) -> list[Person]:
    rows = Person.objects.here().filter(**{column: getattr(person, column)}).exclude(pk=person.pk)
    return list(rows.order_by("sort_name", "pk")[:SHOWN])

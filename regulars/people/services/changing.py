"""Changing what is written about one person, unless somebody else changed it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.kit import bulletin
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.people.events import PersonChanged
from regulars.people.models import Email, Person, Phone
from regulars.people.services.finding import rename_phone_keys, rewrite_words
from regulars.people.services.matching import hold_the_book
from regulars.people.services.newcomers import LENGTHS
from regulars.people.services.reaching import set_emails, set_phones, set_places
from regulars.people.words import sort_key
from regulars.staff.models import User
from regulars.staff.services import note_audit

COLUMNS = (
    "full_name", "given_name", "family_name", "salutation", "language", "zone", "needs", "expectations", "say",
    "best_time", "reach_by", "met", "referred_by_id", "referred_by_text", "feb29_rule", "household_id",
    "organisation_id",
)  # fmt: skip
LISTS: dict[str, Callable[[Person, Any], None]] = {"emails": set_emails, "phones": set_phones, "places": set_places}


class ChangedMeanwhile(Refusal):  # a refusal, and named like one
    """Somebody else saved this person first; `theirs` holds what now stands there and differs from what was sent."""

    def __init__(self, theirs: Mapping[str, Any], version: int) -> None:
        super().__init__(_("Someone changed this meanwhile. Look at what differs, then keep yours or theirs."))
        self.theirs = dict(theirs)
        self.version = version


@transaction.atomic
def change_person(
    person: Person, *, changes: Mapping[str, Any], expected_version: int | None = None, by: User | None
) -> Person:
    """Write changes to columns, and to `emails`, `phones` and `places` as whole lists.

    Refuses with ChangedMeanwhile when `expected_version` is not the one that stands; None writes whatever the version.
    """
    columns = {name: _clean(name, value) for name, value in changes.items() if name in COLUMNS}
    lists = {name: value for name, value in changes.items() if name in LISTS}
    unknown = set(changes) - set(columns) - set(lists)
    if unknown:
        raise ValueError(f"A person has no {', '.join(sorted(unknown))}.")
    hold_the_book()
    _check(person, columns)
    before = _standing(person.pk, changes)
    if "full_name" in columns:
        columns["sort_name"] = sort_key(columns["full_name"])
    _write(person, columns, expected_version, changes)
    for name, value in lists.items():
        LISTS[name](person, value)
    if "full_name" in columns:
        rename_phone_keys([person.pk])
    rewrite_words([person.pk])
    after = _standing(person.pk, changes)
    differs = [(name, before[name], after[name]) for name in changes if before[name] != after[name]]
    _tell(person, tuple(changes), by, differs)
    return Person.objects.get(pk=person.pk)


def touch(person_id: int, *names: str) -> None:
    """Give a person a new change number and announce what changed: for what stands beside the person's own row."""
    Person.objects.filter(pk=person_id).update(change_number=next_change_number())
    bulletin.post(PersonChanged(person_id, names))


def _write(person: Person, columns: dict[str, Any], expected_version: int | None, changes: Mapping[str, Any]) -> None:
    """Write where the version is still the expected one: the condition and the writing are one statement."""
    rows = Person.objects.here().filter(pk=person.pk)
    if expected_version is not None:
        rows = rows.filter(version=expected_version)
    written = rows.update(**columns, version=F("version") + 1, change_number=next_change_number())
    if written:
        return
    now = Person.objects.here().filter(pk=person.pk).first()
    if now is None:
        raise Refusal(_("This person is no longer in the book: merged with somebody, or erased."))
    theirs = {
        name: getattr(now, name) for name in columns if name != "sort_name" and getattr(now, name) != columns[name]
    }
    raise ChangedMeanwhile(theirs, now.version)


def _clean(name: str, value: Any) -> Any:
    return value.strip()[: LENGTHS.get(name, 5000)] if isinstance(value, str) else value


def _check(person: Person, columns: Mapping[str, Any]) -> None:
    sent_by = columns.get("referred_by_id")
    if sent_by is not None and sent_by == person.pk:
        raise Refusal(_("Nobody can have sent themselves."), field="referred_by")
    if columns.get("full_name") == "" and not person.emails.exists() and not person.phones.exists():
        raise Refusal(_("Please write a name."), field="full_name")


def _standing(person_id: int, names: Iterable[str]) -> dict[str, Any]:
    """What stands in these fields, as the log tells it. One query, and one for each list."""
    lists = {"emails": (Email, "address"), "phones": (Phone, "as_typed")}
    row = Person.objects.get(pk=person_id)
    found: dict[str, Any] = {}
    for name in names:
        if name in lists:
            model, column = lists[name]
            rows = model._default_manager.filter(person_id=person_id).order_by("-is_primary", "pk")
            found[name] = list(rows.values_list(column, flat=True))
        elif name == "places":
            rows_of_places = row.addresses.order_by("-is_primary", "pk")
            found[name] = [f"{place} ({place.label})" if place.label else str(place) for place in rows_of_places]
        else:
            found[name] = getattr(row, name)
    return found


def _tell(person: Person, names: tuple[str, ...], by: User | None, differs: list[tuple[str, Any, Any]]) -> None:
    bulletin.post(PersonChanged(person.pk, names))
    note_audit(
        by,
        "change",
        room="people",
        kind="person",
        object_id=person.pk,
        person_id=person.pk,
        text=", ".join(names),
        changes=differs,
    )

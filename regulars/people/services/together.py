"""Households and organisations: who lives under one roof, who buys for one firm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.people import bulk
from regulars.people.events import PersonChanged
from regulars.people.models import Household, Organisation, Pair, Person, PostalAddress
from regulars.people.models.households import firm_word
from regulars.people.services.matching import hold_the_book
from regulars.staff.models import User
from regulars.staff.services import note_audit

MOST = 40
HOUSEHOLD, ORGANISATION = "household_id", "organisation_id"


@transaction.atomic
def live_together(pair_ids: Collection[int], by: User | None = None) -> Household:
    """Confirm guesses: the people of these pairs are one household. Refuses what was answered meanwhile."""
    rows = Pair.objects.select_for_update(of=("self",)).filter(pk__in=bulk.among(pair_ids), about=Pair.About.HOUSEHOLD)
    pairs = [pair for pair in rows.order_by("pk") if pair.state == Pair.State.OPEN]
    if not pairs:
        raise Refusal(_("Somebody has answered this already."))
    household = make_household({pk for pair in pairs for pk in (pair.low_id, pair.high_id)}, by=by)
    Pair.objects.filter(pk__in=bulk.among([pair.pk for pair in pairs])).update(
        state=Pair.State.ONE, decided_at=clock.now(), decided_by=by
    )
    return household


@transaction.atomic
def make_household(person_ids: Collection[int], *, name: str = "", by: User | None = None) -> Household:
    """Put people under one roof; who has a household already brings everybody of it along."""
    hold_the_book()
    people = _locked(person_ids)
    roofs = sorted({person.household_id for person in people if person.household_id})
    household = Household.objects.get(pk=roofs[0]) if roofs else Household.objects.create(name="")
    for other in roofs[1:]:
        _move(Person.objects.filter(household_id=other), HOUSEHOLD, household.pk, by)
    _move(people, HOUSEHOLD, household.pk, by)
    Household.objects.filter(pk__in=roofs[1:]).delete()
    household.name = name.strip()[:200] or household.name or _name_of(people)
    household.place = household.place or _place_of(people)
    household.save()
    return household


@transaction.atomic
def leave_household(person: Person, by: User | None = None) -> None:
    """Take somebody out; a household with one person left is none any more."""
    hold_the_book()
    household_id = person.household_id
    _move([person], HOUSEHOLD, None, by)
    if household_id is None:
        return
    rest = list(Person.objects.here().filter(household_id=household_id))
    if len(rest) < 2:
        _move(rest, HOUSEHOLD, None, by)
        Household.objects.filter(pk=household_id).delete()
    else:
        Household.objects.filter(pk=household_id, place__person=person).update(place=_place_of(rest))


def change_household(household: Household, *, name: str, place: PostalAddress | None = None) -> None:
    """Give a household its name, and choose where its cards go."""
    if not name.strip():
        raise Refusal(_("Please write a name."), field="name")
    if place is not None and place.person.household_id != household.pk:
        raise Refusal(_("That address belongs to somebody else."), field="place")
    Household.objects.filter(pk=household.pk).update(name=name.strip()[:200], place=place)


@transaction.atomic
def make_organisation(name: str, person_ids: Collection[int], *, by: User | None = None) -> Organisation:
    """Write down a firm or club with those who buy for it; one of the same name is joined, not made twice."""
    if not name.strip():
        raise Refusal(_("Please write a name."), field="name")
    hold_the_book()
    known = Organisation.objects.filter(word=firm_word(name)).order_by("pk").first()
    organisation = known or Organisation.objects.create(name=name.strip()[:200])
    _move(_locked(person_ids), ORGANISATION, organisation.pk, by)
    return organisation


@transaction.atomic
def leave_organisation(person: Person, by: User | None = None) -> None:
    """Take somebody out of a firm; a firm nobody buys for is forgotten."""
    hold_the_book()
    organisation_id = person.organisation_id
    _move([person], ORGANISATION, None, by)
    if organisation_id and not Person.objects.filter(organisation_id=organisation_id).exists():
        Organisation.objects.filter(pk=organisation_id).delete()


def rename_organisation(organisation: Organisation, name: str) -> None:
    if not name.strip():
        raise Refusal(_("Please write a name."), field="name")
    clean = name.strip()[:200]
    Organisation.objects.filter(pk=organisation.pk).update(name=clean, word=firm_word(clean))


def tidy_away(household_id: int | None, organisation_id: int | None) -> None:
    """Forget a household or firm that nobody is left in: after somebody was erased."""
    if household_id and not Person.objects.filter(household_id=household_id).exists():
        Household.objects.filter(pk=household_id).delete()
    if organisation_id and not Person.objects.filter(organisation_id=organisation_id).exists():
        Organisation.objects.filter(pk=organisation_id).delete()


def organisations_named(names: Iterable[str]) -> dict[str, int]:
    """Return the ids of firms by their word, writing down those that are missing. At most three queries."""
    wanted: dict[str, str] = {}
    for name in names:
        if word := firm_word(name):
            wanted.setdefault(word, name.strip()[:200])
    found = _firms_by_word(wanted)
    if missing := [(name, word) for word, name in wanted.items() if word not in found]:
        bulk.insert(Organisation, ("name", "word"), missing)
        found = _firms_by_word(wanted)
    return found


def _firms_by_word(words: Collection[str]) -> dict[str, int]:
    """Of two that were renamed to be alike the older counts."""
    rows = Organisation.objects.filter(word__in=bulk.among_texts(words)).order_by("-pk")
    return dict(rows.values_list("word", "pk"))


def forget_empty_firms(ids: Collection[int]) -> None:
    """Forget those of these firms that nobody buys for any more. One query."""
    if ids:
        people = Person.objects.filter(organisation_id__isnull=False, organisation_id=OuterRef("pk"))
        Organisation.objects.filter(~Exists(people), pk__in=bulk.among(ids)).delete()


def _locked(person_ids: Collection[int]) -> list[Person]:
    if len(person_ids) > MOST:
        raise Refusal(_("That are too many people for one roof."))
    rows = Person.objects.gradable().filter(pk__in=bulk.among(person_ids)).select_for_update(of=("self",))
    people = list(rows.order_by("pk"))
    if len(people) < len(set(person_ids)) or not people:
        raise Refusal(_("This person is no longer in the book: merged with somebody, or erased."))
    return people


def _move(people: Iterable[Person], column: str, to: int | None, by: User | None) -> None:
    moved = [person for person in people if getattr(person, column) != to]
    if not moved:
        return
    rows = Person.objects.filter(pk__in=[person.pk for person in moved])
    rows.update(**{column: to}, version=F("version") + 1, change_number=next_change_number())
    for person in moved:
        setattr(person, column, to)
        bulletin.post(PersonChanged(person.pk, (column,)))
        note_audit(by, "change", room="people", kind="person", object_id=person.pk, person_id=person.pk, text=column)


def _name_of(people: Sequence[Person]) -> str:
    """The family name most of them bear; else their names."""
    families = Counter(family for person in people if (family := _family(person)))
    common, count = families.most_common(1)[0] if families else ("", 0)
    if count > 1:
        return (_("The %(family)s household") % {"family": common})[:200]
    return _(" and ").join(str(person) for person in people[:3])[:200]


def _family(person: Person) -> str:
    return person.family_name or (person.full_name.split()[-1] if len(person.full_name.split()) > 1 else "")


def _place_of(people: Sequence[Person]) -> PostalAddress | None:
    rows = PostalAddress.objects.filter(Q(person__in=[person.pk for person in people]), is_bad=False)
    return rows.order_by("-is_primary", "pk").first()

"""What waits to be decided about people who look alike, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.formats import date_format, get_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.prepared import prepared
from regulars.people.models import Merge, Occasion, Pair, Person, PostalAddress, Search

SHOWN = 10
COUNTED = 99
# The weightiest first, and what speaks against it last.
ORDER = (
    "box", "phone", "id", "day", "place", "name", "name_swapped", "name_variant", "name_near", "name_initial",
    "name_part", "name_married", "box_near", "phone_near", "local", "street_near", "street", "day_near", "town",
    "family", "other_day", "other_generation",
)  # fmt: skip


@dataclass(frozen=True)
class Alike:
    """One pair as it is shown: two people with how to reach them, and why they may be one."""

    pair: Pair
    why: str

    @property
    def people(self) -> tuple[Person, Person]:
        return self.pair.low, self.pair.high


@dataclass(frozen=True)
class Roof:
    """People who seem to live together: those of one or several pairs that hang together."""

    pairs: Sequence[Pair]
    people: Sequence[Person]
    why: str
    place: PostalAddress | None


def to_decide(about: str = Pair.About.PERSON) -> QuerySet[Pair]:
    """Return pairs that wait for an answer today, the surest first."""
    rows = Pair.objects.filter(about=about, state=Pair.State.OPEN).filter(Q(ask_on=None) | Q(ask_on__lte=clock.today()))
    for side in ("low", "high"):
        rows = rows.filter(**{f"{side}__merged_into": None, f"{side}__erased_at": None})
    return rows.order_by("-score", "pk")


def waiting(about: str = Pair.About.PERSON) -> int:
    """Count what waits, up to a hundred. One query by index."""
    return len(_waiting(about))


@prepared
def _waiting(about: str) -> QuerySet[Pair, int]:
    return to_decide(about).order_by().values_list("pk", flat=True)[: COUNTED + 1]


def certain_count() -> int:
    """Count those nothing speaks against, up to a thousand. One query."""
    return len(to_decide().filter(is_certain=True).order_by().values_list("pk", flat=True)[:1000])


def alike(limit: int = SHOWN) -> list[Alike]:
    """Return the first pairs to decide, with what each of the two holds. At most nine queries."""
    return [Alike(pair, why(pair)) for pair in _with_people(to_decide()[:limit])]


def alike_to(person: Person) -> list[Alike]:
    """Return who may be this person. At most nine queries, one where there is nobody."""
    rows = to_decide().filter(Q(low=person) | Q(high=person))[:3]
    return [Alike(pair, why(pair)) for pair in _with_people(rows)]


def last_search() -> Search | None:
    return Search.objects.order_by("-at").first()


def joined(person: Person) -> list[Merge]:
    """Return the entries that were joined into this person and can be parted, the last first. One query."""
    rows = Merge.objects.filter(keep=person, undone_at=None).select_related("other", "by")
    return list(rows.order_by("-at", "-pk")[:20])


def roofs(limit: int = SHOWN) -> list[Roof]:
    """Return the first guesses of who lives together, whole households at a time. At most ten queries."""
    first = list(to_decide(Pair.About.HOUSEHOLD)[:limit])
    touched = {pk for pair in first for pk in (pair.low_id, pair.high_id)}
    near = to_decide(Pair.About.HOUSEHOLD).filter(Q(low__in=touched) | Q(high__in=touched))[: limit * 10]
    groups = _groups(_with_people(near))
    return [_roof(group) for group in groups[:limit]]


def why(pair: Pair) -> str:
    """Say what speaks for it, and what against, in one sentence."""
    names = {"one": pair.low.full_name, "other": pair.high.full_name}
    codes = sorted(set(pair.evidence) & set(ORDER), key=ORDER.index)
    words = [_words(code, names) for code in codes]
    return f"{capfirst('; '.join(words))}." if words else ""


def _words(code: str, names: dict[str, str]) -> str:
    plain = {
        "box": _("the same e-mail address"),
        "box_near": _("e-mail addresses a letter apart"),
        "local": _("e-mail addresses that begin alike"),
        "phone": _("the same phone number"),
        "phone_near": _("phone numbers one digit apart"),
        "id": _("the same number in another program"),
        "day": _("the same birthday"),
        "day_near": _("birthdays nearly the same"),
        "place": _("the same address"),
        "street_near": _("nearly the same address"),
        "street": _("the same street"),
        "town": _("the same town"),
        "name": _("the same name"),
        "name_swapped": _("first name and family name the other way round"),
        "family": _("the same family name"),
        "other_day": _("but different birthdays"),
        "other_generation": _("but one is the younger or the elder of that name"),
    }
    named = {
        "name_variant": _("one name in two forms: %(one)s / %(other)s"),
        "name_near": _("names nearly the same: %(one)s / %(other)s"),
        "name_initial": _("one first name is only a letter: %(one)s / %(other)s"),
        "name_part": _("one name is part of the other: %(one)s / %(other)s"),
        "name_married": _("the same first name with another family name: %(one)s / %(other)s"),
    }
    return plain[code] if code in plain else named[code] % names


def _with_people(rows: QuerySet[Pair]) -> list[Pair]:
    """Fetch pairs with both people and how to reach them."""
    pairs = list(rows)
    ids = {pk for pair in pairs for pk in (pair.low_id, pair.high_id)}
    people = people_with_reach(ids)
    for pair in pairs:
        pair.low, pair.high = people[pair.low_id], people[pair.high_id]
    return pairs


def people_with_reach(person_ids: Collection[int]) -> dict[int, Person]:
    """Return these people with addresses, numbers, days and tags. Six queries."""
    rows = Person.objects.filter(pk__in=person_ids)
    found = {row.pk: row for row in rows.prefetch_related("emails", "phones", "addresses", "occasions", "tags__tag")}
    for person in found.values():
        for day in person.occasions.all():
            day.words = day_words(day)  # type: ignore[attr-defined]  # for the page
    return found


def day_words(day: Occasion) -> str:
    """A birthday as a person says it, with its year where that is known."""
    # 2000 has a 29 February; its year is not said.
    written = date_format(date(2000, day.month, day.day), "MONTH_DAY_FORMAT" if _day_is_first() else "j F")
    return f"{day.label or capfirst(day.get_kind_display())}: {written}{f' {day.year}' if day.year else ''}"


def _day_is_first() -> bool:
    return bool(get_format("MONTH_DAY_FORMAT") != "F j")


def _groups(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Put pairs that share a person together, in the order they came."""
    groups: list[list[Pair]] = []
    for pair in pairs:
        ids = {pair.low_id, pair.high_id}
        together = [group for group in groups if ids & {pk for one in group for pk in (one.low_id, one.high_id)}]
        merged = [one for group in together for one in group] + [pair]
        groups = [group for group in groups if group not in together] + [merged]
    return groups


def _roof(group: Sequence[Pair]) -> Roof:
    people = {person.pk: person for pair in group for person in (pair.low, pair.high)}
    first = group[0]
    places = list(first.low.addresses.all()) or list(first.high.addresses.all())
    return Roof(group, [people[pk] for pk in sorted(people)], why(first), places[0] if places else None)

"""Reading people in portions, made comparable: six queries a portion, by the person's id."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, Max, Q

from regulars.people.bulk import among, among_texts
from regulars.people.likeness.facts import Facts, Raw, facts_of
from regulars.people.likeness.names import Census
from regulars.people.models import Email, ExternalId, Occasion, Person, Phone, PostalAddress, SearchWord

PORTION = 10_000


def all_facts() -> Iterator[list[Facts]]:
    """Yield everybody in the order of ids, a portion at a time, so that no long read holds anybody up."""
    last = Person.objects.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last + 1, PORTION):
        yield list(_read({"__gt": start, "__lte": start + PORTION}).values())


def facts_among(person_ids: Collection[int]) -> dict[int, Facts]:
    """Return these people, those who are here and persons of their own."""
    return _read({"__in": among(sorted(person_ids))}) if person_ids else {}


def _read(wanted: dict[str, Any]) -> dict[int, Facts]:
    raw: dict[int, Raw] = {}
    people = Person.objects.gradable().filter(**{f"pk{op}": value for op, value in wanted.items()})
    for row in people.values_list(
        "pk", "full_name", "given_name", "family_name", "household_id", "change_number"
    ).iterator(chunk_size=5000):
        raw[row[0]] = Raw(*row[1:4], household_id=row[4], change_number=row[5])
    theirs = {f"person_id{op}": value for op, value in wanted.items()}
    for pk, address in Email.objects.filter(**theirs).values_list("person_id", "normalised").iterator(5000):
        if pk in raw:
            raw[pk].emails.append(address)
    for pk, e164, as_typed in (
        Phone.objects.filter(**theirs).values_list("person_id", "e164", "as_typed").iterator(5000)
    ):
        if pk in raw:
            raw[pk].phones.append(e164 or as_typed)
    for pk, *place in (
        PostalAddress.objects.filter(**theirs).values_list("person_id", "lines", "city", "postcode").iterator(5000)
    ):
        if pk in raw:
            raw[pk].places.append((place[0], place[1], place[2]))
    days = Occasion.objects.filter(**theirs, kind=Occasion.Kind.BIRTHDAY)
    for pk, month, day, year in days.values_list("person_id", "month", "day", "year").iterator(5000):
        if pk in raw:
            raw[pk].day = (month, day, year)
    for pk, number in ExternalId.objects.filter(**theirs).values_list("person_id", "external_id").iterator(5000):
        if pk in raw:
            raw[pk].external_ids.append(number)
    return {pk: facts_of(pk, one) for pk, one in raw.items()}


def census_for(people: Collection[Facts]) -> Census:
    """Return how common the words of these names are, as far as the words people are found by can tell. Two queries."""
    words = {word for one in people for word in one.name.words}
    rows = SearchWord.objects.filter(word__in=among_texts(words)).values_list("word").annotate(n=Count("word"))
    return Census(Person.objects.gradable().count(), dict(rows.order_by()))


def might_be(people: Collection[Facts]) -> set[int]:
    """Return who shares something with these people that an index finds: address, number, name, postcode, birthday."""
    ids = [one.person_id for one in people]
    mine = {f"person_id{op}": value for op, value in {"__in": among(ids)}.items()}
    addresses = among_texts(Email.objects.filter(**mine).values_list("normalised", flat=True))
    found: set[int] = set()
    for is_key in (True, False):
        rows = Email.objects.filter(is_key=is_key, normalised__in=addresses)
        found.update(rows.values_list("person_id", flat=True)[:5000])
    numbers = set(Phone.objects.filter(**mine).exclude(e164="").values_list("e164", flat=True))
    found.update(Phone.objects.filter(e164__in=among_texts(numbers)).values_list("person_id", flat=True)[:5000])
    found.update(Person.objects.filter(sort_name__in=among_texts(_both_ways(ids))).values_list("pk", flat=True)[:5000])
    codes = set(PostalAddress.objects.filter(**mine).exclude(postcode="").values_list("postcode", flat=True))
    places = PostalAddress.objects.filter(~Q(postcode=""), postcode__in=among_texts(codes))
    found.update(places.values_list("person_id", flat=True)[:20_000])
    days = Occasion.objects.filter(**mine, kind=Occasion.Kind.BIRTHDAY)
    known = set(days.values_list("month_day", flat=True))
    born = Occasion.objects.filter(month_day__in=known, kind=Occasion.Kind.BIRTHDAY)
    found.update(born.values_list("person_id", flat=True)[:20_000])
    return found


def _both_ways(person_ids: Collection[int]) -> set[str]:
    """Names as they are sorted, and with the last word first."""
    names = set(Person.objects.filter(pk__in=among(person_ids)).values_list("sort_name", flat=True)) - {""}
    return names | {" ".join((name.split()[-1], *name.split()[:-1])) for name in names}

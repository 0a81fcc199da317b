"""What the page says about the people on it, fetched for all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.outreach.queries import may_receive_all
from regulars.people.models import Person, Phone, PostalAddress, Preference
from regulars.people.queries import known_as
from regulars.purchases.models import PersonTotals
from regulars.standings.sending import sent_by_words

Reach = TypeVar("Reach", Phone, PostalAddress)
NEWCOMER_UP_TO = 2  # visits; until then who sent them is what there is to know
EMAIL, CARD, CALL, IN_PERSON = "email", "card", "call", "in_person"


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """One person as a line needs them."""

    person_id: int
    name: str
    given_name: str = ""
    say: str = ""
    reach_by: str = ""
    best_time: str = ""
    phone: str = ""
    phone_link: str = ""
    address: str = ""
    likes: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    sent_by: str = ""
    visits: int = 0
    first_on: date | None = None
    last_on: date | None = None
    open_ways: frozenset[str] = field(default_factory=frozenset)

    def way(self, wanted: Iterable[str]) -> str:
        """The first of the wanted ways that is open to us; a word when they next come in always is."""
        return next((way for way in wanted if way in self.open_ways), IN_PERSON)

    @property
    def reach_remarks(self) -> tuple[str, ...]:
        """How and when they like to be reached, as far as they said."""
        words = {"when": self.best_time, "way": self.reach_by}
        if self.reach_by and self.best_time:
            return (_("Best reached %(way)s, %(when)s.") % words,)
        if self.reach_by:
            return (_("Best reached %(way)s.") % words,)
        return (_("Best reached %(when)s.") % words,) if self.best_time else ()

    @property
    def in_words(self) -> str:
        """Why this person: how often they came and what they like, in one or two short sentences."""
        parts = [self.sent_by if self.visits <= NEWCOMER_UP_TO else "", self.visits_in_words]
        if self.say:
            parts.append(self.say)
        elif self.likes:
            parts.append(_("Likes %(things)s.") % {"things": ", ".join(self.likes)})
        return " ".join(part for part in parts if part)

    @property
    def visits_in_words(self) -> str:
        if not self.visits:
            return ""
        if self.visits == 1:
            return _("First purchase.")
        visits = ngettext("%(count)d visit", "%(count)d visits", self.visits) % {"count": self.visits}
        if not (self.first_on and self.last_on):
            return f"{visits}."
        if self.last_on - self.first_on < timedelta(days=365):
            since = date_format(self.first_on, "YEAR_MONTH_FORMAT")
            return _("%(visits)s since %(month)s.") % {"visits": visits, "month": since}
        return _("%(visits)s since %(year)d.") % {"visits": visits, "year": self.first_on.year}


def acquaintances(people: Mapping[str, Collection[int]], on: date) -> dict[str, dict[int, Acquaintance]]:
    """What is known about people, and how they may be reached for each purpose, which has people of its own.

    Six queries for all of them and up to a dozen for how they may be reached, whatever the number of people.
    """
    person_ids = {pk for ids in people.values() for pk in ids}
    persons = Person.objects.in_bulk(person_ids)
    totals = PersonTotals.objects.in_bulk(person_ids)
    phones = _first(
        Phone.objects.filter(person_id__in=person_ids, is_bad=False).order_by("person_id", "-is_primary", "pk")
    )
    addresses = _first(PostalAddress.objects.postable().filter(person_id__in=person_ids).order_by("person_id", "pk"))
    names = known_as(persons.values())
    tastes = _tastes(person_ids)
    sent_by = sent_by_words(persons.values())
    known = {}
    for pk, person in persons.items():
        total, phone = totals.get(pk), phones.get(pk)
        known[pk] = Acquaintance(
            person_id=pk,
            name=names[pk],
            given_name=person.given_name,
            say=person.say,
            reach_by=str(person.get_reach_by_display()) if person.reach_by else "",
            best_time=person.best_time,
            phone=phone.as_typed if phone else "",
            phone_link=(phone.e164 or phone.as_typed) if phone else "",
            address=str(addresses[pk]) if pk in addresses else "",
            likes=tastes.get((pk, "like"), ()),
            dislikes=tastes.get((pk, "dislike"), ()),
            sent_by=sent_by.get(pk, ""),
            visits=total.buying_days if total else 0,
            first_on=total.first_bought_on if total else None,
            last_on=total.last_bought_on if total else None,
        )
    ways = open_ways(people, on, phones, addresses)
    return {
        purpose: {pk: replace(known[pk], open_ways=ways[purpose][pk]) for pk in ids if pk in known}
        for purpose, ids in people.items()
    }


def open_ways(
    people: Mapping[str, Collection[int]], on: date, phones: Mapping[int, object], addresses: Mapping[int, object]
) -> dict[str, dict[int, frozenset[str]]]:
    """How each person may be reached for each purpose: consent, objections and silences as outreach judges them."""
    at = max(clock.now(), clock.start_of(on))
    with_phone, with_address = set(phones), set(addresses)
    reachable = {
        purpose: {EMAIL: ids, CARD: with_address & set(ids), CALL: with_phone & set(ids)}
        for purpose, ids in people.items()
    }
    found: dict[str, dict[int, frozenset[str]]] = {}
    for purpose, by_way in may_receive_all(reachable, at).items():
        open_to: dict[int, set[str]] = {pk: set() for pk in people[purpose]}
        for way, verdicts in by_way.items():
            for pk, verdict in verdicts.items():
                if verdict.ok or verdict.until:
                    open_to[pk].add(way)
        found[purpose] = {pk: frozenset(ways) for pk, ways in open_to.items()}
    return found


def _first(rows: Iterable[Reach]) -> dict[int, Reach]:
    found: dict[int, Reach] = {}
    for row in rows:
        found.setdefault(row.person_id, row)
    return found


def _tastes(person_ids: Collection[int]) -> dict[tuple[int, str], tuple[str, ...]]:
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for pk, taste, text in Preference.objects.filter(person_id__in=person_ids).values_list(
        "person_id", "taste", "text"
    ):
        found[pk, taste] = (*found.get((pk, taste), ()), text)
    return found

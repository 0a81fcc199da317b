"""What a letter can say about a person: plain texts by plain names. A field nobody filled is left out, never empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.business import Business, business
from regulars.people.bulk import among, rows_of
from regulars.people.models import Person
from regulars.people.names import first_name
from regulars.purchases.models import Order, PersonTotals
from regulars.purchases.queries import bought_in_words

Facts = dict[str, str]

# Languages that say Sie: whoever has a form of address is greeted by it, and only the others by their first name.
FORMAL = frozenset({"de"})
TO_A_WOMAN = frozenset("frau fräulein ms mrs miss madam mme madame mlle sra señora señorita doña".split())
TO_A_MAN = frozenset("herr herrn mr mister sir monsieur m sr señor don".split())
# Brackets of templates become round; signs that move a cursor or turn the direction of writing go.
STEERING = (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
NOT_PLAIN = re.compile("[\\x00-\\x1f{}\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]")
TO_PLAIN = {**{sign: " " if sign in (9, 10, 13, 0x85) else None for sign in STEERING}, ord("{"): "(", ord("}"): ")"}


@dataclass(frozen=True)
class LetterField:
    """One field of the letter. `is_always`: nobody is without it."""

    key: str
    label: str | Promise
    example: str | Promise
    is_always: bool = False


FIELDS: dict[str, LetterField] = {
    field.key: field
    for field in (
        LetterField("greeting", gettext_lazy("How the letter begins"), gettext_lazy("Dear Anneke"), is_always=True),
        LetterField("first_name", gettext_lazy("First name"), "Anneke"),
        LetterField("last_name", gettext_lazy("Last name"), "Noordman"),
        LetterField("full_name", gettext_lazy("Whole name"), "Anneke Noordman"),
        LetterField("shop", gettext_lazy("Your shop's name"), gettext_lazy("Maya's Boutique"), is_always=True),
        LetterField("owner", gettext_lazy("Your own name"), "Maya"),
        LetterField(
            "signature",
            gettext_lazy("Your name, and the shop's below it"),
            gettext_lazy("Maya, Maya's Boutique"),
            is_always=True,
        ),
        LetterField("today", gettext_lazy("Today's date"), gettext_lazy("22 November"), is_always=True),
        LetterField("bought", gettext_lazy("What they bought last"), gettext_lazy("a green silk scarf")),
        LetterField("bought_on", gettext_lazy("The day they bought it"), gettext_lazy("15 November")),
        LetterField("last_bought_on", gettext_lazy("The day they last bought anything"), gettext_lazy("15 November")),
        LetterField("visits", gettext_lazy("On how many days they bought"), "4"),
        LetterField("years", gettext_lazy("Years as a customer (anniversary)"), "3"),
        LetterField("occasion", gettext_lazy("The occasion (birthday, name day …)"), gettext_lazy("birthday")),
        LetterField("what", gettext_lazy("What was promised (reminder)"), gettext_lazy("Your ring is ready")),
        LetterField("asked_for", gettext_lazy("What they asked for (enquiry)"), gettext_lazy("a ring in white gold")),
        LetterField("asked_on", gettext_lazy("The day they asked (enquiry)"), gettext_lazy("22 November")),
        LetterField("friend", gettext_lazy("The friend they sent"), gettext_lazy("Eva")),
        LetterField("due", gettext_lazy("The day it is promised for (reminder)"), gettext_lazy("Thursday")),
    )
}
BOUGHT = frozenset({"bought", "bought_on"})
TOTALS = frozenset({"last_bought_on", "visits"})
NAMES = frozenset({"greeting", "first_name", "last_name", "full_name"})


class Named(NamedTuple):
    """What is read of a person to write to them: as much as it takes, for a hundred thousand of them."""

    pk: int
    full_name: str
    given_name: str
    family_name: str
    salutation: str
    language: str


@dataclass
class Readers:
    """People who read the same language: what can be said about each, and whom another language would have suited."""

    language: str
    facts: dict[int, Facts]
    wanted: dict[int, str]


def facts_for(
    person_ids: Iterable[int],
    extras: Mapping[int, Mapping[str, str]] | None = None,
    needed: Collection[str] | None = None,
) -> dict[int, Facts]:
    """Gather what can be said about each person; `extras` win. One query, two more where purchases are spoken of.

    In the language of the business.
    """
    return {pk: facts for group in readers(person_ids, extras, needed) for pk, facts in group.facts.items()}


def named(person_ids: Iterable[int]) -> dict[int, Named]:
    """What is read of people to write to them, by their number and in its order. One query."""
    ids = set(person_ids)
    rows = Person.objects.filter(pk__in=among(ids)).order_by("pk").values_list(*Named._fields)
    return {row[0]: Named._make(row) for row in rows_of(rows, len(ids))}


def readers(
    person_ids: Iterable[int],
    extras: Mapping[int, Mapping[str, str]] | None = None,
    needed: Collection[str] | None = None,
    choose: Callable[[str], tuple[str, str]] | None = None,
    people: Mapping[int, Named] | None = None,
) -> list[Readers]:
    """The same, language by language: `choose` says for what somebody speaks what they read, and what they wanted.

    One query, none where `people` were read by `named` before; two more a language where purchases are spoken of.
    """
    known, wanted = (named(person_ids), None) if people is None else (people, set(person_ids))
    persons = [person for pk, person in known.items() if wanted is None or pk in wanted]
    ours = business().language
    chosen = {person.pk: choose(person.language) if choose else (ours, "") for person in persons}
    groups = []
    for language in sorted({language for language, _wanted in chosen.values()}):
        mine = [person for person in persons if chosen[person.pk][0] == language]
        with translation.override(language):
            facts = _facts(mine, extras or {}, frozenset(FIELDS) if needed is None else frozenset(needed))
        groups.append(Readers(language, facts, {pk: chosen[pk][1] for pk in facts if chosen[pk][1]}))
    return groups


def _facts(
    persons: Collection[Named], extras: Mapping[int, Mapping[str, str]], wanted: frozenset[str]
) -> dict[int, Facts]:
    common = _common()
    names = wanted & NAMES
    facts = {person.pk: common | _names(person, names) for person in persons}
    if wanted & TOTALS:
        _add_totals(facts)
    if wanted & BOUGHT:
        _add_last_purchase(facts, skip={pk for pk, more in extras.items() if "bought" in more})
    for pk in facts.keys() & extras.keys():
        said = {key: _plain_lines(str(value)) for key, value in extras[pk].items()}
        facts[pk] |= {key: value for key, value in said.items() if value}
    return facts


def signature_of(shop: Business) -> str:
    """The owner's name, and the shop's below it."""
    return "\n".join(part for part in (shop.owner_name, shop.name) if part)


def _common() -> Facts:
    shop = business()
    found = {
        "shop": shop.name,
        "owner": shop.owner_name,
        "signature": signature_of(shop),
        "today": day_in_words(clock.today()),
    }
    return {key: value for key, value in found.items() if value}


def _names(person: Named, wanted: frozenset[str]) -> Facts:
    """Only what is spoken of: taking a name apart is dear."""
    named = {}
    given = _given(person) if "first_name" in wanted or "greeting" in wanted else ""
    if given:
        named["first_name"] = given
    if "last_name" in wanted and (family := _plain(person.family_name)):
        named["last_name"] = family
    if "full_name" in wanted and (full := _plain(person.full_name)):
        named["full_name"] = full
    if "greeting" in wanted:
        named["greeting"] = greeting_of(person, given)
    return named


def greeting_of(person: Named, given: str) -> str:
    """The ladder: first name, then how they are addressed with their last name, then the whole name, then nobody's.

    The first name is the one written down, or the one a name given whole plainly begins with. Where people say Sie
    the form of address comes before the first name.
    """
    salutation, family = _plain(person.salutation), _plain(person.family_name)
    is_formal = bool(salutation and family) and (get_language() or "")[:2] in FORMAL
    if given and not is_formal:
        return _("Dear %(name)s") % {"name": given}
    if salutation and family:
        return _addressed(salutation if family.lower() in salutation.lower() else f"{salutation} {family}")
    if full := _plain(person.full_name):
        return _("Dear %(name)s") % {"name": full}
    return _("Hello")


def _addressed(name: str) -> str:
    """A form of address with a name: some languages greet Frau Vogt with other endings than Herr Vogt."""
    form = name.split()[0].rstrip(".").lower()
    if form in TO_A_WOMAN:
        return pgettext("a letter to a woman", "Dear %(name)s") % {"name": name}
    if form in TO_A_MAN:
        return pgettext("a letter to a man", "Dear %(name)s") % {"name": name}
    return _("Dear %(name)s") % {"name": name}


def _given(person: Named) -> str:
    """The first name as written down, else as the whole name suggests it; who has a form of address keeps it."""
    if person.given_name or person.salutation:
        return _plain(person.given_name)
    return _plain(first_name(person.full_name))


def _plain(text: str) -> str:
    """A name as one line without brackets of a template and without signs that steer a screen or a mail server."""
    return " ".join((text.translate(TO_PLAIN) if NOT_PLAIN.search(text) else text).split())


def _plain_lines(text: str) -> str:
    return "\n".join(" ".join(line.translate(TO_PLAIN).split()) for line in text.splitlines()).strip()


def _add_totals(facts: dict[int, Facts]) -> None:
    rows = PersonTotals.objects.filter(person_id__in=facts, last_bought_on__isnull=False)
    for person_id, last_on, days in rows.values_list("person_id", "last_bought_on", "buying_days"):
        if last_on is None:
            continue
        facts[person_id] |= {"last_bought_on": day_in_words(last_on), "visits": str(days)}


def _add_last_purchase(facts: dict[int, Facts], skip: set[int]) -> None:
    ids = [pk for pk in facts if pk not in skip]
    if not ids:
        return
    orders = Order.objects.purchases().filter(person_id__in=ids).order_by("person_id", "bought_on", "pk")
    last = {person_id: (pk, on) for person_id, pk, on in orders.values_list("person_id", "pk", "bought_on")}
    words = bought_in_words([pk for pk, _on in last.values()])
    for person_id, (pk, on) in last.items():
        facts[person_id]["bought_on"] = day_in_words(on)
        if words.get(pk):
            facts[person_id]["bought"] = _plain(words[pk])


def day_in_words(day: date) -> str:
    """A day as it stands in a letter: with its year only when it is not this one."""
    return date_format(day, "MONTH_DAY_FORMAT" if day.year == clock.today().year else "DATE_FORMAT")

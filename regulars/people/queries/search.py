"""Finding people by what is typed into one box.

Exact words come first, then words that begin so; several words must all fit. Only when nothing was found are typing
errors allowed for, and the answer says that it did. Every step looks at a bounded number of rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from regulars.kit.business import business
from regulars.people import fields
from regulars.people.addresses import e164
from regulars.people.models import Email, ExternalId, Person, Phone, SearchWord
from regulars.people.queries.similar import similar_words
from regulars.people.queries.starts import begins_with
from regulars.people.queries.wording import how_many, with_words
from regulars.people.words import phone_word, query_words

MOST = 50
_PHONE = re.compile(r"[+(]?[\d\s()./+-]{3,30}")


@dataclass(frozen=True)
class Found:
    """Ids of the people found, the best first; `is_guess` when only similar words were there."""

    ids: list[int] = field(default_factory=list)
    is_guess: bool = False
    has_more: bool = False


def find_people(text: str, limit: int = MOST) -> QuerySet[Person]:
    """Return the people found by `text`, the best first, at most `limit`. Few bounded queries, then one."""
    ids = search(text, limit).ids
    rank = Case(*(When(pk=pk, then=Value(place)) for place, pk in enumerate(ids)), output_field=IntegerField())
    people = Person.objects.here().filter(pk__in=ids)
    return people.order_by(rank) if ids else people.none()


def search(text: str, limit: int = MOST) -> Found:
    """Return who is meant by `text`: a name, an e-mail address, a phone number, a tag, or what other rooms know."""
    clean = text.strip()[:200]
    if not clean:
        return Found()
    exact = _by_exact(clean)
    # What stands after the @ is no word of its own; an address that was found needs no words beside it.
    words = query_words(clean.partition("@")[0])
    ids = exact if exact and "@" in clean else list(dict.fromkeys([*exact, *with_words(words, limit + 1)]))
    if ids:
        return Found(_still_here(ids)[:limit], has_more=len(ids) > limit)
    guessed = _by_similar_words(words, limit + 1)
    return Found(_still_here(guessed)[:limit], is_guess=True, has_more=len(guessed) > limit)


def _by_exact(text: str) -> list[int]:
    """What is a whole address, number or reference finds its person before any word does."""
    ids: list[int] = []
    if "@" in text and " " not in text:
        begins = Email.objects.filter(begins_with("normalised", text.lower()), is_key=True)
        ids += begins.values_list("person_id", flat=True)[: MOST + 1]
    if _PHONE.fullmatch(text):
        ids += _by_phone(text)
    ids += ExternalId.objects.filter(external_id=text).values_list("person_id", flat=True)[:MOST]
    for known in fields.catalogue():
        if known.finds is not None and (found := known.finds(text)) is not None:
            ids += list(found[: MOST + 1] if isinstance(found, QuerySet) else found)
    return ids


def _by_phone(text: str) -> list[int]:
    """A whole number, or the digits it ends with, or the digits it begins with."""
    whole = e164(text, business().country)
    ids = list(Phone.objects.filter(e164=whole).values_list("person_id", flat=True)[:MOST]) if whole else []
    digits = "".join(letter for letter in text if letter.isdigit())
    tail = phone_word(digits.lstrip("0") or digits)
    ids += with_words([tail], MOST + 1)
    if text.lstrip().startswith("+"):
        starts = Phone.objects.filter(begins_with("e164", f"+{digits}"), is_key=True)
        ids += starts.values_list("person_id", flat=True)[:MOST]
    return ids


def _by_similar_words(words: list[str], limit: int) -> list[int]:
    """Everybody whose words are a typing error away from these; a word that is there as it stands stays as it is."""
    options = [[word] if how_many(word) else similar_words(word) for word in words]
    if not options or not all(options):
        return []
    first, *others = options
    rows = SearchWord.objects.filter(word__in=first)
    for choices in others:
        fits = Q(word__in=choices) | begins_with("word", choices[0])
        rows = rows.filter(Exists(SearchWord.objects.filter(fits, person_id=OuterRef("person_id"))))
    return list(dict.fromkeys(rows.values_list("person_id", flat=True)[:limit]))


def _still_here(ids: list[int]) -> list[int]:
    here = set(Person.objects.here().filter(pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk in here]

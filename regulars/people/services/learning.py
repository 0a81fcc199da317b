"""Learning more about people known before: blanks are filled, what is missing is added, nothing is overwritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from regulars.kit.changes import next_change_number
from regulars.people import bulk
from regulars.people.models import (
    Email,
    Note,
    Occasion,
    Person,
    PersonKind,
    PersonTag,
    Phone,
    PostalAddress,
    Preference,
)
from regulars.people.models.households import firm_word
from regulars.people.services.consents import record_evidence
from regulars.people.services.finding import rename_phone_keys, rewrite_words
from regulars.people.services.matching import Key
from regulars.people.services.newcomers import TEXTS, Draft, of_company
from regulars.people.services.satellites import (
    PLACE,
    evidence_of,
    tag_word,
    write_birthdays,
    write_kinds,
    write_notes,
    write_reach,
    write_tags,
    write_tastes,
)
from regulars.people.services.together import forget_empty_firms, organisations_named
from regulars.people.words import sort_key
from regulars.staff.models import User


def learn(drafts: Sequence[Draft], known: dict[Key, int], *, source: str, by: User | None) -> list[int]:
    """Add what these drafts know and the book does not; returns the ids of people of whom something was learned."""
    if not drafts:
        return []
    evidence = evidence_of(drafts, source)
    changed = _fill_blanks(drafts) | _join_firms(drafts)
    _keep_news(drafts, known)
    news = [draft for draft in drafts if draft.has_news]
    write_reach(news, known)
    write_kinds(news)
    write_tags(news)
    write_notes(news, by)
    write_birthdays(news)
    write_tastes(news)
    findable = {draft.person_id for draft in news if draft.emails or draft.phones or draft.tags}
    rewrite_words(changed | findable)
    changed |= {draft.person_id for draft in news} | record_evidence(evidence, by=by)
    if changed:
        Person.objects.filter(pk__in=bulk.among(changed)).update(change_number=next_change_number())
    return sorted(changed)


def _fill_blanks(drafts: Sequence[Draft]) -> set[int]:
    """Fill blank texts, and give every draft the name its person goes by; returns whose texts changed."""
    by_id = {draft.person_id: draft for draft in drafts}
    changed: set[int] = set()
    rows: list[tuple[Any, ...]] = []
    people = Person.objects.filter(pk__in=bulk.among(by_id)).values_list("pk", "sort_name", *TEXTS)
    for person_id, sort_name, *texts in people:
        draft = by_id[person_id]
        filled = [text or draft.texts.get(name, "") for name, text in zip(TEXTS, texts, strict=True)]
        draft.name_key = sort_name or sort_key(filled[0])
        if filled != texts:
            changed.add(person_id)
            draft.filled = tuple(name for name, old, now in zip(TEXTS, texts, filled, strict=True) if old != now)
            rows.append((*filled, draft.name_key, person_id))
    bulk.update(Person, (*TEXTS, "sort_name"), rows)
    renamed = [pk for pk in changed if by_id[pk].texts.get("full_name")]
    if renamed:
        rename_phone_keys(renamed)
    return changed


def _join_firms(drafts: Sequence[Draft]) -> set[int]:
    """Give whoever has no firm yet theirs; another firm than the one they have is noted. At most five queries."""
    named = {draft.person_id: draft for draft in drafts if draft.organisation}
    if not named:
        return set()
    firms = organisations_named(draft.organisation for draft in named.values())
    people = Person.objects.filter(pk__in=bulk.among(named)).values_list("pk", "organisation_id")
    joined: list[tuple[int, int]] = []
    for person_id, firm_id in people:
        draft = named[person_id]
        own = firms.get(firm_word(draft.organisation))
        if own is None or own == firm_id:
            continue
        if firm_id:
            draft.notes = (*draft.notes, of_company(draft.organisation))
            continue
        draft.joined = own
        joined.append((own, person_id))
    bulk.update(Person, ("organisation",), joined)
    forget_empty_firms(set(firms.values()) - {own for own, _pk in joined})
    return {person_id for _own, person_id in joined}


def _keep_news(drafts: Sequence[Draft], known: dict[Key, int]) -> None:
    """Strike from every draft what the book has already. At most eight queries, each when something asks."""
    ids = [draft.person_id for draft in drafts]
    _keep_new_reach(drafts, ids, known)
    tags = _held(PersonTag.objects.filter(person__in=bulk.among(ids)), "tag__word") if _any(drafts, "tags") else {}
    notes = _held(Note.objects.filter(person__in=bulk.among(ids)), "text") if _any(drafts, "notes") else {}
    kinds = _held(PersonKind.objects.filter(person__in=bulk.among(ids)), "kind")
    born = Occasion.objects.filter(person__in=bulk.among(ids), kind="birthday", label="")
    birthdays = _held(born, "year") if _any(drafts, "birthday") else {}
    others = Occasion.objects.filter(person__in=bulk.among(ids)).exclude(kind="birthday", label="")
    days = _held(others, "kind", "label") if _any(drafts, "occasions") else {}
    tastes = Preference.objects.filter(person__in=bulk.among(ids))
    liked = _held(tastes, "taste", "text") if _any(drafts, "tastes") else {}
    for draft in drafts:
        pk = draft.person_id
        draft.tastes = tuple(pair for pair in draft.tastes if pair not in liked.get(pk, ()))
        draft.tags = tuple(tag for tag in draft.tags if tag_word(tag) not in tags.get(pk, ()))
        draft.notes = tuple(text for text in draft.notes if text not in notes.get(pk, ()))
        draft.kinds = tuple(kind for kind in draft.kinds if kind not in kinds.get(pk, ()))
        draft.birthday = None if pk in birthdays else draft.birthday
        draft.occasions = tuple(one for one in draft.occasions if (one.kind, one.label) not in days.get(pk, ()))


def _keep_new_reach(drafts: Sequence[Draft], ids: list[int], known: dict[Key, int]) -> None:
    held = bulk.among(ids)
    emails = _held(Email.objects.filter(person__in=held), "normalised") if _any(drafts, "emails") else {}
    phones = _held(Phone.objects.filter(person__in=held), "e164", "as_typed") if _any(drafts, "phones") else {}
    places = _held(PostalAddress.objects.filter(person__in=held), *PLACE) if _any(drafts, "places") else {}
    for draft in drafts:
        pk = draft.person_id
        numbers = {(e164, "" if e164 else as_typed) for e164, as_typed in phones.get(pk, ())}
        draft.has_email, draft.has_phone, draft.has_place = pk in emails, pk in phones, pk in places
        draft.emails = {key: text for key, text in draft.emails.items() if key not in emails.get(pk, ())}
        draft.phones = {key: text for key, text in draft.phones.items() if key not in numbers}
        draft.places = tuple(place for place in draft.places if place not in places.get(pk, ()))
        draft.external_ids = tuple(pair for pair in draft.external_ids if ("id", *pair) not in known)


def _held(rows: QuerySet[Any], *columns: str) -> dict[int, set[Any]]:
    """Return what each person has: values of one column, or tuples of several."""
    held: dict[int, set[Any]] = defaultdict(set)
    for person_id, *values in rows.values_list("person_id", *columns):
        held[person_id].add(values[0] if len(columns) == 1 else tuple(values))
    return held


def _any(drafts: Sequence[Draft], name: str) -> bool:
    return any(getattr(draft, name) for draft in drafts)

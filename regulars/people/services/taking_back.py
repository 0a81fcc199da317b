"""Taking back what a file brought: people who were never meant to be in the book, and what was learned of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from regulars.kit import clock
from regulars.kit.changes import next_change_number
from regulars.people import bulk
from regulars.people.addresses import normalised_email
from regulars.people.models import (
    Consent,
    ConsentNow,
    Email,
    ExternalId,
    Note,
    Occasion,
    Person,
    PersonKind,
    PersonTag,
    Phone,
    PostalAddress,
    Preference,
    SearchWord,
    TimelineEntry,
)
from regulars.people.services.consents import settle_consent
from regulars.people.services.finding import rename_phone_keys, rewrite_words, settle_email_keys
from regulars.people.services.matching import hold_the_book
from regulars.people.services.satellites import PLACE, tag_word
from regulars.people.services.together import forget_empty_firms

OWN = (
    Email, Phone, PostalAddress, ExternalId, PersonKind, PersonTag, Note, Preference, Occasion, Consent, ConsentNow,
    SearchWord,
)  # fmt: skip


@transaction.atomic
def mark_emails_bad(addresses: Iterable[str]) -> list[int]:
    """Mark addresses that do not work any more; returns the rows that were thought good. Safe to repeat."""
    wanted = {normalised_email(address) for address in addresses} - {""}
    ids: list[int] = []
    # Asked twice, each time word for word as one of the two partial indexes is kept.
    for is_key in (True, False):
        rows = Email.objects.filter(is_key=is_key, normalised__in=bulk.among_texts(wanted), is_bad=False)
        ids += rows.values_list("pk", flat=True)
    Email.objects.filter(pk__in=bulk.among(ids)).update(is_bad=True)
    return ids


def mark_emails_good(ids: Collection[int]) -> int:
    """Take the mark off again."""
    return Email.objects.filter(pk__in=bulk.among(ids)).update(is_bad=False)


def mark_phones_bad(person_id: int, number: str = "") -> int:
    """Mark a number of somebody that is not theirs; without one, the number they are rung at. Safe to repeat."""
    rows = Phone.objects.filter(person=person_id, is_bad=False).order_by("-is_primary", "pk")
    if number:
        rows = rows.filter(Q(e164=number) | Q(as_typed=number))
    wrong = rows.values_list("pk", flat=True).first()
    return Phone.objects.filter(pk=wrong).update(is_bad=True) if wrong else 0


def mark_numbers_bad(numbers: Iterable[str]) -> int:
    """Mark numbers (E.164) that do not exist any more, whoever has them; returns how many rows were thought good."""
    return Phone.objects.filter(e164__in=bulk.among_texts(set(numbers) - {""}), is_bad=False).update(is_bad=True)


@transaction.atomic
def remove_people(person_ids: Collection[int]) -> int:
    """Take people out as if never recorded; returns how many. Nothing is kept of their addresses, unlike erasing.

    The rows stay as nameless tombstones, so that copies can follow. Safe to repeat; the same people may come in again.
    The caller has made sure that nothing refers to them.
    """
    hold_the_book()
    ids = list(
        Person.objects.here().filter(pk__in=bulk.among(person_ids), is_bucket=False).values_list("pk", flat=True)
    )
    if not ids:
        return 0
    addresses = set(Email.objects.filter(person__in=bulk.among(ids)).values_list("normalised", flat=True))
    firms = _firms_of(ids)
    for model in (*OWN, TimelineEntry):
        model._default_manager.filter(person__in=bulk.among(ids)).delete()
    texts = (
        "full_name",
        "given_name",
        "family_name",
        "salutation",
        "sort_name",
        "language",
        "zone",
        "met",
        "referred_by_text",
    )
    Person.objects.filter(pk__in=bulk.among(ids)).update(
        **dict.fromkeys(texts, ""),
        organisation=None,
        erased_at=clock.now(),
        version=F("version") + 1,
        change_number=next_change_number(),
    )
    forget_empty_firms(firms)
    settle_email_keys(addresses)
    return len(ids)


@transaction.atomic
def unlearn(learned: Sequence[Mapping[str, Any]], *, consent_source: str = "", consent_wording: str = "") -> int:
    """Take back what `record_people` said it had learned, as far as it still stands as it was written."""
    hold_the_book()
    ids = [int(one["person"]) for one in learned]
    for one in learned:
        _unlearn(one)
    if consent_source:
        Consent.objects.filter(
            person__in=bulk.among(ids), source=consent_source, wording__contains=consent_wording
        ).delete()
        settle_consent(ids)
    settle_email_keys({address for one in learned for address in one["emails"]})
    Person.objects.filter(pk__in=bulk.among(ids)).update(
        version=F("version") + 1, change_number=next_change_number() if ids else 0
    )
    renamed = [int(one["person"]) for one in learned if one["filled"]]
    if renamed:
        rename_phone_keys(renamed)
    rewrite_words(ids)
    forget_empty_firms({int(one["joined"]) for one in learned if one.get("joined")})
    return len(ids)


def _firms_of(ids: Collection[int]) -> set[int]:
    rows = Person.objects.filter(pk__in=bulk.among(ids), organisation_id__isnull=False)
    return set(rows.values_list("organisation_id", flat=True).distinct())


def _unlearn(one: Mapping[str, Any]) -> None:
    pk = int(one["person"])
    if one["filled"]:
        names = list(one["filled"])
        blank = dict.fromkeys([*names, "sort_name"] if "full_name" in names else names, "")
        Person.objects.filter(pk=pk).update(**blank)
    Email.objects.filter(person=pk, normalised__in=one["emails"]).delete()
    for e164, as_typed in one["phones"]:
        Phone.objects.filter(Q(e164=e164) if e164 else Q(e164="", as_typed=as_typed), person=pk).delete()
    for source, number in one["ids"]:
        ExternalId.objects.filter(person=pk, source=source, external_id=number).delete()
    for place in one["places"]:
        PostalAddress.objects.filter(person=pk, **dict(zip(PLACE, place, strict=True))).delete()
    PersonTag.objects.filter(person=pk, tag__word__in=[tag_word(tag) for tag in one["tags"]]).delete()
    PersonKind.objects.filter(person=pk, kind__in=one["kinds"]).delete()
    Note.objects.filter(person=pk, text__in=one["notes"]).delete()
    if one["birthday"]:
        Occasion.objects.filter(person=pk, kind="birthday", label="").delete()
    if firm := one.get("joined"):
        Person.objects.filter(pk=pk, organisation_id=firm).update(organisation=None)
    for taste, text in one.get("tastes", ()):
        Preference.objects.filter(person=pk, taste=taste, text=text).delete()
    for kind, label in one.get("occasions", ()):
        Occasion.objects.filter(person=pk, kind=kind, label=label).delete()

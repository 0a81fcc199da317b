"""Evidence of what people allow: added, never edited; the state it adds up to is kept in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.errors import Refusal
from regulars.kit.secrets import keyed_hash
from regulars.people import bulk
from regulars.people.events import ConsentChanged
from regulars.people.models import Basis, Channel, Consent, ConsentNow, ErasedAddress, Purpose
from regulars.people.services.newcomers import NewConsent
from regulars.staff.models import User

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
IDS_IN_AN_EVENT = 1000
ERASED_SOURCE = "erased earlier"
STAYS_FORBIDDEN = (Purpose.MARKETING, Purpose.FEEDBACK, Purpose.CARE, Purpose.PUBLICATION)
COLUMNS = (
    "person", "channel", "purpose", "is_given", "basis", "source", "wording", "said_at", "expires_on", "counts_from",
    "recorded_at", "recorded_by",
)  # fmt: skip
NOW_COLUMNS = ("person", "channel", "purpose", "is_given", "basis", "counts_from", "said_at", "expires_on")


@dataclass(frozen=True)
class Evidence:
    person_id: int
    channel: str
    purpose: str
    is_given: bool
    basis: str
    source: str
    wording: str = ""
    said_at: datetime | None = None
    expires_on: date | None = None

    @classmethod
    def of(cls, person_id: int, said: NewConsent, source: str) -> Evidence:
        basis = said.basis if said.is_given else Basis.OBJECTION.value
        return cls(
            person_id,
            said.channel,
            said.purpose,
            said.is_given,
            basis,
            source[:60],
            said.wording[:300],
            said.at,
            said.expires_on,
        )

    def counts_from(self, recorded_at: datetime) -> datetime:
        """A "yes" of an unknown day never outweighs a "no"; a "no" of an unknown day counts from today."""
        return self.said_at or (BEGINNING if self.is_given else recorded_at)


def record_consent(
    person_ids: Collection[int],
    channel: str,
    purpose: str,
    is_given: bool = True,
    *,
    basis: str = Basis.CONSENT,
    source: str,
    wording: str = "",
    by: User | None = None,
    at: datetime | None = None,
    expires_on: date | None = None,
) -> int:
    """Add evidence for these people and return how many of them it was news for.

    `at` is when they said it; None means that nobody knows. The same evidence twice is written once.
    """
    _check(channel, purpose, basis, at)
    said = NewConsent(channel, purpose, is_given, basis, wording, at, expires_on)
    return len(record_evidence([Evidence.of(pk, said, source) for pk in dict.fromkeys(person_ids)], by=by))


def withdraw_consent(
    person_ids: Collection[int],
    channel: str,
    purpose: str,
    *,
    source: str,
    wording: str = "",
    by: User | None = None,
    at: datetime | None = None,
) -> int:
    """Add a "no": a new row beside the "yes", which stays as it was. Without `at` it counts from now."""
    return record_consent(
        person_ids, channel, purpose, False, basis=Basis.OBJECTION, source=source, wording=wording, by=by, at=at
    )


@transaction.atomic
def record_evidence(evidence: Sequence[Evidence], *, by: User | None = None, are_new_people: bool = False) -> set[int]:
    """Write evidence that is not there yet and return whose state it touched. Set-based; announced for known people."""
    fresh = list(dict.fromkeys(evidence))
    if fresh and not are_new_people:
        fresh = _unheard(fresh)
    if not fresh:
        return set()
    at, by_id = clock.now(), by.pk if by else None
    rows = [
        (e.person_id, e.channel, e.purpose, e.is_given, e.basis, e.source, e.wording, e.said_at, e.expires_on,
         e.counts_from(at), at, by_id)
        for e in fresh
    ]  # fmt: skip
    bulk.insert(Consent, COLUMNS, rows)
    touched = {e.person_id for e in fresh}
    settle_consent(touched)
    if not are_new_people:
        _announce(fresh)
    return touched


def settle_consent(person_ids: Iterable[int]) -> None:
    """Derive the state of these people from all their evidence: the latest row counts, at a tie the "no"."""
    ids = list(person_ids)
    latest: dict[tuple[int, str, str], tuple[Any, ...]] = {}
    rows = Consent.objects.filter(person_id__in=bulk.among(ids)).order_by("counts_from", "-is_given", "id")
    for person_id, channel, purpose, *state in rows.values_list("person_id", *NOW_COLUMNS[1:]):
        latest[person_id, channel, purpose] = tuple(state)
    ConsentNow.objects.filter(person_id__in=bulk.among(ids)).delete()
    bulk.insert(ConsentNow, NOW_COLUMNS, [(*key, *state) for key, state in latest.items()])


def forbidden_again(emails: Sequence[tuple[int, str]], phones: Sequence[tuple[int, str]]) -> list[Evidence]:
    """Return a "no" for everybody whose address belonged to somebody erased: coming back in a file is no consent."""
    if not (emails or phones) or not ErasedAddress.objects.exists():
        return []
    hashes: dict[str, int] = {keyed_hash(address, "erased"): pk for pk, address in (*emails, *phones)}
    found = ErasedAddress.objects.filter(keyed_hash__in=bulk.among_texts(hashes)).values_list("keyed_hash", "channel")
    return [
        Evidence(hashes[key], channel, purpose.value, False, Basis.OBJECTION.value, ERASED_SOURCE)
        for key, kept in found
        for channel in ((Channel.TEXT.value, Channel.CALL.value) if kept == "phone" else (Channel.EMAIL.value,))
        for purpose in STAYS_FORBIDDEN
    ]


def _unheard(evidence: list[Evidence]) -> list[Evidence]:
    """Leave out what stands there already, so that the same file twice writes nothing."""
    fields = ("channel", "purpose", "is_given", "basis", "source", "wording", "said_at", "expires_on")
    ids = {e.person_id for e in evidence}
    rows = Consent.objects.filter(person_id__in=bulk.among(ids)).values_list("person_id", *fields)
    known = set(rows)
    return [e for e in evidence if (e.person_id, *(getattr(e, name) for name in fields)) not in known]


def _announce(evidence: Sequence[Evidence]) -> None:
    grouped: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for e in evidence:
        grouped[e.channel, e.purpose, e.is_given].append(e.person_id)
    bulletin.post(
        *(
            ConsentChanged(tuple(ids[start : start + IDS_IN_AN_EVENT]), *key)
            for key, ids in grouped.items()
            for start in range(0, len(ids), IDS_IN_AN_EVENT)
        )
    )


def _check(channel: str, purpose: str, basis: str, at: datetime | None) -> None:
    if channel not in Channel.values or purpose not in Purpose.values or basis not in Basis.values:
        raise Refusal(_("Please choose one of the ways and purposes listed."))
    if at is not None and at > clock.now():
        raise Refusal(_("Nobody can have said this on a day that is still to come."), field="at")

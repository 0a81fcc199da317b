"""Which version of which words a touch was drafted from, written down when it is planned and never when it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from regulars.kit import clock
from regulars.outreach.models import Wording, WordingVersion
from regulars.outreach.starters import STARTERS, Starter


def versions_in_force(keys: Iterable[str]) -> dict[str, int]:
    """The id of the version in force under each key; a key nobody knows is left out.

    A starter nobody changed is written down at its first use. It stays a starter: without a `latest` of its own it
    follows Regulars' words and the language of the business, and each text that was used is a version.
    """
    wanted = set(keys)
    rows = Wording.objects.filter(key__in=wanted, latest__isnull=False).values_list("key", "latest_id")
    found: dict[str, int] = dict(rows) if wanted else {}
    for key in sorted((wanted & set(STARTERS)) - set(found)):
        found[key] = (_written(STARTERS[key]) or _write(STARTERS[key])).pk
    return found


def _written(starter: Starter) -> WordingVersion | None:
    subject, body = starter.words
    same = WordingVersion.objects.filter(wording__key=starter.key, subject=subject, body=body)
    return same.order_by("version").first()


@transaction.atomic
def _write(starter: Starter) -> WordingVersion:
    """Write a starter down as it reads now; of several who do so at once the first one does."""
    wording = locked_wording(starter.key, name=str(starter.name), purpose=starter.purpose)
    return wording.latest or _written(starter) or add_version(wording, *starter.words)


def locked_wording(key: str, *, name: str, purpose: str) -> Wording:
    """The row under a key, made if it is missing, locked until the transaction ends."""
    fresh = Wording(key=key, name=name, purpose=purpose, created_at=clock.now())
    Wording.objects.bulk_create([fresh], ignore_conflicts=True)
    return Wording.objects.select_for_update(of=("self",)).select_related("latest").get(key=key)


def add_version(wording: Wording, subject: str, body: str, **fields: object) -> WordingVersion:
    """Write the next version; the caller holds the wording."""
    last = wording.versions.aggregate(last=Max("version"))["last"] or 0
    return WordingVersion.objects.create(wording=wording, version=last + 1, subject=subject, body=body, **fields)

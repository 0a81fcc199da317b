"""Which version of which words a touch was drafted from, written down when it is planned and never when it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from regulars.kit import clock
from regulars.outreach.models import Channel, Wording, WordingVariant, WordingVersion
from regulars.outreach.queries.variants import is_ours
from regulars.outreach.starters import STARTERS, Starter

Key = tuple[str, str]


def versions_in_force(keys: Iterable[Key]) -> dict[Key, int]:
    """The id of the version in force under each key and language; a key nobody knows is left out.

    A starter nobody changed is written down at its first use. It stays a starter: without a `latest` of its own it
    follows Regulars' words and the language of the business, and each text that was used is a version.
    """
    wanted = set(keys)
    if not wanted:
        return {}
    names = {key for key, _language in wanted}
    saved = dict(Wording.objects.filter(key__in=names, latest__isnull=False).values_list("key", "latest_id"))
    others = WordingVariant.objects.filter(wording__key__in=names).values_list("wording__key", "language", "latest_id")
    variants = {(key, language): pk for key, language, pk in others}
    found: dict[Key, int] = {}
    for key, language in sorted(wanted):
        if (key, language) in variants or key in saved:
            found[key, language] = variants.get((key, language)) or saved[key]
        elif key in STARTERS:
            found[key, language] = (_written(STARTERS[key], language) or _write(STARTERS[key], language)).pk
    return found


def _written(starter: Starter, language: str) -> WordingVersion | None:
    subject, body = starter.words_in(language)
    same = WordingVersion.objects.filter(wording__key=starter.key, subject=subject, body=body, blocks={})
    return same.order_by("version").first()


@transaction.atomic
def _write(starter: Starter, language: str) -> WordingVersion:
    """Write a starter down as it reads now; of several who do so at once the first one does."""
    wording = locked_wording(starter.key, name=str(starter.name), purpose=starter.purpose)
    subject, body = starter.words_in(language)
    return (
        wording.latest
        or _written(starter, language)
        or add_version(wording, subject, body, language="" if is_ours(language) else language)
    )


def locked_wording(key: str, *, name: str, purpose: str, channel: str = Channel.EMAIL) -> Wording:
    """The row under a key, made if it is missing, locked until the transaction ends."""
    fresh = Wording(key=key, name=name, purpose=purpose, channel=channel, created_at=clock.now())
    Wording.objects.bulk_create([fresh], ignore_conflicts=True)
    return Wording.objects.select_for_update(of=("self",)).select_related("latest").get(key=key)


def add_version(wording: Wording, subject: str, body: str, **fields: object) -> WordingVersion:
    """Write the next version; the caller holds the wording."""
    last = wording.versions.aggregate(last=Max("version"))["last"] or 0
    return WordingVersion.objects.create(wording=wording, version=last + 1, subject=subject, body=body, **fields)

"""Which words are in force."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Wording, WordingVersion
from regulars.outreach.starters import STARTERS, Starter


def latest(key: str) -> WordingVersion:
    """The words in force under a key. A starter nobody has changed has no row yet: its version has no id."""
    return latest_of([key])[key]


def latest_of(keys: Iterable[str]) -> dict[str, WordingVersion]:
    """The same of several, by key and in its order. One query."""
    wanted = sorted(set(keys))
    rows = Wording.objects.filter(key__in=wanted, latest__isnull=False).select_related("latest") if wanted else ()
    saved = {row.key: version for row in rows if (version := _saved(row))}
    if unknown := [key for key in wanted if key not in saved and key not in STARTERS]:
        raise Refusal(_("There are no words called “%(key)s”.") % {"key": unknown[0]})
    return {key: saved[key] if key in saved else _unchanged(STARTERS[key]) for key in wanted}


def _saved(wording: Wording) -> WordingVersion | None:
    if wording.latest is not None:
        wording.latest.wording = wording
    return wording.latest


def _unchanged(starter: Starter) -> WordingVersion:
    wording = Wording(key=starter.key, name=str(starter.name), purpose=starter.purpose, channel=Channel.EMAIL)
    subject, body = starter.words
    return WordingVersion(wording=wording, version=1, subject=subject, body=body)


def wordings_in_force() -> list[WordingVersion]:
    """Every wording by name: the starters first, changed or not, then the owner's own. One query.

    What belongs to one mailing is not among them.
    """
    rows = Wording.objects.filter(is_archived=False, latest__isnull=False, mailing=None).select_related("latest")
    saved = {row.key: version for row in rows if (version := _saved(row))}
    starters = [saved.pop(key) if key in saved else _unchanged(starter) for key, starter in STARTERS.items()]
    return [*starters, *sorted(saved.values(), key=lambda version: version.wording.name.lower())]


def own_words_of_mailings(limit: int) -> list[Wording]:
    """What mailings say by text or card, the newest first, each with its mailing and its languages. Two queries."""
    is_said = Q(key=F("mailing__text_wording")) | Q(key=F("mailing__card_wording"))
    rows = Wording.objects.filter(is_said, latest__isnull=False).select_related("latest", "mailing")
    return list(rows.prefetch_related("variants").order_by("-mailing_id", "-channel")[:limit])

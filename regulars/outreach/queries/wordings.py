"""Which words are in force."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.models import Channel, Wording, WordingVersion
from regulars.outreach.starters import STARTERS, Starter


def latest(key: str) -> WordingVersion:
    """The words in force under a key. A starter nobody has changed has no row yet: its version has no id."""
    wording = Wording.objects.filter(key=key).select_related("latest").first()
    if wording is not None and wording.latest is not None:
        wording.latest.wording = wording
        return wording.latest
    if key not in STARTERS:
        raise Refusal(_("There are no words called “%(key)s”.") % {"key": key})
    return _unchanged(STARTERS[key])


def _unchanged(starter: Starter) -> WordingVersion:
    wording = Wording(key=starter.key, name=str(starter.name), purpose=starter.purpose, channel=Channel.EMAIL)
    subject, body = starter.words
    return WordingVersion(wording=wording, version=1, subject=subject, body=body)


def wordings_in_force() -> list[WordingVersion]:
    """Every wording by name: the starters first, changed or not, then the owner's own. One query."""
    rows = Wording.objects.filter(is_archived=False, latest__isnull=False).select_related("latest")
    saved = {}
    for wording in rows:
        if wording.latest is not None:
            wording.latest.wording = wording
            saved[wording.key] = wording.latest
    starters = [saved.pop(key) if key in saved else _unchanged(starter) for key, starter in STARTERS.items()]
    return [*starters, *sorted(saved.values(), key=lambda version: version.wording.name.lower())]

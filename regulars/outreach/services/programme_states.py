"""Which programmes are not simply running: asked when something is planned, approved, claimed and begun."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from regulars.kit import database
from regulars.outreach.models import Programme

# Nothing leaves while a programme is in one of these, and nothing new is taken in by one of those.
STANDING = (Programme.Run.PAUSED, Programme.Run.ENDED)
CLOSED = (Programme.Run.DRAINING, Programme.Run.ENDED)


def standing() -> frozenset[str]:
    """Every programme of which nothing leaves now. One query."""
    return frozenset(Programme.objects.filter(run__in=STANDING).values_list("key", flat=True))


def paused() -> frozenset[str]:
    """Every programme that rests until the owner lets it go on. One query."""
    return frozenset(Programme.objects.filter(run=Programme.Run.PAUSED).values_list("key", flat=True))


_NOT_NOW = """
SELECT 1, '' FROM kit_business b WHERE b.id = 1 AND b.is_sending_stopped
UNION ALL SELECT 0, p.key FROM outreach_programme p WHERE p.run IN ('paused', 'ended')
"""


def not_now() -> tuple[bool, frozenset[str]]:
    """Is everything stopped, and which programmes stand? Asked for every letter: one plain statement."""
    with database.connection().cursor() as cursor:
        cursor.execute(_NOT_NOW)
        rows = cursor.fetchall()
    return any(is_all for is_all, _key in rows), frozenset(key for is_all, key in rows if not is_all)


def closed_among(programmes: Collection[str]) -> dict[str, str]:
    """Those of these programmes that take in nothing new, each with the reason. One query."""
    rows = Programme.objects.filter(key__in=programmes, run__in=CLOSED).values_list("key", "run")
    return {key: closed_why(run) for key, run in rows}


def closed_why(run: str) -> str:
    """Say why nothing new is taken in."""
    if run == Programme.Run.DRAINING:
        return _("This programme is finishing and takes in nothing new.")
    return _("This programme was stopped.")

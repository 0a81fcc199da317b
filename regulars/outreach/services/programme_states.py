"""Which programmes are not simply running: asked when something is planned, approved, claimed and begun."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from regulars.outreach.models import Programme

# Nothing leaves while a programme is in one of these, and nothing new is taken in by one of those.
STANDING = (Programme.Run.PAUSED, Programme.Run.ENDED)
CLOSED = (Programme.Run.DRAINING, Programme.Run.ENDED)


def standing() -> frozenset[str]:
    """Every programme of which nothing leaves now. One query."""
    return frozenset(Programme.objects.filter(run__in=STANDING).values_list("key", flat=True))


def closed_among(programmes: Collection[str]) -> dict[str, str]:
    """Those of these programmes that take in nothing new, each with the reason. One query."""
    rows = Programme.objects.filter(key__in=programmes, run__in=CLOSED).values_list("key", "run")
    return {key: closed_why(run) for key, run in rows}


def closed_why(run: str) -> str:
    """Say why nothing new is taken in."""
    if run == Programme.Run.DRAINING:
        return _("This programme is finishing and takes in nothing new.")
    return _("This programme was stopped.")

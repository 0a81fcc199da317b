"""Which programmes count their links, and how many people followed one."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from regulars.kit.business import business
from regulars.outreach.models import LinkFollowed, Programme
from regulars.outreach.queries.asked import CONFIRM


def may_count() -> bool:
    """Does the owner allow links to be counted at all, and is there an address they could lead through?"""
    return business().counts_links and bool(business().public_address)


def counted_among(programmes: Collection[str]) -> frozenset[str]:
    """Those of these programmes whose links are counted. No query where the house counts none, else one."""
    if not may_count():
        return frozenset()
    rows = Programme.objects.filter(key__in=programmes, counts_links=True).exclude(key=CONFIRM)
    return frozenset(rows.values_list("key", flat=True))


def counts_links(programme: str) -> bool:
    """Was it asked for of this one? One query at most."""
    return Programme.objects.filter(key=programme, counts_links=True).exists()


def followed_by_step(programme: str) -> dict[str, int]:
    """How many people followed a link, by the step of the programme. One query."""
    rows = LinkFollowed.objects.filter(touch__programme=programme).values_list("touch__step")
    return dict(rows.annotate(n=Count("touch__person", distinct=True)).order_by())

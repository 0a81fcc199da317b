"""The groups as they are stored and as they are said: eleven for buyers, four simple ones, three for the others."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars import insight


class Group(models.TextChoices):
    """Stored is the slug of insight's name."""

    CHAMPIONS = "champions", _("Champions")
    LOYAL = "loyal", _("Loyal")
    NEW = "new", _("New")
    PROMISING = "promising", _("Promising")
    POTENTIAL_LOYAL = "potential-loyal", _("Potential loyal")
    NEED_ATTENTION = "need-attention", _("Need attention")
    ABOUT_TO_SLEEP = "about-to-sleep", _("About to sleep")
    AT_RISK = "at-risk", _("At risk")
    CANNOT_LOSE = "cannot-lose", _("Cannot lose")
    HIBERNATING = "hibernating", _("Hibernating")
    LOST = "lost", _("Lost")
    WARM = "warm", _("Warm")
    WAITING = "waiting", _("Waiting")
    COLD = "cold", _("Cold")


class SimpleGroup(models.TextChoices):
    """The four that a small shop sees."""

    REGULARS = "regulars", _("Regulars")
    COMING_ALONG = "coming-along", _("Coming along")
    SLIPPING = "slipping", _("Slipping")
    GONE_QUIET = "gone-quiet", _("Gone quiet")


class Basis(models.TextChoices):
    """What a standing rests on."""

    ORDERS = "orders", _("from orders")
    MEMORY = "memory", _("from memory")
    CONTACT = "contact", _("not bought yet")


def slug(name: str) -> str:
    """Turn insight's name of a group into the stored one."""
    return name.lower().replace(" ", "-")


NAMES: dict[str, str] = {slug(name): name for name in (*insight.GROUPS, "Warm", "Waiting", "Cold")}
SIMPLE_GROUPS: dict[str, tuple[str, ...]] = {
    slug(simple): tuple(slug(name) for name in names) for simple, names in insight.SIMPLE_GROUPS.items()
}


def simple_group_of(group: str) -> SimpleGroup | None:
    """Find the simple group of a stored group; none for people who have not bought."""
    return next((SimpleGroup(simple) for simple, groups in SIMPLE_GROUPS.items() if group in groups), None)

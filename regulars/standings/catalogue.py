"""What people can be filtered by because of where they stand."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.people.fields import Choices, Field
from regulars.standings.models import SIMPLE_GROUPS, Group, SimpleGroup, Standing
from regulars.standings.queries import in_group, is_small_shop

NOT_BOUGHT = (Group.WARM, Group.WAITING, Group.COLD)


def choices() -> Choices:
    """Four groups in a small shop, eleven in a larger one; then those who have not bought."""
    groups = list(SimpleGroup) if is_small_shop() else [group for group in Group if group not in NOT_BOUGHT]
    return [(group.value, group.label) for group in (*groups, *NOT_BOUGHT)]


def matches_group(op: str, value: str) -> Q:
    if value not in SIMPLE_GROUPS and value not in Group.values:
        return Q(pk__in=[])
    return Q(Exists(Standing.objects.filter(in_group(value), person=OuterRef("pk"))))


def matches_slipping(op: str, value: str) -> Q:
    slipped = Q(Exists(Standing.objects.slipped(clock.today()).filter(person=OuterRef("pk"))))
    return slipped if value == "yes" else ~slipped


FIELDS = (
    Field(
        key="group", label=_("Group"), room="standings", kind="choice", matches=matches_group, choices=choices, order=10
    ),
    Field(
        key="slipping", label=_("Silent for longer than usual"), room="standings", kind="flag",
        matches=matches_slipping, order=11,
    ),
)  # fmt: skip

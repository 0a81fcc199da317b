"""What people can be filtered by because of where they stand."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.people.fields import Choices, Field
from regulars.standings.models import SIMPLE_GROUPS, Group, SimpleGroup, Standing
from regulars.standings.queries import group_counts, in_group, is_small_shop

FEW = 5_000
NOT_BOUGHT = (Group.WARM, Group.WAITING, Group.COLD)


def choices() -> Choices:
    """Four groups in a small shop, eleven in a larger one; then those who have not bought."""
    groups = list(SimpleGroup) if is_small_shop() else [group for group in Group if group not in NOT_BOUGHT]
    return [(group.value, group.label) for group in (*groups, *NOT_BOUGHT)]


def matches_group(op: str, value: str) -> Q:
    """A small group is looked up and sorted; of a large one the list finds a page by going along the names."""
    if value not in SIMPLE_GROUPS and value not in Group.values:
        return Q(pk__in=[])
    standings = Standing.objects.filter(in_group(value))
    if size_of(value) <= FEW:
        return Q(pk__in=standings.values("person_id"))
    return Q(Exists(standings.filter(person=OuterRef("pk"))))


def ids_in_group(op: str, value: str) -> QuerySet[Standing, int] | None:
    """The people of a group by its index."""
    if value not in SIMPLE_GROUPS and value not in Group.values:
        return None
    return Standing.objects.filter(in_group(value)).values_list("person_id", flat=True)


def size_of(value: str) -> int:
    """About how many people stand in a group, as of the last grading. One query."""
    counts = group_counts()
    return sum(counts.groups.get(group, 0) for group in SIMPLE_GROUPS.get(value, (value,))) if counts else 0


def matches_slipping(op: str, value: str) -> Q:
    slipped = Q(Exists(Standing.objects.slipped(clock.today()).filter(person=OuterRef("pk"))))
    return slipped if value == "yes" else ~slipped


def ids_slipping(op: str, value: str) -> QuerySet[Standing, int] | None:
    """Those who slip by the index of their day; everybody else is nearly everybody."""
    return Standing.objects.slipped(clock.today()).values_list("person_id", flat=True) if value == "yes" else None


FIELDS = (
    Field(
        key="group", label=_("Group"), room="standings", kind="choice", matches=matches_group, choices=choices,
        ids=ids_in_group, order=10,
    ),
    Field(
        key="slipping", label=_("Silent for longer than usual"), room="standings", kind="flag",
        matches=matches_slipping, ids=ids_slipping, order=11,
    ),
)  # fmt: skip

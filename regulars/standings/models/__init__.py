"""The nouns of this room."""

from regulars.standings.models.findings import Finding
from regulars.standings.models.grading import Grading
from regulars.standings.models.groups import SIMPLE_GROUPS, Basis, Group, SimpleGroup, simple_group_of
from regulars.standings.models.memories import Memory
from regulars.standings.models.shares import ToldShare
from regulars.standings.models.standings import Standing, StandingMonth, StandingQuerySet
from regulars.standings.models.steps import Step, StepCount
from regulars.standings.models.terms import Terms

__all__ = [
    "SIMPLE_GROUPS",
    "Basis",
    "Finding",
    "Grading",
    "Group",
    "Memory",
    "SimpleGroup",
    "Standing",
    "StandingMonth",
    "StandingQuerySet",
    "Step",
    "StepCount",
    "Terms",
    "ToldShare",
    "simple_group_of",
]

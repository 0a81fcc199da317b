"""Cohorts: who comes back, when, and who stays away; by the month they came first, by channel, by who sent them."""

from regulars.insight.cohorts.churn import churn
from regulars.insight.cohorts.repeats import repeat_rate, times_to_second
from regulars.insight.cohorts.retention import retention
from regulars.insight.cohorts.silences import times_until_quiet
from regulars.insight.cohorts.survival import LogRank, kaplan_meier, log_rank, median_times

__all__ = [
    "LogRank",
    "churn",
    "kaplan_meier",
    "log_rank",
    "median_times",
    "repeat_rate",
    "retention",
    "times_to_second",
    "times_until_quiet",
]

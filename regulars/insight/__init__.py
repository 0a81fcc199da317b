"""insight: pure analytics. Frames in, the same kind of frame out; no Django, no clock, no files.

Owns the measures (summary, grades, rhythm, prospects, from memory) and the scalar statistics (intervals).
Every function of time takes `as_of` and cannot see later rows. Posts nothing, hears nothing.
"""

from regulars.insight.backtest import Choice, Hiatus, Recalibrated, SameRate, backtest, choose
from regulars.insight.cautions import Caution
from regulars.insight.cohorts import (
    LogRank,
    churn,
    kaplan_meier,
    log_rank,
    median_times,
    repeat_rate,
    retention,
    times_to_second,
    times_until_quiet,
)
from regulars.insight.errors import FrameError
from regulars.insight.estimates import Estimate, mean_interval, wilson_interval
from regulars.insight.grades import Breaks, grade_summary, grades, levels
from regulars.insight.groups import GROUPS, SIMPLE_GROUPS, group_of, simple_group_of
from regulars.insight.lifetime import (
    BGNBD,
    MBGCNBD,
    MBGNBD,
    LifetimeModel,
    ParetoNBD,
    Prior,
    Simulated,
    Uniformity,
    UniqueRows,
    randomised_pit,
    uniformity,
    unique_rows,
)
from regulars.insight.memory import with_memory
from regulars.insight.next_product import goes_with, next_product, replenishment
from regulars.insight.orders import RefundReport, refund_report, unmatched_refunds
from regulars.insight.own_rhythm import with_rhythm
from regulars.insight.potential import potential
from regulars.insight.prospects import prospects
from regulars.insight.ranks import RankCorrelation, rank_correlation
from regulars.insight.rhythm import rhythm, slipping_since, slips_after_days, with_slipping_day
from regulars.insight.rhythms import Rhythms
from regulars.insight.seasonality import Seasonality, seasonality
from regulars.insight.spend import GammaGamma, SpendPrior
from regulars.insight.summary import summary
from regulars.insight.value import value, value_by_period
from regulars.insight.wallet import wallet, with_room

__all__ = [
    "BGNBD",
    "GROUPS",
    "MBGCNBD",
    "MBGNBD",
    "SIMPLE_GROUPS",
    "Breaks",
    "Caution",
    "Choice",
    "Estimate",
    "FrameError",
    "GammaGamma",
    "Hiatus",
    "LifetimeModel",
    "LogRank",
    "ParetoNBD",
    "Prior",
    "RankCorrelation",
    "Recalibrated",
    "RefundReport",
    "Rhythms",
    "SameRate",
    "Seasonality",
    "Simulated",
    "SpendPrior",
    "Uniformity",
    "UniqueRows",
    "backtest",
    "choose",
    "churn",
    "goes_with",
    "grade_summary",
    "grades",
    "group_of",
    "kaplan_meier",
    "levels",
    "log_rank",
    "mean_interval",
    "median_times",
    "next_product",
    "potential",
    "prospects",
    "randomised_pit",
    "rank_correlation",
    "refund_report",
    "repeat_rate",
    "replenishment",
    "retention",
    "rhythm",
    "seasonality",
    "simple_group_of",
    "slipping_since",
    "slips_after_days",
    "summary",
    "times_to_second",
    "times_until_quiet",
    "uniformity",
    "unique_rows",
    "unmatched_refunds",
    "value",
    "value_by_period",
    "wallet",
    "wilson_interval",
    "with_memory",
    "with_rhythm",
    "with_room",
    "with_slipping_day",
]

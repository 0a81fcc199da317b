"""lifetime: how long people stay, how often they come while they do, and when they come next."""

from regulars.insight.lifetime.base import LifetimeModel
from regulars.insight.lifetime.bg import BGNBD, MBGCNBD, MBGNBD
from regulars.insight.lifetime.calibration import Uniformity, randomised_pit, uniformity
from regulars.insight.lifetime.pareto import ParetoNBD
from regulars.insight.lifetime.priors import Prior
from regulars.insight.lifetime.rows import UniqueRows, unique_rows
from regulars.insight.lifetime.simulated import Simulated

__all__ = [
    "BGNBD",
    "MBGCNBD",
    "MBGNBD",
    "LifetimeModel",
    "ParetoNBD",
    "Prior",
    "Simulated",
    "Uniformity",
    "UniqueRows",
    "randomised_pit",
    "uniformity",
    "unique_rows",
]

"""backtest: every candidate tried from several earlier days; the choice, with its reason in words."""

from regulars.insight.backtest.buying import BuyingDays, buying_days
from regulars.insight.backtest.choice import Choice, choose
from regulars.insight.backtest.in_season import InSeason
from regulars.insight.backtest.leveling import Level
from regulars.insight.backtest.measures import Decile, Measures, Predicted, measured
from regulars.insight.backtest.origins import Origin, origins
from regulars.insight.backtest.recalibrated import Recalibrated
from regulars.insight.backtest.rolling import Backtest, Row, backtest, candidates
from regulars.insight.backtest.rules import Hiatus, SameRate
from regulars.insight.backtest.seasons import Clock, season

__all__ = [
    "Backtest",
    "BuyingDays",
    "Choice",
    "Clock",
    "Decile",
    "Hiatus",
    "InSeason",
    "Level",
    "Measures",
    "Origin",
    "Predicted",
    "Recalibrated",
    "Row",
    "SameRate",
    "backtest",
    "buying_days",
    "candidates",
    "choose",
    "measured",
    "origins",
    "season",
]

"""Charts drawn on the server: plain geometry here, SVG in templates/kit/, colours in chart.css and chart-cells.css."""

from regulars.kit.charts.bars import Bar, Bars, bars
from regulars.kit.charts.columns import Column, Columns, columns
from regulars.kit.charts.curve import Curve, Step, Stepped, curve
from regulars.kit.charts.frame import percent
from regulars.kit.charts.heat import Heat, HeatRow, heat
from regulars.kit.charts.plan import Plan, Region, plan
from regulars.kit.charts.rhythm import Rhythm, Visit, rhythm
from regulars.kit.charts.spark import Spark, spark
from regulars.kit.charts.trend import Point, Series, Trend, trend
from regulars.kit.charts.twin import Twin

__all__ = [
    "Bar",
    "Bars",
    "Column",
    "Columns",
    "Curve",
    "Heat",
    "HeatRow",
    "Plan",
    "Point",
    "Region",
    "Rhythm",
    "Series",
    "Spark",
    "Step",
    "Stepped",
    "Trend",
    "Twin",
    "Visit",
    "bars",
    "columns",
    "curve",
    "heat",
    "percent",
    "plan",
    "rhythm",
    "spark",
    "trend",
]

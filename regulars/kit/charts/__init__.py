"""Charts drawn on the server: plain geometry here, SVG in templates/kit/, colours in chart.css."""

from regulars.kit.charts.bars import Bar, Bars, bars
from regulars.kit.charts.rhythm import Rhythm, Visit, rhythm
from regulars.kit.charts.spark import Spark, spark
from regulars.kit.charts.trend import Point, Series, Trend, trend
from regulars.kit.charts.twin import Twin

__all__ = [
    "Bar",
    "Bars",
    "Point",
    "Rhythm",
    "Series",
    "Spark",
    "Trend",
    "Twin",
    "Visit",
    "bars",
    "rhythm",
    "spark",
    "trend",
]

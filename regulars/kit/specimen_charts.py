"""The charts of a shop's year, for the style guide: months ahead, who stays, who comes back, a map of groups."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from regulars.kit.charts import (
    Column,
    Columns,
    Curve,
    Heat,
    HeatRow,
    Plan,
    Region,
    Step,
    Stepped,
    columns,
    curve,
    heat,
    plan,
)


def more_charts() -> dict[str, Any]:
    return {"ahead": ahead(), "cohorts": cohorts(), "staying": staying(), "map": a_map()}


def ahead() -> Columns:
    """Eight months that were, four that may be."""
    past = (2100, 1850, 1900, 2400, 2250, 2600, 2450, 2900)
    coming = ((2700, 2200, 3200), (3900, 3100, 4800), (1800, 1300, 2400), (1900, 1300, 2600))
    rows = [Column(f"{month}", value, number_format(value)) for month, value in enumerate(past, start=3)]
    rows += [
        Column(
            f"{month}", value, number_format(value), low, high, is_ahead=True,
            said=_("%(low)s to %(high)s") % {"low": number_format(low), "high": number_format(high)},
        )
        for month, (value, low, high) in zip((11, 12, 1, 2), coming, strict=True)
    ]  # fmt: skip
    headers = (_("Month"), _("How much"), _("How sure"))
    return columns(rows, label=_("Takings by month, and what the next four may bring"), headers=headers)


def cohorts() -> Heat:
    """Seven months of first-timers, the last ones not old enough for every column."""
    heads = [str(month) for month in range(1, 8)]
    rows = [
        HeatRow(
            _("month %(n)d") % {"n": number + 1},
            str(30 + 3 * number),
            tuple(max(0.0, 0.42 - 0.06 * month + 0.02 * number) for month in range(7 - number)),
        )
        for number in range(7)
    ]
    return heat(rows, heads, label=_("Share who came in each month after their first"), corner=_("First here"))


def staying() -> Curve:
    """How many are still customers, year by year."""
    share, steps = 1.0, [Step(0, 1.0, 1.0, 1.0, _("at the start"))]
    for month in range(1, 25):
        share *= 0.965
        steps.append(
            Step(month * 30.44, share, max(0.0, share - 0.004 * month), min(1.0, share + 0.003 * month),
                 _("%(n)s months") % {"n": month} if month % 6 == 0 else "")
        )  # fmt: skip
    ticks = [(month * 30.44, str(month)) for month in (6, 12, 18, 24)]
    mine = Stepped(_("Still customers"), tuple(steps), "43\u00a0%")
    return curve(mine, label=_("Share who are still customers, by months"), ticks=ticks, corner=_("After"))


def a_map() -> Plan:
    """Four regions of a small grid."""
    regions = [
        Region(_("New"), ((0, 0),), "19", "sky"),
        Region(_("Regulars"), ((0, 1), (0, 2), (1, 2)), "41"),
        Region(_("Slipping"), ((1, 0), (1, 1)), "27", "warm"),
        Region(_("Gone quiet"), ((2, 0), (2, 1), (2, 2)), "38", "plain"),
    ]
    return plan(
        regions,
        label=_("A map of groups"),
        headers=(_("Group"), _("People")),
        across=(_("seldom"), _("often")),
        down=(_("here lately"), _("here long ago")),
    )

"""A page that tells how a printer errs, by folding it and by one ruler; what is read off it is what to type in."""

from __future__ import annotations

import math
from collections.abc import Iterable

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal

from . import boxes
from .elements import QUIET, Item, face, flow, line, part
from .pieces import PLAIN, Printer
from .pressing import Job, Press
from .sheets import PAPERS

REACH = 8  # mm to either side of the middle
EDGE = 17.0
SPAN_X, SPAN_Y = 150.0, 200.0


def _short(value: float) -> str:
    """Write a number as one types it: with a point, without a useless nought, a true minus before it."""
    return f"{round(value, 1):g}".replace("-", "−")


def _ticks(middle: float, now: float, every: int) -> Iterable[tuple[float, float, str]]:
    """Yield place, length and label of each millimetre's tick; the label is what to type in."""
    for n in range(-REACH, REACH + 1):
        named = n % every == 0
        yield middle + n, 6.5 if n == 0 else 5.0 if named else 2.5, _short(now + n) if named else ""


def _across(x: float, y: float, now: float, name: str) -> list[Item]:
    items = [
        line(x - REACH, y, x + REACH, y, thick=0.15),
        flow(x - 85, y, 70, 8, [part(name, 10, tag="", align="end")]),
    ]
    for at, length, label in _ticks(x, now, 4):
        items.append(line(at, y, at, y + length, thick=0.15))
        items.append(flow(at - 4, y + length + 0.6, 8, 4, [part(label, 7, tag="", least=4, align="center")]))
    return items


def _down(x: float, y: float, now: float, name: str) -> list[Item]:
    items = [line(x, y - REACH, x, y + REACH, thick=0.15), flow(x, y + REACH + 4, 34, 16, [part(name, 10, tag="")])]
    for at, length, label in _ticks(y, now, 2):
        items.append(line(x, at, x + length, at, thick=0.15))
        items.append(flow(x + length + 1, at - 1.5, 9, 3, [part(label, 6, tag="", least=4)], "middle"))
    return items


def _table(x: float, y: float, width: float, title: str, rows: list[tuple[str, str]]) -> list[Item]:
    items = [flow(x, y, width, 12, [part(title, 9, tag="", least=7)], "bottom")]
    step = 5.0
    for number, (left, right) in enumerate(rows):
        top = y + 14 + number * step
        items.append(line(x, top + step, x + width, top + step, ink="#c9c1b6"))
        items.append(flow(x, top, width / 2, step, [part(left, 9, tag="", least=6)], "middle"))
        items.append(
            flow(x + width / 2, top, width / 2, step, [part(right, 9, tag="", least=6, align="end")], "middle")
        )
    return items


def _stretch_rows(span: float, now: float) -> list[tuple[str, str]]:
    measured = [span + n * 0.5 for n in range(-4, 5)]
    return [(f"{each:.1f} mm", f"{now * span / each:.4f}") for each in measured]


def _skew_rows(length: float, now: float) -> list[tuple[str, str]]:
    return [(_short(n), f"{now + math.degrees(math.atan(n / length)):.2f}") for n in (-4, -3, -2, -1, 0, 1, 2, 3, 4)]


def calibration(paper: str, printer: Printer = PLAIN) -> bytes:
    """Return one page in true size (PDF), printed with what is known of the printer already."""
    if paper not in PAPERS or min(PAPERS[paper]) < 200:
        raise Refusal(_("The test page is printed on A4 or US Letter."))
    width, height = PAPERS[paper]
    job = Job(width, height, {}, printer)
    job.pages.append([(job.take(face(width, height, _page(width, height, printer))), 0, 0, 0)])
    with Press() as press:
        return boxes.dress(press.print(job))


def _page(width: float, height: float, printer: Printer) -> list[Item]:
    low, x = height - EDGE - 10, (width - SPAN_X) / 2
    span_y = min(SPAN_Y, height - 95)
    return [
        *_across(width / 2, EDGE, printer.dx_mm, _("Move right: read here")),
        *_across(width / 2, low, printer.dx_mm, _("and here, and take the middle")),
        *_down(EDGE, height / 2, printer.dy_mm, _("Move down: read here")),
        flow(x + 8, 38, SPAN_X - 16, 52, _steps()),
        *_long_across(x, 100),
        *_long_down(width - EDGE, (height - span_y) / 2, span_y),
        *_tables(x + 8, 173, span_y, low - EDGE, printer),
    ]


def _steps() -> list[Item]:
    steps = [
        _("How straight does this printer print?"),
        _(
            "Print this page at 100 %, not fitted to the page. Then fold it twice, edge exactly on edge: "
            "once left on right, once top on bottom, and open it again."
        ),
        _("Each fold crosses a small scale. The number at the crossing is what to type in."),
        _("Then measure the two long lines with a ruler and look up what to type in below."),
    ]
    return [part(words, 15 if n == 0 else 10.5, tag="", above=2.5) for n, words in enumerate(steps)]


def _long_across(x: float, y: float) -> list[Item]:
    words = part(_("%(length)d mm across") % {"length": SPAN_X}, 8, tag="", align="center", ink=QUIET)
    ends = [line(at, y - 3, at, y + 3, thick=0.15) for at in (x, x + SPAN_X)]
    return [line(x, y, x + SPAN_X, y, thick=0.15), *ends, flow(x + 20, y + 1.5, SPAN_X - 40, 5, [words])]


def _long_down(x: float, y: float, span: float) -> list[Item]:
    words = part(_("%(length)d mm down") % {"length": span}, 8, tag="", align="end", ink=QUIET)
    ends = [line(x - 3, at, x + 3, at, thick=0.15) for at in (y, y + span)]
    return [line(x, y, x, y + span, thick=0.15), *ends, flow(x - 32, y + 3, 29, 5, [words])]


def _tables(x: float, y: float, span_y: float, apart: float, printer: Printer) -> list[Item]:
    gap = 8.0
    column = (SPAN_X - 16 - 2 * gap) / 3
    tables = [
        (_("Across, measured / stretch across"), _stretch_rows(SPAN_X, printer.scale_x)),
        (_("Down, measured / stretch down"), _stretch_rows(span_y, printer.scale_y)),
        (_("Upper number less lower number / turn, in degrees"), _skew_rows(apart, printer.skew_deg)),
    ]
    drawn = [_table(x + n * (column + gap), y, column, title, rows) for n, (title, rows) in enumerate(tables)]
    return [item for each in drawn for item in each]

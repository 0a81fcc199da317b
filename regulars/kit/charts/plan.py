"""A map of groups: regions on a small grid, each with its name and its number written where it is widest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.kit.charts.scale import Mark, text_width
from regulars.kit.charts.twin import Twin

HEAD, FOOT, LINE = 6.0, 48.0, 18.0
Place = tuple[int, int]


@dataclass(frozen=True)
class Region:
    """A group on the map: its places as (row, column) from the top left, its number, and a tone of the house."""

    name: str
    places: tuple[Place, ...]
    shown: str
    tone: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Edge:
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Form:
    """One drawing: `kind` is wide or narrow, and the style sheet shows the one that fits."""

    kind: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    names: tuple[Mark, ...]
    numbers: tuple[Mark, ...]
    axes: tuple[Mark, ...]


@dataclass(frozen=True)
class Plan:
    label: str
    forms: tuple[Form, ...]
    twin: Twin
    template: str = "kit/_plan.html"


def plan(
    regions: Sequence[Region],
    *,
    label: str,
    headers: Sequence[str],
    across: tuple[str, str],
    down: tuple[str, str],
    narrow_first: float = 0.25,
) -> Plan:
    """Draw regions on their grid; `across` and `down` name both ends of either side.

    `narrow_first` is the share of the first column on a phone, where single places need room for a whole word.
    """
    columns = 1 + max(column for region in regions for _row, column in region.places)
    wide = [640.0 / columns] * columns
    narrow = [340.0 * narrow_first, *[340.0 * (1 - narrow_first) / (columns - 1)] * (columns - 1)]
    forms = (_form("wide", wide, 62.0, regions, across, down), _form("narrow", narrow, 66.0, regions, across, down))
    return Plan(label, forms, _twin(regions, headers))


def _form(
    kind: str,
    widths: Sequence[float],
    tall: float,
    regions: Sequence[Region],
    across: tuple[str, str],
    down: tuple[str, str],
) -> Form:
    lefts = [sum(widths[:column]) for column in range(len(widths) + 1)]
    owner = {place: region for region in regions for place in region.places}
    rows, width = 1 + max(row for row, _column in owner), lefts[-1]
    top = HEAD + LINE
    names, numbers = [], []
    for region in regions:
        row, first, last = _widest(region, widths)
        middle = round((lefts[first] + lefts[last + 1]) / 2, 1)
        said = wrapped(region.name, lefts[last + 1] - lefts[first] - 8)
        begin = top + row * tall + tall / 2 - (len(said) + 1) * LINE / 2 + LINE * 0.78
        names += [Mark(middle, round(begin + index * LINE, 1), text) for index, text in enumerate(said)]
        numbers.append(Mark(middle, round(begin + len(said) * LINE, 1), region.shown))
        names += _named_apart(region, (row, first), lefts, top, tall)
    foot = top + rows * tall + LINE
    axes = (
        Mark(0, HEAD + 9, down[0], "start"),
        Mark(0, foot, down[1], "start"),
        Mark(0, foot + LINE, across[0], "start"),
        Mark(width, foot + LINE, across[1], "end"),
    )
    return Form(
        kind=kind,
        width=width,
        height=top + rows * tall + FOOT,
        boxes=tuple(
            Box(round(lefts[c], 1), top + r * tall, round(widths[c], 1), tall, region.tone)
            for (r, c), region in owner.items()
        ),
        edges=_edges(owner, lefts, top, tall),
        names=tuple(names),
        numbers=tuple(numbers),
        axes=axes,
    )


def _named_apart(region: Region, at: Place, lefts: Sequence[float], top: float, tall: float) -> list[Mark]:
    """Write the name once more in a place that hangs together with no other, where it fits."""
    marks = []
    for row, column in region.places:
        beside = ((row, column - 1), (row, column + 1), (row - 1, column), (row + 1, column))
        is_alone = (row, column) != at and not any(place in region.places for place in beside)
        if is_alone and text_width(region.name) <= lefts[column + 1] - lefts[column] - 8:
            middle = (lefts[column] + lefts[column + 1]) / 2
            marks.append(Mark(round(middle, 1), round(top + row * tall + tall / 2 + 4.5, 1), region.name))
    return marks


def _widest(region: Region, widths: Sequence[float]) -> tuple[int, int, int]:
    """The longest run of a region's places in one row: row, first and last column."""
    runs = []
    for row, column in region.places:
        last = column
        while (row, last + 1) in region.places:
            last += 1
        runs.append((sum(widths[column : last + 1]), -row, column, last))
    _width, row, first, last = max(runs)
    return -row, first, last


def wrapped(text: str, room: float) -> list[str]:
    """Break a name at its spaces, and at its middle where a word alone is too long."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}") <= room:
            lines[-1] = f"{lines[-1]} {word}"
        elif text_width(word) <= room or len(word) < 8:
            lines.append(word)
        else:
            half = -(-len(word) // 2)
            lines += [f"{word[:half]}\u2010", word[half:]]
    return lines


def _edges(owner: dict[Place, Region], lefts: Sequence[float], top: float, tall: float) -> tuple[Edge, ...]:
    """Lines where one group ends and another begins."""
    found = []
    for (row, column), region in owner.items():
        right, below = owner.get((row, column + 1)), owner.get((row + 1, column))
        y, x = top + row * tall, round(lefts[column + 1], 1)
        if right is not None and right is not region:
            found.append(Edge(x, y, x, y + tall))
        if below is not None and below is not region:
            found.append(Edge(round(lefts[column], 1), y + tall, x, y + tall))
    return tuple(found)


def _twin(regions: Sequence[Region], headers: Sequence[str]) -> Twin:
    if not any(region.beside for region in regions):
        return Twin(tuple(headers[:2]), tuple((region.name, region.shown) for region in regions))
    return Twin(tuple(headers), tuple((region.name, region.shown, region.beside) for region in regions))

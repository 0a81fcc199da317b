"""Text with separators: which one it is, and the rows between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regulars.intake.reading.records import records
from regulars.intake.reading.sheets import Row

SEPARATORS = (",", ";", "\t", "|")
SPACES = " "
SAMPLE_ROWS = 200
HINT = re.compile(r"^\ufeff?\"?sep=(.)\"?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How a text file is cut into cells."""

    separator: str
    backslash: bool = False
    hinted: bool = False


def sniff(path: Path, encoding: str) -> Layout:
    """Return the separator that cuts the first rows most evenly."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline(4096)
    if found := HINT.match(first):
        return Layout(found[1], hinted=True)
    best = max(
        (_with_the_better_quotes(path, encoding, separator) for separator in SEPARATORS),
        key=lambda layout: _evenness(path, encoding, layout),
    )
    if _evenness(path, encoding, best)[0] > 0:
        return best
    return Layout(SPACES) if _is_in_columns(path, encoding) else Layout(",")


def _with_the_better_quotes(path: Path, encoding: str, separator: str) -> Layout:
    """Quotes inside a cell are doubled as a rule; a backslash before them only where the rows come out more evenly."""
    doubled, backslash = Layout(separator), Layout(separator, backslash=True)
    return max((doubled, backslash), key=lambda layout: _evenness(path, encoding, layout)[0])


def _evenness(path: Path, encoding: str, layout: Layout) -> tuple[float, int]:
    widths = Counter(len(cells) for _, cells in _sample(path, encoding, layout) if any(cells))
    wide = Counter({width: count for width, count in widths.items() if width > 1})
    if not wide:
        return 0, 0
    width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
    share = round(count / sum(widths.values()), 1)
    return share, width


def _sample(path: Path, encoding: str, layout: Layout) -> list[Row]:
    return [row for row, _ in zip(rows(path, encoding, layout), range(SAMPLE_ROWS), strict=False)]


def _is_in_columns(path: Path, encoding: str) -> bool:
    """Columns lined up with spaces, as statistics programs write them: every row the same number of plain words."""
    sample = [cells for _, cells in _sample(path, encoding, Layout(SPACES))]
    body = sample[1:] or sample
    widths = Counter(map(len, body))
    if not body or len(widths) > 1 or len(body[0]) < 2:
        return False
    numbers = sum(cell[:1].isdigit() or cell[:1] in "-." or "@" in cell for cells in body for cell in cells)
    return numbers >= 0.6 * sum(map(len, body))


def rows(path: Path, encoding: str, layout: Layout) -> Iterator[Row]:
    """Yield every row with its number, blank ones too."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        if layout.separator == SPACES:
            yield from ((number, line.split()) for number, line in enumerate(file, start=1))
            return
        cut = records(file, separator=layout.separator, backslash=layout.backslash)
        for number, cells in enumerate(cut, start=1):
            yield number, [] if layout.hinted and number == 1 else cells

"""Text cut into rows, where a quotation mark that is never closed costs one row and not the rest of the file."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

LONGEST = 200  # a cell with more line breaks than this was opened by mistake
csv.field_size_limit(16 * 1024 * 1024)


def records(lines: Iterable[str], *, separator: str, backslash: bool) -> Iterator[list[str]]:
    """Yield the cells of each row. One that would swallow the rest of the file is cut without regard to its quotes."""
    source = _Source(lines)
    escape = "\\" if backslash else None
    dialect: Any = {"delimiter": separator, "doublequote": not backslash, "escapechar": escape}
    reader = csv.reader(source, **dialect)
    while True:
        source.taken = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            cells = []
        except csv.Error:  # a cell without end
            cells = [source.taken[0][:500].strip().strip('"')] if source.taken else []
            reader = csv.reader(source, **dialect)
        if source.taken and (len(source.taken) > LONGEST or (source.is_over and _is_open(source.taken, backslash))):
            first, *rest = source.taken
            source.give_back(rest)
            cells = next(csv.reader([first.replace('"', "")], delimiter=separator), [])
            reader = csv.reader(source, **dialect)
        yield cells


class _TooLong(Exception):
    """One row has taken more lines than any row has."""


class _Source:
    """Lines that can be given back; remembers those taken since the last row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.is_over = False

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> str:
        if len(self.taken) > LONGEST:
            raise _TooLong
        line = self._back.popleft() if self._back else self._next()
        self.taken.append(line)
        return line

    def _next(self) -> str:
        try:
            return next(self._lines).replace("\0", "")
        except StopIteration:
            self.is_over = True
            raise

    def give_back(self, lines: Iterable[str]) -> None:
        self._back.extendleft(reversed(list(lines)))
        self.is_over = False


def _is_open(lines: list[str], backslash: bool) -> bool:
    """Say whether the quotation marks of these lines do not come in pairs."""
    if len(lines) < 2:
        return False
    text = "".join(lines)
    return (text.count('"') - (text.count('\\"') if backslash else 0)) % 2 == 1

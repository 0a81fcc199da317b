"""Where the header stands: below titles and blank lines, at the top, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.intake.reading.sheets import Row

DATA = re.compile(r"[^@\s]+@[^@\s]+\.\w+|[-+(]?[\d][\d\s.,:/()%-]*|\d{4}-\d\d-\d\d.*")
SUMS = (
    "grand total|total general|total geral|sub-total|subtotal|totals|totalt|totale|totaal|total|sums|sum|summe"
    "|gesamtsumme|zwischensumme|insgesamt|gesamt|somme|suma total|suma|importe total|somma|razem|yhteensa"
)
OF_TOTALS = re.compile(rf"(?:{SUMS})\s*:?", re.IGNORECASE)
FIGURE = re.compile(r"[^\w@]{0,3}(?:[A-Z]{3})?\s*[-+(]?[\d][\d\s.,'’]*[)%]?\s*(?:[A-Z]{3}|[^\w@]{1,2})?")
SEARCHED_ROWS = 30
OF_DATEV = frozenset({"EXTF", "DTVF"})  # a first line about the file itself


@dataclass(frozen=True)
class Top:
    """The header's row number (None where there is none), its names and the titles above."""

    row_number: int | None
    names: list[str]
    titles: list[str]


def find(rows: Sequence[Row], is_known: Callable[[str], bool]) -> Top:
    """Return the header among the first rows; `is_known` says whether a name is one that shops use."""
    filled = [(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)]
    width = _usual_width(filled)
    for place, (number, cells) in enumerate(filled[:SEARCHED_ROWS]):
        names = [cell.strip().lstrip("\ufeff") for cell in cells]
        if _is_a_header(names, width, is_known):
            titles = [" ".join(filter(None, above)) for _n, above in filled[:place]]
            below = filled[place + 1] if place + 1 < len(filled) else (0, [])
            if both := _in_two_rows(names, [cell.strip() for cell in below[1]], is_known):
                return Top(below[0], unique(both), titles)
            return Top(number, unique(names), titles)
        if names[0] in OF_DATEV:
            continue
        if _holds_data(names) and len(_filled(names)) > 1 and 2 * len(_filled(names)) >= width:
            break
    return Top(None, unique([""] * width), [])


def _in_two_rows(above: list[str], below: list[str], is_known: Callable[[str], bool]) -> list[str]:
    """The names of a header in two rows, where a group (Customer) spans several columns (Name, E-mail) under it; none
    where the second row is one of data."""
    if len(above) != len(below) or not any(low and not high for high, low in zip(above, below, strict=True)):
        return []
    if _holds_data(below) or sum(map(is_known, _filled(below))) < 2:
        return []
    names, group = [], ""
    for high, low in zip(above, below, strict=True):
        group = high or (group if low else "")
        whole = f"{group} {low}".strip()
        names.append(whole if is_known(whole) or not low or not is_known(low) else low)
    return names


def unique(names: Sequence[str]) -> list[str]:
    """Give empty columns a name and repeated ones a number."""
    seen: Counter[str] = Counter()
    found = []
    for place, name in enumerate(names, start=1):
        base = " ".join(name.split()) or _("Column %(place)d") % {"place": place}
        seen[base.casefold()] += 1
        found.append(base if seen[base.casefold()] == 1 else f"{base} ({seen[base.casefold()]})")
    return found


def is_of_totals(cells: Sequence[str]) -> bool:
    """Say whether a row begins with "Total" or the like and holds nothing else but figures."""
    filled = [text for cell in cells if (text := cell.strip())]
    if len(filled) < 2 or len(filled[0]) > 20 or not OF_TOTALS.fullmatch(filled[0]):
        return False
    return all(FIGURE.fullmatch(text) for text in filled[1:])


def plain_name(cell: str) -> str:
    """A name of a column as `unique` leaves it, in small letters."""
    return " ".join(cell.split()).casefold()


def _usual_width(rows: Sequence[Row]) -> int:
    widths = Counter(len(cells) for _, cells in rows)
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0] if widths else 0


def _is_a_header(names: list[str], width: int, is_known: Callable[[str], bool]) -> bool:
    filled = _filled(names)
    known = sum(map(is_known, filled))
    if not filled or (known == 0 and (_holds_data(names) or len(filled) < max(1, width - 2))):
        return False
    if width > 1 and len(filled) == 1 and len(names) < width:
        return False
    if known >= 2 and not any("@" in name for name in filled):
        return True
    return not _holds_data(names) and (known >= 1 or len(filled) == len({name.casefold() for name in filled}))


def _holds_data(names: list[str]) -> bool:
    return any(DATA.fullmatch(name) for name in names if name)


def _filled(names: list[str]) -> list[str]:
    return [name for name in names if name]

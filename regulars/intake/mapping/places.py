"""Two postal addresses in one row (home and work, billing and shipping) are never mixed into one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from regulars.intake.mapping.columns import key_of

PARTS = ("street", "street_2", "city", "postcode", "region", "country")
GROUPS = (
    ("work", re.compile(r"^(business|work|office|dienstlich|geschaftlich|firmen)|(geschaftlich|dienstlich|work)$")),
    ("other", re.compile(r"^(other|weitere)|(weitere|andere)$")),
    ("shipping", re.compile(r"^(ship|lieferung|versand|livraison)|shipping$")),
    ("second", re.compile(r"^address2(street|city|pobox|region|postal|country|extended)")),
)
Columns = dict[str, list[str]]


def group_of(header: str) -> str:
    """Say whose address a column belongs to; home and everything unnamed are the first."""
    key = key_of(header)
    return next((group for group, pattern in GROUPS if pattern.search(key)), "home")


def apart(found: Columns, sample: Mapping[str, list[str]]) -> Columns:
    """Give the first address that holds anything its fields, and the next two those of a second and a third one."""
    by_group: dict[str, Columns] = {}
    for field, names in found.items():
        for name in names:
            by_group.setdefault(group_of(name), {}).setdefault(field, []).append(name)
    order = [group for group in ("home", *(group for group, _pattern in GROUPS)) if group in by_group]
    filled = [
        group for group in order if any(any(sample[name]) for names in by_group[group].values() for name in names)
    ]
    used = (filled or order)[:3]
    if len(used) < 2:
        return by_group[used[0]] if used else {}
    first, *others = (by_group[group] for group in used)
    emptied: Columns = {field: [] for field in found if field not in first}
    further = {
        f"{field}_{letter}": names
        for letter, found_there in zip("bc", others, strict=False)
        for field, names in found_there.items()
    }
    return emptied | first | further

"""How often, how much and how lately, as they are said in a line."""

from __future__ import annotations

import re
from typing import Final

from regulars.intake.lines import words
from regulars.intake.lines.said import Said
from regulars.intake.values import amounts

ALL: Final = "\0"
FILLING = re.compile(
    r"\b(?:about|around|and|for|usually|comes?|buys?|visits?|orders?|in|here|spends?|kauft|kommt|bestellt|compra|viene"
    r"|gibt|aus|gasta|etwa|für|por|y|und|was|last|a|time|visit|she|he|they|sie|er|ella|él)\b",
    re.IGNORECASE,
)


def take(said: Said, piece: str) -> str:
    """Take what a piece says of visits and return what is left of it, ALL when nothing is, "" when it says nothing."""
    rest = _money(said, _lately(said, _often(said, piece)))
    if rest == piece:
        return ""
    bare = FILLING.sub(" ", rest).strip(" ,.;:-/~")
    return ALL if not bare else " ".join(rest.split()).strip(" ,.;:-/")


def _often(said: Said, piece: str) -> str:
    if said.gap_days is not None:
        return piece
    if found := words.EVERY.search(piece):
        count = words.number(found["count"]) if found["count"] else 2 if found["other"] else 1
        said.gap_days = _gap(count * words.days_of(found["unit"]))
    elif found := words.TIMES.search(piece):
        said.gap_days = _gap(round(words.days_of(found["unit"]) / words.number(found["count"])))
    elif found := words.ADVERB.search(piece):
        said.gap_days = _named_days(found)
    else:
        return piece
    return piece[: found.start()] + " " + piece[found.end() :]


def _lately(said: Said, piece: str) -> str:
    label = words.LAST_HERE.search(piece)
    if said.seen_days is not None or label is None:
        return piece
    if found := words.AGO.search(piece):
        count, unit = found["count"] or found["count2"], found["unit"] or found["unit2"]
        said.seen_days = words.number(count) * words.days_of(unit)
    elif found := words.LATELY.search(piece):
        said.seen_days = _named_days(found)
    else:
        return piece
    return words.LAST_HERE.sub(" ", piece[: found.start()] + " " + piece[found.end() :])


def _money(said: Said, piece: str) -> str:
    found = words.MONEY.search(piece)
    if said.amount or found is None:
        return piece
    read = amounts.parse((found["a"] or found["b"] or found["c"]).strip())
    if read is None:
        return piece
    said.amount = format(read.amount.normalize(), "f")
    return piece[: found.start()] + " " + piece[found.end() :]


def _named_days(found: re.Match[str]) -> int:
    return next(int(name[1:]) for name, text in found.groupdict().items() if name.startswith("d") and text)


def _gap(days: int) -> int:
    return max(1, min(days, 3650))

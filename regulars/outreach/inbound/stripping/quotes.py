"""Cut what an answer quotes: the line that introduces it, the lines marked with >, the head of the old letter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regulars.outreach.inbound.stripping.border import ON_ONE_LINE, is_forward, splitter_at
from regulars.outreach.inbound.stripping.html import CUT

QUOTED = re.compile(r"^\s*>")
LINK = re.compile(r"\(https?://|^\s*\(?<?https?://|>\s*$")
INLINE = re.compile(r"(?<=m)e*(?:t+e*)+(?=m)")
BELOW = re.compile(r"m*(?:se*)+(?:[tf]+e*)+")
BORDERS = re.compile(r"m*(?:se*)+")
WITHIN = re.compile(r"((?:m*s|(?:me*){2,}).*me*)[te]*$")
ONLY_BORDER = re.compile(r"((?:se*)+|(?:me*){2,})e*$")
MOST_LINES = 600


def without_quotes(text: str) -> str:
    """The text without what it quotes; unchanged where somebody wrote between the lines or passed a letter on."""
    if CUT in text:
        text = text[: text.index(CUT)] if text[: text.index(CUT)].strip() else text.replace(CUT, "")
    lines = _broken_before_border(text).split("\n")
    head, rest = lines[:MOST_LINES], lines[MOST_LINES:]
    kept = _kept(head, _marks(head))
    return "\n".join(kept if len(kept) < len(head) else head + rest).strip()


def _broken_before_border(text: str) -> str:
    """Give "On Monday Ann wrote:" a line of its own where it stands behind the answer."""
    return ON_ONE_LINE.sub(lambda found: f"{found.group(1).rstrip(' -')}\n{found.group(2)}", text)


def _marks(lines: Sequence[str]) -> str:
    """One letter a line: e empty, m marked with >, s a border, f a letter passed on, t text."""
    marks = ["e" if not line.strip() else "m" if QUOTED.match(line) else "t" for line in lines]
    at = 0
    while at < len(lines):
        if marks[at] == "t" and is_forward(lines[at]):
            marks[at] = "f"
        else:
            long = splitter_at(lines, at) if marks[at] in "tm" else 0
            for place in range(at, min(at + long, len(lines))):
                marks[place] = "s"
            at += max(0, long - 1)
        at += 1
    return "".join(marks)


def _kept(lines: list[str], marks: str) -> list[str]:
    if "s" not in marks and not re.search(r"(?:me*){3}", marks):
        marks = marks.replace("m", "t")
    if re.match(r"[te]*f", marks):
        return lines
    for answer in INLINE.finditer(marks):
        if not LINK.search(lines[answer.start() - 1]) and not LINK.search(lines[answer.start()]):
            return lines
    below = BELOW.search(marks)
    if below:
        if "t" in marks[: below.start()]:
            return lines[: below.start()]
        # Nothing stands above: what is written below the border is all there is, and stays.
        begin = below.start() + len(BORDERS.match(below.group()).group())  # type: ignore[union-attr]
        return _kept(lines[begin:], marks[begin:])
    within = WITHIN.search(marks) or ONLY_BORDER.search(marks)
    if within:
        return lines[: within.start(1)] + lines[within.end(1) :]
    return lines

"""The editor's desk: what a page of words holds while it is written, as plain text, as blocks, or as source.

Every button is a form button: the whole desk comes back, one thing is done to it, and it is shown again. Nothing is
kept until the owner keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, QueryDict

from regulars.kit.errors import Refusal
from regulars.outreach.blocks import KINDS, THEMES, Block, Kind, Layout, Slot, layout_of, text_of
from regulars.outreach.blocks.schema import MOST_BLOCKS
from regulars.outreach.blocks.source import layout_from, source_of
from regulars.outreach.models import Picture

PLAIN, BLOCKS, SOURCE = "plain", "blocks", "source"
UID = re.compile(r"b\d{1,4}")
SIGNED = re.compile(r"\{\{\s*signature\s*\}\}")
PICTURES_OFFERED = 40


@dataclass(frozen=True)
class Row:
    """One block on the desk under a name that stays when it is moved."""

    uid: str
    kind: Kind
    texts: Mapping[str, str]

    @property
    def fields(self) -> list[tuple[Slot, str, str]]:
        return [(slot, f"{self.uid}-{slot.name}", self.texts.get(slot.name, "")) for slot in self.kind.slots]


@dataclass(frozen=True)
class Desk:
    mode: str = PLAIN
    body: str = ""
    theme: str = "paper"
    rows: tuple[Row, ...] = ()
    source: str = ""
    focus: str = ""
    problem: str = ""

    @classmethod
    def of(cls, body: str, stored: Mapping[str, Any]) -> Desk:
        layout = layout_of(stored)
        return cls._with(layout) if layout else cls(body=body)

    @classmethod
    def _with(cls, layout: Layout) -> Desk:
        rows = (Row(f"b{n}", KINDS[block.kind], block.texts) for n, block in enumerate(layout.blocks, 1))
        return cls(BLOCKS, theme=layout.theme, rows=tuple(rows))

    @classmethod
    def sent(cls, post: QueryDict) -> Desk:
        """The desk as a browser sent it back."""
        mode = post.get("mode", PLAIN)
        if mode == SOURCE:
            return cls(SOURCE, source=post.get("source", ""))
        if mode != BLOCKS:
            return cls(body=post.get("body", ""))
        uids = dict.fromkeys(uid for uid in post.get("order", "").split() if UID.fullmatch(uid))
        rows = tuple(row for uid in list(uids)[:MOST_BLOCKS] if (row := _row(post, uid)))
        return cls(BLOCKS, theme=post.get("theme", "paper"), rows=rows)

    @property
    def order(self) -> str:
        return " ".join(row.uid for row in self.rows)

    def stored(self) -> dict[str, Any]:
        """The blocks as they would be kept; refuses source that cannot be read. Empty: plain words."""
        if self.mode == SOURCE:
            return layout_from(self.source).stored()
        if self.mode == PLAIN:
            return {}
        blocks = [Block(row.kind.key, row.texts).stored() for row in self.rows]
        return {"schema": 1, "theme": self.theme if self.theme in THEMES else "paper", "blocks": blocks}

    def written(self) -> str:
        """The whole desk as one text, for comparing with what a colleague wrote meanwhile."""
        if self.mode == SOURCE:
            return self.source
        return self.body if self.mode == PLAIN else source_of(layout_of(self.stored()))

    def done(self, what: str) -> Desk:
        """The desk after one button: `up:b2`, `down:b2`, `remove:b2`, `add:text`, `blocks`, `plain` or `source`."""
        verb, _colon, name = what.partition(":")
        try:
            if verb == "add" and name in KINDS:
                return self._added(KINDS[name])
            if verb in {"up", "down", "remove"}:
                return self._moved(verb, name)
            if verb in {BLOCKS, PLAIN, SOURCE}:
                return self._as(verb)
        except Refusal as refusal:
            return replace(self, problem=refusal.sentence)
        return self

    def _added(self, kind: Kind) -> Desk:
        if len(self.rows) >= MOST_BLOCKS:
            return self
        uid = f"b{max((int(row.uid[1:]) for row in self.rows), default=0) + 1}"
        new = Row(uid, kind, {slot.name: slot.usual for slot in kind.slots if slot.usual})
        rows = list(self.rows)
        ends = bool(rows) and rows[-1].kind.key == "signature"
        rows.insert(len(rows) - 1 if ends else len(rows), new)
        return replace(self, rows=tuple(rows), focus=f"{uid}-{kind.slots[0].name}" if kind.slots else f"{uid}-up")

    def _moved(self, verb: str, uid: str) -> Desk:
        rows = list(self.rows)
        place = next((n for n, row in enumerate(rows) if row.uid == uid), None)
        if place is None:
            return self
        row = rows.pop(place)
        if verb == "remove":
            return replace(self, rows=tuple(rows), focus=f"{rows[max(0, place - 1)].uid}-remove" if rows else "")
        to = max(0, place - 1) if verb == "up" else min(len(rows), place + 1)
        rows.insert(to, row)
        is_last_way = to == 0 if verb == "up" else to == len(rows) - 1
        other = "down" if verb == "up" else "up"
        return replace(self, rows=tuple(rows), focus=f"{uid}-{other if is_last_way else verb}")

    def _as(self, mode: str) -> Desk:
        if mode == self.mode:
            return self
        layout = layout_of(self.stored()) if self.mode != PLAIN else _split(self.body)
        if mode == PLAIN:
            return Desk(body=text_of(layout))
        if mode == SOURCE:
            return Desk(SOURCE, source=source_of(layout))
        return Desk._with(layout)


def _row(post: QueryDict, uid: str) -> Row | None:
    kind = KINDS.get(post.get(f"{uid}-kind", ""))
    if kind is None:
        return None
    texts = {slot.name: post.get(f"{uid}-{slot.name}", "").replace("\r\n", "\n") for slot in kind.slots}
    return Row(uid, kind, texts)


def _split(body: str) -> Layout:
    """Plain words as blocks to begin with: the words, and the signature where it ends with one."""
    text = body.replace("\r\n", "\n").strip()
    last = text.split("\n\n")[-1] if text else ""
    if not SIGNED.search(last) or last == text:
        return Layout("paper", (Block("text", {"text": text or "{{ greeting }},"}),))
    start = text[: -len(last)].rstrip()
    return Layout("paper", (Block("text", {"text": start}), Block("signature", {"text": last})))


@dataclass(frozen=True)
class PictureChoice:
    name: str
    label: str


def pictures_offered() -> list[PictureChoice]:
    """The latest pictures to choose from. One query."""
    rows = Picture.objects.only("name", "shows", "width", "height", "ending")[:PICTURES_OFFERED]
    return [PictureChoice(row.name, f"{row.shows or row.name[:8]} ({row.width} × {row.height})") for row in rows]


def files_of(request: HttpRequest, desk: Desk) -> Sequence[tuple[Row, Any]]:
    """The pictures that were sent along, with the block each is for."""
    return [(row, file) for row in desk.rows if (file := request.FILES.get(f"{row.uid}-file"))]


def with_picture(desk: Desk, row: Row, name: str) -> Desk:
    rows = tuple(replace(one, texts={**one.texts, "picture": name}) if one.uid == row.uid else one for one in desk.rows)
    return replace(desk, rows=rows)

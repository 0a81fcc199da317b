"""The shape of words in blocks, as it is stored: a theme and a list of blocks, each of one kind with its few texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.errors import Refusal

SCHEMA = 1
MOST_BLOCKS = 40
LONGEST_TEXT = 10_000
LONGEST_LINE = 500
PICTURE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Slot:
    """One text of a block. `is_words`: Liquid, filled in for each person. `needs`: may not be left empty."""

    name: str
    label: str | Promise
    help: str | Promise = ""
    is_words: bool = True
    is_long: bool = False
    is_address: bool = False
    needs: bool = False
    usual: str = ""


@dataclass(frozen=True)
class Kind:
    key: str
    label: str | Promise
    slots: tuple[Slot, ...] = ()

    def slot(self, name: str) -> Slot:
        return next(slot for slot in self.slots if slot.name == name)


_ADDRESS = gettext_lazy("A web page (https://…), tel:, sms: or mailto:")
KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("heading", gettext_lazy("Heading"), (Slot("text", gettext_lazy("Heading"), needs=True),)),
        Kind("text", gettext_lazy("Text"), (Slot("text", gettext_lazy("Text"), is_long=True, needs=True),)),
        Kind(
            "picture",
            gettext_lazy("Picture"),
            (
                Slot("picture", gettext_lazy("Picture"), is_words=False, needs=True),
                Slot("alt", gettext_lazy("What it shows"), gettext_lazy("For whoever cannot see it.")),
                Slot("url", gettext_lazy("Leads to"), _ADDRESS, is_address=True),
            ),
        ),
        Kind(
            "button",
            gettext_lazy("Button"),
            (
                Slot("label", gettext_lazy("What it says"), needs=True),
                Slot("url", gettext_lazy("Leads to"), _ADDRESS, is_address=True, needs=True),
            ),
        ),
        Kind(
            "offer",
            gettext_lazy("Offer"),
            (
                Slot("title", gettext_lazy("What it is"), needs=True),
                Slot("text", gettext_lazy("More about it"), is_long=True),
                Slot("until", gettext_lazy("Until when"), gettext_lazy("As it is to read: until 12 December.")),
                Slot("code", gettext_lazy("Code")),
            ),
        ),
        Kind("divider", gettext_lazy("Divider")),
        Kind(
            "signature",
            gettext_lazy("Signature"),
            (Slot("text", gettext_lazy("Signature"), is_long=True, needs=True, usual="{{ signature }}"),),
        ),
    )
}
THEMES: dict[str, str | Promise] = {
    "paper": gettext_lazy("Letter paper"),
    "plain": gettext_lazy("Plain and white"),
    "colour": gettext_lazy("In your colour"),
}


@dataclass(frozen=True)
class Block:
    kind: str
    texts: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    def stored(self) -> dict[str, str]:
        return {"kind": self.kind, **{name: text for name, text in self.texts.items() if text}}


@dataclass(frozen=True)
class Layout:
    """A letter in blocks; the same shape before and after it is filled in. Without blocks it is plain words."""

    theme: str = "paper"
    blocks: tuple[Block, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.blocks)

    def stored(self) -> dict[str, Any]:
        if not self.blocks:
            return {}
        return {"schema": SCHEMA, "theme": self.theme, "blocks": [block.stored() for block in self.blocks]}

    @property
    def has_offer(self) -> bool:
        return any(block.kind == "offer" for block in self.blocks)

    @property
    def pictures(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(block["picture"] for block in self.blocks if block["picture"]))


PLAIN = Layout()


def layout_of(stored: Mapping[str, Any] | None, *, is_strict: bool = False) -> Layout:
    """Read what was stored (or typed as source). Strict also refuses what could not be sent; else unknown parts go."""
    if not stored:
        return Layout()
    if stored.get("schema", SCHEMA) != SCHEMA:
        raise Refusal(_("These blocks were written by a newer Regulars."))
    theme, rows = stored.get("theme", "paper"), stored.get("blocks", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Refusal(_("The blocks cannot be read."), field="source")
    if is_strict and theme not in THEMES:
        raise Refusal(_("There is no theme called “%(name)s”.") % {"name": str(theme)[:40]}, field="theme")
    if len(rows) > MOST_BLOCKS:
        raise Refusal(_("A letter has at most %(n)d blocks.") % {"n": MOST_BLOCKS}, field="source")
    blocks = tuple(block for n, row in enumerate(rows, 1) if (block := _block(row, n, is_strict=is_strict)))
    return Layout(theme if theme in THEMES else "paper", blocks)


def _block(row: Mapping[str, Any], number: int, *, is_strict: bool) -> Block | None:
    kind = KINDS.get(str(row.get("kind")))
    if kind is None:
        if is_strict:
            words = _("Block %(n)d is of no kind we know: %(kind)s.")
            raise Refusal(words % {"n": number, "kind": str(row.get("kind"))[:40]}, field="source")
        return None
    texts = {slot.name: _text(row.get(slot.name, ""), slot) for slot in kind.slots}
    if is_strict:
        _check(kind, texts, number)
    return Block(kind.key, {name: text for name, text in texts.items() if text})


def _text(value: Any, slot: Slot) -> str:
    text = str(value if value is not None else "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if slot.is_long else " ".join(text.split())


def _check(kind: Kind, texts: Mapping[str, str], number: int) -> None:
    for slot in kind.slots:
        text, said = texts[slot.name], {"n": number, "kind": kind.label, "what": slot.label}
        if slot.needs and not text:
            raise Refusal(_("Block %(n)d (%(kind)s) is empty: “%(what)s”.") % said, field=f"{number}.{slot.name}")
        if len(text) > (LONGEST_TEXT if slot.is_long else LONGEST_LINE):
            raise Refusal(_("Block %(n)d (%(kind)s) is too long: “%(what)s”.") % said, field=f"{number}.{slot.name}")
        if slot.name == "picture" and not PICTURE.fullmatch(text):
            raise Refusal(_("Block %(n)d (%(kind)s) has no picture yet.") % said, field=f"{number}.{slot.name}")


def needed(layout: Layout) -> Iterable[tuple[int, Slot, str]]:
    """Every text that is filled in for a person: number of its block, its slot, and the words."""
    for number, block in enumerate(layout.blocks, 1):
        for slot in KINDS[block.kind].slots:
            if slot.is_words and block[slot.name]:
                yield number, slot, block[slot.name]

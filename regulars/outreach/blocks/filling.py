"""A person's facts into every text of a layout: Liquid first, compiling after, so that no value can become markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.blocks.schema import KINDS, Block, Layout, Slot

Render = Callable[[str, Mapping[str, str]], str]
ADDRESS = re.compile(r"(https?://[^\s/@]+(/\S*)?|(?:mailto|tel|sms):[^\s]+)", re.IGNORECASE)
LONGEST_ADDRESS = 4_000
NOT_IN_ONE = re.compile(r"[\"'<>\\`{}]")
ONE_FIELD = re.compile(r"\s*\{\{-?\s*\w+\s*-?\}\}\s*")


def filled(layout: Layout, facts: Mapping[str, str], render: Render) -> Layout:
    """The layout as one person reads it. A block whose words come to nothing is left out."""
    blocks = (_filled(block, facts, render) for block in layout.blocks)
    return Layout(layout.theme, tuple(block for block in blocks if block is not None))


def _filled(block: Block, facts: Mapping[str, str], render: Render) -> Block | None:
    texts = {}
    for slot in KINDS[block.kind].slots:
        source = block[slot.name]
        if slot.is_address and source:
            text = _address(source, facts, render)
        else:
            text = _words(source, slot, facts, render)
        if text:
            texts[slot.name] = text
        elif slot.needs:
            return None
    return Block(block.kind, texts)


def _words(source: str, slot: Slot, facts: Mapping[str, str], render: Render) -> str:
    text = render(source, facts) if slot.is_words and "{" in source else source
    return text.strip() if slot.is_long else " ".join(text.split())


def _address(source: str, facts: Mapping[str, str], render: Render) -> str:
    """An address of our own with values quoted into it, or one field that is the whole address."""
    if "{" not in source:
        return checked_address(source)
    is_whole = ONE_FIELD.fullmatch(source)
    values = facts if is_whole else {name: quote(value, safe="") for name, value in facts.items()}
    return checked_address(render(source, values).strip())


def checked_address(address: str) -> str:
    """Refuse what is not a web page, a number or a mail address to open: no script, no file, no second line."""
    if not address:
        return ""
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address) or NOT_IN_ONE.search(address):
        words = _("“%(address)s” is no address a letter can lead to. It begins with https://, tel:, sms: or mailto:.")
        raise Refusal(words % {"address": address[:80]}, field="url")
    return address

"""HTML from blocks: compiled by MJML once for a shape and a look, then filled for each person with escaped values.

What is compiled holds no word of the owner's and none of a person's: only the kinds of the blocks, the theme, and
marks where texts will stand. So a value cannot become markup, and a hundred thousand letters are compiled once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import css_inline
import mrml
from django.utils.html import urlize

from regulars.outreach.blocks.drawing import Shape, mjml
from regulars.outreach.blocks.schema import KINDS, Block, Layout
from regulars.outreach.blocks.themes import theme_of

MARK = re.compile(r"@@([a-z0-9.]+)@@")
MAY_BE_AN_ADDRESS = re.compile(r"://|@|\w\.\w")
PARAGRAPH = '<p style="margin:0 0 16px">'
LAST = '<p style="margin:0">'
WIDEST = 552
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True)
class Look:
    """What every letter of the house looks like: theme, colour, and where its logo is found (empty: none)."""

    accent: str = ""
    logo: str = ""
    logo_alt: str = ""
    logo_width: int = 0


@dataclass(frozen=True)
class Shown:
    """Where a picture is found from inside the letter, and how many pixels wide it is."""

    address: str
    width: int


@dataclass(frozen=True)
class Frame:
    """What stands around the blocks: language, title, who wrote and how to leave."""

    language: str = "en"
    title: str = ""
    footer: Sequence[str] = ()


def html_of(layout: Layout, look: Look, frame: Frame, pictures: Mapping[str, Shown]) -> str:
    """The letter of one person. `pictures` says where each is found, by its name; one that is nowhere is left out."""
    blocks = [block for block in layout.blocks if block.kind != "picture" or block["picture"] in pictures]
    shape = tuple(_form(block, pictures) for block in blocks)
    pieces = compiled(layout.theme, look.accent, look.logo_width if look.logo else 0, shape, bool(frame.footer))
    values = _frame_values(look, frame)
    for number, block in enumerate(blocks):
        _put_block(values, number, block, pictures)
    return "".join(values[piece] if is_mark else piece for is_mark, piece in pieces)


def _form(block: Block, pictures: Mapping[str, Shown]) -> str:
    """The kind of a block with those of its parts that may be missing: all that its compiled form depends on."""
    if block.kind == "picture":
        width = min(pictures[block["picture"]].width, WIDEST)
        return f"picture+{width}+url" if block["url"] else f"picture+{width}"
    if block.kind == "offer":
        return "offer" + "".join(f"+{name}" for name in ("text", "until", "code") if block[name])
    return block.kind


def _frame_values(look: Look, frame: Frame) -> dict[str, str]:
    return {
        "lang": escape(frame.language),
        "dir": "rtl" if frame.language[:2] in RIGHT_TO_LEFT else "ltr",
        "title": escape(frame.title),
        "logo": escape(look.logo),
        "logo.alt": escape(look.logo_alt),
        "footer": "<br>".join(lines(line) for line in frame.footer),
    }


def _put_block(values: dict[str, str], number: int, block: Block, pictures: Mapping[str, Shown]) -> None:
    for slot in KINDS[block.kind].slots:
        text = block[slot.name]
        if slot.name == "picture":
            values[f"{number}.picture"] = escape(pictures[text].address)
        elif slot.is_long:
            values[f"{number}.{slot.name}"] = paragraphs(text)
        else:
            values[f"{number}.{slot.name}"] = escape(text)


def paragraphs(text: str) -> str:
    parts = [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    opening = [PARAGRAPH] * (len(parts) - 1) + [LAST]
    return "".join(f"{start}{lines(part.strip())}</p>" for start, part in zip(opening, parts, strict=False))


def lines(text: str) -> str:
    """One paragraph, escaped, addresses as links."""
    inside = str(urlize(text, autoescape=True)) if MAY_BE_AN_ADDRESS.search(text) else escape(text)
    return inside.replace("\n", "<br>\n")


@functools.lru_cache(maxsize=256)
def compiled(theme: str, accent: str, logo_width: int, shape: Shape, has_footer: bool) -> tuple[tuple[bool, str], ...]:
    """The pieces between the marks, and the marks."""
    source = mjml(theme_of(theme, accent), logo_width, shape, has_footer)
    options = mrml.ParserOptions(include_loader=mrml.noop_loader())
    # No fonts: a letter asks nobody's server for anything.
    html = mrml.to_html(source, parser_options=options, render_options=mrml.RenderOptions(fonts={})).content.replace(
        'dir="auto"', 'dir="@@dir@@"'
    )
    html = re.sub(r"\n\s*", "\n", _inliner().inline(html))
    parts = MARK.split(html)
    return tuple((number % 2 == 1, part) for number, part in enumerate(parts))


@functools.lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)

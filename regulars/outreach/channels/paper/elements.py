"""The few things a face is made of, in millimetres from its upper left corner; `draw.typ` draws them."""

from __future__ import annotations

import re
from typing import Any

from .cleaning import clean, direction, language, paragraphs

INK = "#2b2420"
QUIET = "#6b625b"
PT = 25.4 / 72
GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
BROAD = re.compile("[\ufdfd\u2e3a\u2e3b\U0001242b]")  # wider than they are tall
LEADING = {"hand": 0.16, "hand-greek": 0.3, "book": 0.32}

Item = dict[str, Any]


def part(
    text: str,
    size: float,
    *,
    tag: str,
    font: str = "book",
    least: float = 9,
    above: float = 0,
    align: str = "start",
    keep: bool = False,
    style: str = "normal",
    ink: str = INK,
    lang: str = "en",
    leading: float | None = None,
    unbroken: int = 8,
) -> Item:
    """Return words of one size. `keep` asks for lines unbroken: they shrink before they wrap.

    Of the eight sizes from `size` to `least` that many are tried before a line is broken.
    """
    text = clean(text)
    if font == "hand" and GREEK.search(text):
        font, size, least = "hand-greek", size * 0.74, max(least * 0.8, 7)
    return {
        "text": paragraphs(text),
        "size": size,
        "least": min(least, size),
        "tag": tag,
        "font": font,
        "above": above,
        "align": align,
        "keep": keep,
        "unbroken": unbroken,
        "style": style,
        "ink": ink,
        "lang": language(lang),
        "dir": direction(text),
        "leading": LEADING[font] if leading is None else leading,
    }


def picture_part(image: str, height: float, *, above: float = 0, align: str = "start", turn: str = "ltr") -> Item:
    return {"image": image, "height": height, "above": above, "align": align, "dir": turn}


def _could_be_wide(words: str, size: float, width: float) -> bool:
    return len(words) * size * PT > width or BROAD.search(words) is not None


def _measure_these(piece: Item, width: float) -> Item:
    if "image" in piece:
        return piece
    lines = [line for lines in piece["text"] for line in lines]
    long = sorted({word for line in lines for word in line.split(" ") if _could_be_wide(word, piece["size"], width)})
    wide = [line for line in lines if _could_be_wide(line, piece["size"], width)] if piece["keep"] else long
    return piece | {"long": long, "wide": wide}


def flow(x: float, y: float, width: float, height: float, parts: list[Item], valign: str = "top") -> Item:
    """Return parts one under the other in a place they must fit; parts without words are left out."""
    shown = [_measure_these(each, width) for each in parts if "image" in each or each["text"]]
    if shown:
        shown[0] = shown[0] | {"above": 0}
    return {"kind": "flow", "x": x, "y": y, "width": width, "height": height, "parts": shown, "valign": valign}


def image(name: str, x: float, y: float, width: float, height: float, fit: str = "cover") -> Item:
    return {"kind": "image", "image": name, "x": x, "y": y, "width": width, "height": height, "fit": fit}


def code(words: str, x: float, y: float, width: float) -> Item:
    return {"kind": "qr", "qr": words, "x": x, "y": y, "width": width}


def line(
    x: float, y: float, to_x: float, to_y: float, *, ink: str = INK, thick: float = 0.1, dashed: bool = False
) -> Item:
    ends = {"x": x, "y": y, "to-x": to_x - x, "to-y": to_y - y}
    return {"kind": "line", **ends, "ink": ink, "thick": thick, "dashed": dashed}


def rect(
    x: float, y: float, width: float, height: float, *, ink: str = "", fill: str = "", thick: float = 0.15
) -> Item:
    return {"kind": "rect", "x": x, "y": y, "width": width, "height": height, "ink": ink, "fill": fill, "thick": thick}


def face(
    width: float,
    height: float,
    items: list[Item],
    *,
    bleed: tuple[float, float, float, float] = (0, 0, 0, 0),
    clip: bool = True,
) -> Item:
    """Return a face; `bleed` is how far it runs out over its left, upper, right and lower edge."""
    return {"width": width, "height": height, "items": items, "bleed": bleed, "clip": clip}

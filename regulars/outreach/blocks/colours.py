"""Colours that can be read, made from the one the business calls its own."""

from __future__ import annotations

import re

RGB = tuple[int, int, int]
HEX = re.compile(r"#[0-9a-f]{6}")
ENOUGH = 4.5


def parsed(colour: str) -> RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def written(rgb: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def mixed(colour: str, other: str, share: float) -> str:
    """`share` of the other colour in the first."""
    one, two = parsed(colour), parsed(other)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return written((red, green, blue))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2: 1 is none, 21 black on white."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def readable(colour: str, ground: str, *, towards: str) -> str:
    """The colour, taken towards black or white just as far as it takes to be read on the ground."""
    for step in range(21):
        tried = mixed(colour, towards, step / 20)
        if contrast(tried, ground) >= ENOUGH:
            return tried
    return towards


def ink_on(ground: str) -> str:
    return max(("#ffffff", "#1d1b18"), key=lambda ink: contrast(ink, ground))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in parsed(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

"""Every pair of colours that the components put together, measured from the token files in both modes."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[1] / "static" / "kit" / "css"
TOKEN = re.compile(r"--([\w-]+):\s*oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)")
TEXT, SHAPE = 4.5, 3.0
SURFACES = ("paper", "sheet", "cover")
TONES = ("accent", "warm", "alarm", "sky", "plain")


def _linear_srgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Björn Ottosson's OKLab to linear sRGB (2020), clipped to what a screen can show."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return tuple(min(1.0, max(0.0, part)) for part in (red, green, blue))  # type: ignore[return-value]  # three in, three out


def _luminance(colour: tuple[float, float, float]) -> float:
    red, green, blue = _linear_srgb(*colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _tokens(mode: str) -> dict[str, tuple[float, float, float]]:
    name = "tokens.css" if mode == "light" else "tokens-dark.css"
    found = TOKEN.findall((CSS / name).read_text())
    return {key: (float(lightness), float(chroma), float(hue)) for key, lightness, chroma, hue in found}


TEXT_PAIRS = [
    *((ink, surface) for ink in ("ink", "ink-2", "ink-3", *TONES) for surface in SURFACES),
    *((tone, f"{tone}-soft") for tone in TONES),
    *((ink, f"{tone}-soft") for ink in ("ink", "ink-2") for tone in TONES),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("ink-3", "plain-soft"),
    ("paper", "ink"),
    *(("ink", f"heat-{level}") for level in range(1, 5)),
]
SHAPE_PAIRS = [(shape, surface) for shape in ("edge", "dot", "accent", "warm") for surface in SURFACES]


def test_the_measure_itself_gives_the_published_ratios():
    white, black, grey = (1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.5999, 0.0, 0.0)
    assert ratio(white, black) == pytest.approx(21, abs=0.01)
    assert ratio(white, white) == pytest.approx(1)
    assert 3.9 < ratio(white, grey) < 4.1  # about #7f7f7f


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_words_can_be_read(mode, ink, ground):
    tokens = _tokens(mode)
    assert ratio(tokens[ink], tokens[ground]) >= TEXT, f"{ink} on {ground}, {mode}"


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_shapes_can_be_seen(mode, shape, ground):
    tokens = _tokens(mode)
    assert ratio(tokens[shape], tokens[ground]) >= SHAPE, f"{shape} on {ground}, {mode}"


def test_the_dark_room_redefines_every_colour_and_nothing_but_colours():
    light, dark = (CSS / "tokens.css").read_text(), (CSS / "tokens-dark.css").read_text()
    assert _tokens("dark").keys() == _tokens("light").keys()
    assert set(re.findall(r"(--[\w-]+):", dark)) <= set(re.findall(r"(--[\w-]+):", light))


def test_colours_are_written_in_the_token_files_only():
    for sheet in CSS.glob("*.css"):
        if sheet.name not in {"tokens.css", "tokens-dark.css", "print.css"}:
            assert not re.search(r"oklch\(\s*[\d.]|rgba?\(|hsla?\(|#[0-9a-fA-F]{3,8}\b", sheet.read_text()), sheet.name


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda sheet: sheet.name)
def test_a_style_sheet_stays_small_and_keeps_to_its_layer(sheet):
    text = sheet.read_text()
    assert len(text.splitlines()) <= 60
    assert sheet.name == "fonts.css" or "@layer" in text

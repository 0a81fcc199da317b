"""Three calm themes, light and dark, from the one colour of the business."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.outreach.blocks.colours import HEX, ink_on, mixed, readable

USUAL_ACCENT = "#3f6b4f"
SERIF = "Georgia, 'Times New Roman', serif"
SANS = "'Segoe UI', Roboto, Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Shades:
    """What is painted with what. Every ink is readable on the sheet, and `on_accent` on `accent`."""

    ground: str
    sheet: str
    ink: str
    quiet: str
    line: str
    link: str
    accent: str
    on_accent: str


@dataclass(frozen=True)
class Theme:
    key: str
    text_font: str
    head_font: str
    light: Shades
    dark: Shades
    has_band: bool = False


def theme_of(key: str, accent: str = "") -> Theme:
    colour = accent.lower() if HEX.fullmatch(accent.lower()) else USUAL_ACCENT
    if key == "plain":
        return Theme(key, SANS, SANS, _light("#ffffff", "#ffffff", "#222222", colour), _dark(colour))
    if key == "colour":
        ground = mixed(colour, "#ffffff", 0.88)
        return Theme(key, SANS, SERIF, _light(ground, "#ffffff", "#24211f", colour), _dark(colour), has_band=True)
    return Theme("paper", SERIF, SERIF, _light("#f4efe4", "#fffdf8", "#2a2622", colour), _dark(colour))


def _light(ground: str, sheet: str, ink: str, colour: str) -> Shades:
    accent = readable(colour, "#ffffff", towards="#000000")
    return Shades(
        ground=ground,
        sheet=sheet,
        ink=ink,
        quiet=readable(mixed(ink, ground, 0.35), ground, towards="#000000"),
        line=mixed(ink, sheet, 0.82),
        link=readable(colour, sheet, towards="#000000"),
        accent=accent,
        on_accent=ink_on(accent),
    )


def _dark(colour: str) -> Shades:
    sheet = "#24211e"
    accent = readable(colour, sheet, towards="#ffffff")
    return Shades(
        ground="#181614",
        sheet=sheet,
        ink="#ece5da",
        quiet="#b8afa3",
        line="#4a443d",
        link=accent,
        accent=accent,
        on_accent=ink_on(accent),
    )

"""Where the kit's style sheets, islands and icons are; their addresses are worked out once a process."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

STATIC = Path(__file__).parent / "static" / "kit"
BEFORE_DARK = ("reset", "fonts", "tokens")
DARK_MEDIA = {"auto": "screen and (prefers-color-scheme: dark)", "dark": "screen", "light": "not all"}
LAYERS = (
    *("base", "layout", "plain"),
    *("icon", "nav", "button", "chip", "face", "card", "line", "draft", "field", "choice", "table", "note", "dialog"),
    *("progress", "ways", "empty", "timeline", "menu", "chart", "chart-cells"),
    "utilities",
)
ISLANDS = ("confirm", "connection", "copy", "dialog", "dismiss", "drop", "install", "queue", "theme")


@lru_cache(maxsize=3)
def styles(theme: str) -> SafeString:
    """Links to every sheet in layer order; the dark tokens come with the media the theme asks for."""
    dark = format_html(
        '<link rel="stylesheet" id="dark" href="{}" media="{}">', _sheet("tokens-dark"), DARK_MEDIA[theme]
    )
    printed = format_html('<link rel="stylesheet" href="{}" media="print">', _sheet("print"))
    return SafeString("\n".join((_links(BEFORE_DARK), dark, _links(LAYERS), printed)))


@lru_cache(maxsize=1)
def scripts() -> SafeString:
    """The islands, each a module of its own that no page waits for."""
    links = ((static(f"kit/islands/{name}.js"),) for name in ISLANDS)
    return format_html_join("\n", '<script type="module" src="{}"></script>', links)


@lru_cache(maxsize=1)
def icon_address() -> str:
    """The sprite's address."""
    return static("kit/icons.svg")


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """Every symbol the sprite holds."""
    return frozenset(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


def _links(names: tuple[str, ...]) -> SafeString:
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((_sheet(name),) for name in names))


def _sheet(name: str) -> str:
    return static(f"kit/css/{name}.css")

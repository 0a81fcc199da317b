"""A letter in MJML: kinds of blocks and a theme in, tables that hold in every mail program out. No words."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.outreach.blocks.themes import Shades, Theme

Shape = tuple[str, ...]
HEADING = "margin:0;font-size:24px;line-height:30px;font-weight:600"
OFFER = "margin:0;font-size:20px;line-height:28px;font-weight:600"
CODE = "margin:0;font-family:Consolas,Menlo,monospace;font-size:18px;letter-spacing:1px"
SCHEMES = "".join(f'<meta name="{name}" content="light dark">' for name in ("color-scheme", "supported-color-schemes"))


def mjml(theme: Theme, logo_width: int, shape: Shape, has_footer: bool) -> str:
    """The letter for this theme, with marks (`@@2.text@@`) where the words will stand."""
    sections = [_section(theme, group) for group in _groups(shape)]
    if logo_width:
        logo = f'<mj-image src="@@logo@@" alt="@@logo.alt@@" width="{logo_width}px" align="left"/>'
        sections.insert(0, _sheet(theme, f"<mj-column>{logo}</mj-column>", "24px 8px 0"))
    if theme.has_band:
        band = f'<mj-section css-class="band" padding="0" background-color="{theme.light.accent}">'
        sections.insert(0, f'{band}<mj-column><mj-spacer height="8px"/></mj-column></mj-section>')
    sections.append(_footer(theme) if has_footer else "")
    body = f'<mj-body width="600px" background-color="{theme.light.ground}" css-class="ground">'
    return f'<mjml lang="@@lang@@">{_head(theme)}{body}{"".join(sections)}</mj-body></mjml>'


def _footer(theme: Theme) -> str:
    words = f'<mj-text font-size="13px" line-height="20px" color="{theme.light.quiet}">@@footer@@</mj-text>'
    return f'<mj-section css-class="foot" padding="16px 8px 32px"><mj-column>{words}</mj-column></mj-section>'


def _groups(shape: Shape) -> list[list[tuple[int, str]]]:
    """Blocks that share a section; an offer has one of its own, because it has a frame."""
    groups: list[list[tuple[int, str]]] = []
    for number, form in enumerate(shape):
        if form.startswith("offer") or not groups or shape[number - 1].startswith("offer"):
            groups.append([])
        groups[-1].append((number, form))
    return groups


def _section(theme: Theme, group: Sequence[tuple[int, str]]) -> str:
    inside = "".join(_drawn(theme, number, form) for number, form in group)
    if not group[0][1].startswith("offer"):
        return _sheet(theme, f"<mj-column>{inside}</mj-column>", "8px 8px")
    frame = f'border="1px solid {theme.light.accent}" border-radius="6px" padding="8px 0" css-class="offer"'
    return _sheet(theme, f"<mj-column {frame}>{inside}</mj-column>", "8px 24px")


def _sheet(theme: Theme, inside: str, padding: str) -> str:
    ground = f'background-color="{theme.light.sheet}" padding="{padding}"'
    return f'<mj-section css-class="sheet" {ground}>{inside}</mj-section>'


def _drawn(theme: Theme, number: int, form: str) -> str:
    kind, *parts = form.split("+")
    if kind == "heading":
        return _words(f'<h2 style="{HEADING}">@@{number}.text@@</h2>', theme.head_font)
    if kind == "picture":
        link = f' href="@@{number}.url@@"' if "url" in parts else ""
        width = f'width="{parts[0]}px" align="left"'
        return f'<mj-image src="@@{number}.picture@@" alt="@@{number}.alt@@" {width}{link}/>'
    if kind == "button":
        colours = f'background-color="{theme.light.accent}" color="{theme.light.on_accent}"'
        shape = 'css-class="button" align="left" font-weight="600" inner-padding="14px 24px" border-radius="6px"'
        return f'<mj-button href="@@{number}.url@@" {shape} {colours}>@@{number}.label@@</mj-button>'
    if kind == "offer":
        return _offer(theme, number, parts)
    if kind == "divider":
        border = f'border-width="1px" border-color="{theme.light.line}"'
        return f'<mj-divider css-class="line" {border} padding="16px"/>'
    return _words(f"@@{number}.text@@")


def _offer(theme: Theme, number: int, parts: Sequence[str]) -> str:
    inside = _words(f'<p style="{OFFER}">@@{number}.title@@</p>', theme.head_font)
    inside += _words(f"@@{number}.text@@") if "text" in parts else ""
    inside += _words(f'<p style="margin:0">@@{number}.until@@</p>') if "until" in parts else ""
    return inside + (_words(f'<p style="{CODE}">@@{number}.code@@</p>') if "code" in parts else "")


def _words(inside: str, font: str = "") -> str:
    chosen = f' font-family="{font}"' if font else ""
    return f'<mj-text css-class="words"{chosen}>{inside}</mj-text>'


def _head(theme: Theme) -> str:
    light = theme.light
    return (
        f"<mj-head><mj-title>@@title@@</mj-title><mj-raw>{SCHEMES}</mj-raw>"
        f'<mj-attributes><mj-all font-family="{theme.text_font}"/>'
        f'<mj-text font-size="17px" line-height="26px" color="{light.ink}" padding="8px 16px"/>'
        '<mj-button font-size="17px" padding="8px 16px"/><mj-image padding="8px 16px"/></mj-attributes>'
        f"<mj-style>:root {{ color-scheme: light dark; }} a {{ color: {light.link}; }}</mj-style>"
        f"<mj-style>@media (prefers-color-scheme: dark) {{ {_dark_rules(theme.dark)} }}</mj-style></mj-head>"
    )


def _dark_rules(dark: Shades) -> str:
    """The same letter at night: what mail programs that ask for it are told."""
    rules = {
        "body, .ground": _ground(dark.ground),
        ".sheet, .sheet > table": _ground(dark.sheet),
        ".words div, .words p, .words h2": _ink(dark.ink),
        ".words a, .foot a": _ink(dark.link),
        ".foot div": _ink(dark.quiet),
        ".button td": _ground(dark.accent),
        ".button a": _ground(dark.accent) + _ink(dark.on_accent),
        ".band, .band > table": _ground(dark.accent),
        ".line p": f"border-top-color: {dark.line} !important;",
        ".offer > table > tbody > tr > td": f"border-color: {dark.accent} !important;",
    }
    return " ".join(f"{chosen} {{ {rule} }}" for chosen, rule in rules.items())


def _ground(colour: str) -> str:
    return f"background: {colour} !important; background-color: {colour} !important;"


def _ink(colour: str) -> str:
    return f"color: {colour} !important;"

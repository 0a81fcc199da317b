"""Words in blocks as they are written in a file: TOML, the same in the library and in the editor's source view."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.blocks.schema import KINDS, Layout, layout_of

LONGEST = 60_000


def source_of(layout: Layout) -> str:
    """The layout as text; `layout_from` reads it back the same."""
    parts = [f'theme = "{layout.theme}"']
    for block in layout.blocks:
        rows = [f'kind = "{block.kind}"']
        rows += [f"{slot.name} = {_quoted(block[slot.name])}" for slot in KINDS[block.kind].slots if block[slot.name]]
        parts.append("\n".join(["[[blocks]]", *rows]))
    return "\n\n".join(parts) + "\n"


def layout_from(source: str) -> Layout:
    """Read a layout as it was typed; refuses in a sentence what cannot be read."""
    if len(source) > LONGEST:
        raise Refusal(_("These words are too long."), field="source")
    try:
        stored: Mapping[str, Any] = tomllib.loads(source.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Refusal(_("This cannot be read (%(what)s).") % {"what": fault}, field="source") from fault
    if unknown := sorted(set(stored) - {"schema", "theme", "blocks"}):
        raise Refusal(_("There is nothing called “%(name)s” in a letter.") % {"name": unknown[0]}, field="source")
    return layout_of(stored, is_strict=True)


def _quoted(text: str) -> str:
    if "\n" not in text:
        return _basic(text)
    if "'''" in text or any(ord(sign) < 32 and sign not in "\n\t" for sign in text) or text.endswith("'"):
        return _basic(text)
    return f"'''\n{text}'''"


def _basic(text: str) -> str:
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return (
        '"' + "".join(named.get(s) or (f"\\u{ord(s):04x}" if ord(s) < 32 or ord(s) == 127 else s) for s in text) + '"'
    )

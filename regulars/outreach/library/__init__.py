"""The library: warm, plain texts to begin with, one folder a language, one file a playbook, three tones.

Files only: nothing of them is in the database until the owner keeps one as words of their own. How a file is written
stands in docs/house/words.md.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.outreach.blocks import Layout, layout_of, text_of

HERE = Path(__file__).resolve().parent
TONES: dict[str, str | Promise] = {
    "warm": _("Warm"),
    "plain": _("Plain and short"),
    "formal": _("Formal"),
}


@dataclass(frozen=True)
class LibraryText:
    """One text to begin with. `words` is the text, also of one in blocks."""

    key: str
    language: str
    playbook: str
    name: str
    about: str
    channel: str
    purpose: str
    tone: str
    subject: str
    words: str
    layout: Layout
    has_offer: bool = False


def languages() -> tuple[str, ...]:
    return tuple(sorted(folder.name for folder in HERE.iterdir() if folder.is_dir() and any(folder.glob("*.toml"))))


@functools.lru_cache(maxsize=8)
def texts(language: str) -> tuple[LibraryText, ...]:
    """All texts of a language, by playbook; in English where the house has none in that one."""
    known = languages()
    chosen = next((code for code in (language, language[:2], "en") if code in known), "en")
    files = sorted((HERE / chosen).glob("*.toml"))
    return tuple(text for file in files for text in _read(file, chosen))


def text_named(key: str, language: str) -> LibraryText | None:
    """One text by its key, `playbook.channel.tone`."""
    return next((text for text in texts(language) if text.key == key), None)


def _read(file: Path, language: str) -> list[LibraryText]:
    with file.open("rb") as opened:
        sheet = tomllib.load(opened)
    return [_text(file.stem, language, sheet, row) for row in sheet["texts"]]


def _text(playbook: str, language: str, sheet: Mapping[str, Any], row: Mapping[str, Any]) -> LibraryText:
    layout = layout_of({"theme": row.get("theme", "paper"), "blocks": row.get("blocks", [])}, is_strict=True)
    return LibraryText(
        key=f"{playbook}.{row['channel']}.{row['tone']}",
        language=language,
        playbook=playbook,
        name=sheet["name"],
        about=sheet.get("about", ""),
        channel=row["channel"],
        purpose=row.get("purpose", sheet["purpose"]),
        tone=row["tone"],
        subject=row.get("subject", "").strip(),
        words=text_of(layout) if layout else row["words"].strip(),
        layout=layout,
        has_offer=bool(row.get("has_offer", layout.has_offer)),
    )

"""The child that opens a stranger's picture: draws it upright at the size asked for, or takes the ink out of it."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import typst

from regulars.kit.pictures import colour_profile
from regulars.outreach.pictures import jpeg, png
from regulars.outreach.pictures.ink import ink


def main() -> int:
    head, _line, content = sys.stdin.buffer.read().partition(b"\n")
    asked: dict[str, Any] = json.loads(head)
    pixels = png.read(drawn(content, asked["kind"], asked["width"], asked["height"]))
    if asked["what"] == "draw":
        profile = colour_profile(content) if asked["kind"] == "jpg" else b""
        # What can be seen through stays so; all else is a photograph.
        is_clear = bool(pixels[..., 3].min() < 255)
        sys.stdout.buffer.write(png.write(pixels) if is_clear else jpeg.write(pixels[..., :3], profile))
    if asked["what"] == "ink":
        inked = ink(pixels)
        if inked is None:
            return 3
        sys.stdout.buffer.write(png.write(inked))
    return 0


def drawn(content: bytes, ending: str, width: int, height: int) -> bytes:
    """Have typst draw the picture, one pixel a point, on nothing."""
    page = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt, fill: none)\n"
        f'#image("picture.{ending}", width: {width}pt, height: {height}pt, fit: "stretch")'
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"picture.{ending}").write_bytes(content)
        Path(folder, "page.typ").write_text(page)
        made = typst.compile(str(Path(folder, "page.typ")), root=folder, format="png", ppi=72.0)
    if not isinstance(made, bytes):
        raise TypeError("One page was asked for.")
    return made


if __name__ == "__main__":
    sys.exit(main())

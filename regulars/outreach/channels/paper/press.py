"""The press: a child process that turns a folder with a job into printed pages. Run as a file, by itself.

Begins with the codes of `codes.json`. At each line it is sent it reads `job.json` (what `draw.typ` draws), `run.json`
(what comes out: pdf or png) and the pictures beside them; it writes `out.pdf` or `out.png` and answers with a line of
JSON: {"unfit": [numbers of items]}, empty when it was drawn.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

MASK = 3  # any of the eight may be read by any reader; choosing the prettiest takes five times as long


def qr_svg(words: str) -> str:
    """Draw one code as a path of runs, one unit a module."""
    import segno

    matrix = segno.make(words, error="m", micro=False, mask=MASK, boost_error=False).matrix
    size = len(matrix)
    runs: list[str] = []
    for y, row in enumerate(matrix):
        x = 0
        while x < size:
            start = x
            while x < size and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start} {y}h{x - start}v1h{start - x}z")
            x += 1
    head = f'xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {size} {size}"'
    return f'<svg {head}><path d="{"".join(runs)}"/></svg>'


class Codes(threading.Thread):
    """Draws the codes of `codes.json` while the words are still being written and measured."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.words: list[str] = json.loads((folder / "codes.json").read_text())
        self.drawn: list[str] = []

    def run(self) -> None:
        self.drawn = [qr_svg(each) for each in self.words]

    def told(self) -> str:
        self.join()
        return json.dumps(self.drawn)


def work(folder: Path, codes: Codes) -> dict[str, Any]:
    """Measure the words; draw the pages when all of them fit."""
    import typst

    run = json.loads((folder / "run.json").read_text())
    job = (folder / "job.json").read_text()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=run["fonts"])
    place: dict[str, Any] = {"root": str(folder), "font_paths": fonts}
    program = str(folder / "draw.typ")
    inputs = {"task": "fit", "job": job}
    fits = typst.query(program, "<fits>", field="value", one=True, sys_inputs=inputs, **place)
    unfit = [
        n for n, (flows, fit) in enumerate(zip(run["flows"], json.loads(fits), strict=True)) if flows and fit is None
    ]
    if unfit:
        return {"unfit": unfit}
    inputs = {"task": "draw", "job": job, "fits": fits, "qrs": codes.told()}
    out = typst.compile(program, format=run["format"], ppi=run["ppi"], sys_inputs=inputs, pdf_tags=False, **place)
    (folder / f"out.{run['format']}").write_bytes(out)
    return {"unfit": []}


def main(folder: Path) -> None:
    codes = Codes(folder)
    codes.start()
    for _order in sys.stdin:
        print(json.dumps(work(folder, codes)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

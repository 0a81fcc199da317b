"""The press: a child process that turns a folder with a job into a printed page. Run as a file, by itself.

Reads `job.json` (what `draw.typ` draws), `run.json` (what comes out: pdf or png) and the pictures beside them; writes
`out.pdf` or `out.png` and prints what became of it as JSON: {"unfit": [[face, item], ...]}, empty when it was drawn.
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


def _draw_codes(codes: list[str], drawn: list[str]) -> None:
    drawn.extend(qr_svg(code) for code in codes)


def work(folder: Path) -> dict[str, Any]:
    import typst

    run = json.loads((folder / "run.json").read_text())
    job = (folder / "job.json").read_text()
    drawn: list[str] = []
    codes = threading.Thread(target=_draw_codes, args=(run["qrs"], drawn))
    codes.start()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=run["fonts"])
    place: dict[str, Any] = {"root": str(folder), "font_paths": fonts}
    program = str(folder / "draw.typ")
    inputs = {"task": "fit", "job": job}
    fits = json.loads(typst.query(program, "<fits>", field="value", one=True, sys_inputs=inputs, **place))
    codes.join()
    unfit = [
        [number, nth]
        for number, (face, sizes) in enumerate(zip(json.loads(job)["faces"], fits, strict=True))
        for nth, (item, size) in enumerate(zip(face["items"], sizes, strict=True))
        if item["kind"] == "flow" and size is None
    ]
    if unfit:
        return {"unfit": unfit}
    inputs = {"task": "draw", "job": job, "fits": json.dumps(fits), "qrs": json.dumps(drawn)}
    out = typst.compile(program, format=run["format"], ppi=run["ppi"], sys_inputs=inputs, pdf_tags=False, **place)
    (folder / f"out.{run['format']}").write_bytes(out)
    return {"unfit": []}


if __name__ == "__main__":
    print(json.dumps(work(Path(sys.argv[1]))))

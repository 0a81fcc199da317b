"""A thousand folded cards, each with words, a code and a picture of its own shop, as one file to print.

    python bench/cards.py [--cards 1000] [--picture FILE]

Two sheets: the card that opens like a book (two pages each) and the one folded twice (one page each). The floor in the
same run is the typesetter alone with as many pages of one plain line. `cpu_s` is what all processes worked, which other
work on the machine disturbs less than the time. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
TARGET_S = 3.0
PLAIN = """
import sys, typst
page = "#set page(width: 210mm, height: 297mm)\\n#for n in range(PAGES) { if n > 0 { pagebreak() }; [Plain line #n] }"
page = page.replace("PAGES", sys.argv[1]).encode()
open(sys.argv[2], "wb").write(typst.compile(page, ignore_system_fonts=True, pdf_tags=False))
"""
SKY = """#set page(width: 1240pt, height: 1754pt, margin: 0pt)
#rect(width: 100%, height: 100%, fill: gradient.linear(rgb("#e9d8b4"), rgb("#b6562f"), rgb("#37525b"), angle: 70deg))"""
WORDS = (
    "thank you for coming back on Saturday, number {n} of this year. The blue dress suits you so well that two people "
    "in the shop asked me about it afterwards.\n\nIf the hem needs another look, bring it by any time."
)


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    before, began = os.times(), time.perf_counter()
    made = work()
    wall, after = time.perf_counter() - began, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    return made, {"seconds": round(wall, 2), "cpu_s": round(cpu, 2)}


def a_picture(path: str) -> bytes:
    if path:
        return Path(path).read_bytes()
    import typst

    drawn = typst.compile(SKY.encode(), format="png", ppi=72)
    assert isinstance(drawn, bytes)
    return drawn


def floor(pages: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", PLAIN, str(pages), f"{folder}/plain.pdf"]
        return timed(lambda: subprocess.run(command, check=True))[1]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--cards", type=int, default=1000)
    asked.add_argument("--picture", default="")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    os.environ.setdefault("REGULARS_DATA_DIR", tempfile.mkdtemp())
    import django

    django.setup()
    from regulars.outreach.channels.paper import SHEETS, Look, Piece, make

    look = Look("Atelier Linde", ("Lindenstraße 12", "10969 Berlin"), "#7a3b2e", "hand", a_picture(options.picture))
    pieces = [
        Piece(
            str(n), (), WORDS.format(n=n), f"Dear Zofia {n},", "Yours, Linde", f"https://linde.example/c/{n:08d}abcdef",
            "Your own page", "en", "Thank you",
        )
        for n in range(options.cards)
    ]  # fmt: skip
    told: dict[str, Any] = {"cards": options.cards, "target_s": TARGET_S, "sheets": {}}
    for sheet in ("card-side-a4", "card-quarter-a4"):
        made, took = timed(lambda sheet=sheet: make(sheet, pieces, look))
        assert made.pages == options.cards * SHEETS[sheet].sides
        assert not made.misfits
        plain = floor(made.pages)
        told["sheets"][sheet] = {
            **took,
            "pages": made.pages,
            "megabytes": round(len(made.pdf) / 1e6, 1),
            "floor": plain,
            "times_the_floor": round(took["seconds"] / plain["seconds"], 1),
            "is_reached": took["seconds"] <= TARGET_S,
        }
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()

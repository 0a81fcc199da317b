"""What a letter in blocks costs beside a plain one, and how long a hundred thousand people take to be looked through.

    python bench/words.py --letters 2000 --people 100000

The floor is the same words as a plain letter, built by the same code. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=2000)
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="regulars-words-"))
    os.environ.update(REGULARS_DATA_DIR=str(folder), REGULARS_TESTING="yes", DJANGO_SETTINGS_MODULE="regulars.settings")
    os.environ.pop("REGULARS_DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    try:
        print(
            json.dumps({"bench": "words", "database": "sqlite", **_letters(options.letters), **_people(options.people)})
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _letters(n: int) -> dict[str, float]:
    from regulars.kit import clock
    from regulars.kit.business import business
    from regulars.outreach.blocks import filled, layout_of, text_of
    from regulars.outreach.channels.email.dress import Wardrobe
    from regulars.outreach.channels.email.letters import Letter, Sender, WayOut
    from regulars.outreach.channels.email.wire import built
    from regulars.outreach.services.liquid import rendered
    from regulars.outreach.tests.builders import a_shop

    a_shop()
    blocks = [
        {"kind": "heading", "text": "For {{ name }}"},
        {"kind": "text", "text": "Dear {{ name }},\n\nthank you for coming in. I hope the scarf is all you hoped for."},
        {"kind": "button", "label": "Book a time", "url": "https://shop.example/book"},
        {"kind": "signature", "text": "Until soon\nMaya"},
    ]
    layout = layout_of({"theme": "colour", "blocks": blocks})
    sender, way_out, now = Sender("Maya", "maya@boutique.example"), WayOut("", "maya@boutique.example"), clock.now()
    wardrobe = Wardrobe([layout], business())

    def letter(number: int, *, is_dressed: bool) -> bytes:
        own = filled(layout, {"name": f"Guest {number}"}, rendered)
        dress = wardrobe.dress(own) if is_dressed else None
        to = f"g{number}@example.org"
        return built(
            Letter("<1@a.example>", "Guest", to, "Thank you", text_of(own), now, sender, way_out=way_out, dress=dress)
        )

    plain = _per_second(n, lambda number: letter(number, is_dressed=False))
    dressed = _per_second(n, lambda number: letter(number, is_dressed=True))
    return {
        "plain_letters_per_second": round(plain),
        "letters_in_blocks_per_second": round(dressed),
        "ratio": round(dressed / plain, 3),
        "bytes_of_one": len(letter(1, is_dressed=True)),
    }


def _per_second(n: int, make: Callable[[int], bytes]) -> float:
    make(0)
    started = time.perf_counter()
    for number in range(n):
        make(number)
    return n / (time.perf_counter() - started)


def _people(n: int) -> dict[str, float]:
    from regulars.outreach import queries, services
    from regulars.outreach.tests.builders import many_people
    from regulars.people.models import Person

    for start in range(0, n, 20_000):
        many_people(min(20_000, n - start))
    started = time.perf_counter()
    found = services.preflight(queries.latest("birthday"), Person.objects.all())
    seconds = time.perf_counter() - started
    return {"people": found.total, "preflight_seconds": round(seconds, 2), "people_per_second": round(n / seconds)}


if __name__ == "__main__":
    sys.exit(main())

"""How many telephone numbers, e-mail addresses and names of the world come out as expected.

    python bench/names.py --folder ../shared/data/names_addresses

Reads `phone_example_numbers.csv` (libphonenumber), `email_addresses_expected.csv` (email-validator, is_email) and
`nameparser_cases.json` (nameparser; cases of its default settings). Numbers are read as a customer writes them: with
their country, and at home, with the zero or whatever is dialled before. Prints JSON: of each kind `n`, `as_expected`,
`rate`, and every other one with what was expected and what came out. Needs no database.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from regulars.intake.values import reach  # noqa: E402
from regulars.people.addresses import e164, normalised_email  # noqa: E402
from regulars.people.names import parts  # noqa: E402

PARTS = ("title", "given", "middle", "family", "suffix", "nickname")


class Tried(NamedTuple):
    """One thing that was read, what was expected of it, and what came out."""

    what: str
    expected: str
    found: str


def phones(folder: Path) -> Iterator[Tried]:
    """Each number with its country, and as it is dialled at home."""
    with (folder / "phone_example_numbers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Tried(f"{row['e164']} abroad", row["e164"], e164(row["e164"], ""))
            if row["region"] != "001":
                home = f"{row['national_prefix'] or ''}{row['national_significant_number']}"
                yield Tried(f"{home} in {row['region']} ({row['type']})", row["e164"], e164(home, row["region"]))


def emails(folder: Path) -> Iterator[Tried]:
    """Each address that is clearly valid or clearly none; of the unusual ones a shop may do as it likes.

    `Ann <ann@x.example>` is none where an address is typed, and one in a cell of a file: it is read there. Where no
    normal form is given, any will do.
    """
    with (folder / "email_addresses_expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            is_named = row["email"].endswith(">") and row["verdict"] == "valid"
            found = normalised_email((reach.email(row["email"]) or "") if is_named else row["email"])
            if row["verdict"] == "invalid":
                yield Tried(row["email"], "", found)
            elif row["verdict"] == "valid":
                yield Tried(row["email"], row["normalised"].casefold() or found or "an address", found)


def names(folder: Path) -> Iterator[Tried]:
    """Each name, taken apart into title, given, middle, family, suffix and nickname."""
    for case in json.loads((folder / "nameparser_cases.json").read_text("utf-8")):
        if case["policy"] or case["locale"]:
            continue
        wanted = {part: case["expect"].get(part, "") for part in PARTS}
        read = parts(case["text"])
        found = {part: getattr(read, part) for part in PARTS}
        yield Tried(case["text"], _shown(wanted), _shown(found))


def _shown(told: dict[str, str]) -> str:
    return "; ".join(f"{part}: {text}" for part, text in told.items() if text)


def counted(tried: Iterator[Tried]) -> dict[str, object]:
    """How many came out as expected, and all the others."""
    every = list(tried)
    others = [one._asdict() for one in every if one.found != one.expected]
    right = len(every) - len(others)
    return {
        "n": len(every),
        "as_expected": right,
        "rate": round(right / len(every), 4) if every else None,
        "others": others,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared" / "data" / "names_addresses")
    folder = parser.parse_args().folder
    if not folder.is_dir():
        print(json.dumps({"bench": "names", "skipped": f"there is no folder {folder}"}))
        return 0
    answer = {"phones": counted(phones(folder)), "emails": counted(emails(folder)), "names": counted(names(folder))}
    print(json.dumps({"bench": "names", **answer}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

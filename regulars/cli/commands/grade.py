"""regulars grade: who everybody is to us, as of a day."""

from __future__ import annotations

import argparse
from datetime import date

from regulars.cli.main import Command


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it like 2026-11-22") from None


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", type=day, metavar="DATE", help="grade as if it were that day (today)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def size(group: tuple[str, int]) -> int:
    return group[1]


def run(options: argparse.Namespace) -> int:
    from regulars.cli.printing import print_json, print_table
    from regulars.kit.clock import today
    from regulars.standings.services import grade_everyone

    answer = grade_everyone(options.as_of or today())
    if options.json:
        print_json(answer)
        return 0
    print(f"As of {answer['as_of']}: {answer['people']:,} people.")
    groups: dict[str, int] = answer["groups"]
    largest_first: list[tuple[str, int]] = sorted(groups.items(), key=size, reverse=True)
    print_table(["group", "people"], largest_first)
    return 0


COMMAND = Command("grade", "Grade everybody by recency, frequency and money, as of a day.", arguments, run)

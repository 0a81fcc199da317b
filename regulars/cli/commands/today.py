"""regulars today: the day's plan, read only."""

from __future__ import annotations

import argparse

from regulars.cli.commands.grade import day
from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", type=day, metavar="DATE", help="preview another day; changes nothing")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    from regulars.cli.printing import print_json
    from regulars.kit import clock
    from regulars.today.queries import plan

    on = options.on or clock.today()
    lines = [line.as_row() for line in plan(on).lines]
    if options.json:
        print_json(lines)
        return 0
    if not lines:
        print(f"{on}: nobody needs you today.")
    for line in lines:
        cost = f", {line['cost']}" if line["cost"] not in (None, "", "0", "0.00") else ""
        print(f"{line['person'] or '-'}: {line['what']} ({line['minutes']} min{cost})")
        print(f"    {line['why_person']} {line['why_now']}".rstrip())
    return 0


COMMAND = Command("today", "Print the day's plan: who, what, why, how long, what it costs.", arguments, run)

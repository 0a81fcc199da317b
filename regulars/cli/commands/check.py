"""regulars check: is everything in order?"""

from __future__ import annotations

import argparse
import dataclasses

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    from regulars.cli.printing import print_json
    from regulars.kit.health import check
    from regulars.standings.health import analytics

    findings = sorted([*check(), analytics()], key=lambda finding: finding.is_fine)
    if options.json:
        print_json([dataclasses.asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(f"{'ok ' if finding.is_fine else 'LOOK'}  {finding.sentence}")
    return 0 if all(finding.is_fine for finding in findings) else 1


COMMAND = Command(
    "check",
    "Look whether everything is in order; exit 1 when something needs you.",
    arguments,
    run,
    needs_current_database=False,
)

"""regulars import: take files in; bad rows are named, the rest is kept."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="contact cards, CSV, TSV, Excel, JSON or Parquet, packed or not, as it was exported",
    )
    parser.add_argument("--format", metavar="NAME", help="say what it is instead of having it recognised")
    parser.add_argument(
        "--map", action="append", default=[], metavar="FIELD=COLUMN", help="which column holds a field; may be repeated"
    )
    parser.add_argument(
        "--date-order", choices=["dmy", "mdy", "ymd"], help="whether 03/04 is the 3rd of April or the 4th of March"
    )
    parser.add_argument("--currency", metavar="CODE", help="the currency, when the file does not say (EUR, USD, ...)")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    parser.add_argument("--json", action="store_true", help="print JSON")


def mapping(pairs: list[str]) -> dict[str, str]:
    from regulars.kit.errors import Refusal

    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise Refusal(f"--map needs FIELD=COLUMN, and {wrong[0]!r} has no '='.")
    return dict(pair.split("=", 1) for pair in pairs)


def tell(answer: dict[str, object]) -> None:
    file = answer
    print(f"{file['file']}: {file['format']}, {file['rows']:,} rows")
    for kind in ("people", "orders"):
        counts = file[kind]
        assert isinstance(counts, dict)
        print(
            f"  {kind}: "
            + ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
            + ("" if any(counts.values()) else "none")
        )
    net = file["net_total"]
    assert isinstance(net, dict)
    print(f"  lines {file['lines']:,}, refunds {file['refunds']:,}, net total {net['amount']} {net['currency']}")
    refused = file["refused_rows"]
    assert isinstance(refused, list)
    for row in refused[:20]:
        print(f"  row {row['row']}: {row['reason']}")
    if len(refused) > 20:
        print(f"  and {len(refused) - 20:,} more refused rows (--json lists them all)")
    questions = file["questions"]
    assert isinstance(questions, list)
    for question in questions:
        print(f"  question: {question['text'] if isinstance(question, dict) else question}")


def changed_anything(answer: dict[str, Any]) -> bool:
    """Nobody needs grading again after a file that was taken in before."""
    return any(
        file["people"]["new"] or file["orders"]["new"] or file["orders"]["updated"] or file["orders"]["cancelled"]
        for file in answer["files"]
    )


def run(options: argparse.Namespace) -> int:
    from regulars.cli.database import require_business
    from regulars.cli.printing import print_json
    from regulars.intake.services import ImportOptions, NothingRead, import_files
    from regulars.kit.money import currency_of
    from regulars.standings.services import grade_everyone

    currency = currency_of(options.currency) if options.currency else None
    require_business(currency)
    chosen = ImportOptions(
        format=options.format,
        mapping=mapping(options.map),
        date_order=options.date_order,
        currency=currency,
        is_dry_run=options.dry_run,
    )
    try:
        answer = import_files(options.files, chosen)
    except NothingRead as refusal:
        if options.json:
            print_json(refusal.answer)
        raise
    try:
        if not options.dry_run and changed_anything(answer):
            grade_everyone()
    finally:  # whatever becomes of the grading, what was taken in is said
        if options.json:
            print_json(answer)
        else:
            for file in answer["files"]:
                tell(file)
    return 0


COMMAND = Command(
    "import", "Take in people and orders from files; bad rows are named, the rest is kept.", arguments, run
)

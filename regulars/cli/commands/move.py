"""regulars move: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import argparse
from pathlib import Path

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target",
        nargs="?",
        default="",
        help="postgresql://user:password@host/name, or sqlite for a file in the data folder",
    )
    parser.add_argument("--to-folder", type=Path, metavar="FOLDER", help="with sqlite: another data folder")
    parser.add_argument("--stay", action="store_true", help="open the old database again after a move")
    parser.add_argument("--json", action="store_true", help="print JSON: rows by table, as counted on both sides")


def run(options: argparse.Namespace) -> int:
    import dataclasses

    from regulars.cli.printing import print_json, print_table
    from regulars.kit import moving_house, upgrade
    from regulars.kit.errors import Refusal

    if options.stay:
        was_left = moving_house.stay()
        print("This database is open again." if was_left else "Nothing had moved out of this database.")
        return 0
    if not options.target:
        raise Refusal("Say where to: a postgresql://… address, or sqlite.")
    upgrade.migrate_safely()
    moved = moving_house.move(options.target, options.to_folder)
    if options.json:
        print_json({**dataclasses.asdict(moved), "kept": str(moved.kept)})
        return 0
    filled = [(name, f"{rows:,}") for name, rows in moved.counts.items() if rows]
    print_table(("table", "rows here and there"), filled, f"Everything is in {moved.database} now")
    print(f"{sum(moved.counts.values()):,} rows in {len(moved.counts)} tables, counted on both sides, none missing.")
    print(_how_to_start(options))
    print(f"The old database is closed and untouched; the state before is in {moved.kept}.")
    return 0


def _how_to_start(options: argparse.Namespace) -> str:
    if options.target != "sqlite":
        return "From now on start Regulars with REGULARS_DATABASE_URL set to that address."
    if options.to_folder:
        folder = options.to_folder.resolve()
        return f"From now on start Regulars with REGULARS_DATA_DIR={folder} and without REGULARS_DATABASE_URL."
    return "From now on start Regulars without REGULARS_DATABASE_URL."


COMMAND = Command(
    "move",
    "Move everything from SQLite to PostgreSQL or back, every row counted on both sides.",
    arguments,
    run,
    needs_current_database=False,
)

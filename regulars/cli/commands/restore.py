"""regulars restore: put a backup into an empty folder."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from regulars.cli.commands.backup import PASSPHRASE, passphrase
from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument("--passphrase", action="store_true", help=f"it is locked (asked for, or {PASSPHRASE})")
    parser.add_argument("--json", action="store_true", help="print JSON: rows by table")
    parser.add_argument(
        "--rehearse", action="store_true", help="put it back on trial, into a folder that is thrown away afterwards"
    )
    parser.add_argument("--as-a-move", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--force", action="store_true", help="replace what is there now; a backup of that is kept first"
    )


def run(options: argparse.Namespace) -> int:
    from regulars.cli.printing import print_json
    from regulars.kit.restoring import restore

    words = passphrase(options.passphrase or PASSPHRASE in os.environ)
    if options.rehearse:
        from regulars.kit.rehearsing import rehearse

        counts = rehearse(options.file, words)
        if options.json:
            print_json({"counts": counts})
        else:
            print(f"It could be put back: {sum(counts.values()):,} rows in {len(counts)} tables.")
            print("Nothing here was touched.")
        return 0
    info = restore(options.file, words, force=options.force, is_move=options.as_a_move)
    if options.json:
        print_json({"counts": info.counts, "taken_at": info.taken_at, "version": info.version})
        return 0
    rows, tables = sum(info.counts.values()), len(info.counts)
    print(f"Restored: {rows:,} rows in {tables} tables, as they were on {info.taken_at:%d %B %Y, %H:%M} UTC.")
    if info.again.get("erasures"):
        print(f"{info.again['erasures']} erased since this backup was taken: erased again.")
    print("Sending is stopped, so that nobody is written to twice; “Start again” on any page lets it go on.")
    return 0


COMMAND = Command(
    "restore", "Put a backup back, and prove that every row arrived.", arguments, run, needs_current_database=False
)

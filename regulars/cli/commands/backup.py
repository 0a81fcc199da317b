"""regulars backup: one file that holds everything, taken while the shop is open."""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path

from regulars.cli.main import Command

PASSPHRASE = "REGULARS_BACKUP_PASSPHRASE"  # noqa: S105  # the name of a variable


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, help="where to write it (a dated file in the backups folder)")
    parser.add_argument(
        "--passphrase", action="store_true", help=f"lock it with a passphrase (asked for, or {PASSPHRASE})"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def passphrase(is_wanted: bool, prompt: str = "Passphrase: ") -> str | None:
    if not is_wanted:
        return None
    return os.environ.get(PASSPHRASE) or getpass.getpass(prompt)


def run(options: argparse.Namespace) -> int:
    import dataclasses

    from regulars.cli.printing import print_json
    from regulars.kit.backups import back_up, next_backup_path

    info = back_up(options.file or next_backup_path(), passphrase(options.passphrase or PASSPHRASE in os.environ))
    if options.json:
        print_json({**dataclasses.asdict(info), "path": str(info.path)})
    else:
        print(f"Everything is in {info.path} ({info.size_bytes / 1e6:.1f} MB).")
    return 0


COMMAND = Command(
    "backup", "Write everything (database, pictures, key) to one file, while Regulars runs.", arguments, run
)

"""regulars erase: forget somebody for good, in every room."""

from __future__ import annotations

import argparse
import sys

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("who", metavar="ID|EMAIL", help="the number or an e-mail address")
    parser.add_argument("--yes", action="store_true", help="do not ask (a script is not asked either)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")


def run(options: argparse.Namespace) -> int:
    from regulars.cli.exports import person_named
    from regulars.people.papers import label_about_them
    from regulars.people.services import erase_person, preview_erasure

    person = person_named(options.who)
    preview = preview_erasure(person)
    name = person.full_name or f"number {person.pk}"
    goes = ", ".join(f"{label_about_them(what)} ({count})" for what, count in preview.goes.items())
    print(f"{name}: {goes or 'only the name'}")
    if options.dry_run:
        return 0
    if sys.stdin.isatty() and not options.yes and input("Erase them for good? Type yes: ").strip().lower() != "yes":
        print("Nothing was erased.")
        return 0
    erase_person(person)
    print("Erased. Sums stay, and the addresses' hashes, so that nobody writes to them again.")
    return 0


COMMAND = Command("erase", "Forget somebody for good; sums stay, without a name.", arguments, run)

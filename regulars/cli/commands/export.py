"""regulars export: everything, one person, or a list (standings, people, orders), row by row."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from regulars.cli.main import Command

FORMS = {
    "all": (),
    "person": ("json", "html"),
    "people": ("csv", "json", "vcard"),
    "standings": ("csv", "json"),
    "orders": ("csv", "json"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=list(FORMS))
    parser.add_argument("who", nargs="?", metavar="ID|EMAIL", help="with `person`: the number or an e-mail address")
    parser.add_argument(
        "--as", dest="form", choices=["csv", "json", "vcard", "html"],
        help="csv (formula-safe) or json; people also as vcard; one person as json or html (the first of these)",
    )  # fmt: skip
    parser.add_argument("--card", choices=["3.0", "4.0"], default="3.0", help="which vCard (3.0 is read everywhere)")
    parser.add_argument("--output", "-o", type=Path, metavar="FILE", help="write there instead of to the terminal")
    parser.add_argument("--out", type=Path, metavar="FOLDER|FILE.zip", help="with `all`: where everything goes")


@contextlib.contextmanager
def opened(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


def run(options: argparse.Namespace) -> int:
    from regulars.kit.errors import Refusal

    if options.what == "all":
        return everything(options.out or options.output)
    forms = FORMS[options.what]
    form = options.form or forms[0]
    if form not in forms:
        raise Refusal(f"{options.what} can be had as {', '.join(forms)}.")
    if options.what == "person":
        return one_person(options, form)
    if options.who:
        raise Refusal("Only `regulars export person` takes a number or an address.")
    with opened(options.output) as file:
        write_list(options.what, form, options.card, file)
    return 0


def write_list(what: str, form: str, card: str, file: TextIO) -> None:
    from regulars.cli import exports
    from regulars.cli.printing import print_csv, print_json_rows

    if form == "vcard":
        from regulars.people.cards import cards

        file.writelines(cards(card, exports.identity()))
        return
    columns, rows = exports.rows_of(what)
    if form == "csv":
        print_csv(columns, rows, file)
    else:
        print_json_rows(rows, file)


def everything(target: Path | None) -> int:
    from regulars.cli.exports import everything
    from regulars.kit.errors import Refusal

    if target is None:
        raise Refusal("Say where to: --out FOLDER or --out FILE.zip.")
    counts = everything(target)
    print(f"{sum(counts.values()):,} rows in {len(counts)} tables, as CSV and JSON: {target}")
    return 0


def one_person(options: argparse.Namespace, form: str) -> int:
    from regulars.cli.exports import person_named
    from regulars.people.papers import as_json, as_page
    from regulars.people.services import export_person

    person = person_named(options.who or "")
    held = export_person(person.pk)
    with opened(options.output) as file:
        file.write(as_json(held) if form == "json" else as_page(person, held))
    return 0


COMMAND = Command("export", "Write everything, one person, or a list of standings, people or orders.", arguments, run)

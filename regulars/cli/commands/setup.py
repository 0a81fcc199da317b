"""regulars setup: the folder, the database and, if asked, the business and its owner."""

from __future__ import annotations

import argparse
import sys

from regulars.cli.commands.set_password import ask_password
from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--business", metavar="NAME", help="the name over the door")
    parser.add_argument("--owner-name", metavar="NAME", help="the owner's name")
    parser.add_argument("--owner-email", metavar="EMAIL", help="the owner signs in with this")
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the owner's password from standard input, one line"
    )
    parser.add_argument("--zone", metavar="ZONE", help="time zone, like Europe/Berlin")
    parser.add_argument("--currency", metavar="CODE", help="like EUR, USD, GBP")
    parser.add_argument("--country", metavar="CODE", help="two letters, like DE")
    parser.add_argument("--language", metavar="CODE", help="like en")
    parser.add_argument("--quiet", action="store_true", help="say nothing when all went well")


def set_up_from(options: argparse.Namespace) -> None:
    from regulars.kit.services import set_up_business
    from regulars.staff.services import create_owner

    wanted = {
        name: getattr(options, name) for name in ("zone", "currency", "country", "language") if getattr(options, name)
    }
    if options.business:
        wanted = {"zone": "UTC", "currency": "EUR", **wanted}
        set_up_business(name=options.business, owner_name=options.owner_name or "", **wanted)
    if options.owner_email:
        password = sys.stdin.readline().rstrip("\n") if options.password_stdin else ask_password()
        create_owner(email=options.owner_email, display_name=options.owner_name or "", password=password)


def run(options: argparse.Namespace) -> int:
    from django.conf import settings

    set_up_from(options)
    if not options.quiet:
        print(f"Ready in {settings.DATA_DIR}. Now `regulars serve`; the first page asks for the rest.")
    return 0


COMMAND = Command(
    "setup", "Make the folder and the database; with options, the business and its owner too.", arguments, run
)

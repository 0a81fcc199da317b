"""regulars set-password: for the owner who is locked out."""

from __future__ import annotations

import argparse
import getpass
import sys

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", help="the e-mail address that person signs in with")
    parser.add_argument("--stdin", action="store_true", help="read the new password from standard input, one line")


def ask_password() -> str:
    from regulars.kit.errors import Refusal

    first = getpass.getpass("New password: ")
    if first != getpass.getpass("The same again: "):
        raise Refusal("The two passwords are not the same. Nothing was changed.")
    return first


def run(options: argparse.Namespace) -> int:
    from regulars.kit.errors import Refusal
    from regulars.staff.models import User
    from regulars.staff.services import set_password

    user = User.objects.filter(email__iexact=options.email.strip()).first()
    if user is None:
        raise Refusal(f"Nobody signs in with {options.email}.")
    set_password(user, sys.stdin.readline().rstrip("\n") if options.stdin else ask_password())
    print(f"{user.display_name or user.email} can sign in with the new password.")
    return 0


COMMAND = Command("set-password", "Give somebody a new password, from the machine Regulars runs on.", arguments, run)

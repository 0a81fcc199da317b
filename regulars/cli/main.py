"""Read the command line, start Django with the right folder, run one command, turn refusals into exit status 2."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

import regulars


@dataclass(frozen=True)
class Command:
    """One file of `commands/`: its name, its one-line help, its options and what it does."""

    name: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    is_hidden: bool = False
    needs_current_database: bool = True
    tells_of_upgrades: bool = False
    environment: Callable[[argparse.Namespace], dict[str, str]] | None = None


def commands() -> list[Command]:
    """Every command, in the order of its file name."""
    package = importlib.import_module("regulars.cli.commands")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"regulars.cli.commands.{name}").COMMAND for name in names]


class Parser(argparse.ArgumentParser):
    """A command line that cannot be understood is answered with one sentence, and exit status 2."""

    def error(self, message: str) -> NoReturn:
        shown = message.replace(", 'run-job'", "")
        self.exit(2, f"{shown[:1].upper()}{shown[1:].rstrip('.')}. `{self.prog} --help` tells more.\n")


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="regulars",
        description="Turns first-time customers into regulars, and regulars into people who send their friends.",
        epilog="Everything lives in one folder: REGULARS_DATA_DIR, or ./data. `regulars COMMAND --help` tells more.",
    )
    parser.add_argument("--version", action="version", version=f"Regulars {regulars.__version__}")
    shelf = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    shared = Parser(add_help=False)
    shared.add_argument("--data-dir", metavar="FOLDER", help="the folder that holds everything (REGULARS_DATA_DIR)")
    for command in commands():
        if command.is_hidden:
            sub = shelf.add_parser(command.name, parents=[shared], description=command.help)
        else:
            sub = shelf.add_parser(command.name, parents=[shared], description=command.help, help=command.help)
        command.arguments(sub)
        sub.set_defaults(chosen=command)
    return parser


def start_django(options: argparse.Namespace) -> None:
    """Point the settings at the folder asked for and set Django up."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")
    chosen: Command = options.chosen
    if chosen.environment:
        os.environ.update(chosen.environment(options))
    if options.data_dir:
        os.environ["REGULARS_DATA_DIR"] = options.data_dir
    django.setup()


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def run(argv: Sequence[str]) -> int:
    """Run one command; 0 when done, 2 with one sentence when it could not be done."""
    options = build_parser().parse_args(argv)
    from django.core.exceptions import ImproperlyConfigured
    from django.db.utils import DatabaseError, OperationalError

    from regulars.kit.errors import Refusal
    from regulars.kit.trouble import in_words

    try:
        start_django(options)
        if options.chosen.needs_current_database:
            from regulars.cli.database import require_current_database

            require_current_database(is_told=options.chosen.tells_of_upgrades)
        return int(options.chosen.run(options))
    except Refusal as refusal:
        say(refusal.sentence)
    except ImproperlyConfigured as fault:
        say(str(fault))
    except OperationalError as fault:
        say(in_words(fault) or f"The database cannot be used: {str(fault).strip().splitlines()[0]}")
    except DatabaseError as fault:
        say(in_words(fault) or f"The database refused: {str(fault).strip().splitlines()[0]}")
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as fault:
        if not (sentence := in_words(fault)):
            raise
        say(sentence)
    except KeyboardInterrupt:
        return 130
    return 2

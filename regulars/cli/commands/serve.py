"""regulars serve: the pages, with the worker inside unless told otherwise."""

from __future__ import annotations

import argparse
import os
import socket

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets phones on the shop's Wi-Fi in (127.0.0.1)")
    parser.add_argument("--port", type=port, default=8000, help="where the pages are asked for (8000)")
    parser.add_argument(
        "--processes", type=int, default=1, help="web processes; more than one only over PostgreSQL (1)"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="do not work in this process; run `regulars work` beside it"
    )
    parser.add_argument(
        "--gunicorn", action="store_true", help="serve by gunicorn instead of granian (install regulars[gunicorn])"
    )


def port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; it is a number from 1 to 65535")
    return int(text)


def refuse_a_taken_place(host: str, number: int) -> None:
    """Say in a sentence what the server would say in a trace: somebody else answers there, or it is not ours."""
    from regulars.kit.errors import Refusal

    try:
        found = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)
        family, kind, _protocol, _name, address = found[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as fault:
        words = getattr(fault, "strerror", None) or str(fault)
        raise Refusal(f"Nothing can be served at {host}:{number}: {words}. Another --port or --host may do.") from fault


def environment(options: argparse.Namespace) -> dict[str, str]:
    return {"REGULARS_WORKER_INSIDE": "no"} if options.no_worker or options.processes > 1 else {}


def serve_by_granian(options: argparse.Namespace) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "regulars.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.processes,
        blocking_threads=4,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


def serve_by_gunicorn(options: argparse.Namespace) -> None:
    address = f"{options.host}:{options.port}"
    words = ["gunicorn", "regulars.wsgi:application", "-b", address, "-w", str(options.processes), "--threads", "4"]
    os.execvp("gunicorn", words)  # noqa: S606  # our own words only


def run(options: argparse.Namespace) -> int:
    from django.conf import settings

    from regulars.kit import lan
    from regulars.kit.errors import Refusal

    if options.processes > 1 and not settings.DATABASE_URL:
        raise Refusal("More than one web process needs PostgreSQL (REGULARS_DATABASE_URL).")
    refuse_a_taken_place(options.host, options.port)
    os.environ["REGULARS_DATA_DIR"] = str(settings.DATA_DIR)
    os.environ[lan.BOUND] = f"{options.host} {options.port}"
    print(f"Regulars: http://{options.host}:{options.port}/  (Ctrl-C stops it)", flush=True)
    (serve_by_gunicorn if options.gunicorn else serve_by_granian)(options)
    return 0


COMMAND = Command("serve", "Serve the pages.", arguments, run, environment=environment, tells_of_upgrades=True)

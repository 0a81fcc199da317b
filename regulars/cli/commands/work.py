"""regulars work: one more worker, on this or another machine."""

from __future__ import annotations

import argparse
import signal
import threading

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is due now and stop")


def run(options: argparse.Namespace) -> int:
    from regulars.kit.worker import run_worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_worker(stop, once=options.once)
    return 0


COMMAND = Command(
    "work", "Do the work that is due: send, grade, deliver news. Any number may run over PostgreSQL.", arguments, run
)

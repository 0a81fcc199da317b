"""regulars run-job: what the worker starts for heavy work, so that pages stay quick."""

from __future__ import annotations

import argparse

from regulars.cli.main import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job_id", type=int)


def run(options: argparse.Namespace) -> int:
    from regulars.kit.jobs import run_job

    return 0 if run_job(options.job_id) else 1


COMMAND = Command(
    "run-job", "Run one heavy job in this process.", arguments, run, is_hidden=True, needs_current_database=False
)

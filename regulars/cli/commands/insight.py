"""regulars insight: who the people in an order file are, what they are likely to do, and how sure that is."""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.cli.commands.grade import day
from regulars.cli.main import Command

if TYPE_CHECKING:
    from regulars.cli.insight.stages import Stages

MODELS = ("auto", "bg", "mbg", "mbg-cnbd", "pareto", "same-rate", "hiatus")


def horizon(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 3650:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to 3650")


def rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0 <= value <= 1:
        return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a rate between 0 and 1")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="orders: CSV, TSV, columns of text, Excel, Parquet or JSON, packed or not",
    )
    told = "its name, or its number from 1 (guessed when left out)"
    parser.add_argument("--customer", metavar="COLUMN", help=f"the column that tells who bought: {told}")
    parser.add_argument("--day", metavar="COLUMN", help="the column with the day or moment")
    parser.add_argument("--amount", metavar="COLUMN", help="the column with what was paid")
    parser.add_argument("--refund-of", metavar="COLUMN", help="the column that names the order a refund is of")
    parser.add_argument(
        "--order", metavar="COLUMN", help="the column with the order's number; rows that share it are one order"
    )
    parser.add_argument("--currency", metavar="CODE", help="count only what was paid in it (the most common)")
    parser.add_argument("--until", type=day, metavar="DATE", help="know nothing later (the last day in the file)")
    parser.add_argument("--horizon-days", type=horizon, default=365, metavar="N", help="how far to look ahead (365)")
    parser.add_argument(
        "--unit", choices=["days", "weeks"], default="days", help="unit of time of the parameters (days)"
    )
    parser.add_argument("--model", choices=MODELS, default="auto", help="which model, instead of the one that did best")
    parser.add_argument("--no-prior", action="store_true", help="maximum likelihood, without what is usual elsewhere")
    parser.add_argument(
        "--engine", choices=["duckdb", "polars", "spark"], default="duckdb", help="where it is computed (duckdb)"
    )
    parser.add_argument(
        "--margin-rate", type=rate, default=1.0, metavar="RATE", help="share of what is paid that counts as value (1)"
    )
    parser.add_argument(
        "--discount-rate", type=rate, default=0.1, metavar="RATE", help="a year from now is worth less by this (0.1)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write one row a person: people.parquet or people.csv")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write one page with the charts: report.html")
    parser.add_argument("--json", action="store_true", help="print JSON")


def environment(options: argparse.Namespace) -> dict[str, str]:
    """No database and no folder of the house: whatever the settings need is made in a folder that goes again."""
    if options.data_dir:
        return {}
    folder = tempfile.mkdtemp(prefix="regulars-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {"REGULARS_DATA_DIR": folder, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}


def today() -> date:
    """The day it is: a file has no business whose zone could be asked."""
    frozen = os.environ.get("REGULARS_TODAY")
    return date.fromisoformat(frozen) if frozen else datetime.now(UTC).astimezone().date()


def run(options: argparse.Namespace) -> int:
    from regulars.cli.insight.analysis import Question, analysed
    from regulars.cli.insight.answer import as_json, check_target, write_people
    from regulars.cli.insight.page import check_page, write_page
    from regulars.cli.insight.stages import Stages
    from regulars.cli.insight.words import summary
    from regulars.cli.printing import print_json

    wanted = {name: getattr(options, name) for name in ("customer", "day", "amount", "refund_of", "order")}
    question = Question(
        options.files, {name: column for name, column in wanted.items() if column}, options.until, options.horizon_days,
        options.unit, options.model, not options.no_prior, options.engine, today(), options.margin_rate,
        options.discount_rate, options.currency,
    )  # fmt: skip
    if options.out:
        check_target(options.out, options.files)
    if options.report:
        check_page(options.report, options.files)
    stages = Stages(sys.stderr)
    with _in_words(stages), analysed(question, stages) as answer:
        if options.out:
            stages(f"Writing {options.out.name}")
            write_people(answer, options.out)
        if options.report:
            stages(f"Drawing {options.report.name}")
            write_page(answer, options.report, options.unit)
        stages.end()
        if options.json:
            print_json(as_json(answer, options.unit))
        else:
            for line in summary(answer):
                print(line)
            for path in filter(None, (options.out, options.report)):
                print(f"Written: {path}")
    return 0


@contextmanager
def _in_words(stages: Stages) -> Iterator[None]:
    """A fault that the measures themselves found is a sentence too, on a line of its own."""
    from regulars.insight import FrameError
    from regulars.kit.errors import Refusal

    try:
        yield
    except FrameError as fault:
        raise Refusal(str(fault)) from fault
    finally:
        stages.end()


COMMAND = Command(
    "insight",
    "Say who the people in an order file are, what they are likely to do, and how sure that is; without a database.",
    arguments,
    run,
    needs_current_database=False,
    environment=environment,
)

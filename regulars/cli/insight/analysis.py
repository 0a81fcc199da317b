"""From files to everything that is said of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import narwhals as nw
from duckdb import DuckDBPyConnection

from regulars import insight
from regulars.cli.insight.afterwards import afterwards
from regulars.cli.insight.columns import Wanted, told
from regulars.cli.insight.engines import Engine, opened
from regulars.cli.insight.orders import Counted, gather, make_orders
from regulars.cli.insight.people import Asked, people_of
from regulars.cli.insight.reading import read, workshop
from regulars.cli.insight.stages import Stages
from regulars.insight.backtest import Choice, Hiatus, Measures, SameRate, buying_days, choose
from regulars.insight.backtest.rolling import candidates
from regulars.insight.frames import opened as as_frame
from regulars.insight.frames import rows
from regulars.insight.lifetime import LifetimeModel
from regulars.insight.spend import GammaGamma
from regulars.kit.errors import Refusal

MOST_COMPARED = 50_000
NO_AMOUNTS = "There are no amounts, so nothing is said about spend and value, and grades rest on days and visits."


@dataclass(frozen=True)
class Question:
    """What was asked on the command line."""

    paths: list[Path]
    wanted: Wanted
    until: date | None
    horizon_days: int
    unit: str
    model: str
    has_prior: bool
    engine: str
    today: date
    margin_rate: float = 1.0
    discount_rate_year: float = 0.0
    currency: str | None = None


@dataclass
class Answer:
    """What was found; table `people` of `con` holds everybody."""

    con: DuckDBPyConnection
    names: list[str]
    as_of: date
    first_on: date
    last_on: date
    customers: int
    counted: Counted
    choice: Choice
    spend: GammaGamma | None
    asked: Asked
    orders: Any
    facts: Any
    engine: Engine
    warnings: list[str] = field(default_factory=list)
    after: Measures | None = None
    after_days: int = 0
    currency: str = ""


@contextmanager
def analysed(question: Question, stages: Stages) -> Iterator[Answer]:
    """Read, choose, score, saying what is being done; the tables are there until the end."""
    with workshop() as (con, folder):
        stages(f"Reading {', '.join(path.name for path in question.paths)}")
        sources = read(con, question.paths, question.wanted, folder)
        for source in sources:
            if line := told(source.columns, source.name):
                stages.say(line)
        stages("Putting orders and refunds together")
        gathered = gather(con, sources, question.today, question.currency)
        as_of = _as_of(question, gathered.first_on, gathered.last_on, gathered.warnings)
        counted = make_orders(con, "bought", as_of)
        stages(f"Adding up {counted.orders:,} orders")
        engine = opened(question.engine, con, folder, counted.orders)
        try:
            orders = engine.frame("bought")
            facts = engine.kept(insight.summary(orders, as_of), "facts")
            customers, first, last = _counts(con, as_frame(facts), as_of)
            if not customers:
                raise Refusal("Every order was wholly refunded; there is nobody to say anything about.")
            stages("Trying every model on times that are known already")
            choice = _chosen(question, con, as_of, facts, customers, gathered.warnings)
            spend = (
                GammaGamma(**({} if question.has_prior else {"prior": None})).fit(facts)
                if gathered.has_amounts
                else None
            )
            stages(f"Looking ahead for {customers:,} customers")
            asked = Asked(as_of, question.horizon_days, question.margin_rate, question.discount_rate_year)
            people_of(engine, orders, facts, choice.model, spend, asked)
            names = [source.name for source in sources]
            answer = Answer(
                con, names, as_of, first, last, customers, counted, choice, spend, asked, orders, facts, engine
            )
            answer.currency = gathered.currency
            answer.warnings = _warnings(answer, gathered.warnings, gathered.has_amounts)
            if gathered.last_on > as_of:
                stages(f"Comparing with what came after {as_of}")
                answer.after, answer.after_days = afterwards(engine, choice.model, facts, asked, gathered.last_on)
            yield answer
        finally:
            engine.close()


def _as_of(question: Question, first: date, last: date, warnings: list[str]) -> date:
    if question.until is None:
        return last
    if question.until < first:
        raise Refusal(f"Nothing was bought until {question.until}; the first order is of {first}.")
    if question.until > question.today:
        warnings.append(f"{question.until} lies in the future; everything is as of {question.today}.")
        return question.today
    return question.until


def _counts(con: DuckDBPyConnection, facts: Any, as_of: date) -> tuple[int, date, date]:
    """How many customers are left once refunds are taken off, and the first and last day of any row until `as_of`."""
    [(customers,)] = rows(facts.select(nw.len()))
    [(first, last)] = con.execute(f"SELECT min(day), max(day) FROM line WHERE day <= DATE '{as_of}'").fetchall()
    return int(customers), first, last


def _chosen(
    question: Question, con: DuckDBPyConnection, as_of: date, facts: Any, customers: int, warnings: list[str]
) -> Choice:
    prior: Any = "default" if question.has_prior else None
    competing = candidates(prior)
    models = None
    if question.model != "auto":
        models = [model for model in [*competing, SameRate(), Hiatus()] if model.name == question.model][:1]
    table = "bought"
    if customers > MOST_COMPARED:
        share = round(MOST_COMPARED / customers * 1_000_000)
        con.execute(f"CREATE OR REPLACE VIEW compared AS SELECT * FROM bought WHERE hash(customer) % 1000000 < {share}")
        table = "compared"
        warnings.append(f"The comparison rests on {MOST_COMPARED:,} of {customers:,} people, taken at random.")
    days = buying_days(con.table(table), as_of)
    return choose(days, as_of, question.horizon_days, facts=facts, models=models, prior=prior)


def _warnings(answer: Answer, gathered: list[str], has_amounts: bool) -> list[str]:
    fitted: list[LifetimeModel] = answer.choice.fitted
    found = [str(caution) for caution in answer.choice.warnings]
    if answer.choice.backtest.reason:
        found.append(answer.choice.backtest.reason)
    of_model = next(
        (model.warnings_ for model in fitted if model.name == answer.choice.name), answer.choice.model.warnings_
    )
    found += [str(caution) for caution in of_model]
    found += [str(caution) for caution in answer.spend.warnings_] if answer.spend is not None else []
    if not has_amounts:
        found.append(NO_AMOUNTS)
    found += _alike(answer)
    if answer.counted.refunds_unmatched:
        one = answer.counted.refunds_unmatched == 1
        found.append(
            f"{answer.counted.refunds_unmatched:,} refund{' was' if one else 's were'} left out, because no order"
            f" {'fits it' if one else 'fits them'}."
        )
    return list(dict.fromkeys([*gathered, *found]))


def _alike(answer: Answer) -> list[str]:
    """Say so where a grade rests on what is the same of everybody: the name of the group then says less than it seems."""
    [(graded, last_days, visits)] = answer.con.execute(
        "SELECT count(*), count(DISTINCT last_on_), count(DISTINCT x) FROM people WHERE r IS NOT NULL"
    ).fetchall()
    if not graded or (last_days > 1 and visits > 1):
        return []
    parts = ["were last here on one day"] if last_days == 1 else []
    parts += ["came equally often"] if visits == 1 else []
    return [f"All {graded:,} customers {' and '.join(parts)}; the groups they are in say little yet."]

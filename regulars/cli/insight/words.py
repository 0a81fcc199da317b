"""The same for an owner, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.cli.insight.analysis import Answer
from regulars.cli.insight.faults import in_short
from regulars.cli.insight.worth import money, worth_of
from regulars.insight.backtest.choice import CALLED
from regulars.insight.lifetime.rows import unique_rows

SHOWN_WARNINGS = 12


def summary(answer: Answer) -> Iterator[str]:
    """Say who they are, what the horizon holds, how sure we are."""
    counted, days = answer.counted, answer.asked.horizon_days
    yield (
        f"{answer.customers:,} {_of('customer', answer.customers)} and {counted.orders:,} {_of('order', counted.orders)} from"
        f" {answer.first_on} to {answer.last_on}, as of {answer.as_of}."
    )
    if counted.refunds_matched or counted.refunds_unmatched:
        matched = counted.refunds_matched
        yield (
            f"{matched:,} {_of('refund', matched)} found {'its' if matched == 1 else 'their'} order,"
            f" {counted.refunds_unmatched:,} did not."
        )
    yield from _groups(answer)
    total = answer.choice.model.total_of_rows(unique_rows(answer.facts), days)
    yield (
        f"In the next {days} days about {total.value:,.0f} visits by the people you have already; between {total.low:,.0f} and"
        f" {total.high:,.0f} in 19 cases of 20, if times stay as they are."
    )
    if worth := worth_of(answer):
        yield (
            f"They are worth about {money(worth.value, answer.currency)} over that time; between {money(worth.low)} and"
            f" {money(worth.high)} in 19 cases of 20{_on_which_terms(answer)}."
        )
    [(slipping,)] = answer.con.execute("SELECT count(*) FILTER (slipping) FROM people").fetchall()
    yield f"{slipping:,} {'is' if slipping == 1 else 'are'} silent for longer than their own rhythm."
    yield ""
    yield f"How sure: {answer.choice.why}"
    yield from _after(answer)
    yield from _said(answer.warnings)


def _on_which_terms(answer: Answer) -> str:
    asked = answer.asked
    terms = [f"{asked.margin_rate:.0%} of what is paid counted"] if asked.margin_rate != 1 else []
    terms += [f"money a year from now at {asked.discount_rate_year:.0%} less"] if asked.discount_rate_year else []
    return f" ({', '.join(terms)})" if terms else ""


def _groups(answer: Answer) -> Iterator[str]:
    rows = answer.con.execute(
        'SELECT "group", count(*) AS n FROM people WHERE "group" IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1'
    ).fetchall()
    if rows:
        yield "Groups: " + ", ".join(f"{name} {n:,}" for name, n in rows) + "."
    else:
        yield "Fewer than 10 customers: too few for grades."


def _after(answer: Answer) -> Iterator[str]:
    found = answer.after
    if found is None:
        return
    called = CALLED.get(answer.choice.name, answer.choice.name)
    off = (
        ""
        if found.bias_rate is None
        else f", {abs(found.bias_rate):.0%} too {'high' if found.bias_rate > 0 else 'low'}"
    )
    yield (
        f"The file also holds the {answer.after_days} days after {answer.as_of}, which were not looked at before: {called} said"
        f" {found.predicted_total:,.0f} visits and {found.actual_total:,.0f} came{off}; a person's count was off by"
        f" {found.rmse:.2f} (root of the mean square)."
    )


def _said(warnings: list[str]) -> Iterator[str]:
    if not warnings:
        return
    yield ""
    yield "Mind:"
    yield from (f"  {in_short(sentence)}" for sentence in warnings[:SHOWN_WARNINGS])
    if len(warnings) > SHOWN_WARNINGS:
        yield f"  and {len(warnings) - SHOWN_WARNINGS} more (--json lists them all)"


def _of(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"

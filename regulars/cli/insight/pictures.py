"""The drawings of the report, each with the sentence that says what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regulars import insight
from regulars.cli.insight.analysis import Answer
from regulars.insight.backtest.choice import CALLED
from regulars.insight.frames import opened, rows
from regulars.insight.lifetime.rows import unique_rows
from regulars.kit.charts import (
    Bar,
    Column,
    HeatRow,
    Step,
    Stepped,
    bars,
    columns,
    curve,
    heat,
)
from regulars.kit.charts.frame import percent

FEWEST = 10
COHORTS = 12
LONGEST_DAYS = 730


@dataclass(frozen=True)
class Picture:
    """A drawing under its heading; without a drawing the sentence says why there is none."""

    title: str
    sentence: str
    drawing: Any = None


def pictures(answer: Answer) -> list[Picture]:
    """Everything that is drawn, in the order an owner asks."""
    drawn = [groups(answer), ahead(answer), second_purchase(answer), cohorts(answer), tenths(answer), models(answer)]
    return [picture for picture in drawn if picture is not None]


def groups(answer: Answer) -> Picture:
    """How many stand in each group, and what they have paid."""
    found = answer.con.execute(
        'SELECT "group", count(*) AS n, sum(monetary_) FROM people WHERE "group" IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1'
    ).fetchall()
    title = "Who they are"
    if not found:
        return Picture(
            title, f"{answer.customers} customers are too few for grades; from {FEWEST} on they say something."
        )
    paid = sum(money for _name, _n, money in found) if answer.spend is not None else 0.0
    drawn = [
        Bar(name, n, f"{n:,}", note=f"{percent(money / paid)} of what was paid" if paid else "")
        for name, n, money in found
    ]
    best = max(found, key=lambda row: row[2])
    sentence = f"{answer.customers:,} people by when they last came, how often and how much."
    if paid:
        sentence += f" {best[0]} have paid {percent(best[2] / paid)} of everything."
    return Picture(title, sentence, bars(drawn, label="People in each group"))


def ahead(answer: Answer) -> Picture:
    """What the people we have already will do, quarter of the horizon by quarter."""
    model, people = answer.choice.model, unique_rows(answer.facts)
    days = answer.asked.horizon_days
    parts = 4 if days >= 28 else 1
    ends = [round(days * (number + 1) / parts) for number in range(parts)]
    totals = [model.total_of_rows(people, end) for end in ends]
    drawn = [
        Column(
            f"{end} days", total.value, f"{total.value:,.0f}", total.low, total.high,
            said=f"between {total.low:,.0f} and {total.high:,.0f}", is_ahead=True,
        )
        for end, total in zip(ends, totals, strict=True)
    ]  # fmt: skip
    last = totals[-1]
    sentence = (
        f"Visits to expect of these {answer.customers:,} people from {answer.as_of} on, without anybody new. Over {days} days"
        f" about {last.value:,.0f}: in 19 cases of 20 between {last.low:,.0f} and {last.high:,.0f}, if times stay as they are."
    )
    headers = ("Within", "Visits", "In 19 cases of 20")
    return Picture("What they will do", sentence, columns(drawn, label="Visits to expect", headers=headers))


def second_purchase(answer: Answer) -> Picture:
    """How soon the second purchase comes, with people still waiting counted as such."""
    title = "How soon they come back"
    if answer.customers < FEWEST:
        return Picture(title, f"{answer.customers} customers are too few to say.")
    times = insight.times_to_second(answer.orders, answer.as_of)
    frame = opened(insight.kaplan_meier(answer.engine.kept(times, "times_kept")))
    found = rows(frame.select("days", "share", "low", "high"))
    known = sorted(
        (int(d), 1 - s, 1 - (h if h is not None else s), 1 - (low if low is not None else s)) for d, s, low, h in found
    )
    reach = min(max(day for day, *_rest in known), LONGEST_DAYS)
    marks = [day for day in (30, 60, 90, 180, 365, 730) if day <= reach] or [reach]
    steps = _steps([one for one in known if one[0] <= reach], marks)
    by = {day: max((share for at, share, *_r in known if at <= day), default=0.0) for day in marks}
    said = ", ".join(f"{percent(by[day])} within {day} days" for day in marks[:4])
    drawing = curve(
        Stepped("came back", steps, percent(known[-1][1] if known[-1][0] <= reach else by[marks[-1]])),
        label="Share who bought a second time, by days since the first",
        ticks=[(day, f"{day} days") for day in marks],
        corner="Within",
    )
    return Picture(title, f"Of {answer.customers:,} people who bought once, {said} bought again.", drawing)


def _steps(known: list[tuple[int, float, float, float]], marks: list[int]) -> tuple[Step, ...]:
    """At most a few hundred steps; at the marks one with its label for the table."""
    every = max(1, len(known) // 200)
    kept = {one[0]: one for one in known[::every]}
    labels = {}
    for mark in marks:
        last = max((one for one in known if one[0] <= mark), default=known[0])
        kept[mark], labels[mark] = (mark, *last[1:]), f"{mark} days"
    return tuple(Step(day, share, low, high, labels.get(day, "")) for day, share, low, high in sorted(kept.values()))


def cohorts(answer: Answer) -> Picture | None:
    """Who came back, by the quarter of the first purchase."""
    if answer.customers < FEWEST or (answer.as_of - answer.first_on).days < 180:
        return None
    found = rows(
        opened(insight.retention(answer.orders, answer.as_of, by="quarter")).select(
            "cohort", "period", "people", "share"
        )
    )
    names = sorted({str(name) for name, *_rest in found})[-COHORTS:]
    reach = max(period for _name, period, *_rest in found)
    by_name = {name: {int(p): share for c, p, _n, share in found if c == name} for name in names}
    people = {str(name): int(n) for name, _p, n, _share in found}
    drawn = [
        HeatRow(name, f"{people[name]:,}", tuple(by_name[name].get(period) for period in range(1, reach + 1)))
        for name in names
    ]
    if not reach:
        return None
    heads = [f"+{period}" for period in range(1, reach + 1)]
    sentence = (
        "Of the people who first bought in a quarter, the share in percent who bought in each quarter after it."
        " Empty where it is not over yet or where they are too few."
    )
    drawing = heat(
        drawn, heads, label="Share who came back, by quarter of the first purchase", corner="First bought in"
    )
    return Picture("Who stays", sentence, drawing)


def tenths(answer: Answer) -> Picture | None:
    """What was said on earlier days against what came, by tenths of the people."""
    if not answer.choice.rows:
        return None
    row = next(one for one in answer.choice.rows if one.model == answer.choice.used)
    drawn = [
        Column(
            f"{number}",
            tenth.actual,
            f"{tenth.actual:.2f}",
            mark=tenth.predicted,
            said=f"{tenth.predicted:.2f} was expected",
        )
        for number, tenth in enumerate(row.measures.deciles, start=1)
    ]
    sentence = (
        "People in ten equal parts, those of whom least was expected first. The columns are the visits that came, a person,"
        " on the days held out; the lines what was expected. The nearer the line to the column's top, the better."
    )
    headers = ("Tenth", "Visits a person", "Expected")
    drawing = columns(
        drawn, label="Visits that came, by tenths of expectation", headers=headers, shown=lambda v: f"{v:g}"
    )
    return Picture("Was it right before?", sentence, drawing)


def _called(line: str) -> str:
    """A line of the table in words."""
    for mark, words in ((" recalibrated", ", totals corrected"), (" in season", ", season counted in")):
        if line.endswith(mark):
            return _called(line.removesuffix(mark)) + words
    called = CALLED.get(line, line)
    return called[:1].upper() + called[1:]


def models(answer: Answer) -> Picture | None:
    """The error of every candidate; the rules of thumb always among them."""
    if not answer.choice.rows:
        return Picture("Which model", answer.choice.why)
    drawn = [
        Bar(
            _called(row.model), row.rmse, f"{row.rmse:.2f}", is_faint=row.model in {"same-rate", "hiatus"},
            note="" if row.bias_rate is None else f"totals {abs(row.bias_rate):.0%} too {'high' if row.bias_rate > 0 else 'low'}",
        )
        for row in answer.choice.rows
    ]  # fmt: skip
    drawing = bars(drawn, label="Error of a person's count of visits on earlier days (root of the mean square)")
    return Picture("Which model", answer.choice.why, drawing)

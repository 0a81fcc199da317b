"""`regulars insight` on files nobody prepared for it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import polars as pl
import pytest

from regulars.cli.insight import engines
from regulars.cli.insight.people import COLUMNS
from regulars.cli.insight.stages import FORGET
from regulars.cli.main import build_parser
from regulars.insight.tests.engines import needs_spark
from regulars.intake.staging import loading
from regulars.intake.tests.builders import a_workbook
from regulars.kit.errors import Refusal

FOLDER = Path(os.environ.get("REGULARS_TEST_DATA", "../shared/data")) / "orders"
needs_data = pytest.mark.skipif(
    not (FOLDER / "grocery.csv").exists(), reason=f"the order files are not in {FOLDER}; set REGULARS_TEST_DATA"
)
Row = tuple[str, date, str]
KEYS = {"data", "models", "chosen", "spend", "backtest", "warnings"}


class Told(NamedTuple):
    """What the command printed."""

    json: dict[str, Any]
    errors: str


@pytest.fixture
def insight(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Run the command in this process, as it stands on the command line, with --json."""

    def run(*words: object) -> Told:
        options = build_parser().parse_args(["insight", *map(str, words), "--json"])
        assert options.chosen.run(options) == 0
        out, errors = capsys.readouterr()
        return Told(json.loads(out, parse_constant=_never), errors)

    return run


def _never(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


def _rows(count: int = 400, people: int = 60, seed: int = 4) -> list[Row]:
    dice, start = random.Random(seed), date(2024, 1, 1)
    return [
        (f"c{dice.randrange(people):03d}", start + timedelta(days=dice.randrange(500)), f"{dice.uniform(5, 90):.2f}")
        for _ in range(count)
    ]


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _plain(path: Path, rows: list[Row] | None = None) -> Path:
    return _write(path, ["customer,day,amount", *(f"{c},{d},{a}" for c, d, a in rows or _rows())])


def _parameters(told: dict[str, Any]) -> dict[str, float]:
    """What was learned, as equal as sums in another order can be."""
    return {f"{m['name']} {name}": value for m in told["models"] for name, value in m["params"].items()}


def _people(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_answer_has_the_shape_that_was_promised(tmp_path: Path, insight: Callable[..., Told]) -> None:
    told = insight(_plain(tmp_path / "o.csv"), "--horizon-days", 90, "--out", tmp_path / "people.csv")
    assert set(told.json) == KEYS
    assert told.json["data"] == {
        "customers": 60,
        "orders": 400,
        "refunds_matched": 0,
        "refunds_unmatched": 0,
        "first_day": min(d for _c, d, _a in _rows()).isoformat(),
        "last_day": max(d for _c, d, _a in _rows()).isoformat(),
    }
    assert set(told.json["chosen"]) == {"name", "why"}
    assert set(told.json["spend"]) == {"p", "q", "v", "log_likelihood", "customers"}
    assert {"mbg-cnbd", "mbg", "bg", "pareto"} == {model["name"] for model in told.json["models"]}
    for model in told.json["models"]:
        assert set(model) == {"name", "params", "standard_errors", "log_likelihood", "customers"}
    assert {"same-rate", "hiatus", told.json["chosen"]["name"]} <= {row["model"] for row in told.json["backtest"]}
    row_keys = {"model", "mae", "rmse", "bias_rate", "coverage_95", "gini", "top_decile_rate"}
    assert all(set(row) == row_keys for row in told.json["backtest"])
    people = _people(tmp_path / "people.csv")
    assert list(people[0]) == list(COLUMNS)
    assert [row["customer"] for row in people] == sorted(f"c{n:03d}" for n in range(60))
    assert all(0 <= float(row["p_alive"]) <= 1 for row in people)
    assert "guessed customer = “customer”, day = “day”, amount = “amount”" in told.errors


def test_three_bad_rows_are_named_and_the_rest_is_used(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [f"{c},{d},{a}" for c, d, a in _rows()]
    lines[4], lines[9], lines[14] = "c001,someday,12.00", "c002,2024-05-05,a lot", ",2024-05-06,7.00"
    told = insight(_write(tmp_path / "o.csv", ["customer,day,amount", *lines]), "--model", "bg")
    assert told.json["data"]["orders"] == 397
    said = " ".join(told.json["warnings"])
    for words in ("row 6: “someday” in “day”", "row 11: “a lot” in “amount”", "row 16: “customer” is empty"):
        assert words in said


@pytest.mark.parametrize(
    ("name", "header", "line"),
    [
        ("semicolon.csv", "Kunde;Datum;Umsatz", "{c};{d:%d.%m.%Y};{comma} €"),
        ("tabs.tsv", "client\tts\tvalue", "{c}\t{d:%Y%m%d}\t{a}"),
        ("pipes.txt", "id|when|how much", "{c}|{d}|{a}"),
        ("american.csv", "Customer Email,Order Date,Total", '{c}@x.example,{d:%m/%d/%Y} 11:30 PM,"${a}"'),
        ("zoned.csv", "customer,ordered at,total", "{c},{d}T23:30:00+02:00,{a}"),
        ("spaces.txt", "customer_id date cds dollar_value", "{c}  {d:%Y%m%d}  1  {a}"),
        ("headless.csv", "", "{c},{d},{a}"),
        ("written.csv", "buyer,bought on,paid", '{c},"{d:%d} {d:%B} {d:%Y}",{a}'),
    ],
)
def test_a_file_of_any_dialect_tells_the_same(
    name: str, header: str, line: str, tmp_path: Path, insight: Callable[..., Told]
) -> None:
    rows = _rows()
    lines = [line.format(c=c, d=d, a=a, comma=a.replace(".", ",")) for c, d, a in rows]
    path = _write(tmp_path / name, [header, *lines] if header else lines)
    asked = ("--model", "bg", "--horizon-days", 90)
    one, other = insight(path, *asked).json, insight(_plain(tmp_path / "plain.csv"), *asked).json
    assert one["data"] == other["data"]
    assert _parameters(one) == pytest.approx(_parameters(other), rel=1e-4)
    assert one["spend"] == pytest.approx(other["spend"], rel=1e-4)


@pytest.mark.parametrize("kind", ["parquet", "dates", "numbers", "json", "gz", "workbook", "columns in another order"])
def test_what_holds_types_or_is_packed_tells_the_same(kind: str, tmp_path: Path, insight: Callable[..., Told]) -> None:
    frame = pd.DataFrame(_rows(), columns=["customer", "day", "amount"])
    frame["amount"] = frame["amount"].astype(float)
    path = tmp_path / "o.parquet"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "dates":
        frame.assign(day=pd.to_datetime(frame["day"]) + pd.Timedelta(hours=23)).to_parquet(path)
    elif kind == "numbers":
        frame.assign(day=[int(f"{day:%Y%m%d}") for day in frame["day"]]).to_parquet(path)
    elif kind == "json":
        path = tmp_path / "o.json"
        frame.assign(day=frame["day"].astype(str)).to_json(path, orient="records")
    elif kind == "gz":
        path = tmp_path / "o.csv.gz"
        path.write_bytes(gzip.compress(_plain(tmp_path / "o.csv").read_bytes()))
    elif kind == "workbook":
        cells: list[list[str | float | date]] = [["customer", "day", "amount"]]
        cells += [[c, d, float(a)] for c, d, a in _rows()]
        path = a_workbook(tmp_path, {"Sales": cells})
    else:
        path = _write(tmp_path / "o.csv", ["nothing,amount,day,customer", *(f"x,{a},{d},{c}" for c, d, a in _rows())])
    one = insight(path, "--model", "bg").json
    other = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert one["data"] == other["data"]
    assert _parameters(one) == pytest.approx(_parameters(other), rel=1e-4)


@pytest.mark.parametrize("writer", ["pandas", "polars"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "+09:30"])
def test_a_moment_in_parquet_counts_for_its_day_there(
    zone: str, writer: str, tmp_path: Path, insight: Callable[..., Told]
) -> None:
    frame = pd.DataFrame(_rows(), columns=["customer", "day", "amount"]).astype({"amount": float})
    late = 23 if zone.startswith("America") else 0  # what is another day in UTC
    moments = pd.to_datetime(frame["day"]) + pd.Timedelta(hours=late, minutes=20)
    frame["day"] = moments.dt.tz_localize(timezone(timedelta(hours=9, minutes=30)) if zone[0] == "+" else zone)
    if writer == "pandas":
        frame.to_parquet(tmp_path / "o.parquet")
    elif zone[0] == "+":
        pytest.skip("Polars knows zones by name only")
    else:
        pl.from_pandas(frame).write_parquet(tmp_path / "o.parquet")
    there = insight(tmp_path / "o.parquet", "--model", "bg").json
    plain = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert there["data"] == plain["data"]
    assert _parameters(there) == pytest.approx(_parameters(plain), rel=1e-4)
    assert not any("UTC" in sentence for sentence in there["warnings"])


def test_moments_whose_place_nobody_kept_count_in_utc_and_that_is_said(
    tmp_path: Path, insight: Callable[..., Told]
) -> None:
    with duckdb.connect() as con:
        con.execute(
            "COPY (SELECT customer, timezone('UTC', day::TIMESTAMP) AS moment, amount FROM read_csv(?))"
            f" TO '{tmp_path / 'o.parquet'}'",
            [str(_plain(tmp_path / "o.csv"))],
        )
    told = insight(tmp_path / "o.parquet", "--model", "bg").json
    assert any("“moment” are kept in UTC" in sentence for sentence in told["warnings"])
    assert told["data"] == insight(tmp_path / "o.csv", "--model", "bg").json["data"]


def test_days_of_other_ages_are_named_the_same_in_every_kind_of_file(
    tmp_path: Path, insight: Callable[..., Told]
) -> None:
    odd = [("zoe", date(1700, 1, 1), "5"), ("zoe", date(2124, 5, 5), "6")]
    csv_file = _plain(tmp_path / "o.csv", _rows() + odd)
    frame = pd.DataFrame(_rows() + odd, columns=["customer", "day", "amount"]).astype({"amount": float})
    frame.to_parquet(tmp_path / "o.parquet")
    for path, first in ((csv_file, 2), (tmp_path / "o.parquet", 1)):
        told = insight(path, "--model", "bg").json
        sentences = " ".join(told["warnings"])
        assert f"row {len(_rows()) + first}: “1700-01-01” in “day” is no day that can be read" in sentences
        assert "1 row lies in the future" in sentences
        assert f"left out; row {len(_rows()) + first + 1}." in sentences
        assert told["data"]["customers"] == 60


def test_a_stream_is_refused_in_a_sentence(tmp_path: Path, insight: Callable[..., Told]) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refusal, match=r"pipe is no file but a stream.*Save it in a file first\."):
        insight(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("asked", "master", "is_here"),
    [
        ("duckdb", None, True),
        ("local[2]", "local[2]", True),
        ("spark://127.0.0.1:7077", "spark://127.0.0.1:7077", True),
        ("spark://10.0.0.4:7077", "spark://10.0.0.4:7077", False),
    ],
)
def test_spark_runs_where_the_settings_say(asked: str, master: str | None, is_here: bool, settings: Any) -> None:
    settings.ANALYTICS = asked
    place = engines.spark_place()
    assert place.get("spark.master") == master
    assert ("spark.driver.host" in place) == is_here


def test_columns_can_be_named_by_name_or_number(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [f"{a},{c},x{n % 7},{d},{d + timedelta(days=2)}" for n, (c, d, a) in enumerate(_rows())]
    path = _write(tmp_path / "o.csv", ["eur,who,till,ordered,shipped", *lines])
    named = insight(path, "--customer", "WHO", "--day", 4, "--amount", "eur", "--model", "bg").json
    plain = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert named["data"] == plain["data"]
    assert _parameters(named) == pytest.approx(_parameters(plain), rel=1e-4)


def test_refunds_find_their_orders_and_an_order_wholly_refunded_was_none(
    tmp_path: Path, insight: Callable[..., Told]
) -> None:
    lines = ["order_id,customer,day,amount,refund_of"]
    lines += [f"o{n},{c},{d},{a}," for n, (c, d, a) in enumerate(_rows())]
    lines += ["x1,solo,2025-05-20,30.00,", "r1,solo,2025-05-22,-30.00,x1"]  # wholly refunded: never a customer
    (c, _d, _a), last = _rows()[1], "2025-06-02"
    lines += [f"r2,{c},{last},-1.00,o1", f"r3,{c},{last},-5.00,o99999"]
    path = _write(tmp_path / "o.csv", lines)
    told = insight(path, "--model", "bg", "--out", tmp_path / "p.csv").json
    assert told["data"]["refunds_matched"] == 2
    assert told["data"]["refunds_unmatched"] == 1
    assert told["data"]["orders"] == 401
    assert told["data"]["customers"] == 60
    assert "solo" not in {row["customer"] for row in _people(tmp_path / "p.csv")}
    assert any("1 refund was left out" in sentence for sentence in told["warnings"])
    before = insight(path, "--model", "bg", "--until", "2025-05-21", "--out", tmp_path / "q.csv").json
    assert before["data"]["refunds_matched"] == 0
    assert "solo" in {row["customer"] for row in _people(tmp_path / "q.csv")}


def test_money_back_without_a_name_goes_to_the_same_persons_order(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [f"{c},{d},{a}" for c, d, a in _rows()]
    lines += ["ann,2024-02-01,20", "ann,2024-03-01,30", "ann,2024-04-01,-20", "bo,2024-02-01,5", "bo,2024-03-01,-99"]
    path = _write(tmp_path / "o.csv", ["customer,day,amount", *lines])
    told = insight(path, "--model", "bg", "--out", tmp_path / "p.csv").json
    assert (told["data"]["refunds_matched"], told["data"]["refunds_unmatched"]) == (1, 1)
    ann = next(row for row in _people(tmp_path / "p.csv") if row["customer"] == "ann")
    assert ann["x"] == "0"


def test_lines_of_one_order_are_one_order(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = ["Invoice,Item,Quantity,InvoiceDate,Price,Customer ID"]
    for number, (c, d, a) in enumerate(_rows()):
        lines += [f"{5000 + number},a thing,2,{d:%d/%m/%Y} 10:04,{float(a) / 2:.2f},{c}"]
        lines += [f"{5000 + number},another,1,{d:%d/%m/%Y} 10:04,1.00,{c}"]
    told = insight(_write(tmp_path / "o.csv", lines), "--model", "bg").json
    assert told["data"]["orders"] == 400
    plain = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert _parameters(told) == pytest.approx(_parameters(plain), rel=1e-4)


def test_a_total_repeated_in_every_line_counts_once(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = ["Order ID,Item,Order Date,Order Total,Customer ID"]
    for number, (c, d, a) in enumerate(_rows()):
        lines += [f"{5000 + number},{item},{d},{a},{c}" for item in ("scarf", "hat")]
    told = insight(_write(tmp_path / "o.csv", lines), "--model", "bg").json
    plain = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert told["data"] == plain["data"]
    assert told["spend"] == pytest.approx(plain["spend"], rel=1e-4)


def test_nothing_after_until_is_seen(tmp_path: Path, insight: Callable[..., Told]) -> None:
    until = date(2024, 12, 31)
    whole, part = _plain(tmp_path / "a.csv"), tmp_path / "b.csv"
    _plain(part, [row for row in _rows() if row[1] <= until])
    one, other = (insight(path, "--until", until, "--horizon-days", 90).json for path in (whole, part))
    assert one == other


def test_future_days_are_left_out_and_said(tmp_path: Path, insight: Callable[..., Told]) -> None:
    later = date.today() + timedelta(days=400)  # noqa: DTZ011
    path = _plain(tmp_path / "o.csv", [*_rows(), ("c001", later, "5.00"), ("c002", later, "6.00")])
    told = insight(path, "--model", "bg").json
    assert told["data"]["orders"] == 400
    assert any("2 rows lie in the future" in sentence for sentence in told["warnings"])
    with pytest.raises(Refusal, match="every order lies in the future"):
        insight(_plain(tmp_path / "p.csv", [("c001", later, "5.00")]))


def test_without_amounts_nothing_is_said_of_money(tmp_path: Path, insight: Callable[..., Told]) -> None:
    path = _write(tmp_path / "o.csv", ["cust,date", *(f"{c},{d}" for c, d, _a in _rows())])
    told = insight(path, "--model", "mbg", "--out", tmp_path / "p.csv").json
    assert told["spend"] is None
    assert any("no amounts" in sentence for sentence in told["warnings"])
    people = _people(tmp_path / "p.csv")
    assert {row[name] for row in people for name in ("expected_spend", "value", "m")} == {""}
    assert all(row["group"] for row in people)


@pytest.mark.parametrize(
    ("lines", "words", "said"),
    [
        (["customer,amount", "a,1"], (), "no column tells when"),
        (["customer,day,amount"], (), "no row under the header"),
        (["customer,day,amount", "a,2024-01-01,5"], ("--customer", "buyer"), "no column “buyer” for --customer"),
        (["customer,day,amount", "a,soon,5", "b,later,6"], ("--day", "day"), "“day” holds no day that can be read"),
        (["customer,day,amount", "a,2024-01-01,5"], ("--until", "2023-01-01"), "Nothing was bought until 2023-01-01"),
        (
            ["order_id,customer,day,amount,refund_of", "o1,a,2024-01-01,5,", "r1,a,2024-01-02,-5,o1"],
            (),
            "wholly refunded",
        ),
        (["%PDF-1.7"], (), "PDF"),
        (
            ["customer,day,amount", *(f"{c},soon,{a}" for c, _d, a in _rows())],
            (),
            "“day” holds no days (row 2: “soon”). Name another column with --day",
        ),
        (
            ["customer,day,amount", "a,2024-01-01,-5", "b,2024-01-02,-6"],
            (),
            "there are only refunds in it, and no order",
        ),
        (
            ["customer,day,amount", ",2024-01-01,5", "a,never,5", "b,2024-01-01,x"],
            ("--day", "day", "--amount", "amount"),
            "no row can be used. o.csv, row 2: “customer” is empty; the row was left out. o.csv, row 3: “never” in “day”",
        ),
        (["\x01\x02,\x03,\x04", "a,b,c"], (), "This is no list"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    lines: list[str], words: tuple[str, ...], said: str, tmp_path: Path, insight: Callable[..., Told]
) -> None:
    with pytest.raises(Refusal, match=re.escape(said)):
        insight(_write(tmp_path / "o.csv", lines), *words)


def test_a_column_of_text_is_named(tmp_path: Path, insight: Callable[..., Told]) -> None:
    path = _write(tmp_path / "o.csv", ["customer,day,amount", *(f"{c},{d},lots" for c, d, _a in _rows())])
    told = insight(path, "--model", "bg").json
    assert any("“amount” holds no amounts (row 2: “lots”)" in sentence for sentence in told["warnings"])
    with pytest.raises(Refusal, match="“amount” holds no amount that can be read"):
        insight(path, "--amount", "amount")


def test_customers_who_are_all_alike_are_said_to_be(tmp_path: Path, insight: Callable[..., Told]) -> None:
    path = _plain(tmp_path / "o.csv", [(f"c{at}", date(2025, 3, 3), "12.00") for at in range(60)])
    said = "All 60 customers were last here on one day and came equally often; the groups they are in say little yet."
    assert said in insight(path).json["warnings"]
    assert not any("say little" in sentence for sentence in insight(_plain(tmp_path / "p.csv")).json["warnings"])


def test_a_column_of_amounts_that_stayed_empty_is_as_good_as_none(tmp_path: Path, insight: Callable[..., Told]) -> None:
    path = _write(tmp_path / "o.csv", ["customer,day,amount", *(f"{c},{d}," for c, d, _a in _rows())])
    told = insight(path, "--model", "bg").json
    assert (told["data"]["customers"], told["spend"]) == (60, None)
    assert "“amount” holds no amount in any row." in told["warnings"]
    with pytest.raises(Refusal, match="“amount” holds no amount that can be read"):
        insight(path, "--amount", "amount")


@pytest.mark.parametrize(
    "rows",
    [
        [("a", date(2024, 1, 1), "5")],
        [(f"c{n}", date(2024, 1, 1), "5") for n in range(60)],
        [("big", date(2024, 1, 1) + timedelta(days=n % 600), "3.50") for n in range(5000)],
        [(f"c{n}", date(2024, 1, n + 1), "5") for n in range(9)],
    ],
    ids=["one customer", "all on one day", "one who comes daily", "nobody came back"],
)
def test_small_and_odd_businesses_get_an_answer(rows: list[Row], tmp_path: Path, insight: Callable[..., Told]) -> None:
    told = insight(_plain(tmp_path / "o.csv", rows), "--out", tmp_path / "p.csv", "--report", tmp_path / "r.html").json
    assert told["chosen"]["name"]
    people = _people(tmp_path / "p.csv")
    assert len(people) == told["data"]["customers"]
    assert not any(cell.lower() in {"nan", "inf"} for row in people for cell in row.values())


@pytest.mark.parametrize("model", ["same-rate", "hiatus", "pareto", "mbg-cnbd"])
def test_every_model_can_be_asked_for(model: str, tmp_path: Path, insight: Callable[..., Told]) -> None:
    told = insight(
        _plain(tmp_path / "o.csv"), "--model", model, "--unit", "weeks", "--out", tmp_path / "p.parquet"
    ).json
    assert told["chosen"]["name"] == model
    assert [one["name"] for one in told["models"]] == [model]
    with duckdb.connect() as con:
        [(p_alive, purchases)] = con.execute(
            "SELECT count(p_alive), count(expected_purchases) FROM read_parquet(?)", [str(tmp_path / "p.parquet")]
        ).fetchall()
    assert purchases == 60
    assert p_alive == (0 if model in {"same-rate", "hiatus"} else 60)


@pytest.mark.parametrize("engine", ["polars", pytest.param("spark", marks=needs_spark)])
def test_every_engine_gives_the_same_people(engine: str, tmp_path: Path, insight: Callable[..., Told]) -> None:
    path = _plain(tmp_path / "o.csv")
    asked = ("--horizon-days", 90, "--model", "mbg")
    one = insight(path, *asked, "--out", tmp_path / "a.csv").json
    if engine == "spark":
        told = _process(tmp_path, path, *asked, "--engine", engine, "--out", tmp_path / "b.csv")
        other = json.loads(told.stdout)
    else:
        other = insight(path, *asked, "--engine", engine, "--out", tmp_path / "b.csv").json
    assert one["data"] == other["data"]
    for ours, theirs in zip(_people(tmp_path / "a.csv"), _people(tmp_path / "b.csv"), strict=True):
        for name in COLUMNS:
            if re.fullmatch(r"-?[\d.e+-]+", ours[name]) and "-" not in ours[name][1:5]:
                assert float(theirs[name]) == pytest.approx(float(ours[name]), rel=1e-6), name
            else:
                assert theirs[name] == ours[name], name


def test_the_report_needs_nothing_else_and_has_a_table_for_every_chart(
    tmp_path: Path, insight: Callable[..., Told]
) -> None:
    insight(_plain(tmp_path / "o.csv"), "--report", tmp_path / "r.html", "--horizon-days", 90)
    page = (tmp_path / "r.html").read_text()
    assert not re.search(r'(src|href)="(?!#|data:)', page)
    assert "<script" not in page
    assert "prefers-color-scheme: dark" in page
    figures = page.count('<figure class="chart">')
    assert figures >= 4
    assert page.count("<summary>As a table</summary>") == figures


def _process(tmp_path: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DJANGO_"))}
    command = [sys.executable, "-m", "regulars", "insight", *map(str, words), "--json"]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=300, check=False
    )


def test_it_needs_no_database_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = _plain(tmp_path / "o.csv")
    done = _process(tmp_path, path, "--model", "bg")
    assert done.returncode == 0, done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["o.csv"]
    refused = _process(tmp_path, tmp_path / "missing.csv")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_without_json_it_speaks_to_an_owner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = build_parser().parse_args(["insight", str(_plain(tmp_path / "o.csv")), "--horizon-days", "90"])
    assert options.chosen.run(options) == 0
    out = capsys.readouterr().out
    assert "60 customers and 400 orders" in out
    assert "in 19 cases of 20" in out
    assert "How sure:" in out


def test_what_they_are_worth_is_said_with_its_range_its_currency_and_its_terms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "o.csv", ["customer,day,amount", *(f"{c},{d},{a} EUR" for c, d, a in _rows())])
    out = tmp_path / "people.csv"
    options = build_parser().parse_args(["insight", str(path), "--margin-rate", "0.4", "--out", str(out)])
    assert options.chosen.run(options) == 0
    said = re.search(
        r"worth about EUR ([\d,]+) over that time; between ([\d,]+) and ([\d,]+) in 19 cases of 20 "
        r"\(40% of what is paid counted, money a year from now at 10% less\)",
        capsys.readouterr().out,
    )
    assert said
    total, low, high = (int(part.replace(",", "")) for part in said.groups())
    assert low < total < high
    with out.open(encoding="utf-8") as file:
        assert total == round(sum(float(row["value"]) for row in csv.DictReader(file)))


PUBLISHED = {
    "bg": ({"r": 0.2425945, "alpha": 4.4136019, "a": 0.7929199, "b": 2.4258881}, -9582.429),
    "pareto": ({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9594.976),
    "mbg": ({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, -9582.136),
}


@needs_data
@pytest.mark.parametrize("model", list(PUBLISHED))
def test_the_published_parameters_come_out_of_the_file_as_it_is(model: str, insight: Callable[..., Told]) -> None:
    told = insight(
        FOLDER / "cdnow_sample.txt", "--until", "1997-09-30", "--no-prior", "--unit", "weeks", "--model", model
    ).json
    [found] = told["models"]
    params, log_likelihood = PUBLISHED[model]
    for name, value in params.items():
        assert found["params"][name] == pytest.approx(value, rel=2e-3)
    assert found["log_likelihood"] == pytest.approx(log_likelihood, abs=2e-3)
    assert found["customers"] == 2357
    assert told["spend"]["customers"] == 946
    assert told["spend"]["log_likelihood"] == pytest.approx(-4055.9177, abs=1e-3)


@needs_data
def test_regular_buyers_are_told_from_random_ones(insight: Callable[..., Told]) -> None:
    asked = ("--until", "2006-12-31", "--no-prior", "--unit", "weeks", "--model", "mbg-cnbd")
    [found] = insight(FOLDER / "grocery.csv", *asked).json["models"]
    assert found["params"]["k"] == 2
    assert found["log_likelihood"] == pytest.approx(-14978.21, abs=0.01)


def test_many_bad_rows_are_said_together_with_every_row_in_json(
    tmp_path: Path, insight: Callable[..., Told], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{c},{d},{a}" for c, d, a in _rows()]
    for place in range(10, 18):
        lines[place] = f",{lines[place].split(',', 1)[1]}"
    for place in (30, 32, 34, 36):
        lines[place] = f"c001,day {place},5.00"
    path = _write(tmp_path / "o.csv", ["customer,day,amount", *lines])
    told = insight(path, "--model", "bg").json
    assert told["data"]["orders"] == 388
    assert "o.csv: 8 rows were left out because “customer” is empty: rows 12, 13, 14, 15, 16, 17, 18, 19." in told["warnings"]  # fmt: skip
    days = "o.csv: 4 rows were left out because “day” holds no day that can be read: rows"
    assert f"{days} 32 (“day 30”), 34 (“day 32”), 36 (“day 34”), 38 (“day 36”)." in told["warnings"]
    options = build_parser().parse_args(["insight", str(path), "--model", "bg"])
    options.chosen.run(options)
    printed = capsys.readouterr().out
    assert "rows 12, 13, 14 and 5 more (--json lists them)." in printed


@pytest.mark.parametrize("header", ["customer,day,amount,currency", "customer,day,amount"])
def test_currencies_are_never_added_up(header: str, tmp_path: Path, insight: Callable[..., Told]) -> None:
    in_column = header.endswith("currency")
    lines = []
    for n, (c, d, a) in enumerate(_rows()):
        code, sign = ("EUR", "€") if n % 4 else ("GBP", "£")
        lines.append(f"{c},{d},{a},{code}" if in_column else f"{c},{d},{sign}{a}")
    path = _write(tmp_path / "o.csv", [header, *lines])
    told = insight(path, "--model", "bg").json
    assert told["data"]["orders"] == 300
    said = "There are several currencies. Only EUR was counted (the most common; --currency takes another); left out: 100 rows in GBP."
    assert said in told["warnings"]
    assert insight(path, "--model", "bg", "--currency", "gbp").json["data"]["orders"] == 100
    with pytest.raises(Refusal, match="no amount in USD; the currencies are EUR, GBP"):
        insight(path, "--currency", "USD")


def test_the_layout_of_a_wholesaler_with_credit_notes_is_read_as_it_is(
    tmp_path: Path, insight: Callable[..., Told]
) -> None:
    """Credit notes name no invoice; there are bad debts, give-aways, damages without a customer and corrections."""
    lines = ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"]
    for number, (c, d, a) in enumerate(_rows()):
        half = float(a) / 2
        lines += [f"{536000 + number},{code},A THING,1,{d:%m/%d/%Y} 8:26,{half:.3f},{c},France" for code in (22, 23)]
    lines += [
        "540000,22,LAMP,4,11/20/2025 9:00,5.00,ann,France",
        "540001,22,LAMP,2,11/25/2025 9:00,5.00,ann,France",
        "C540002,22,LAMP,-2,11/27/2025 9:00,5.00,ann,France",  # exactly what came two days before
        "C540003,D,Discount,-1,11/27/2025 9:00,3.00,ann,France",  # a part of what came before that
        "C540004,22,LAMP,-900,11/27/2025 9:00,5.00,bo,France",  # bought before the file begins
        "A563186,B,Adjust bad debt,1,11/12/2025 14:51,-11062.06,,United Kingdom",
        "540005,22,damaged,-9,11/27/2025 9:00,0,,United Kingdom",
        "C540006,22,LAMP,-1,11/28/2025 9:00,0,ann,France",  # worth nothing: no visit either
        "540007,22,LAMP,1,11/29/2025 9:00,0,cy,France",  # a present: they came
    ]
    told = insight(_write(tmp_path / "o.csv", lines), "--model", "bg", "--out", tmp_path / "p.csv").json
    assert (told["data"]["refunds_matched"], told["data"]["refunds_unmatched"]) == (2, 1)
    people = {row["customer"]: row for row in _people(tmp_path / "p.csv")}
    assert people["ann"]["x"] == "0"
    assert "bo" not in people
    assert people["cy"]["x"] == "0"
    assert told["data"]["customers"] == 62
    said = " ".join(told["warnings"])
    assert "“CustomerID” is empty" in said
    assert "1 refund was left out" in said


@pytest.mark.parametrize("option", ["--out", "--report"])
def test_a_place_that_cannot_be_written_is_one_sentence(
    option: str, tmp_path: Path, insight: Callable[..., Told]
) -> None:
    ending = "csv" if option == "--out" else "html"
    path = _plain(tmp_path / f"o.{ending}")
    folder = tmp_path / f"folder.{ending}"
    folder.mkdir()
    for target, said in (
        (tmp_path / "people.xlsx", "report.html" if option == "--report" else ".parquet or .csv"),
        (tmp_path / "nowhere" / f"p.{ending}", "no such folder"),
        (folder, "is a folder"),
        (path, "is the file that is read"),
        (Path(f"/proc/p.{ending}"), "written"),
    ):
        with pytest.raises(Refusal, match=re.escape(said)):
            insight(path, "--model", "bg", option, target)
    assert path.read_text().startswith("customer,day,amount")


def test_the_same_file_twice_counts_once(tmp_path: Path, insight: Callable[..., Told]) -> None:
    one, again = _plain(tmp_path / "a.csv"), _plain(tmp_path / "again.csv")
    told = insight(one, again, "--model", "bg").json
    assert told["data"]["orders"] == 400
    assert "again.csv holds the same as a.csv; it was counted once." in told["warnings"]


def test_what_is_no_amount_is_no_currency_either(tmp_path: Path, insight: Callable[..., Told]) -> None:
    rows = [*_rows(), ("c001", date(2024, 1, 1), "inf"), ("c002", date(2024, 1, 1), "NaN"), ("c003", date(2024, 1, 1), "5 USD cash")]  # fmt: skip
    told = insight(_plain(tmp_path / "o.csv", rows), "--model", "bg").json
    assert told["data"]["orders"] == 400
    said = " ".join(told["warnings"])
    assert "currenc" not in said
    assert "row 402: “inf” in “amount” is no amount that can be read" in said


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_a_big_file_in_older_letters_is_read_straight_and_right(
    encoding: str, tmp_path: Path, insight: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_given: object) -> None:
        raise AssertionError("read row by row")

    lines = [f"Käthe {c},{d},£{a},“weiß” ½" for c, d, a in _rows()]
    path = tmp_path / "o.csv"
    path.write_bytes("\r\n".join(["Customer,Day,Amount,Größe", *lines]).encode(encoding))
    monkeypatch.setattr(loading, "BIG", 10)
    monkeypatch.setattr(loading, "_row_by_row", never)
    told = insight(path, "--model", "bg", "--out", tmp_path / "p.csv").json
    assert told["data"]["orders"] == 400
    assert _people(tmp_path / "p.csv")[0]["customer"].startswith("Käthe c")


@pytest.mark.parametrize("column", ["Gutschrift zu", "Storno zu", "Avoir sur", "Abono de"])
def test_the_order_that_a_credit_note_takes_back_is_guessed(
    column: str, tmp_path: Path, insight: Callable[..., Told]
) -> None:
    lines = [f"B{n};{c};{d:%d.%m.%Y};{a.replace('.', ',')};" for n, (c, d, a) in enumerate(_rows())]
    lines.append("G1;c0;01.01.2026;-1,00;B0")
    told = insight(_write(tmp_path / "o.csv", [f"Beleg;Kunde;Datum;Summe;{column}", *lines]), "--model", "bg")
    assert f"refund of = “{column}”" in told.errors
    assert (told.json["data"]["refunds_matched"], told.json["data"]["refunds_unmatched"]) == (1, 0)


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("Client;Date de commande;Montant TTC;N° de commande", "{c};{d:%d/%m/%Y};{comma} €;{n}"),
        ("identifiant client;date d'achat;prix payé", "{c};{d:%d/%m/%Y};{comma} €"),
        ("Cliente;Fecha de compra;Total pagado;Nº pedido", "{c};{d:%d/%m/%Y};{comma};{n}"),
        ("Käufer;Rechnungsdatum;Bestellwert;Rechnungsnummer", "{c};{d:%d.%m.%y};{comma};R{n}"),
    ],
)
def test_columns_are_guessed_in_german_spanish_and_french(
    header: str, line: str, tmp_path: Path, insight: Callable[..., Told]
) -> None:
    lines = [line.format(c=c, d=d, comma=a.replace(".", ","), n=n) for n, (c, d, a) in enumerate(_rows())]
    told = insight(_write(tmp_path / "o.csv", [header, *lines]), "--model", "bg").json
    plain = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert told["data"] == plain["data"]
    assert told["spend"] == pytest.approx(plain["spend"], rel=1e-4)


def test_what_a_thing_cost_the_shop_is_never_taken_for_what_was_paid(
    tmp_path: Path, insight: Callable[..., Told]
) -> None:
    rows = (f"{c},{d},{a},${float(a) / 2:.2f}" for c, d, a in _rows())
    told = insight(_write(tmp_path / "o.csv", ["customer_id,transaction_date,list_price,standard_cost", *rows]))
    assert "amount = “list_price”" in told.errors


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("Id,Date,Price", "{c},{d},{a}"),
        ("customer_id,trans_date,tran_amount", "{c},{d:%d-%b-%y},{a}"),
        ("household_id,basket_id,transaction_timestamp,sales_value", "{c},{n},{d} 00:01:00,{a}"),
    ],
)
def test_columns_are_guessed_as_sets_for_research_call_them(
    header: str, line: str, tmp_path: Path, insight: Callable[..., Told]
) -> None:
    lines = [line.format(c=c, d=d, a=a, n=n) for n, (c, d, a) in enumerate(_rows())]
    told = insight(_write(tmp_path / "o.csv", [header, *lines]), "--model", "bg").json
    plain = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert told["data"] == plain["data"]
    assert told["spend"] == pytest.approx(plain["spend"], rel=1e-4)


@pytest.mark.parametrize(
    "written",
    [
        lambda d: f"{d:%y-%m-%d}",
        lambda d: f"{_seconds(d)}.0",
        lambda d: f"{_seconds(d)}000",
        lambda d: f"{_seconds(d)}000000",
    ],
    ids=["years of two digits in front", "seconds with a point", "thousandths", "millionths"],
)
def test_days_are_read_as_programs_write_them(
    written: Callable[[date], str], tmp_path: Path, insight: Callable[..., Told]
) -> None:
    lines = [f"{c},{written(d)},{a}" for c, d, a in _rows()]
    told = insight(_write(tmp_path / "o.csv", ["customer,day,amount", *lines]), "--model", "bg").json
    assert told["data"] == insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json["data"]


def _seconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400 + 43_200


def test_days_that_contradict_each_other_are_said(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [f"{c},{d:%d/%m/%Y},{a}" if n % 3 else f"{c},{d:%m/%d/%Y},{a}" for n, (c, d, a) in enumerate(_rows())]
    told = insight(_write(tmp_path / "o.csv", ["customer,day,amount", *lines]), "--model", "bg").json
    said = "some days in “day” have the day in front and some the month; where either makes sense the day was taken"
    assert any(said in sentence for sentence in told["warnings"])


def test_a_refund_column_with_a_minus_is_money_back_all_the_same(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [f"{c},{d},{a}," for c, d, a in _rows()]
    lines += ["whole,2024-02-01,20,-20", "part,2024-02-01,20,-5", "more,2024-02-01,20,25"]
    path = _write(tmp_path / "o.csv", ["customer,day,amount,refund", *lines])
    told = insight(path, "--model", "bg", "--out", tmp_path / "p.csv").json
    people = {row["customer"] for row in _people(tmp_path / "p.csv")}
    assert "part" in people
    assert not people & {"whole", "more"}
    assert told["data"]["refunds_matched"] == 3


def test_one_person_is_one_person_however_a_program_wrote_them(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [f"{c.upper() if n % 2 else c}@x.example,{d},{a}" for n, (c, d, a) in enumerate(_rows())]
    told = insight(_write(tmp_path / "o.csv", ["email,day,amount", *lines]), "--model", "bg").json
    assert told["data"]["customers"] == 60
    frame = pd.DataFrame(_rows(), columns=["customer", "day", "amount"])
    ids = frame["customer"].str[1:].astype(float).where(frame.index % 50 != 0)
    frame.assign(customer=ids, amount=frame["amount"].astype(float)).to_parquet(tmp_path / "o.parquet")
    told = insight(tmp_path / "o.parquet", "--model", "bg", "--out", tmp_path / "p.csv").json
    assert told["data"]["orders"] == 392
    assert _people(tmp_path / "p.csv")[1]["customer"] == "1"
    assert any("8 rows were left out because “customer” is empty" in sentence for sentence in told["warnings"])


def test_a_column_of_cents_is_read_as_cents(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [f"{c},{d},{round(float(a) * 100)}" for c, d, a in _rows()]
    told = insight(_write(tmp_path / "o.csv", ["customer,day,amount_cents", *lines]), "--model", "bg").json
    plain = insight(_plain(tmp_path / "plain.csv"), "--model", "bg").json
    assert told["spend"] == pytest.approx(plain["spend"], rel=1e-6)


def test_a_status_that_is_no_sale_is_said_of_one_row_as_of_one(tmp_path: Path, insight: Callable[..., Told]) -> None:
    lines = [*(f"{c},{d},{a},completed" for c, d, a in _rows()), "zoe,2024-02-01,5,cancelled"]
    told = insight(_write(tmp_path / "o.csv", ["customer,day,amount,status", *lines]), "--model", "bg").json
    assert "1 row is no sale by its status (cancelled) and was left out." in told["warnings"]


def test_a_terminal_is_told_what_is_being_done_and_a_pipe_is_not(tmp_path: Path) -> None:
    """Who waits for a million orders sees that something happens; a log gets nothing it must be cleaned of."""
    path = tmp_path / "orders.csv"
    path.write_text("customer,day,amount\n" + "".join(f"c{n % 9},2025-{1 + n % 9:02}-11,{n}\n" for n in range(40)))
    stages = {"Reading orders.csv …", "Looking ahead for 9 customers …", "Writing people.csv …"}

    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    for screen in (Screen(), io.StringIO()):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stderr", screen)
            options = build_parser().parse_args(["insight", str(path), "--out", str(tmp_path / "people.csv")])
            assert options.chosen.run(options) == 0
        parts = screen.getvalue().split(FORGET)
        if isinstance(screen, Screen):
            assert stages <= set(parts)
            assert parts[-1] == ""  # the line is left as it was found
        else:
            assert len(parts) == 1
        assert "guessed customer" in screen.getvalue()

"""The terminal as a stranger meets it: real processes in fresh folders."""

# rows of a file

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from regulars.cli.main import build_parser, commands
from regulars.kit.cells import cell_of

ORDERS = """Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Created at,Id
#1001,ann@example.com,paid,2026-03-01 10:00:00 +0100,EUR,64.00,0.00,10.00,64.00,0.00,1,Green silk scarf,64.00,Ann Kavanagh,2026-03-01 10:00:00 +0100,1
#1002,bo@example.com,paid,2026-03-02 10:00:00 +0100,EUR,20.00,0.00,3.00,20.00,0.00,1,Candle,20.00,Bo Lindqvist,2026-03-02 10:00:00 +0100,2
#1003,bo@example.com,paid,not a day,EUR,20.00,0.00,3.00,20.00,0.00,1,Candle,20.00,Bo Lindqvist,not a day,3
"""


def regulars(folder: Path, *words: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_")}
    environment |= {"REGULARS_DATA_DIR": str(folder), "REGULARS_TESTING": "yes", **more}
    command = [sys.executable, "-m", "regulars", *words]
    return subprocess.run(
        command, input=given, capture_output=True, text=True, env=environment, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a business, its owner and one small file taken in."""
    folder = tmp_path_factory.mktemp("shop")
    asked = (
        "--business",
        "Linden Lane",
        "--owner-name",
        "Maya",
        "--owner-email",
        "maya@example.com",
        "--currency",
        "EUR",
    )
    done = regulars(
        folder, "setup", *asked, "--zone", "Europe/Dublin", "--password-stdin", given="green silk scarf 12\n"
    )
    assert done.returncode == 0, done.stderr
    (folder / "orders.csv").write_text(ORDERS)
    done = regulars(folder, "import", str(folder / "orders.csv"), "--json")
    assert done.returncode == 0, done.stderr
    (folder / "answer.json").write_text(done.stdout)
    return folder


def test_every_command_explains_itself() -> None:
    parser = build_parser()
    assert "Turns first-time customers into regulars" in parser.format_help()
    for command in commands():
        assert command.help.endswith(".")


def test_help_and_mistakes_leave_no_folder_behind(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert regulars(folder, "--help").returncode == 0
    assert regulars(folder, "import", "--help").returncode == 0
    assert regulars(folder, "nonsense").returncode == 2
    assert not folder.exists()


def test_an_import_answers_with_counts_totals_and_the_refused_row(shop: Path) -> None:
    (file,) = json.loads((shop / "answer.json").read_text())["files"]
    assert file["rows"] == 3
    assert file["people"]["new"] == 2
    assert file["orders"] == {"new": 2, "seen": 0, "updated": 0, "cancelled": 0, "refused": 1}
    assert file["net_total"] == {"amount": "84.00", "currency": "EUR"}
    assert [row["row"] for row in file["refused_rows"]] == [4]


def test_the_same_file_twice_changes_nothing(shop: Path) -> None:
    again = regulars(shop, "import", str(shop / "orders.csv"), "--json")
    (file,) = json.loads(again.stdout)["files"]
    assert file["orders"] == {"new": 0, "seen": 2, "updated": 0, "cancelled": 0, "refused": 1}


def test_a_file_that_is_not_there_is_refused_with_one_sentence(shop: Path) -> None:
    done = regulars(shop, "import", str(shop / "missing.csv"), "--json")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said_in_one_sentence(shop: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = regulars(shop, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "Another --port or --host may do." in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_letters_that_are_no_currency_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    done = regulars(tmp_path / "data", "import", str(tmp_path / "orders.csv"), "--currency", "XYZ")
    assert done.returncode == 2
    assert done.stderr.strip().endswith("Choose a currency by its three letters, such as EUR.")


def test_a_dry_run_says_what_would_happen_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    done = regulars(tmp_path / "data", "import", str(tmp_path / "orders.csv"), "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"][0]["orders"]["new"] == 2
    exported = regulars(tmp_path / "data", "export", "orders", "--as", "json")
    assert json.loads(exported.stdout) == []


def test_grades_name_the_day_the_people_and_the_groups(shop: Path) -> None:
    answer = json.loads(regulars(shop, "grade", "--as-of", "2026-03-05", "--json").stdout)
    assert answer["as_of"] == "2026-03-05"
    assert answer["people"] == 2
    assert isinstance(answer["groups"], dict)


def test_the_day_names_whom_to_thank_and_changes_nothing(shop: Path) -> None:
    lines = json.loads(regulars(shop, "today", "--on", "2026-03-08", "--json").stdout)
    thanks = [line for line in lines if line["kind"] == "thank_you"]
    assert [line["person"] for line in thanks] == ["Ann Kavanagh"]
    assert set(thanks[0]) == {"kind", "person", "what", "why_person", "why_now", "minutes", "cost", "due_on", "draft"}
    assert (
        regulars(shop, "today", "--on", "2026-03-08", "--json").stdout == json.dumps(lines, ensure_ascii=False) + "\n"
    )


def test_standings_leave_with_the_columns_that_were_promised(shop: Path) -> None:
    out = regulars(shop, "export", "standings", "--as", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(out)))
    promised = [
        "person",
        "email",
        "external_ids",
        "last_on",
        "recency_days",
        "frequency",
        "monetary_amount",
        "r",
        "f",
        "m",
        "group",
    ]
    assert list(rows[0])[: len(promised)] == promised
    assert {row["email"] for row in rows} == {"ann@example.com", "bo@example.com"}


@pytest.mark.parametrize("what", ["people", "orders", "standings"])
def test_csv_and_json_hold_the_same_rows(shop: Path, what: str) -> None:
    as_csv = list(csv.DictReader(io.StringIO(regulars(shop, "export", what).stdout)))
    as_json = json.loads(regulars(shop, "export", what, "--as", "json").stdout)
    assert len(as_csv) == len(as_json) == 2
    assert list(as_csv[0]) == list(as_json[0])


def test_the_owner_who_is_locked_out_gets_in_again(shop: Path) -> None:
    done = regulars(shop, "set-password", "maya@example.com", "--stdin", given="another silk scarf 13\n")
    assert done.returncode == 0, done.stderr
    assert regulars(shop, "set-password", "nobody@example.com", "--stdin", given="x\n").returncode == 2


def test_a_backup_brings_everything_back_in_an_empty_folder(shop: Path, tmp_path: Path) -> None:
    assert regulars(shop, "backup", str(tmp_path / "all.backup")).returncode == 0
    done = regulars(tmp_path / "new", "restore", str(tmp_path / "all.backup"))
    assert done.returncode == 0, done.stderr
    for what in ("people", "orders"):
        assert regulars(tmp_path / "new", "export", what).stdout == regulars(shop, "export", what).stdout


def test_a_backup_locked_with_a_passphrase_opens_only_with_it(shop: Path, tmp_path: Path) -> None:
    locked = {"REGULARS_BACKUP_PASSPHRASE": "the right words"}
    assert regulars(shop, "backup", str(tmp_path / "all.backup"), **locked).returncode == 0
    wrong = regulars(tmp_path / "a", "restore", str(tmp_path / "all.backup"), REGULARS_BACKUP_PASSPHRASE="wrong words")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
    assert regulars(tmp_path / "b", "restore", str(tmp_path / "all.backup"), **locked).returncode == 0


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+44 20 1234", "'+44 20 1234"),
        ("-12.50", "-12.50"),
        ("\t=1", "'\t=1"),
        ("Ann", "Ann"),
        (None, ""),
    ],
)
def test_what_a_spreadsheet_would_run_is_quoted(cell: str | None, safe: str) -> None:
    assert cell_of(cell) == safe


def test_a_file_that_cannot_be_read_is_status_2_with_a_sentence_and_json_is_json(tmp_path):
    regulars(tmp_path / "data", "setup", "--business", "Lindenblatt", "--quiet")
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    reply = regulars(tmp_path / "data", "import", str(tmp_path / "x.pdf"), "--json")
    assert (reply.returncode, reply.stderr.count("\n")) == (2, 1)
    assert "PDF" in json.loads(reply.stdout)["files"][0]["refused_rows"][0]["reason"]


def test_a_first_start_says_that_a_book_is_laid_out_and_no_other_command_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from regulars.cli import database
    from regulars.kit import upgrade

    def as_if_new(begins: Any = None) -> bool:
        if begins is not None:
            begins(True)
        return True

    monkeypatch.setattr(upgrade, "migrate_safely", as_if_new)
    database.require_current_database()
    assert capsys.readouterr().out == ""
    database.require_current_database(is_told=True)
    assert capsys.readouterr().out == "Laying out a new book ...\n"

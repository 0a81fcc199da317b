"""From the laptop's file to a server's database and back, with everybody held and every row counted."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from regulars.cli.tests.test_terminal import ORDERS, regulars


@pytest.fixture(scope="module")
def first_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first") / "shop"
    folder.mkdir()
    (folder.parent / "orders.csv").write_text(ORDERS)
    done = regulars(folder, "import", str(folder.parent / "orders.csv"))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def shop(first_shop: Path, tmp_path: Path) -> Path:
    """A folder of this test's own with two people and their orders."""
    shutil.copy(first_shop.parent / "orders.csv", tmp_path)
    return shutil.copytree(first_shop, tmp_path / "shop")


def people(folder: Path, **more: str) -> str:
    done = regulars(folder, "export", "people", "--as", "csv", **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_everything_moves_to_postgres_and_back_and_nothing_is_missing(shop: Path, postgres_url: str) -> None:
    before = people(shop)
    done = regulars(shop, "move", postgres_url, "--json")
    assert done.returncode == 0, done.stderr
    moved = json.loads(done.stdout)
    assert moved["counts"]["people_person"] == 2
    assert Path(moved["kept"]).exists()
    assert people(shop, REGULARS_DATABASE_URL=postgres_url) == before
    back = regulars(shop, "move", "sqlite", "--json", REGULARS_DATABASE_URL=postgres_url)
    assert back.returncode == 0, back.stderr
    there = {**json.loads(back.stdout)["counts"], "kit_counter": moved["counts"]["kit_counter"]}  # it counts anew
    assert there == moved["counts"]
    assert people(shop) == before
    with closing(sqlite3.connect(shop / "regulars.sqlite3")) as link:  # nothing left meanwhile, so sending goes on
        assert link.execute("SELECT is_sending_stopped FROM kit_business").fetchone() == (0,)
    assert len(list(shop.glob("regulars-left-*.sqlite3"))) == 1
    again = regulars(shop, "move", postgres_url)
    assert again.returncode == 0, again.stderr
    assert "none missing" in again.stdout


def test_the_house_that_was_left_stays_closed_until_somebody_says_so(shop: Path, postgres_url: str) -> None:
    assert regulars(shop, "move", postgres_url).returncode == 0
    refused = regulars(shop, "export", "people", "--as", "csv")
    assert refused.returncode == 2
    assert "moved out of this database" in refused.stderr
    assert regulars(shop, "move", "--stay").returncode == 0
    assert "Ann Kavanagh" in people(shop)


def test_nothing_moves_while_somebody_works_here(shop: Path, postgres_url: str) -> None:
    with (shop / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = regulars(shop, "move", postgres_url)
    assert refused.returncode == 2
    assert "Stop it, move" in refused.stderr
    assert "Ann Kavanagh" in people(shop)


def test_a_target_that_is_lived_in_is_refused_and_everything_stays(
    shop: Path, postgres_url: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert regulars(other, "import", str(tmp_path / "orders.csv"), REGULARS_DATABASE_URL=postgres_url).returncode == 0
    refused = regulars(shop, "move", postgres_url)
    assert refused.returncode == 2
    assert "Nothing was moved" in refused.stderr
    assert "Ann Kavanagh" in people(shop)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("mysql://localhost/x", "Say where to"),
        ("sqlite", "already"),
        ("postgresql://127.0.0.1:1/none", "Nothing was moved"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_with_one_sentence(shop: Path, target: str, said: str) -> None:
    refused = regulars(shop, "move", target)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "Ann Kavanagh" in people(shop)


def test_an_older_program_refuses_data_of_a_newer_one(shop: Path) -> None:
    with closing(sqlite3.connect(shop / "regulars.sqlite3")) as link:
        link.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '0999_from_the_future', '2030-01-01')"
        )
        link.commit()
    refused = regulars(shop, "export", "people", "--as", "csv")
    assert refused.returncode == 2
    assert "newer Regulars" in refused.stderr
    assert "0999_from_the_future" in refused.stderr


def test_a_file_without_a_table_as_a_refused_restore_leaves_it_is_no_business(shop: Path, tmp_path: Path) -> None:
    laptop = tmp_path / "laptop"
    laptop.mkdir()
    with closing(sqlite3.connect(laptop / "regulars.sqlite3")) as link:
        link.execute("PRAGMA journal_mode=WAL")
    done = regulars(shop, "move", "sqlite", "--to-folder", str(laptop))
    assert done.returncode == 0, done.stderr
    assert f"start Regulars with REGULARS_DATA_DIR={laptop} and without REGULARS_DATABASE_URL." in done.stdout
    assert "Ann Kavanagh" in people(laptop)

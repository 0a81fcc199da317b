"""Numbers, addresses and names that other projects test themselves with come out as they expect."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from regulars.intake.tests.builders import REAL

FOLDER = REAL / "names_addresses"
BENCH = Path(__file__).parents[3] / "bench" / "names.py"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir() or not BENCH.is_file(), reason="the labelled files are not on this machine"
)


@pytest.fixture(scope="module")
def bench() -> Any:
    spec = importlib.util.spec_from_file_location("bench_names", BENCH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("kind", "least"), [("phones", 2_000), ("emails", 200), ("names", 1_000)])
def test_at_least_ninety_seven_of_a_hundred_are_as_expected(bench: Any, kind: str, least: int) -> None:
    told = bench.counted(getattr(bench, kind)(FOLDER))
    assert told["n"] >= least
    assert told["as_expected"] + len(told["others"]) == told["n"]
    assert told["rate"] >= 0.97, told["others"]

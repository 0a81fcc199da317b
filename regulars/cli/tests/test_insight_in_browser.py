"""The report in a real browser: axe-core finds nothing, nothing is wider than the screen."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.cli.main import build_parser

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[3] / "tests" / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="needs tests/vendor/axe.min.js"),
]


@pytest.fixture
def reports(tmp_path: Path) -> list[Path]:
    """One of a business of some size, one of a single order."""
    dice, found = random.Random(7), []
    for name, count in (("some", 400), ("one", 1)):
        rows = [
            f"c{dice.randrange(60)},{date(2024, 1, 1) + timedelta(days=dice.randrange(500))},{dice.uniform(5, 90):.2f}"
            for _row in range(count)
        ]
        orders, page = tmp_path / f"{name}.csv", tmp_path / f"{name}.html"
        orders.write_text("\n".join(["customer,day,amount", *rows, ",2024-02-02,5"]))
        options = build_parser().parse_args(["insight", str(orders), "--report", str(page)])
        assert options.chosen.run(options) == 0
        found.append(page)
    return found


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


def test_the_report_can_be_read_by_everybody_on_a_phone_and_on_a_desk(reports: list[Path], browser: Any) -> None:
    found = []
    for report in reports:
        for width, mode in LOOKS:
            context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=mode, offline=True)
            page = context.new_page()
            page.goto(report.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
            page.evaluate(AXE.read_text())
            faults = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
            found += [f"{report.stem} {width} {mode}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in faults]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{report.stem} {width} {mode}: wider than the screen")
            context.close()
    assert found == []

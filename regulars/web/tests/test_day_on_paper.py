"""The day on paper: two dozen lines of eight kinds stand on one sheet, of either size."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from regulars.today.queries import AT_ONCE, SHOWN, plan
from regulars.today.tests.builders import ON, a_shop, an_owner
from regulars.today.tests.test_speed import custom
from regulars.web.tests.test_in_browser import CHROMIUM, opened

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
]
A_PAGE = re.compile(rb"/Type\s*/Page\b")


def test_a_full_day_prints_on_one_sheet_of_a4_and_of_letter(frozen_clock: Any) -> None:
    from playwright.sync_api import sync_playwright

    frozen_clock.move_to(datetime(2026, 6, 10, 9, tzinfo=UTC))
    a_shop()
    custom(12)
    assert 24 <= len(plan(ON, shown=SHOWN).lines) <= AT_ONCE
    client = Client()
    client.force_login(an_owner())
    day = client.get("/today/")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = opened(chromium.new_context(), day)
        sheets = {size: len(A_PAGE.findall(page.pdf(format=size))) for size in ("A4", "Letter")}
        chromium.close()
    assert sheets == {"A4": 1, "Letter": 1}

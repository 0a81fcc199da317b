"""The counter beside the words of a text says what the server says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from regulars.outreach.channels.text import segments
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.tests.builders import a_person, a_shop, the_owner

CHROMIUM = Path("/usr/bin/chromium")
SCRIPT = Path(__file__).parents[1] / "static" / "outreach" / "parts.js"
SAMPLES = [
    "", "Hello", "a" * 160, "a" * 161, "a" * 306, "a" * 307, "€" * 80, "€" * 81, "a" * 152 + "€" * 10, "[x]" * 60,
    "Grüße, à bientôt", "naïve", "ñandú ¿qué?", "“quoted”", "😀" * 35, "😀" * 36, "a" * 66 + "😀" * 5, "e\u0301" * 90,
    "line\r\nline", "line\nline" * 20, "Καλημέρα", "Привет" * 12, "日本語" * 30, "^{}\\[~]|\f" * 9, "`", "ç", "Ç",
]  # fmt: skip


def test_the_alphabets_of_both_are_the_same() -> None:
    written = re.findall(r'^const (\w+) = (".*");$', SCRIPT.read_text(), re.MULTILINE)
    signs = {name: set(json.loads(text)) for name, text in written}
    assert signs["BASIC"] == segments.BASIC
    assert signs["EXTENDED"] == segments.EXTENDED


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium")
def test_the_browser_counts_as_the_server_does() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.add_script_tag(content=SCRIPT.read_text().replace("export function", "window.measure = measure; function"))
        found = page.evaluate("samples => samples.map(text => window.measure(text))", SAMPLES)
        chromium.close()
    for text, said in zip(SAMPLES, found, strict=True):
        ours = measure(text.replace("\r\n", "\n").strip())
        assert (said["parts"], said["left"], tuple(said["odd"])) == (ours.segments, ours.left, ours.odd), text[:20]


@pytest.mark.django_db
def test_a_text_of_the_library_stands_in_the_field_with_their_name_and_its_parts_counted(client: Any) -> None:
    a_shop()
    client.force_login(the_owner())
    ann = a_person("Ann Archer")
    page = client.get(f"/calls/new/?to={ann.pk}&by=text").text
    assert "Texts to begin with" in page
    assert "0 text messages" in page
    page = client.get(f"/calls/new/?to={ann.pk}&by=text&from=thank-you.text.warm").text
    assert "Maya&#x27;s Boutique: Ann, thank you for coming in." in page
    assert "1 text message " in page
    assert "{{ shop" not in page
    assert "{{ shop" not in client.get(f"/calls/new/?to={ann.pk}&by=text&from=nothing").text

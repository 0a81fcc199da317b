"""The style guide in a real browser: nothing axe-core objects to, nothing wider than a phone, all of it by keyboard."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory

from regulars.kit import clock
from regulars.kit.specimens import specimens

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[3] / "tests" / "vendor" / "axe.min.js"
SITE = "http://shop.test"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"
LOOKS = [(320, "light"), (390, "dark"), (768, "light"), (1280, "light"), (1280, "dark")]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="needs tests/vendor/axe.min.js"),
]


@pytest.fixture
def style_guide(db: None) -> str:
    """Drawn before the browser starts, because no query runs beside its event loop."""
    request = RequestFactory().get("/style/")
    request.user = None  # type: ignore[assignment]  # the shell of a stranger
    rooms = [
        {
            "label": label,
            "url": f"#{label}",
            "icon": icon,
            "count": count,
            "is_current": not index,
            "is_main": index < 3,
        }
        for index, (label, icon, count) in enumerate(
            [("Today", "sun", 7), ("People", "users", 0), ("Sales", "receipt-text", 0), ("Outbox", "mail", 3)]
        )
    ]
    sending = {"is_stopped": False, "stop_url": "/stops/"}
    with clock.frozen(datetime(2026, 11, 22, 9, tzinfo=UTC)):
        return render_to_string("kit/style_guide.html", {**specimens(), "rooms": rooms, "sending": sending}, request)


@pytest.fixture
def browser(style_guide: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


def opened(browser: Any, html: str, **look: Any) -> Any:
    """A page of the shop whose files come straight from the rooms, under the real policy; no server, no socket."""
    page = browser.new_context(**look).new_page()

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0].split("#")[0]
        if not path.startswith(settings.STATIC_URL):
            page.visited.append((route.request.method, path))
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})
            return
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        if not isinstance(found, str):
            route.fulfill(status=404, body=path)
            return
        kind = mimetypes.guess_type(found)[0] or "application/octet-stream"
        route.fulfill(body=Path(found).read_bytes(), content_type=kind)

    page.visited, page.complaints = [], []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
    page.route("**/*", answer)
    page.goto(f"{SITE}/style/", wait_until="load")
    return page


@pytest.mark.parametrize(("width", "mode"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(browser, style_guide, width, mode):
    page = opened(browser, style_guide, viewport={"width": width, "height": 800}, color_scheme=mode, bypass_csp=True)
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_policy_has_nothing_to_refuse(browser, style_guide):
    assert opened(browser, style_guide).complaints == []


def test_the_keyboard_reaches_the_skip_link_first_and_then_every_control(browser, style_guide):
    page = opened(browser, style_guide, viewport={"width": 1280, "height": 800})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        words, is_ringed = page.evaluate(
            "[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle !== 'none']"
        )
        if words in reached or words.startswith("<body"):
            continue
        reached.add(words)
        assert is_ringed, words[:200]
    buttons = page.evaluate(
        "[...document.querySelectorAll('main button, main a')].filter(e => e.checkVisibility() && !e.disabled).length"
    )
    assert sum(words.startswith(("<button", "<a")) for words in reached) >= buttons


def test_a_form_that_asks_first_is_sent_only_after_yes(browser, style_guide):
    page = opened(browser, style_guide, viewport={"width": 1280, "height": 800})
    stop = page.locator(".rail-end button", has_text="Stop everything")
    stop.click()
    page.click("#confirm button[value='']")
    assert ("POST", "/stops/") not in page.visited
    stop.click()
    page.click("#confirm button[value=yes]")
    page.wait_for_load_state()
    assert ("POST", "/stops/") in page.visited


def test_without_script_the_form_goes_straight(browser, style_guide):
    page = opened(browser, style_guide, viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    page.click(".rail-end button:has-text('Stop everything')")
    page.wait_for_load_state()
    assert ("POST", "/stops/") in page.visited


def test_a_dialog_opens_from_its_link_and_closes_by_escape(browser, style_guide):
    page = opened(browser, style_guide)
    page.click("text=Write instead")
    assert page.locator("#specimen-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#specimen-dialog").is_visible()


def test_a_lost_connection_is_said_in_a_sentence(browser, style_guide):
    page = opened(browser, style_guide)
    page.route("**/gone/", lambda route: route.abort())
    page.evaluate("htmx.ajax('GET', '/gone/', '#main').catch(() => {})")
    page.wait_for_selector("#toasts [data-toast]")
    assert "Load the page again" in page.inner_text("#toasts")
    page.click("#toasts [data-dismiss]")
    assert page.inner_text("#toasts") == ""


def test_a_chart_has_words_of_reading_size_on_a_phone_and_on_a_desk(browser, style_guide):
    page = opened(browser, style_guide)
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        charts = page.evaluate(
            "[...document.querySelectorAll('.chart svg[data-form]')].filter(e => e.checkVisibility())"
            ".map(e => 14 * e.getBoundingClientRect().width / e.viewBox.baseVal.width)"
        )
        assert charts
        assert all(12.5 <= size <= 19 for size in charts), (width, charts)

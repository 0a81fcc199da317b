"""The shell's pages in a real browser, with and without script: axe-core finds nothing, nothing is too wide."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from regulars.kit.models import BackupRecord, SetAside
from regulars.web.services import stop_everything
from regulars.web.tests.builders import an_open_house
from regulars.web.tests.served import Served

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[3] / "tests" / "vendor" / "axe.min.js"
SITE = "http://shop.test"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(390, "dark"), (1280, "light")]
SETTINGS = ("", "hours/", "log/", "health/")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="needs tests/vendor/axe.min.js"),
]


@pytest.fixture
def pages(db: None) -> dict[str, Any]:
    """Every page of the shell as it is answered, fetched before the browser starts."""
    stranger, owner = Client(), Client()
    found = {"/first-run/": stranger.get("/first-run/", headers={"Accept-Language": "de-CH"})}
    found["refused"] = stranger.post("/first-run/", {})
    maya = an_open_house()
    for path in ("/sign-in/", "/nowhere/"):
        found[path] = stranger.get(path)
    owner.force_login(maya)
    SetAside.objects.create(
        handler="standings.regrade", notice_id=1, kind="x", content={}, error="no such day", tries=5
    )
    BackupRecord.objects.create(why="nightly", path="/data/backups/" + "long-" * 20, size_bytes=3_000_000)
    for page in SETTINGS:
        found[f"/settings/{page}"] = owner.get(f"/settings/{page}")
    found["invited"] = owner.post(
        "/settings/staff/", {"display_name": "Bo", "email": "bo@example.com", "role": "staff"}
    )
    found["/more/"] = owner.get("/more/")
    stop_everything(maya)
    found["stopped"] = owner.get("/settings/")
    return found


@pytest.fixture
def served() -> Iterator[Served]:
    with Served() as one:
        yield one


@pytest.fixture
def browser(pages: dict[str, Any], served: Served) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        usual = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=[*usual, served.browser_words])
        yield chromium
        chromium.close()


class Shown:
    """What a page without a server answers with: a reply of the test client with its own policy, and the rooms' files."""

    def __init__(self, reply: Any = None) -> None:
        self.reply = reply

    def __call__(self, route: Any) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0].split("#")[0]
        if route.request.resource_type in {"image", "xhr", "fetch"} or route.request.frame.parent_frame is not None:
            # A page in a frame of itself would have a frame in which it is shown, and so on without end.
            route.fulfill(body="", content_type="text/plain")
            return
        if not path.startswith("/static/"):
            # A letter is shut up in a sandbox, in which no script may look at it either; the rest of its policy stands.
            rules = self.reply["Content-Security-Policy"].split(";")
            policy = {"Content-Security-Policy": ";".join(rule for rule in rules if rule.strip() != "sandbox")}
            route.fulfill(body=self.reply.content, content_type="text/html", headers=policy)
            return
        found = finders.find(path.removeprefix("/static/"))
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        route.fulfill(body=Path(str(found)).read_bytes() if found else b"", content_type=kind)


def listened_to(context: Any) -> Any:
    """A tab that keeps what goes wrong in it."""
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
    return page


def opened(context: Any, reply: Any) -> Any:
    """One page in a tab of its own; no server and no socket."""
    page = listened_to(context)
    page.route("**/*", Shown(reply))
    page.goto(f"{SITE}/page/", wait_until="load")
    return page


@pytest.mark.parametrize(("width", "mode"), LOOKS)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Any, pages: dict[str, Any], served: Served, width: int, mode: str
) -> None:
    context, found = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=mode), []
    for name, reply in pages.items():
        page = listened_to(context)
        served.show(page, reply)
        page.evaluate(AXE.read_text())
        report = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        found += [f"{name}: {fault['id']} {fault['nodes'][0]['html'][:120]}" for fault in report["violations"]]
        found += [f"{name}: {words}" for words in page.complaints]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{name}: wider than the screen")
        page.close()
    assert found == []


def test_the_browser_s_own_zone_is_filled_in_and_can_be_changed(browser: Any, pages: dict[str, Any]) -> None:
    page = opened(browser.new_context(timezone_id="Europe/Zurich"), pages["/first-run/"])
    assert page.eval_on_selector("[name=zone]", "select => select.value") == "Europe/Zurich"
    page.select_option("[name=zone]", "America/Lima")
    assert page.eval_on_selector("[name=zone]", "select => select.value") == "America/Lima"


def test_the_money_follows_the_country_until_it_is_chosen(browser: Any, pages: dict[str, Any]) -> None:
    page = opened(browser.new_context(), pages["/first-run/"])
    page.select_option("[name=country]", "GB")
    assert page.eval_on_selector("[name=currency]", "select => select.value") == "GBP"
    page.select_option("[name=currency]", "USD")
    page.select_option("[name=country]", "FR")
    assert page.eval_on_selector("[name=currency]", "select => select.value") == "USD"


def test_without_script_the_first_run_is_complete_and_the_other_rooms_open(browser: Any, pages: dict[str, Any]) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = opened(context, pages["/first-run/"])
    assert page.locator("form [name]:visible").count() == 8
    page = opened(context, pages["/settings/"])
    assert not page.get_by_text("Sign out").is_visible()
    assert page.get_by_role("link", name="More").get_attribute("href") == "/more/"
    page = opened(context, pages["/more/"])
    assert page.get_by_role("button", name="Sign out").is_visible()
    assert page.get_by_role("button", name="Stop everything").is_visible()


def test_the_sign_in_is_done_with_the_keyboard_alone(browser: Any, pages: dict[str, Any]) -> None:
    page = opened(browser.new_context(), pages["/sign-in/"])
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
    assert reached == ["Skip to the page", "login", "password", "remember", "Sign in", "I forgot my password"]

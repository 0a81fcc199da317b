"""Every page an owner can open, in a real browser: on a small phone by day, on a wide screen by night."""

from __future__ import annotations

import re
from typing import Any

import pytest

from regulars.web.tests.a_full_house import a_full_house, pages
from regulars.web.tests.served import Served
from regulars.web.tests.test_in_browser import AXE, CHROMIUM, RULES

MANY = 80  # a walk that finds fewer has lost a room
SHOWS_BRACES = {  # the fields of a letter are written so
    "outreach:wording",
    "outreach:new-wording",
    "outreach:library",
    "outreach:new-mailing",
    "outreach:edit-mailing",
}
# What a page has and a letter has not: the letter drawn in its frame is otherwise held to the same.
PAGE_ONLY = re.compile("0 first headings|landmark-one-main|page-has-heading-one|region").match
LOOKS: list[tuple[int, Any]] = [(360, "light"), (1280, "dark")]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs /usr/bin/chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="needs tests/vendor/axe.min.js"),
]

SEEN = """([isPhone, showsBraces]) => {
  const wrong = [], seen = el => el.checkVisibility() && el.getBoundingClientRect().width > 1;
  const called = el => `${el.tagName.toLowerCase()} ${(el.innerText || el.name || el.className).trim().slice(0, 40)}`;
  const wide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide() > 0) wrong.push(`${wide()} px too wide`);
  const first = document.querySelectorAll("h1");
  if (first.length !== 1) wrong.push(`${first.length} first headings`);
  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const name = control.getAttribute("aria-label") || control.getAttribute("aria-labelledby") || control.labels.length;
    if (!name && seen(control)) wrong.push(`no label: ${called(control)}`);
  }
  document.querySelectorAll("details.more").forEach(one => one.open = true);
  if (wide() > 0) wrong.push(`${wide()} px too wide when all is unfolded`);
  for (const menu of document.querySelectorAll("details.menu")) {
    menu.open = true;
    if (wide() > 0) wrong.push(`${wide()} px too wide with the menu ${called(menu)}`);
    menu.open = false;
  }
  for (const button of document.querySelectorAll("button, .button, summary, [type=checkbox], [type=radio]")) {
    const box = (button.labels?.[0]?.contains(button) ? button.labels[0] : button).getBoundingClientRect(), least = isPhone && button.matches(".button") ? 44 : 24;
    if (seen(button) && box.height < least - 0.5) wrong.push(`${box.height} px tall: ${called(button)}`);
  }
  if (!isPhone) {
    document.documentElement.style.fontSize = "200%";
    if (wide() > 0) wrong.push(`${wide()} px too wide with letters of twice the size`);
    document.documentElement.style.fontSize = "";
  }
  const text = document.body.innerText;
  for (const trace of [/%\\(/, /\\bNone\\b(?! \\()/, ...(showsBraces ? [] : [/\\{\\{|\\{%/])]) {
    const at = text.search(trace);
    if (at >= 0) wrong.push(`a trace of its making: ${text.slice(Math.max(0, at - 20), at + 30)}`);
  }
  return wrong;
}"""


@pytest.fixture
def found(db: None) -> dict[str, Any]:
    """Fetched before the browser starts, which forbids what is not asynchronous."""
    return pages(a_full_house())


def test_every_page_is_sound_on_a_phone_and_on_a_wide_screen(found: dict[str, Any]) -> None:
    from playwright.sync_api import sync_playwright

    assert len(found) >= MANY
    wrong: list[str] = []
    with sync_playwright() as play, Served() as served:
        usual = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=[*usual, served.browser_words])
        for width, mode in LOOKS:
            context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=mode)
            context.add_init_script(AXE.read_text())
            page = context.new_page()
            for name, reply in found.items():
                served.show(page, reply)
                faults = _faults(page, name, is_phone=width < 400)
                wrong += [
                    f"{name} at {width}: {words}" for words in faults if not (_is_letter(reply) and PAGE_ONLY(words))
                ]
        chromium.close()
    assert wrong == [], "\n".join(wrong)


def _is_letter(reply: Any) -> bool:
    return "sandbox" in reply["Content-Security-Policy"]


def _faults(page: Any, name: str, *, is_phone: bool) -> list[str]:
    faults: list[str] = page.evaluate(SEEN, [is_phone, name in SHOWS_BRACES])
    report = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return faults + [f"{fault['id']} {fault['nodes'][0]['html'][:160]}" for fault in report["violations"]]

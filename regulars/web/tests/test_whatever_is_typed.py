"""Whatever is typed into a form of the house: it is taken, or a sentence says why not; nothing ever breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from regulars.web.tests.a_full_house import a_full_house, pages

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MANY = 120  # forms; a walk that finds fewer has lost a room
TYPED = [
    "a\x00b",  # PostgreSQL keeps no such sign
    "²",  # a digit, and no number
    "9" * 40,  # larger than any column
    "99999999999999999999.999",  # and with a date in mind
    "-1",
    "NaN",
    "",
    "\U0001f600" * 2000,
    "0001-01-01",
    "9999-12-31",
    "{{ x | y }}{% if",
    "\u202e\r\nBcc: a@example.org",
]
# What would end the walk itself, or begin work outside of this program.
LEFT_OUT = re.compile(r"sign-out|/backup|/export|second-place|/account/")


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)  # name, kind, value


class Forms(HTMLParser):
    """The forms of a page, with what they would send."""

    def __init__(self, page: str, address: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.address, self.is_within, self.select = address, False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(has.get("action") or self.address, has.get("method", "get").lower()))
            self.is_within = True
        elif tag == "option" and self.select and self.is_within:
            self.found[-1].fields.append((self.select, "choice", has.get("value", "")))
        elif self.is_within and has.get("name") and tag in {"input", "textarea", "select", "button"}:
            if tag == "select":
                self.select = has["name"]
            else:
                kind = has.get("type", "text") if tag == "input" else tag
                self.found[-1].fields.append((has["name"], kind, has.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_within = False
        elif tag == "select":
            self.select = ""


def forms_of(found: dict[str, Any]) -> list[Form]:
    """Every form once: the same fields sent to the same kind of address are one. One that only shuts a dialog sends
    nothing."""
    once: dict[tuple[Any, ...], Form] = {}
    for reply in found.values():
        for form in Forms(reply.text, reply.request["PATH_INFO"]).found:
            names = tuple(sorted({name for name, _kind, _value in form.fields}))
            if form.method != "dialog" and not LEFT_OUT.search(form.action):
                once.setdefault((re.sub(r"\d+", "0", form.action.split("?")[0]), form.method, names), form)
    return list(once.values())


def sent(form: Form, typed: str, *, everywhere: bool) -> dict[str, str]:
    """What is typed in every field to type in; `everywhere` also in place of what the page itself filled in."""
    said: dict[str, str] = {}
    for name, kind, value in form.fields:
        is_own = kind in {"hidden", "checkbox", "radio", "choice", "button"}
        if name != "csrfmiddlewaretoken" and kind != "file":
            said[name] = typed if everywhere or not is_own else said.get(name) or value
    return said


def all_sent(form: Form, *, everywhere: bool) -> list[dict[str, str]]:
    """The form with everything that can be typed; where nothing is typed, it is sent once as it stands."""
    found: list[dict[str, str]] = []
    for typed in TYPED[:4] if everywhere else TYPED:
        if (said := sent(form, typed, everywhere=everywhere)) not in found:
            found.append(said)
    return found


@pytest.mark.parametrize("everywhere", [False, True], ids=["in the fields", "in place of what the page filled in"])
def test_whatever_is_typed_into_a_form_is_taken_or_answered(everywhere: bool) -> None:
    house = a_full_house()
    forms = forms_of(pages(house))
    assert len(forms) > MANY
    browser = Client(raise_request_exception=False)
    browser.force_login(house.owner)
    broken: list[tuple[str, str, int]] = []
    for form in forms:
        for said in all_sent(form, everywhere=everywhere):
            ask = browser.post if form.method == "post" else browser.get
            with transaction.atomic():
                reply = ask(form.action.split("?")[0], said)
                transaction.set_rollback(True)
            if reply.status_code >= 500:
                broken.append((form.action, str(said)[:200], reply.status_code))
    assert broken == []

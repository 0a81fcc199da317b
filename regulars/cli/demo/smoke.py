"""Fetch every page of the demo once, as the owner would after pressing the one button."""

from __future__ import annotations

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

PAGES = [
    "/today/",
    "/people/",
    "/people/new/",
    "/sales/",
    "/sales/new/",
    "/sales/counter/",
    "/sales/nameless/",
    "/sales/parties/",
    "/sales/commissions/",
    "/others/",
    "/log/",
    "/phone/",
    "/settings/health/",
    "/groups/steps/",
    "/groups/memories/",
    "/people/slips/",
    "/people/slips/sheet/",
    "/intake/inbox/",
    "/groups/",
    "/groups/retention/",
    "/groups/value/",
    "/groups/slipping/",
    "/groups/certainty/",
    "/intake/",
    "/outbox/",
    "/words/",
    "/cards/",
    "/cards/year/",
    "/settings/",
    "/healthz",
]


class Visitor:
    """A browser's bare minimum: cookies, and the form's token."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(jar)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with self.browser.open(self.address + path, timeout=30) as reply:
                return reply.status, reply.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as fault:
            return fault.code, fault.read().decode("utf-8", "replace")

    def press(self, page: str, action: str) -> tuple[int, str]:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token.group(1) if token else ""}).encode()
        request = urllib.request.Request(self.address + action, data=body, headers={"Referer": self.address + "/"})  # noqa: S310  # our own address
        with self.browser.open(request, timeout=30) as reply:
            return reply.status, reply.read().decode("utf-8", "replace")


def walk(address: str) -> list[tuple[str, int]]:
    """Enter as the owner, then fetch every page and one person's; (path, status) of each."""
    visitor = Visitor(address)
    status, page = visitor.get("/")
    action = re.search(r'action="([^"]*demo[^"]*)"', page)
    seen = [("/", status)]
    if action is None:
        return [*seen, ("the button “Enter as the owner”", 0)]
    status, page = visitor.press(page, action.group(1))
    seen.append((action.group(1), status))
    for path in PAGES:
        status, page = visitor.get(path)
        seen.append((path, status))
        person = re.search(r'href="(/people/\d+/)"', page) if path == "/people/" else None
        if person:
            seen.append((person.group(1), visitor.get(person.group(1))[0]))
    return seen

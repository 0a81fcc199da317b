"""Links that are counted: those of letters for which the owner asked, and only the addresses that stand in them.

Where a link leads stands in it, signed together with its letter and its place there. So nothing is looked up when it is
followed, it works after everything about the letter was erased, nobody can make our address lead anywhere else, and
whoever looks at it before following reads where it goes.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from itertools import count
from urllib.parse import quote, urlsplit

from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from regulars.kit.secrets import keyed_hash

PURPOSE = "outreach.links"
SIGNED = 24
LONGEST = 4_000
MARK = re.compile(rf"([0-9a-z]{{1,13}})-([0-9]{{1,4}})-([0-9a-f]{{{SIGNED}}})")
# A link to a page of the web. Where the address itself is what one reads, it is shown without its scheme: mail programs
# warn of words that name another place than they lead to.
LINK = re.compile(r'(<a\b[^>]*?\bhref=")(https?://[^"<>]+)("[^>]*>)(https?://)?', re.IGNORECASE)


@dataclass(frozen=True)
class CountedLinks:
    """Whose links they are, and the public address they lead through."""

    touch_id: int
    public: str

    def put_into(self, html: str) -> str:
        """Let every link to a page elsewhere lead through us; our own pages, numbers and mail addresses stay."""
        places = count(1)
        return LINK.sub(lambda found: self._through_us(found, places), html)

    def _through_us(self, found: re.Match[str], places: Iterator[int]) -> str:
        target = unescape(found[2])
        if f"{target}/".startswith(f"{self.public}/") or not is_followable(target):
            return found[0]
        return f"{found[1]}{escape(self.address(next(places), target))}{found[3]}"

    def address(self, place: int, target: str) -> str:
        """The address through us."""
        mark = f"{int_to_base36(self.touch_id)}-{place}-{_signature(self.touch_id, place, target)}"
        return f"{self.public}{reverse('outreach:follow', args=[mark])}?to={quote(target, safe='')}"


@dataclass(frozen=True)
class Followed:
    touch_id: int
    place: int


def link_behind(mark: str, target: str) -> Followed | None:
    """Which link this is; None for an address that never stood in a letter of ours."""
    found = MARK.fullmatch(mark)
    if found is None or not is_followable(target):
        return None
    touch_id, place = base36_to_int(found[1]), int(found[2])
    if not hmac.compare_digest(found[3], _signature(touch_id, place, target)):
        return None
    return Followed(touch_id, place)


def is_followable(target: str) -> bool:
    """Is this a page of the web, and nothing else?"""
    if len(target) > LONGEST or any(ord(sign) < 33 or ord(sign) == 127 for sign in target):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _signature(touch_id: int, place: int, target: str) -> str:
    return keyed_hash(f"{touch_id} {place} {target}", PURPOSE)[:SIGNED]

"""The pages that look closer, each with the one sentence it comes to; so a small shop needs one entry for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.standings.models import Finding, Group
from regulars.standings.pages import figures
from regulars.standings.queries import SIMPLE_UNDER

TITLES: dict[str, str | Promise] = {
    "groups": gettext_lazy("At a glance"),
    "retention": gettext_lazy("Do they come back?"),
    "value": gettext_lazy("What they bring"),
    "slipping": gettext_lazy("Slipping"),
    "room": gettext_lazy("Room to grow"),
    "prospects": gettext_lazy("Not bought yet"),
    "certainty": gettext_lazy("How sure are we?"),
}


@dataclass(frozen=True)
class Way:
    """One page that looks closer; `is_ready` when it has something to show."""

    title: str
    url: str
    sentence: str
    is_ready: bool


def ways(found: Mapping[str, Finding]) -> list[Way]:
    """The pages with what they come to. No query."""
    rows = (
        ("retention", "second", _comes_back),
        ("value", "forecast", _brings),
        ("slipping", "slipping", _slips),
        ("room", "room", _grows),
        ("prospects", "potential", _hopes),
        ("certainty", "model", _is_sure),
    )
    return [_way(page, found.get(name), say) for page, name, say in rows if _is_shown(page, found)]


def _is_shown(page: str, found: Mapping[str, Finding]) -> bool:
    if page == "prospects":
        return "potential" in found and bool(found["potential"].n)
    return page != "room" or _has_room(found)


def _has_room(found: Mapping[str, Finding]) -> bool:
    """What people buy elsewhere is no matter of a small shop."""
    return "room" in found and found["room"].n >= SIMPLE_UNDER


def _way(page: str, found: Finding | None, say: Callable[[Mapping[str, Any]], str]) -> Way:
    reason = "" if found and found.data.get("bands") is not None else figures.why(found)
    words = reason if found is None or reason else say(found.data)
    return Way(str(TITLES[page]), reverse(f"standings:{page}"), words, is_ready=not reason)


def tabs(current: str) -> list[dict[str, Any]]:
    """The same pages as a row of links above each of them."""
    return [
        {"label": title, "url": reverse(f"standings:{name}"), "is_current": name == current}
        for name, title in TITLES.items()
    ]


def _comes_back(data: Mapping[str, Any]) -> str:
    median = data.get("median_days")
    if median is None:
        return _("Fewer than half of those who buy once have come again so far.")
    return _("Half of those who buy once come again within %(span)s.") % {"span": figures.within(median)}


def _brings(data: Mapping[str, Any]) -> str:
    return _("The people you already have will bring about %(amount)s in the next twelve months.") % {
        "amount": figures.said(data.get("amount"))
    }


def _slips(data: Mapping[str, Any]) -> str:
    n = data.get("people") or 0
    if not n:
        return _("Nobody is later than is usual for them.")
    if data.get("lost_amount") is None:
        return ngettext("%(n)s person is late.", "%(n)s people are late.", n) % {"n": figures.count(n)}
    return ngettext(
        "%(n)s person is late; about %(amount)s a year is at stake.",
        "%(n)s people are late; about %(amount)s a year is at stake.",
        n,
    ) % {"n": figures.count(n), "amount": figures.money(data.get("lost_amount"))}


def _grows(data: Mapping[str, Any]) -> str:
    n = sum(row["grow"] for row in data["groups"])
    return ngettext("%(n)s person could buy more here.", "%(n)s people could buy more here.", n) % {
        "n": figures.count(n)
    }


def _hopes(data: Mapping[str, Any]) -> str:
    n = next((row["people"] for row in data["groups"] if row["group"] == Group.WARM), 0)
    if not n:
        return _("Who has asked and not bought, and what became of people like them.")
    return ngettext("%(n)s person is worth a call now.", "%(n)s people are worth a call now.", n) % {
        "n": figures.count(n)
    }


def _is_sure(data: Mapping[str, Any]) -> str:
    return _("Which rule is behind these figures, and how wrong it was the last time.")

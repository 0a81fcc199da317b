"""How lately and how often somebody comes, in the few words an owner taps. Values are days, as text."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.numbers import row_number

ONCE = "once"
LAST_SEEN: tuple[tuple[str, Any], ...] = (
    ("3", gettext_lazy("this week")),
    ("15", gettext_lazy("this month")),
    ("61", gettext_lazy("in the last three months")),
    ("135", gettext_lazy("in the last half year")),
    ("270", gettext_lazy("in the last year")),
    ("550", gettext_lazy("longer ago")),
)
HOW_OFTEN: tuple[tuple[str, Any], ...] = (
    ("7", gettext_lazy("every week")),
    ("14", gettext_lazy("every other week")),
    ("30", gettext_lazy("every month")),
    ("75", gettext_lazy("every two or three months")),
    ("180", gettext_lazy("twice a year")),
    ("365", gettext_lazy("once a year")),
    (ONCE, gettext_lazy("only once so far")),
)
# The same days, the middle of what is said, in as few words as a thumb needs: a whole card fits on one phone screen.
SEEN_SHORT: tuple[tuple[str, Any], ...] = (
    ("3", gettext_lazy("this week")),
    ("15", gettext_lazy("this month")),
    ("61", gettext_lazy("1 to 3 months")),
    ("135", gettext_lazy("3 to 6 months")),
    ("270", gettext_lazy("6 to 12 months")),
    ("550", gettext_lazy("longer")),
)
OFTEN_SHORT: tuple[tuple[str, Any], ...] = (
    ("7", gettext_lazy("weekly")),
    ("14", gettext_lazy("every 2 weeks")),
    ("30", gettext_lazy("monthly")),
    ("75", gettext_lazy("every 2 or 3 months")),
    ("180", gettext_lazy("twice a year")),
    ("365", gettext_lazy("once a year")),
    (ONCE, gettext_lazy("just once")),
)


def with_days(choices: tuple[tuple[str, Any], ...], days: str, words: str) -> list[tuple[str, Any]]:
    """The choices, and the days somebody really said where none of them says so."""
    known = {value for value, _label in choices}
    own = [(days, words % {"days": int(days)})] if days not in known and row_number(days) is not None else []
    return [*choices, *own]


def often_choices(days: str) -> list[tuple[str, Any]]:
    return with_days(HOW_OFTEN, days, _("about every %(days)d days"))


def seen_choices(days: str) -> list[tuple[str, Any]]:
    return with_days(LAST_SEEN, days, _("about %(days)d days ago"))

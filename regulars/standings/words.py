"""Why somebody stands where they stand, in words; days are counted up to the day of reading."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.business import business
from regulars.kit.money import shown
from regulars.standings.models import Basis, Group, SimpleGroup, Standing

MEANINGS: dict[str, object] = {
    SimpleGroup.REGULARS: gettext_lazy("They come again and again. Thank them, and ask who they would send."),
    SimpleGroup.COMING_ALONG: gettext_lazy("New or nearly so. A good second visit makes a habit."),
    SimpleGroup.SLIPPING: gettext_lazy("They used to come more. A call or a card now does most."),
    SimpleGroup.GONE_QUIET: gettext_lazy("Long silent. A kind word once in a while; no hurry."),
    Group.CHAMPIONS: gettext_lazy("Came lately, come often, spend most. Thank them, and ask who they would send."),
    Group.LOYAL: gettext_lazy("They come regularly. Keep what they like at hand."),
    Group.NEW: gettext_lazy("First visit just now. Welcome them, and ask what they came for."),
    Group.PROMISING: gettext_lazy("One visit not long ago. Give them a reason for the second."),
    Group.POTENTIAL_LOYAL: gettext_lazy("They came back already. Learn what they like."),
    Group.NEED_ATTENTION: gettext_lazy("Neither near nor far. Ask how the last thing served."),
    Group.ABOUT_TO_SLEEP: gettext_lazy("One or two visits, getting old. A useful hint brings them back."),
    Group.AT_RISK: gettext_lazy("Good customers who stay away. Call, and listen."),
    Group.CANNOT_LOSE: gettext_lazy("Among the best once, silent for long. Worth a visit or a handwritten card."),
    Group.HIBERNATING: gettext_lazy("Few visits, long ago. A greeting now and then."),
    Group.LOST: gettext_lazy("Came once, long ago. Leave the door open."),
    Group.WARM: gettext_lazy("Have not bought, asked lately. Answer them first."),
    Group.WAITING: gettext_lazy("Have not bought, were in touch. Ask what is still missing."),
    Group.COLD: gettext_lazy("Have not bought, and were in touch long ago."),
}

STRATEGIES: dict[str, object] = {
    SimpleGroup.REGULARS: gettext_lazy("hold dear"),
    SimpleGroup.COMING_ALONG: gettext_lazy("welcome"),
    SimpleGroup.SLIPPING: gettext_lazy("call"),
    SimpleGroup.GONE_QUIET: gettext_lazy("once a year"),
}

REASONS: dict[str, object] = {
    "too-few-buyers": gettext_lazy("Too few people have bought to say more. From ten on you see groups here."),
    "too-few-repeats": gettext_lazy("Too few people have come a second time to say."),
    "too-little-time": gettext_lazy("There are too few weeks of sales to say. Come back in a while."),
    "no-model": gettext_lazy("There are too few sales yet to look ahead."),
    "nobody": gettext_lazy("There is nobody to say this of."),
}


def why_not(reason: str) -> str:
    """Say why a finding has nothing to show; empty where it has."""
    return str(REASONS.get(reason, ""))


def days(count: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}


def every(gap_days: float) -> str:
    """Say a usual gap: "every 41 days", "every day"."""
    gap = max(1, round(gap_days))
    return ngettext("every day", "every %(n)d days", gap) % {"n": gap}


def ago(count: int) -> str:
    if count <= 0:
        return _("today")
    return ngettext("yesterday", "%(n)d days ago", count) % {"n": count}


def reason(standing: Standing, on: date) -> str:
    """Say in one or two sentences what the standing rests on."""
    if standing.basis == Basis.CONTACT:
        return _has_not_bought(standing, on)
    if standing.basis == Basis.MEMORY:
        return _remembered(standing, on)
    silent = standing.silent_days(on) or 0
    if standing.median_gap_days is None:
        return _("One visit, %(ago)s: %(amount)s.") % {"ago": ago(silent), "amount": _paid(standing)}
    said = _("Usually comes %(every)s, last came %(ago)s.") % {
        "every": every(standing.median_gap_days),
        "ago": ago(silent),
    }
    return f"{said} {_totals(standing)}"


def _totals(standing: Standing) -> str:
    if standing.first_on is None:
        return ""
    return ngettext(
        "%(n)d visit since %(since)s, %(amount)s in all.",
        "%(n)d visits since %(since)s, %(amount)s in all.",
        standing.buying_days,
    ) % {
        "n": standing.buying_days,
        "since": date_format(standing.first_on, "YEAR_MONTH_FORMAT"),
        "amount": _paid(standing),
    }


def _has_not_bought(standing: Standing, on: date) -> str:
    if standing.last_on is None:
        return _("Has not bought yet.")
    return _("Has not bought yet; last in touch %(ago)s.") % {"ago": ago((on - standing.last_on).days)}


def _remembered(standing: Standing, on: date) -> str:
    seen = ago(standing.silent_days(on) or 0)
    if standing.median_gap_days is None:
        return _("From memory: seen once, about %(ago)s.") % {"ago": seen}
    return _("From memory: comes about %(every)s, last seen about %(ago)s.") % {
        "every": every(standing.median_gap_days),
        "ago": seen,
    }


def _paid(standing: Standing) -> str:
    return shown(standing.net_amount, business().currency)

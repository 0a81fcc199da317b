"""Why somebody stands where they stand, in words; days are counted up to the day of reading."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.insight.rhythm import MINIMUM_BUYING_DAYS
from regulars.kit.business import business
from regulars.kit.money import roughly, shown
from regulars.standings.alive import alive_today
from regulars.standings.models import Basis, Group, SimpleGroup, Standing

LONG_GAPS = 2  # usual gaps of silence after which somebody wonders
LOOKED_AHEAD_DAYS = 730  # a next visit within ten years says nothing
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
    "no-amounts": gettext_lazy("Nobody noted what the visits brought, so nothing can be said of money."),
    "no-model": gettext_lazy("There are too few sales yet to look ahead."),
    "too-few-peers": gettext_lazy("It takes forty people who bought within a year to say who could buy more."),
    "nobody": gettext_lazy("There is nobody to say this of."),
    "nobody-waits": gettext_lazy("Nobody in your book has asked and not bought."),
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
    if standing.usual_gap_days is None:
        if not standing.net_amount:
            return _("One visit, %(ago)s; what it brought was not noted.") % {"ago": ago(silent)}
        return _("One visit, %(ago)s: %(amount)s.") % {"ago": ago(silent), "amount": _paid(standing)}
    if standing.buying_days < MINIMUM_BUYING_DAYS and standing.first_on and standing.last_on:
        return _twice(standing, (standing.last_on - standing.first_on).days, silent)
    said = _("Usually comes %(every)s, last came %(ago)s.") % {
        "every": every(standing.usual_gap_days),
        "ago": ago(silent),
    }
    return f"{said} {_totals(standing)}"


def _twice(standing: Standing, apart: int, silent: int) -> str:
    """Two visits are one gap, and no habit yet: say how far apart they were."""
    if not standing.net_amount:
        return ngettext(
            "Two visits, %(n)d day apart, the last one %(ago)s; what they brought was not noted.",
            "Two visits, %(n)d days apart, the last one %(ago)s; what they brought was not noted.",
            apart,
        ) % {"n": apart, "ago": ago(silent)}
    return ngettext(
        "Two visits, %(n)d day apart, the last one %(ago)s: %(amount)s in all.",
        "Two visits, %(n)d days apart, the last one %(ago)s: %(amount)s in all.",
        apart,
    ) % {"n": apart, "ago": ago(silent), "amount": _paid(standing)}


def late(standing: Standing, on: date, *, is_seasonal: bool = False) -> str:
    """Say since when they slip, and by which rule; of a long silence that is none, that the season explains it."""
    if standing.slips_on is None or not standing.is_slipping(on):
        return _quiet_time(standing, on) if is_seasonal else ""
    since = {"day": date_format(standing.slips_on, "DATE_FORMAT")}
    if standing.gap_low_days is None:
        return _("Slipping since %(day)s: that is more than twice as long as usual.") % since
    if is_seasonal:
        words = _(
            "Slipping since %(day)s: with the quiet months of your year allowed for, fewer than 1 in 10 people who "
            "come like that let so much time pass."
        )
        return words % since
    return _("Slipping since %(day)s: of people who come like that, fewer than 1 in 10 let so much time pass.") % since


def _quiet_time(standing: Standing, on: date) -> str:
    gap, silent = standing.usual_gap_days, standing.silent_days(on)
    if standing.slips_on is None or gap is None or silent is None or silent <= LONG_GAPS * gap:
        return ""
    return _("That is not too long yet: this is a quiet time of your year.")


def _totals(standing: Standing) -> str:
    if standing.first_on is None:
        return ""
    if not standing.net_amount:
        return ngettext(
            "%(n)d visit since %(since)s; what they brought was not noted.",
            "%(n)d visits since %(since)s; what they brought was not noted.",
            standing.buying_days,
        ) % {"n": standing.buying_days, "since": date_format(standing.first_on, "YEAR_MONTH_FORMAT")}
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
    return _("Has not bought yet; last entry %(ago)s.") % {"ago": ago((on - standing.last_on).days)}


def given_back(standing: Standing, on: date) -> str:
    """Of somebody with orders, all of them refunded: they have bought, and count as if they had not."""
    if standing.last_on is None:
        return _("Got their money back for all they bought.")
    return _("Got their money back for all they bought; last entry %(ago)s.") % {
        "ago": ago((on - standing.last_on).days)
    }


def _remembered(standing: Standing, on: date) -> str:
    seen = ago(standing.silent_days(on) or 0)
    if standing.usual_gap_days is None:
        return _("From memory: seen once, about %(ago)s.") % {"ago": seen}
    return _("From memory: comes about %(every)s, last seen about %(ago)s.") % {
        "every": every(standing.usual_gap_days),
        "ago": seen,
    }


def _paid(standing: Standing) -> str:
    return shown(standing.net_amount, business().currency)


def outlook(standing: Standing, card: dict[str, Any] | None, on: date) -> list[str]:
    """Say what may come, a sentence a figure; nothing for somebody without scores, one sentence why for a buyer."""
    return [*coming(standing, card, on), *ahead(standing, card)]


def coming(standing: Standing, card: dict[str, Any] | None, on: date) -> list[str]:
    """Say whether people like that come back, and between which days; nothing for somebody without scores."""
    if standing.basis != Basis.ORDERS or standing.expected_purchases is None:
        return []
    chance = alive_today(standing, card, on)
    said = [] if chance is None else [_coming_back(chance)]
    return [*said, *_next_visit(standing, chance, on, card)]


def ahead(standing: Standing, card: dict[str, Any] | None) -> list[str]:
    """Say how often they may come in twelve months and what they may bring."""
    if standing.basis != Basis.ORDERS:
        return []
    if standing.expected_purchases is None:
        return [_("There are too few sales yet to look ahead.")]
    return [_visits_ahead(standing), *_value_ahead(standing, card)]


def _coming_back(chance: float) -> str:
    """As of people: "2 in 10", never a share of a person."""
    tenths = round(10 * chance)
    if tenths >= 10:
        return _("Of people like that nearly all come back.")
    if tenths <= 0:
        return _("Of people like that fewer than 1 in 20 come back.")
    return ngettext(
        "Of people like that about %(n)d in 10 comes back.", "Of people like that about %(n)d in 10 come back.", tenths
    ) % {"n": tenths}


def _next_visit(standing: Standing, chance: float | None, on: date, card: dict[str, Any] | None) -> list[str]:
    """Dates are of the day of the card; who has slipped since then would have come in many of them already."""
    low, high = standing.next_low_on, standing.next_high_on
    if low is None or high is None or chance is None or chance < 0.5:
        return []
    if high > on + timedelta(days=LOOKED_AHEAD_DAYS) or _slipped_since(card, standing, on):
        return []
    if high <= on:
        return [_("We would have seen them by %(day)s.") % {"day": date_format(high, "DATE_FORMAT")}]
    days = {"first": date_format(max(low, on), "DATE_FORMAT"), "last": date_format(high, "DATE_FORMAT")}
    return [_("If they come, then most likely between %(first)s and %(last)s.") % days]


def _slipped_since(card: dict[str, Any] | None, standing: Standing, on: date) -> bool:
    scored_on = (card or {}).get("fitted_on")
    return bool(scored_on and standing.slips_on and scored_on < standing.slips_on.isoformat() <= on.isoformat())


def _visits_ahead(standing: Standing) -> str:
    expected, low, high = (standing.expected_purchases, standing.expected_purchases_low,
                           standing.expected_purchases_high)  # fmt: skip
    facts = {"n": number_format(round(expected or 0)), "low": number_format(low or 0), "high": number_format(high or 0)}
    if not high:
        return _("In twelve months we expect no visit.")
    if round(expected or 0) == 0:
        return (
            ngettext(
                "In twelve months we expect hardly a visit; %(high)s would be no surprise.",
                "In twelve months we expect hardly a visit; up to %(high)s would be no surprise.",
                high,
            )
            % facts
        )
    return (
        ngettext(
            "In twelve months we expect about %(n)s visit; anything from %(low)s to %(high)s would be no surprise.",
            "In twelve months we expect about %(n)s visits; anything from %(low)s to %(high)s would be no surprise.",
            round(expected or 0),
        )
        % facts
    )


def expects_nobody(standing: Standing) -> bool:
    """Say whether not one visit is to be expected in twelve months: then there is no amount worth a figure."""
    return standing.expected_purchases_high == 0


def _value_ahead(standing: Standing, card: dict[str, Any] | None) -> list[str]:
    value, low, high = standing.value_amount, standing.value_low_amount, standing.value_high_amount
    if value is None or low is None or high is None or expects_nobody(standing):
        return []
    currency = business().currency
    facts = {name: roughly(part, currency) for name, part in (("value", value), ("low", low), ("high", high))}
    if card and card.get("margin_rate") is not None:
        return [_("They may leave you about %(value)s in that time (%(low)s to %(high)s).") % facts]
    return [_("They may bring about %(value)s in that time (%(low)s to %(high)s).") % facts]

"""What a model warns of, in the owner's words: every kind that insight knows has its sentence here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.insight import cautions
from regulars.insight.cautions import Caution
from regulars.kit.charts import percent
from regulars.standings.pages import figures


def caution(said: Caution) -> str:
    """Say a warning of the model in the owner's words and language."""
    words = WORDS[said.kind]
    return words(said) if callable(words) else str(words)


def _few_customers(said: cautions.FewCustomers) -> str:
    if said.has_prior:
        return _("Fewer than 30 customers: the figures lean on what is usual elsewhere.")
    return _("Fewer than 30 customers: the figures can be far off.")


def _few_came_back(said: cautions.FewCameBack) -> str:
    words = _("So far %(people)s came back, so how regular each one is leans on what is usual elsewhere.")
    return words % {"people": figures.people(said.people)}


def _other_season_ahead(said: cautions.OtherSeasonAhead) -> str:
    if said.is_busier:
        return _(
            "The time ahead looks busier than what is known so far. With less than two years of sales the seasons are"
            " counted only in part, if at all, so all together it may say too little."
        )
    return _(
        "The time ahead looks quieter than what is known so far. With less than two years of sales the seasons are"
        " counted only in part, if at all, so all together it may say too much."
    )


def _unseen_months(said: cautions.UnseenMonths) -> str:
    words = _(
        "Some months ahead have not been seen here yet (%(months)s). If they are much busier or quieter than the"
        " others, all together it says too little or too much."
    )
    return words % {"months": get_text_list([str(MONTHS[month]) for month in said.months], _("and"))}


def _wide_total(said: cautions.WideTotal) -> str:
    """How far off the total may be, with its days, its date and how many people it is of."""
    words = _(
        "In the %(days)s days after %(day)s all %(people)s together may come up to %(less)s less often or %(more)s more"
        " often than it says."
    )
    return words % {
        "days": figures.count(said.horizon_days),
        "day": date_format(said.after, "DATE_FORMAT"),
        "people": figures.people(said.people),
        "less": percent(said.less_rate),
        "more": percent(said.more_rate),
    }


WORDS: dict[str, str | Promise | Callable[[Any], str]] = {
    cautions.FewCustomers.kind: _few_customers,
    cautions.NoChurn.kind: gettext_lazy("Nobody has clearly gone yet, so how long people stay is a guess."),
    cautions.FewCameBack.kind: _few_came_back,
    cautions.FewPaidAgain.kind: gettext_lazy("Too few people have come a second time to say what a visit brings."),
    cautions.PaidNothing.kind: gettext_lazy("Some who came again paid nothing then; the amounts leave them out."),
    cautions.SameSpend.kind: gettext_lazy("Everybody spends the same so far, so how much people differ is not known."),
    cautions.SpendAtLimit.kind: gettext_lazy("How much people differ in what they spend cannot be told yet."),
    cautions.SpendGoesWithVisits.kind: gettext_lazy(
        "Who comes more often does not spend as much on a visit as others; the amounts assume that they do."
    ),
    cautions.ShortComparison.kind: gettext_lazy(
        "The rules were tried on less than a year of sales; read it with care."
    ),
    cautions.SeasonCounted.kind: gettext_lazy("The seasons of your shop are counted in."),
    cautions.WideTotal.kind: _wide_total,
    cautions.OtherSeasonAhead.kind: _other_season_ahead,
    cautions.UnlikeMonths.kind: gettext_lazy(
        "Some of the months known were much busier than others. With less than two years of sales the seasons are"
        " counted only in part, if at all, so all together it may say much too little or too much."
    ),
    cautions.UnseenMonths.kind: _unseen_months,
    cautions.NoSeason.kind: gettext_lazy(
        "With less than two years of sales the seasons are left out, so a busy time ahead is not in it."
    ),
}

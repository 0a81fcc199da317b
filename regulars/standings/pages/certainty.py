"""How sure are we: which rule stands behind the figures, since when, and how wrong it was the last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.insight.cautions import Caution
from regulars.kit.charts import Bar, Bars, Column, Twin, bars, columns, percent
from regulars.standings.models import Finding
from regulars.standings.pages import figures
from regulars.standings.pages.cautions import caution
from regulars.standings.pages.retention import Part
from regulars.standings.queries import finding

RULES: dict[str, str | Promise] = {
    "mbg-cnbd": gettext_lazy("Everybody's own pace, evenly kept, and the chance that they have stopped"),
    "mbg": gettext_lazy("Everybody's own pace, and the chance that they have stopped"),
    "bg": gettext_lazy("Everybody's own pace, and the chance that they have stopped after coming again"),
    "pareto": gettext_lazy("Everybody's own pace, and the chance that they stop on any day"),
    "same-rate": gettext_lazy("Rule of thumb: everybody goes on as before"),
    "hiatus": gettext_lazy(
        "Rule of thumb: who was here in the last 13 weeks goes on as before, the others never come again"
    ),
}
IN_SEASON, CORRECTED = " in season", " recalibrated"
NAMES_OF_THE_FIELD = {"mbg-cnbd": "MBG/CNBD-k", "mbg": "MBG/NBD", "bg": "BG/NBD", "pareto": "Pareto/NBD"}


@dataclass(frozen=True)
class CertaintyPage:
    as_of: date | None
    lead: str
    facts: list[tuple[str, str]]
    last: str
    why: list[str]
    rules: Part | None
    calibration: Part | None
    warnings: list[str]
    nothing: str = ""


def certainty_page() -> CertaintyPage:
    """Read the model's card. One query."""
    found = finding("model")
    if found is None or figures.why(found):
        return CertaintyPage(found.as_of if found else None, "", [], "", [], None, None, [], figures.why(found))
    data = found.data
    return CertaintyPage(
        as_of=found.as_of,
        lead=rule(data["name"]) + ".",
        facts=_facts(found),
        last=_last(data.get("last") or {}),
        why=_why(data.get("backtest") or [], data.get("recalibration") or {}),
        rules=_rules(data.get("backtest") or []),
        calibration=_calibration(data.get("calibration") or []),
        warnings=list(dict.fromkeys(caution(Caution.from_dict(one)) for one in data.get("warnings") or ())),
    )


def _known(name: str) -> str:
    return max((known for known in RULES if name.startswith(known)), key=len, default="")


def rule(name: str) -> str:
    """Say a rule in the owner's words."""
    words = str(RULES.get(_known(name), name))
    if IN_SEASON in name:
        words = _("%(rule)s, with the seasons counted in") % {"rule": words}
    if name.endswith(CORRECTED):
        return _("%(rule)s; its totals put right") % {"rule": words}
    return words


def _facts(found: Finding) -> list[tuple[str, str]]:
    data = found.data
    in_books = NAMES_OF_THE_FIELD.get(_known(data["name"]))
    facts = [(_("Called in the books"), in_books)] if in_books else []
    for label, key in ((_("In use since"), "since"), (_("Last learned on"), "fitted_on")):
        if data.get(key):
            facts.append((label, date_format(date.fromisoformat(data[key]), "DATE_FORMAT")))
    facts.append((_("Learned from"), figures.people(data.get("n") or found.n)))
    spend = data.get("spend") or {}
    if spend.get("n"):
        facts.append((_("Amounts learned from"), figures.people(spend["n"])))
    if (rate := data.get("margin_rate")) is not None and rate < 1:
        facts.append((_("Left to you of what is paid"), percent(rate)))
    return facts


def _last(last: Mapping[str, Any]) -> str:
    """The last trial in one sentence: what was said, and what came."""
    if not last:
        return _(
            "It could not be tried on earlier days yet: that takes months of sales, and thirty people who had bought "
            "before them. Until then the ranges are wide."
        )
    said, happened = last["expected"], last["happened"]
    low, high = said.get("low"), said.get("high")
    words = _(
        "To try it, we hid what came from %(first)s to %(until)s and asked the rule. It said %(said)s purchases; "
        "%(happened)s came."
    ) % {
        "first": date_format(date.fromisoformat(last["from"]), "DATE_FORMAT"),
        "until": date_format(date.fromisoformat(last["until"]), "DATE_FORMAT"),
        "said": figures.said(said, figures.count),
        "happened": figures.count(happened),
    }
    if low is None or high is None:
        return words
    verdict = (
        _("That was within what it had promised.")
        if low <= happened <= high
        else _("That was outside what it had promised.")
    )
    return f"{words} {verdict}"


def _why(rows: Sequence[Mapping[str, Any]], corrected: Any) -> list[str]:
    """Why this rule: against the best rule of thumb, whether it ranks people better, and what was put right."""
    chosen = next((row for row in rows if row.get("is_chosen")), None)
    simple = min((row for row in rows if row.get("is_heuristic")), key=lambda row: row["rmse"], default=None)
    if chosen is None or simple is None:
        return []
    if chosen is simple:
        said = [_("No other rule did better than this rule of thumb, so it is the one in use.")]
    else:
        words = _("It missed a person by %(mine)s purchases, the best rule of thumb by %(theirs)s.")
        said = [words % {"mine": _hundredths(chosen["rmse"]), "theirs": _hundredths(simple["rmse"])}]
    best = max((row.get("top_decile_rate") or 0.0 for row in rows if row.get("is_heuristic")), default=0.0)
    if chosen is not simple and (chosen.get("top_decile_rate") or 0.0) <= best + 0.05:
        said.append(
            _("It does not tell better than a rule of thumb who will come most; it tells better how much will come.")
        )
    factor = corrected.get("factor") if isinstance(corrected, Mapping) else corrected
    if chosen["model"].endswith(CORRECTED) and factor:
        words = _("Earlier trials came out otherwise than it said, so what it says is multiplied by %(factor)s.")
        if isinstance(corrected, Mapping) and corrected.get("season_rate"):
            words = _(
                "The months known so far say that the time ahead is another season, so what it says is multiplied by"
                " %(factor)s. Only part of what they say is believed."
            )
        said.append(words % {"factor": _hundredths(factor)})
    return said


def _rules(rows: Sequence[Mapping[str, Any]]) -> Part | None:
    """Every rule that was tried, rules of thumb too, by how far it missed a person on the average."""
    if not rows:
        return None
    listed = sorted(rows, key=lambda row: row["rmse"])
    drawn: Bars = bars(
        [
            Bar(
                rule(row["model"]),
                row["rmse"],
                _hundredths(row["rmse"]),
                note=_row_note(row),
                is_faint=not row.get("is_chosen"),
            )
            for row in listed
        ],
        label=_("Rules by how many purchases they missed a person by; less is better"),
    )
    words = _(
        "Each rule had to foretell the purchases of every person in a stretch that was hidden from it. The "
        "figure is by how many "
        "purchases it missed a person, large misses counting more; less is better. Simple rules of thumb always "
        "stand here too."
    )
    return Part(replace(drawn, twin=_rules_twin(listed)), words)


def _hundredths(value: float) -> str:
    return number_format(round(value, 2), 2)


def _row_note(row: Mapping[str, Any]) -> str:
    said = [_("In use.")] if row.get("is_chosen") else []
    said.append(_bias(row["bias_rate"]))
    if row.get("coverage_95") is not None:
        said.append(_("%(share)s of people came as often as it allowed for.") % {"share": percent(row["coverage_95"])})
    return " ".join(said)


def _bias(rate: float | None) -> str:
    if rate is None:
        return ""
    if abs(rate) < 0.005:
        return _("All together it was right.")
    words = (
        _("All together it said %(share)s too much.") if rate > 0 else _("All together it said %(share)s too little.")
    )
    return words % {"share": percent(abs(rate))}


def _rules_twin(rows: Sequence[Mapping[str, Any]]) -> Twin:
    headers = (
        _("Rule"), _("Missed by, large misses counting more"), _("Missed by on the average"), _("All together"),
        _("Within its range"), _("Best tenth found"),
    )  # fmt: skip

    def number(value: float | None, shown: Any) -> str:
        return "" if value is None else shown(value)

    return Twin(
        headers,
        tuple(
            (
                rule(row["model"]),
                number(row.get("rmse"), _hundredths),
                number(row.get("mae"), _hundredths),
                number(row.get("bias_rate"), lambda value: f"{'+' if value > 0 else ''}{percent(value)}"),
                number(row.get("coverage_95"), percent),
                number(row.get("top_decile_rate"), percent),
            )
            for row in rows
        ),
    )


def _calibration(rows: Sequence[Mapping[str, Any]]) -> Part | None:
    """What was said against what happened, from those least was expected of to those most was."""
    if not rows:
        return None
    drawn = columns(
        [
            Column(
                str(number),
                row["happened"],
                _hundredths(row["happened"]),
                mark=row["expected"],
                said=_hundredths(row["expected"]),
            )
            for number, row in enumerate(rows, start=1)
        ],
        label=_(
            "Purchases a person: what happened (columns) against what the rule said (thick lines), by tenths of people"
        ),
        headers=(_("Tenth of people, least expected first"), _("Happened"), _("Said")),
        shown=lambda value: _hundredths(value) if value < 1 else figures.once(value),
    )
    words = _(
        "People in ten equal lots, those the rule expected least of at the left. The column is how often they "
        "came, the thick line how "
        "often the rule said. The nearer the line lies to the top of its column, the better."
    )
    return Part(drawn, words)

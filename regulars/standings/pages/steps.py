"""The page of steps as finished words: one picture, and for each step who is stuck and what to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit import clock
from regulars.kit.charts import Bar, Bars, Twin, bars
from regulars.purchases.models import PersonTotals
from regulars.standings.models import Step
from regulars.standings.services.steps import ORDER, Steps, count_steps
from regulars.standings.stuck import Stuck, kept_steps, limit_days, stuck_at
from regulars.standings.words import days as days_in_words

COUNTED_LIVE = 20_000
NAMES = {
    Step.ASKED: gettext_lazy("Asked for something"),
    Step.FIRST: gettext_lazy("Bought"),
    Step.SECOND: gettext_lazy("Came a second time"),
    Step.REGULAR: gettext_lazy("Come regularly"),
    Step.SENDER: gettext_lazy("Send friends"),
}
HEADINGS = {
    Step.ASKED: gettext_lazy("Asked, and has not bought"),
    Step.FIRST: gettext_lazy("Bought once, and did not come back"),
    Step.SECOND: gettext_lazy("Came twice, and not again"),
    Step.REGULAR: gettext_lazy("Comes regularly, and sent nobody yet"),
}
WHAT_TO_DO = {
    Step.ASKED: gettext_lazy("Call them and ask what is still missing; close what came to nothing."),
    Step.FIRST: gettext_lazy("Ask how the first thing serves them, and give them a reason to come by."),
    Step.SECOND: gettext_lazy("Learn what they like, and tell them when it comes in."),
    Step.REGULAR: gettext_lazy("Ask them, once and in person, whom else you might help."),
}


@dataclass(frozen=True)
class Stop:
    """One step at which people are stuck, as the page shows it."""

    step: str
    heading: str
    stuck: Stuck
    since_words: str
    what_to_do: str
    url: str


@dataclass(frozen=True)
class StepsPage:
    as_of: date
    chart: Bars
    sentence: str
    stops: list[Stop]
    is_counted_now: bool


def steps_page() -> StepsPage | None:
    """Count at once in a small shop, else show the night's count; none before the first. About twenty queries."""
    today = clock.today()
    is_small = PersonTotals.objects.order_by("pk")[: COUNTED_LIVE + 1].count() <= COUNTED_LIVE
    kept = kept_steps()
    steps = count_steps(today) if is_small else kept
    if steps is None or not any(steps.reached.values()):
        return None
    stops = [_stop(step, today, limit_days(step, kept)) for step in HEADINGS]
    day = date.fromisoformat(steps.as_of)
    return StepsPage(day, _picture(steps), _sentence(steps), [stop for stop in stops if stop.stuck.count], is_small)


def _stop(step: Step, today: date, limit: int) -> Stop:
    if step == Step.REGULAR:
        since = _("within the last year")
    else:
        since = _("for more than %(days)s") % {"days": days_in_words(limit)}
    url = f"{reverse('people:list')}?step={step.value}"
    return Stop(step.value, str(HEADINGS[step]), stuck_at(step, today, limit), since, str(WHAT_TO_DO[step]), url)


def _picture(steps: Steps) -> Bars:
    rows = [
        Bar(str(NAMES[step]), steps.reached[step], _people(steps.reached[step]), note=_note(step, steps),
            is_faint=not steps.reached[step])
        for step in ORDER
    ]  # fmt: skip
    return replace(bars(rows, label=_("People by how far they have come")), twin=_twin(steps))


def _note(step: Step, steps: Steps) -> str:
    """How many went on, and after how long."""
    if step == Step.SENDER:
        if not steps.friends:
            return ""
        return ngettext(
            "%(n)s friend sent, %(bought)s of them bought.",
            "%(n)s friends sent, %(bought)s of them bought.",
            steps.friends,
        ) % {"n": number_format(steps.friends), "bought": number_format(steps.friends_who_bought)}  # fmt: skip
    if not steps.moved[step]:
        return _("Nobody has gone on yet.") if steps.reached[step] else ""
    said = _("%(n)s went on, %(year)s of them in the last year, %(lately)s in the last 90 days.") % {
        "n": number_format(steps.moved[step]),
        "year": number_format(steps.moved_365[step]),
        "lately": number_format(steps.moved_90[step]),
    }
    usual = steps.median_days[step]
    if usual is None:
        return said
    half = _("Half of them within %(days)s.") % {"days": days_in_words(usual)}
    return f"{said} {half}"


def _twin(steps: Steps) -> Twin:
    lately = (_("In the last year"), _("In the last 90 days"))
    headers = (_("Step"), _("How many"), _("Went on"), *lately, _("Half of them within"))
    return Twin(headers, tuple(_cells(step, steps) for step in ORDER))


def _cells(step: Step, steps: Steps) -> tuple[str, ...]:
    if step == Step.SENDER:
        return (str(NAMES[step]), number_format(steps.reached[step]), "", "", "", "")
    usual = steps.median_days[step]
    numbers = (steps.reached[step], steps.moved[step], steps.moved_365[step], steps.moved_90[step])
    said = _("too few to say") if usual is None else days_in_words(usual)
    return (str(NAMES[step]), *(number_format(number) for number in numbers), said)


def _sentence(steps: Steps) -> str:
    """What the picture shows: where most are left behind, and how sure that is."""
    once, again = steps.reached[Step.FIRST], steps.moved[Step.FIRST]
    if not once:
        asked = steps.reached[Step.ASKED]
        return ngettext(
            "%(n)s person has asked for something; nobody has bought yet.",
            "%(n)s people have asked for something; nobody has bought yet.",
            asked,
        ) % {"n": number_format(asked)}
    said = _("Of %(all)s who bought, %(again)s came a second time.") % {
        "all": _people(once),
        "again": number_format(again),
    }
    if once < 20:
        few = _("With so few people each one counts: read the names, not the shares.")
        return f"{said} {few}"
    tenths = round(10 * again / once)
    more = _("That is about %(tenths)d in 10, counted by days on which they bought.") % {"tenths": tenths}
    return f"{said} {more}"


def _people(n: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", n) % {"n": number_format(n)}

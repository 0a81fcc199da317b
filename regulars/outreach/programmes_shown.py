"""A programme as its pages show it: its name, where it stands, and what a verb would do, in whole sentences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from regulars.kit.labels import in_a_sentence
from regulars.outreach.models import Mailing, Programme, State, YearDay
from regulars.outreach.queries.programmes import COUNTED_TO, Waiting
from regulars.outreach.services.programmes import VERBS, Account, Preview, cannot

Run = Programme.Run
MAILING, SEASON = "mailing:", "season:"
NAMES = {
    "thank-you": gettext_lazy("Thank-yous"),
    "enquiry": gettext_lazy("Answers to enquiries"),
    "friend": gettext_lazy("Words to friends of customers"),
    "birthday": gettext_lazy("Birthdays"),
    "name_day": gettext_lazy("Name days"),
    "anniversary": gettext_lazy("Anniversaries"),
    "customer-anniversary": gettext_lazy("Years with us"),
    "slipped": gettext_lazy("Those who slipped"),
    "confirm-yes": gettext_lazy("Asking whether a yes was theirs"),
    "reply": gettext_lazy("Your answers"),
}
DOES = {
    "pause": gettext_lazy("Pause"),
    "resume": gettext_lazy("Let it go on"),
    "drain": gettext_lazy("Finish what you said yes to"),
    "cancel": gettext_lazy("Stop it"),
}
SIGNS = {"pause": "pause", "resume": "play", "drain": "check", "cancel": "x"}
MEANS = {
    "pause": gettext_lazy("Nothing of it leaves until you let it go on. Nothing is lost."),
    "resume": gettext_lazy("What you said yes to goes in its turn; the rest still asks for your yes."),
    "drain": gettext_lazy("What you said yes to still goes. The rest is stopped, and nothing new is taken in."),
    "cancel": gettext_lazy("Everything that has not left is stopped, and nothing new is taken in."),
}
STANDS = {
    Run.PAUSED: gettext_lazy("Paused: nothing of it leaves until you let it go on."),
    Run.DRAINING: gettext_lazy("Finishing: what you said yes to still goes, and nothing new is taken in."),
    Run.ENDED: gettext_lazy("Stopped: nothing of it leaves, and nothing new is taken in."),
}


def names_of(keys: Collection[str]) -> dict[str, str]:
    """What the owner calls these programmes. Two queries at most."""
    mailings = {key: int(number) for key in keys if (number := key.removeprefix(MAILING)).isdigit() and number != key}
    seasons = {key: key.removeprefix(SEASON) for key in keys if key.startswith(SEASON)}
    titles = dict(Mailing.objects.filter(pk__in=mailings.values()).values_list("pk", "name")) if mailings else {}
    days = dict(YearDay.objects.filter(key__in=seasons.values()).values_list("key", "name")) if seasons else {}
    found = {key: titles[pk] for key, pk in mailings.items() if pk in titles}
    found |= {key: days[day] for key, day in seasons.items() if day in days}
    return {key: found.get(key) or str(NAMES.get(key, "")) or _plain(key) for key in keys}


def _plain(key: str) -> str:
    return key.replace(":", " ").replace("-", " ").replace("_", " ").capitalize()


@dataclass(frozen=True)
class WaitingLine:
    """A line beside the outbox."""

    name: str
    says: str
    url: str


def waiting_lines(rows: Sequence[Waiting]) -> list[WaitingLine]:
    """Two queries at most."""
    names = names_of([row.key for row in rows])
    return [WaitingLine(names[row.key], _says(row), reverse("outreach:programme", args=[row.key])) for row in rows]


def _says(row: Waiting) -> str:
    n = number_format(row.n, force_grouping=True) + ("+" if row.n >= COUNTED_TO else "")
    waits = ngettext("%(n)s waits", "%(n)s wait", row.n) % {"n": n}
    if row.run == Run.RUNNING:
        return waits
    return _("%(waits)s; %(run)s") % {"waits": waits, "run": in_a_sentence(Run(row.run).label)}


@dataclass(frozen=True)
class Verb:
    """A button of a programme's page."""

    label: str
    sign: str
    kind: str
    url: str


def verbs_of(account: Account, *, is_under_way: bool = False) -> list[Verb]:
    """What can be done with it now; nothing where it simply runs, nothing waits and no more is to come. One query."""
    if not is_under_way and account.run == Run.RUNNING and not account.waiting and not account.leaving:
        return []
    possible = [verb for verb, to in VERBS.items() if not cannot(account.programme, account.run, to)]
    return [
        Verb(
            str(DOES[verb]),
            SIGNS[verb],
            "main" if verb == "resume" else "" if verb == "pause" else "quiet",
            reverse("outreach:turn-programme", args=[account.programme, verb]),
        )
        for verb in sorted(possible, key=lambda verb: (verb != "resume", list(VERBS).index(verb)))
    ]


def counts_of(account: Account) -> list[tuple[str, int]]:
    """How many in which state, in the order a letter goes through them."""
    return [(str(State(state).label), n) for state in State.values if (n := account.by_state.get(state))]


def sentences_of(found: Preview) -> list[str]:
    """What a verb would do just now, a sentence each."""
    lines = [
        (found.goes, ngettext("%(n)s goes.", "%(n)s go.", found.goes)),
        (found.waits, ngettext("%(n)s waits until you let it go on.", "%(n)s wait until you let them go on.",
                               found.waits)),
        (found.asks, ngettext("%(n)s asks for your yes first.", "%(n)s ask for your yes first.", found.asks)),
        (found.stops, ngettext("%(n)s is stopped.", "%(n)s are stopped.", found.stops)),
        (found.too_late, ngettext("%(n)s is too late by now and does not go.",
                                  "%(n)s are too late by now and do not go.", found.too_late)),
        (found.leaving, ngettext("%(n)s is leaving this moment and cannot be called back.",
                                 "%(n)s are leaving this moment and cannot be called back.", found.leaving)),
    ]  # fmt: skip
    said = [words % {"n": number_format(n, force_grouping=True)} for n, words in lines if n]
    return said or [_("Nothing waits just now.")]

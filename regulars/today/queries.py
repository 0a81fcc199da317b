"""The day's plan, worked out when it is read. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Sum

from regulars.kit import clock
from regulars.kit.numbers import row_numbers
from regulars.outreach.models import Touch
from regulars.outreach.services import Finding
from regulars.today.acquaintance import Acquaintance, acquaintances
from regulars.today.drafts import Reading, drafts_for
from regulars.today.lines import BY_KEY, KINDS, Due, Kind, Line
from regulars.today.models import Choice, Decision, Waiting
from regulars.today.roofs import one_card_each

SHOWN = 10
COUNTED = 100
AT_ONCE = 30
PORTION = 25
FARTHEST = 1000
LEAST = 3
REACHED_COUNTED = 1000
# Hardly anybody hears from a shop more often in a week.
LETTERS_EACH = 5
EVERYTHING = 1_000_000
ANSWER_STANDS = timedelta(hours=1)
COUNT_HOLDS = timedelta(minutes=10)
PURPOSES = {"thank_you": "care", "friend": "care", "slipped": "care", "birthday": "greeting", "anniversary": "greeting"}


@dataclass(frozen=True)
class Section:
    """All lines of one kind: those shown, and how many there are (`has_more_than_counted` past a hundred)."""

    kind: Kind
    lines: Sequence[Line]
    total: int
    # How the words come out for those who get them; looked at where one yes sends several.
    findings: Sequence[Finding] = ()
    reading: Reading = field(default_factory=Reading, compare=False, repr=False)

    @property
    def more(self) -> int:
        return self.total - len(self.lines)

    @property
    def has_more_than_counted(self) -> bool:
        return self.total > COUNTED

    @property
    def letters(self) -> list[Line]:
        """The lines shown that one yes can send."""
        return [line for line in self.lines if line.way == "email" and line.draft and not line.draft.problem]


@dataclass(frozen=True)
class Plan:
    """The whole day: minutes of work, cost in business currency, for the lines shown."""

    on: date
    sections: Sequence[Section]

    @property
    def lines(self) -> list[Line]:
        return [line for section in self.sections for line in section.lines]

    @property
    def total(self) -> int:
        return sum(section.total for section in self.sections)

    @property
    def minutes(self) -> Decimal:
        return sum((line.minutes for line in self.lines), Decimal(0))

    @property
    def cost_amount(self) -> Decimal:
        return sum((line.cost_amount for line in self.lines), Decimal(0))


def plan(on: date, shown: int | None = None) -> Plan:
    """Everything due on a day, or the first `shown` of each kind. The queries do not grow with the lines."""
    found = [(kind, kind.due(on, EVERYTHING if shown is None else COUNTED + 1, None)) for kind in KINDS]
    most = _most([(kind, len(dues)) for kind, dues in found], shown)
    visible = [(kind, dues[: most[kind.key]], len(dues)) for kind, dues in found if dues]
    reading = Reading()
    composed = _compose([(kind, dues) for kind, dues, _ in visible], on, reading)
    sections = [_section(kind, composed[kind.key], len(dues), total, reading) for kind, dues, total in visible]
    return Plan(on, [section for section in sections if section.total])


def _section(kind: Kind, lines: Sequence[Line], asked: int, total: int, reading: Reading) -> Section:
    """A section without the cards that another line of the household makes."""
    return Section(kind, lines, total - (asked - len(lines)), reading=reading)


def _most(found: Sequence[tuple[Kind, int]], shown: int | None) -> dict[str, int]:
    """How many of each kind are shown: a day has only so many minutes, so many kinds at once show fewer of each."""
    if shown is None:
        return {kind.key: EVERYTHING for kind, _ in found}
    while shown > LEAST and sum(min(shown, kind.shown, total) for kind, total in found) > AT_ONCE:
        shown -= 1
    return {kind.key: min(shown, kind.shown) for kind, _ in found}


def section(kind_key: str, on: date, start: int = 0, shown: int = PORTION) -> Section | None:
    """One kind of line from the `start`-th on, or None for a kind that does not exist."""
    kind = BY_KEY.get(kind_key)
    if kind is None:
        return None
    dues = kind.due(on, max(COUNTED, start + shown) + 1, None)
    wanted, reading = dues[start : start + shown], Reading()
    return _section(kind, _compose([(kind, wanted)], on, reading)[kind.key], len(wanted), len(dues), reading)


def lines_by_key(keys: Iterable[str], on: date) -> dict[str, Line]:
    """These lines as they stand now; a line that is no longer due is not among them."""
    wanted: dict[str, set[str]] = {}
    for key in keys:
        kind_key = key.split(":", 1)[0]
        if kind_key in BY_KEY:
            wanted.setdefault(kind_key, set()).add(key)
    found = []
    for kind_key, its_keys in wanted.items():
        only = set(row_numbers((*key.split(":"), "")[1] for key in its_keys))
        dues = [due for due in BY_KEY[kind_key].due(on, EVERYTHING, only) if due.key in its_keys]
        found.append((BY_KEY[kind_key], dues))
    composed = _compose(found, on, Reading())
    return {line.key: line for lines in composed.values() for line in lines}


def _compose(found: Sequence[tuple[Kind, Sequence[Due]]], on: date, reading: Reading) -> dict[str, Sequence[Line]]:
    """Words for all of them; people are fetched once, and their ways once a purpose, whatever the number of lines."""
    known = _known(found, on)
    drafted = _drafted([(kind, dues, _of(kind, known)) for kind, dues in found], reading)
    return one_card_each({kind.key: kind.compose(dues, _of(kind, known), on) for kind, dues in drafted})


def _of(kind: Kind, known: Mapping[str, Mapping[int, Acquaintance]]) -> Mapping[int, Acquaintance]:
    return known.get(PURPOSES.get(kind.key, "service"), {})


def _drafted(
    found: Sequence[tuple[Kind, Sequence[Due], Mapping[int, Acquaintance]]], reading: Reading
) -> Sequence[tuple[Kind, Sequence[Due]]]:
    """Put the draft to each that has a letter, the letters of all kinds written at once."""
    words = [kind.words(dues, known) for kind, dues, known in found if kind.words and dues]
    wording_of = {key: wording for one in words for key, wording in one.wording_of.items()}
    extras = {key: said for one in words for key, said in one.extras.items()}
    drafts = drafts_for([due for kind, dues, _ in found if kind.words for due in dues], wording_of, extras, reading)
    return [(kind, [replace(due, draft=drafts.get(due.key)) for due in dues]) for kind, dues, _ in found]


def _known(found: Sequence[tuple[Kind, Sequence[Due]]], on: date) -> dict[str, dict[int, Acquaintance]]:
    people: dict[str, set[int]] = {}
    for kind, dues in found:
        ids = {due.person_id for due in dues if due.person_id is not None}
        people.setdefault(PURPOSES.get(kind.key, "service"), set()).update(ids)
    return acquaintances({purpose: ids for purpose, ids in people.items() if ids}, on)


def kept_for_later(on: date, limit: int = 5) -> Sequence[Decision]:
    """Lines put off, the next to come back first. One query."""
    return list(
        Decision.objects.filter(choice=Choice.SNOOZED, until__gt=on, answered_with=None)
        .select_related("person")
        .order_by("until", "pk")[:limit]
    )


def just_answered(keys: Sequence[str]) -> Sequence[Decision]:
    """The answers of the last hour to these lines: a yes, a putting off, a leaving out. One query."""
    rows = Decision.objects.of_lines(keys[:PORTION]).filter(at__gt=clock.now() - ANSWER_STANDS)
    shown = rows.filter(choice__in=(Choice.APPROVED, Choice.SNOOZED, Choice.SKIPPED)).select_related("person")
    return list(shown)


@dataclass(frozen=True)
class Progress:
    """What has been done today: lines answered and the minutes they were reckoned at.

    `reached_this_week` is counted up to a thousand; `has_reached_more` past that.
    """

    answered: int
    minutes: Decimal
    reached_this_week: int
    has_reached_more: bool = False


def progress(on: date) -> Progress:
    """Two queries."""
    start = clock.start_of(on)
    settled = Decision.objects.filter(
        at__gte=start,
        at__lt=start + timedelta(days=1),
        choice__in=[Choice.APPROVED, Choice.DONE],
        answered_with=None,
    )
    done = settled.aggregate(n=Count("pk"), minutes=Sum("minutes"))
    reached = Touch.objects.filter(sent_at__gte=start - timedelta(days=6), state__in=["sent", "delivered"])
    # From the index by day and no further than matters: to find people each once SQLite would read the whole ledger.
    lately = reached.order_by("sent_at").values("person_id")[: LETTERS_EACH * (REACHED_COUNTED + 1)]
    people = lately.aggregate(n=Count("person_id", distinct=True))["n"]
    return Progress(
        done["n"],
        done["minutes"] or Decimal(0),
        min(people, REACHED_COUNTED),
        has_reached_more=people > REACHED_COUNTED,
    )


def kept_count(on: date) -> int | None:
    """How many lines the page shows, at most ten minutes old, for the number beside the room's name. One query.

    None where neither the worker nor an answer counted lately, as in the first minutes of a day.
    """
    kept = kept_counts(on)
    return _shown_of([(kind, kept[kind.key]) for kind in KINDS]) if kept else None


def waiting_count(on: date) -> int:
    """The same, counted now: every kind is asked, so no page should do it by itself."""
    return _shown_of([(kind, count_of(kind, on)) for kind in KINDS])


def _shown_of(found: Sequence[tuple[Kind, int]]) -> int:
    most = _most(found, SHOWN)
    return sum(min(most[kind.key], total) for kind, total in found)


def kept_counts(on: date) -> dict[str, int]:
    """The lines of every kind as last counted, or nothing where one of them is of another day or too old. One query."""
    rows = Waiting.objects.filter(on=on, at__gte=clock.now() - COUNT_HOLDS).values_list("kind", "lines")
    kept = dict(rows[: 2 * len(KINDS)])
    return kept if kept.keys() >= BY_KEY.keys() else {}


def count_of(kind: Kind, on: date) -> int:
    """How many lines of a kind there are, up to as many as are shown."""
    return len(kind.due(on, kind.shown, None))

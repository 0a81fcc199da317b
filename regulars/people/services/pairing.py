"""Looking for records that may be one person, and for people who may live together. Heavy: for a child process.

Nothing is merged here. Every pair is one row, known by its two people and the question; what the owner said of it
stays, whatever later searches find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from regulars.kit import clock, jobs
from regulars.kit.changes import horizon
from regulars.people import bulk
from regulars.people.likeness.facts import Facts
from regulars.people.likeness.names import Census
from regulars.people.likeness.pairing import NAMES_UP_TO, Blocks, Ids
from regulars.people.likeness.weighing import Likeness, weigh
from regulars.people.models import Pair, Person, Search
from regulars.people.queries.facts import all_facts, census_for, facts_among, might_be

WEIGHED_AT_ONCE = 10_000
WRITTEN_AT_ONCE = 300
FEW = 500
SMALL = 20_000
COLUMNS = ("low", "high", "about", "state", "score", "is_certain", "evidence", "found_at")
Key = tuple[int, int, str]


@dataclass
class Looked:
    """What a search did: people read, pairs compared, pairs that stand to be decided because of it."""

    people: int = 0
    changed: int = 0
    compared: int = 0
    found: set[Key] = field(default_factory=set, repr=False)


def look_thoroughly(*, everybody: bool = False) -> Looked:
    """Compare whoever changed since the last thorough search with everybody; with `everybody` all with all."""
    upto, since = horizon(), 0 if everybody else _seen(Search.Kind.THOROUGH)
    if not Person.objects.filter(change_number__gte=since, change_number__lt=upto).exists():
        return Looked()
    looked, counts, changed = Looked(), Counter[str](), set[int]()
    blocks = Blocks(with_names=_people_count_is_small())
    last = Person.objects.aggregate(last=Max("pk"))["last"] or 0
    for portion in all_facts():
        blocks.add(portion)
        for one in portion:
            counts.update(set(one.name.words))
            if one.change_number >= since:
                changed.add(one.person_id)
        looked.people += len(portion)
        jobs.progress(portion[-1].person_id if portion else 0, 2 * last, _("Reading who is in the book"))
    is_whole = len(changed) == looked.people
    pairs = blocks.pairs(None if is_whole else changed)
    del blocks
    looked.changed = len(changed)
    _weigh_all(pairs, Census(looked.people, counts), looked)
    _settle_gone(None if is_whole else changed, looked.found)
    _remember(Search.Kind.THOROUGH, upto, looked)
    _remember(Search.Kind.QUICK, upto, looked)
    return looked


def look_quickly() -> Looked:
    """Compare the few who changed since the last search with those an index finds; in a small book with everybody."""
    upto, since = horizon(), _seen(Search.Kind.QUICK)
    changed = set(
        Person.objects.gradable()
        .filter(change_number__gte=since, change_number__lt=upto)
        .values_list("pk", flat=True)[: FEW + 1]
    )
    looked = Looked(changed=len(changed))
    if len(changed) > FEW or not Person.objects.gradable().order_by()[SMALL : SMALL + 1].exists():
        return look_thoroughly()
    if changed:
        people = facts_among(changed)
        people |= facts_among(might_be(people.values()) - set(people))
        blocks = Blocks()
        blocks.add(people.values())
        looked.people = len(people)
        _weigh_all(blocks.pairs(changed), census_for(people.values()), looked)
        _settle_gone(changed, looked.found, is_sure=False)
    _remember(Search.Kind.QUICK, upto, looked)
    return looked


def is_anything_new() -> bool:
    """Has anybody changed since the last search? Two queries by index."""
    last = Person.objects.aggregate(last=Max("change_number"))["last"] or 0
    return last >= max(1, _seen(Search.Kind.QUICK))


def _people_count_is_small() -> bool:
    return Person.objects.here().order_by()[: NAMES_UP_TO + 1].count() <= NAMES_UP_TO


def _seen(kind: Search.Kind) -> int:
    return Search.objects.filter(kind=kind).values_list("seen", flat=True).first() or 0


def _remember(kind: Search.Kind, upto: int, looked: Looked) -> None:
    values = {"seen": upto, "at": clock.now(), "compared": looked.compared, "found": len(looked.found)}
    Search.objects.update_or_create(kind=kind, defaults=values)


def _weigh_all(pairs: Ids, census: Census, looked: Looked) -> None:
    """Weigh pairs in portions and write what each portion found, so that memory does not grow with the book."""
    for start in range(0, len(pairs), WEIGHED_AT_ONCE):
        portion = [(int(low), int(high)) for low, high in pairs[start : start + WEIGHED_AT_ONCE]]
        people = facts_among({pk for pair in portion for pk in pair})
        found = dict(_weighed(portion, people, census))
        _write(found, {low for low, _high in portion})
        looked.found.update(found)
        looked.compared += len(portion)
        jobs.progress(len(pairs) + start + len(portion), 2 * len(pairs), _("Comparing those who look alike"))


def _weighed(
    pairs: Iterable[tuple[int, int]], people: Mapping[int, Facts], census: Census
) -> Iterator[tuple[Key, Likeness]]:
    for low, high in pairs:
        one, other = people.get(low), people.get(high)
        if one is None or other is None:
            continue
        likeness = weigh(one, other, census)
        if likeness.is_shown:
            yield (low, high, Pair.About.PERSON.value), likeness
        elif likeness.is_roof and not (one.household_id and one.household_id == other.household_id):
            yield (low, high, Pair.About.HOUSEHOLD.value), likeness


def _write(found: Mapping[Key, Likeness], lows: Collection[int]) -> None:
    """Write new pairs, and what is new about those not decided yet. In short transactions, beside who is working."""
    if not found:
        return
    known = {
        (row.low_id, row.high_id, row.about): row
        for row in Pair.objects.filter(low__in=bulk.among(lows)).defer("found_at", "decided_at")
    }
    fresh = [key for key in found if key not in known]
    for start in range(0, len(fresh), WRITTEN_AT_ONCE):
        _insert({key: found[key] for key in fresh[start : start + WRITTEN_AT_ONCE]})
    changed = [row for key, row in known.items() if key in found and _takes(row, found[key])]
    for start in range(0, len(changed), WRITTEN_AT_ONCE):
        with transaction.atomic():
            for row in changed[start : start + WRITTEN_AT_ONCE]:
                undecided = Pair.objects.filter(pk=row.pk, state__in=(Pair.State.OPEN, Pair.State.GONE))
                undecided.update(
                    state=Pair.State.OPEN, score=row.score, is_certain=row.is_certain, evidence=row.evidence
                )


@transaction.atomic
def _insert(found: Mapping[Key, Likeness]) -> None:
    at = clock.now()
    here = set(
        Person.objects.here()
        .filter(pk__in=bulk.among({pk for low, high, _about in found for pk in (low, high)}))
        .values_list("pk", flat=True)
    )
    rows = [
        Pair(
            low_id=low, high_id=high, about=about, state=Pair.State.OPEN, score=_score(one), found_at=at,
            is_certain=one.is_certain, evidence=list(one.evidence),
        )
        for (low, high, about), one in found.items()
        if low in here and high in here
    ]  # fmt: skip
    Pair.objects.bulk_create(rows, ignore_conflicts=True)


def _takes(row: Pair, likeness: Likeness) -> bool:
    """Take over what was found if the pair is still to be decided; True if that changes anything."""
    if row.state not in (Pair.State.OPEN, Pair.State.GONE):
        return False
    new = (_score(likeness), likeness.is_certain, list(likeness.evidence))
    is_news = row.state == Pair.State.GONE or (row.score, row.is_certain, row.evidence) != new
    row.score, row.is_certain, row.evidence = new
    return is_news


def _score(likeness: Likeness) -> int:
    return max(0, min(999, round(likeness.bits * 10))) if likeness.is_shown else 0


def _settle_gone(changed: Collection[int] | None, found: set[Key], *, is_sure: bool = True) -> None:
    """Put away open pairs of whoever changed that look alike no more. A quick search is sure only of pairs it saw."""
    rows = Pair.objects.filter(state=Pair.State.OPEN)
    if changed is not None:
        rows = rows.filter(Q(low__in=bulk.among(changed)) | Q(high__in=bulk.among(changed)))
    for portion in _portions(rows.values_list("pk", "low_id", "high_id", "about").order_by("pk").iterator(5000)):
        gone = [row for row in portion if (row[1], row[2], row[3]) not in found]
        if gone and not is_sure:
            gone = _unlike_now(gone)
        for start in range(0, len(gone), WRITTEN_AT_ONCE):
            ids = [row[0] for row in gone[start : start + WRITTEN_AT_ONCE]]
            Pair.objects.filter(pk__in=bulk.among(ids), state=Pair.State.OPEN).update(state=Pair.State.GONE)


def _unlike_now(rows: list[tuple[int, int, int, str]]) -> list[tuple[int, int, int, str]]:
    """Weigh again what a quick search did not come upon."""
    people = facts_among({pk for row in rows for pk in row[1:3]})
    pairs = [(row[1], row[2]) for row in rows]
    still = dict(_weighed(pairs, people, census_for(people.values())))
    return [row for row in rows if (row[1], row[2], row[3]) not in still]


def _portions(rows: Iterable[tuple[int, int, int, str]]) -> Iterator[list[tuple[int, int, int, str]]]:
    portion: list[tuple[int, int, int, str]] = []
    for row in rows:
        portion.append(row)
        if len(portion) == 2000:
            yield portion
            portion = []
    yield portion

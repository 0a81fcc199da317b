"""Who gets a mailing, how, and who is left out and why: one row a person, looked up a portion at a time.

Nothing is planned yet. Looking again makes the next edition; what the edition before said is put away behind it.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import Task

from regulars.kit import clock
from regulars.kit.business import in_our_language
from regulars.kit.jobs import HEAVY, progress
from regulars.kit.labels import in_a_sentence
from regulars.outreach.channels.text.segments import measure
from regulars.outreach.models import Channel, Mailing, Recipient, TextAccount
from regulars.outreach.queries.facts import FIELDS
from regulars.outreach.queries.permission import may_receive
from regulars.outreach.queries.reach import mobiles_of
from regulars.outreach.queries.roofs import POSTED, under_the_same_roof
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.drafting import Draft, Drafts, draft_for
from regulars.outreach.services.mailings.costs import costs_of, goes_by_itself, minutes_of
from regulars.outreach.services.mailings.routes import Route, routes_of
from regulars.outreach.services.printing.pieces import addresses_for
from regulars.outreach.services.text_limits import account_with_limit, too_long_why
from regulars.people.bulk import among, insert
from regulars.people.models import Person, ReachBy
from regulars.people.queries.matching import Asked, count_matching, matching

Stage, Way = Mailing.Stage, Recipient.Way
PORTION = 1000
AT_ONCE = 500
# What somebody who likes to be reached in a way would take for it.
LIKED_AS: dict[str, tuple[str, ...]] = {
    ReachBy.TEXT: (Channel.TEXT,),
    ReachBy.EMAIL: (Channel.EMAIL,),
    ReachBy.POST: (Channel.CARD, Channel.LETTER),
}
SPARE = timedelta(minutes=1)
SAMPLE = 20


class Found(NamedTuple):
    """One person, and how it is to reach them or why not."""

    person: int
    way: str
    why: str = ""
    arm: str = "a"


class Texts(NamedTuple):
    """Text messages in one language."""

    people: int = 0
    parts: int = 0
    cost: Decimal = Decimal(0)


COLUMNS = ("mailing", "edition", *Found._fields, "is_sample")


@dataclass
class _Found:
    """What was found so far: how many on each way, why others are left out, and what it costs."""

    ways: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    minutes: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    costs: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    # Of the text messages by language: people, parts as a provider counts them, and what these cost.
    texts: dict[str, Texts] = field(default_factory=dict)
    numbers: set[int] = field(default_factory=set)
    roofs: set[int] = field(default_factory=set)
    # The account of texts where only so many parts may go, and for how many the text is longer than that.
    texts_by: TextAccount | None = field(default_factory=account_with_limit)
    too_long: int = 0
    # Of each way that goes by itself those drawn to go first, by lot: (rank, person).
    drawn: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        return {
            "ways": dict(self.ways),
            "channels": dict(self.channels),
            "left_out": dict(self.left_out.most_common(50)),
            "minutes": str(sum(self.minutes.values(), Decimal(0))),
            "minutes_by": {channel: str(minutes) for channel, minutes in self.minutes.items()},
            "cost": str(sum(self.costs.values(), Decimal(0))),
            "costs": {channel: str(cost) for channel, cost in self.costs.items()},
            "parts": sum(one.parts for one in self.texts.values()),
            "too_long": self.too_long,
            "texts": {code: [one.people, one.parts, str(one.cost)] for code, one in self.texts.items()},
        }

    def count(self, route: Route, drafts: Mapping[int, Draft]) -> None:
        """What these messages cost, and of texts how many parts they are in each language."""
        costs = costs_of(route.channel, {pk: draft.text for pk, draft in drafts.items()})
        self.costs[route.channel] += sum(costs.values(), Decimal(0))
        if route.channel == Channel.TEXT:
            for pk, draft in drafts.items():
                so_far = self.texts.get(draft.language, Texts())
                parts = so_far.parts + measure(draft.text).segments
                self.texts[draft.language] = Texts(so_far.people + 1, parts, so_far.cost + costs[pk])


@task(queue_name=HEAVY)
def gather_mailing(mailing_id: int) -> int:
    """The worker's part of `gather`."""
    return _gather(Mailing.objects.get(pk=mailing_id))


def gather(mailing: Mailing) -> bool:
    """Look up who gets it; a few hundred at once, more of them by the worker. False when it is being done already."""
    rows = Mailing.objects.filter(pk=mailing.pk, stage__in=(Stage.DRAFT, Stage.READY))
    with transaction.atomic():
        if not rows.update(stage=Stage.GATHERING, found={}):
            return False
        is_large = count_matching(Asked.of(mailing.audience)) > AT_ONCE
        Mailing.objects.filter(pk=mailing.pk).update(job_id=hand_to_worker(gather_mailing, mailing, is_large=is_large))
    if not is_large:
        _gather(Mailing.objects.get(pk=mailing.pk))
    return True


def hand_to_worker(work: Task[..., int], mailing: Mailing, *, is_large: bool) -> str:
    """Leave large work to the worker at once. Small work is done here; should that break off, the worker does it."""
    now = clock.now()
    job = work.using(run_after=now if is_large else now + SPARE).enqueue(mailing.pk)
    return str(job.id) if is_large else ""


def _gather(mailing: Mailing) -> int:
    """Write the next edition; safe to begin anew, as the one before it is not looked at."""
    if mailing.stage != Stage.GATHERING:
        return 0
    edition = mailing.edition + 1
    _put_away(mailing, edition)
    found, seen = _Found(), 0
    with in_our_language():
        routes = routes_of(mailing)
        alone = frozenset(route.way for route in routes if goes_by_itself(route.channel))
        asked = Asked.of(mailing.audience)
        total = count_matching(asked)
        for ids in matching(asked, PORTION):
            rows = _sort_out(mailing, routes, ids, found)
            whole = [(mailing.pk, edition, *row, False) for row in rows]
            with transaction.atomic():
                insert(Recipient, COLUMNS, whole, skip_known=True)
            _draw(mailing, rows, alone, found)
            seen += len(ids)
            progress(seen, max(total, seen), _("Looking who gets it"))
    sample = _in_shares(found)
    Recipient.objects.filter(mailing=mailing, edition=edition, person__in=sample).update(is_sample=True)
    done = Mailing.objects.filter(pk=mailing.pk, stage=Stage.GATHERING, edition=mailing.edition)
    done.update(stage=Stage.READY, edition=edition, found=found.as_row(), gathered_at=clock.now(), cursor=0)
    _put_away(mailing, edition + 1, but=edition)
    return seen


def _put_away(mailing: Mailing, before: int, but: int | None = None) -> None:
    """Delete editions that hold no more, a portion at a time."""
    rows = Recipient.objects.filter(mailing=mailing, edition__lte=before).exclude(edition=but or mailing.edition)
    while ids := list(rows.values_list("pk", flat=True)[: 5 * PORTION]):
        Recipient.objects.filter(pk__in=ids).delete()


def _sort_out(mailing: Mailing, routes: Sequence[Route], ids: Sequence[int], found: _Found) -> list[Found]:
    """Decide for a portion of people; at most a dozen queries a way, twice where some like another way better."""
    rows: dict[int, Found] = {}
    why: dict[int, str] = {}
    left: Sequence[int] = ids
    for route, wished in _in_their_order(routes, ids):
        asked = left if wished is None else [person_id for person_id in left if person_id in wished]
        can = _reached_by(mailing, route, asked, found, why) if asked else []
        for person_id in can:
            rows[person_id] = Found(person_id, route.way, "", _arm(mailing, person_id))
        found.ways[route.way] += len(can)
        found.channels[route.channel] += len(can)
        found.minutes[route.channel] += Decimal(str(minutes_of(route.channel))) * len(can) if can else Decimal(0)
        left = [person_id for person_id in left if person_id not in rows]
    for person_id in left:
        reason = why.get(person_id, "")[:200]
        rows[person_id] = Found(person_id, str(Way.OUT), reason)
        found.left_out[reason] += 1
    found.ways[Way.OUT] += len(left)
    return [rows[person_id] for person_id in ids]


def _in_their_order(routes: Sequence[Route], ids: Sequence[int]) -> list[tuple[Route, frozenset[int] | None]]:
    """The ways as they are tried: first the other way for those who told us that they like it better. One query."""
    ahead = [
        (route, frozenset(pk for pk, way in _wishes(ids).items() if route.channel in LIKED_AS[way]))
        for route in routes[1:]
        if route.channel != routes[0].channel
    ]
    return [*((route, wished) for route, wished in ahead if wished), *((route, None) for route in routes)]


def _wishes(ids: Sequence[int]) -> dict[int, str]:
    """How these like to be reached, where they said so and it is a way to write to them."""
    rows = Person.objects.filter(pk__in=among(ids), reach_by__in=LIKED_AS)
    return dict(rows.values_list("pk", "reach_by"))


def _reached_by(mailing: Mailing, route: Route, ids: Sequence[int], found: _Found, why: dict[int, str]) -> list[int]:
    """Who can be reached this way with these words; of the others the reasons of all ways stand, or what is missing."""
    at = mailing.at or clock.now()
    verdicts = may_receive(ids, route.channel, route.purpose, at, programme=mailing.programme)
    can = []
    for person_id in ids:
        verdict = verdicts[person_id]
        if verdict.ok or verdict.until is not None:
            can.append(person_id)
        else:
            _add_reason(why, person_id, verdict.why)
    can = _each_number_once(route, can, found, why)
    can = _each_roof_once(route, can, found, why)
    drafts = draft_for(route.version, can, variants=route.variants)
    why |= {pk: drafts.problems.get(pk) or lacks(name) for pk, name in drafts.missing.items()}
    _leave_out_too_long(route, drafts, found, why)
    if route.way == Way.FIRST and mailing.other_wording:
        others = draft_for(latest(mailing.other_wording), list(drafts.ready))
        for person_id, name in others.missing.items():
            why[person_id] = others.problems.get(person_id) or lacks(name)
            drafts.ready.pop(person_id, None)
    found.count(route, drafts.ready)
    return [person_id for person_id in can if person_id in drafts.ready]


def _leave_out_too_long(route: Route, drafts: Drafts, found: _Found, why: dict[int, str]) -> None:
    """A text that no hour or no day has room for is none of the ways: many at once go behind single ones."""
    if route.channel != Channel.TEXT or found.texts_by is None:
        return
    for person_id, draft in list(drafts.ready.items()):
        if reason := too_long_why(measure(draft.text).segments, found.texts_by, is_bulk=True):
            _add_reason(why, person_id, reason)
            found.too_long += 1
            del drafts.ready[person_id]


def _add_reason(why: dict[int, str], person_id: int, reason: str) -> None:
    """Where no way leads to somebody, each says why."""
    so_far = why.get(person_id, "")
    if reason not in so_far:
        why[person_id] = f"{so_far} {reason}".strip()


def lacks(name: str) -> str:
    """Why somebody is left out of whom something is not known."""
    label = in_a_sentence(FIELDS[name].label) if name in FIELDS else name
    return _("The words need “%(field)s”, which we do not know of them.") % {"field": label}


def _each_number_once(route: Route, ids: list[int], found: _Found, why: dict[int, str]) -> list[int]:
    """Two people with one telephone get one text; an e-mail address is of one person anyway."""
    if route.channel != Channel.TEXT:
        return ids
    kept = []
    numbers = mobiles_of(ids)
    for person_id in ids:
        number = int(numbers[person_id].lstrip("+"))
        if number in found.numbers:
            why[person_id] = _("Somebody else gets it at the same number.")
        else:
            found.numbers.add(number)
            kept.append(person_id)
    return kept


def _each_roof_once(route: Route, ids: list[int], found: _Found, why: dict[int, str]) -> list[int]:
    """One card for all under one roof, whoever of them was found first; none without an address. Three queries."""
    if route.channel not in POSTED:
        return ids
    places = addresses_for(set(ids))
    for person_id in set(ids) - set(places):
        _add_reason(why, person_id, _("We have no postal address."))
    roofs = dict(Person.objects.filter(pk__in=among(ids), household__isnull=False).values_list("pk", "household_id"))
    kept = []
    for person_id in filter(places.get, ids):
        roof = roofs.get(person_id)
        if roof in found.roofs:
            why[person_id] = under_the_same_roof()
            continue
        kept.append(person_id)
        if roof is not None:
            found.roofs.add(roof)
    return kept


def _rank(mailing: Mailing, person_id: int, salt: str = "") -> int:
    """A number by which people of one mailing are shuffled, always the same for the same mailing and person."""
    digest = hashlib.blake2b(f"{mailing.token}:{salt}:{person_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _arm(mailing: Mailing, person_id: int) -> str:
    return "b" if mailing.other_wording and _rank(mailing, person_id, "arm") % 2 else "a"


def _draw(mailing: Mailing, rows: Iterable[Found], ways: Collection[str], found: _Found) -> None:
    """Draw by lot who of each way would go first; no way gives more than all of them."""
    for way in ways:
        ranked = [(_rank(mailing, row.person), row.person) for row in rows if row.way == way]
        found.drawn[way] = heapq.nsmallest(SAMPLE, [*found.drawn.get(way, ()), *ranked])


def _in_shares(found: _Found) -> list[int]:
    """Those drawn, each way with its share of them and at least one: what goes first looks like what follows."""
    sizes = {way: found.ways[way] for way, drawn in found.drawn.items() if drawn}
    shares = shared_out(SAMPLE, sizes)
    return [person_id for way, share in shares.items() for _rank, person_id in found.drawn[way][:share]]


def shared_out(total: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """Share a number out by size, whole ones: at least one each, never more than there are."""
    people = sum(sizes.values())
    exact = {way: total * size / people for way, size in sizes.items()}
    shares = {way: min(sizes[way], max(1, int(share))) for way, share in exact.items()}
    for way in sorted(sizes, key=lambda one: int(exact[one]) - exact[one]):
        if sum(shares.values()) < total and shares[way] < sizes[way] and exact[way] > shares[way]:
            shares[way] += 1
    while sum(shares.values()) > total:
        shares[max(shares, key=lambda one: shares[one])] -= 1
    return shares


def day_of_spread(mailing: Mailing, person_id: int) -> int:
    """On which of the days of a spread mailing somebody is written to: 0 is the first."""
    return _rank(mailing, person_id, "day") % max(1, mailing.spread_days)

"""The owner's yes: to exactly the words that were shown, with ten minutes to think again."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.labels import in_a_sentence
from regulars.outreach.models import GOES_BY_ITSELF, PRIORITY, Batch, Channel, Purpose, State, Touch
from regulars.outreach.queries.permission import may_receive
from regulars.outreach.queries.roofs import family_of, is_one_a_household, under_the_same_roof
from regulars.outreach.services.moves import CHUNK, move
from regulars.outreach.services.programme_states import closed_among
from regulars.outreach.services.text_limits import too_long_among
from regulars.people.models import Household, Person
from regulars.staff.models import User

FIRST = 100
SETTLE_MINUTES = 10
FAILURES_BORNE = 5
LET_GO_SECONDS, TIDY_SECONDS = 1.0, 0.3
# Many at once wait for the one: letters approved by the hundred step behind single ones of the same purpose, and a
# notice to all customers, however much it is service, behind a single thank-you.
BEHIND = 5
HIGHEST_OF_MANY = PRIORITY[Purpose.CARE] - BEHIND
ON_ITS_WAY = (State.APPROVED, State.CLAIMED, State.SENDING)
ASTRAY = (State.FAILED, State.BOUNCED, State.UNKNOWN)
SETTLED_FIRST = tuple(state for state in State if state not in {*ON_ITS_WAY, State.HELD})


@dataclass
class Approved:
    """`changed` are drafts that are not as they were shown; `refused` says why somebody cannot be written to."""

    approved: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def approve(touch_ids: Sequence[int], by: User | None, seen_hashes: Mapping[int, str]) -> Approved:
    """Approve what was shown. Letters wait for the owner's delay; of more than a hundred, the first hundred go first.

    Safe to repeat: a touch that is approved already is left alone and counted as approved.
    """
    batch = Batch.objects.create(at=clock.now(), by=by, size=0, first=FIRST) if len(touch_ids) > FIRST else None
    approval = _Approval(by, seen_hashes, batch)
    for start in range(0, len(touch_ids), CHUNK):
        approval.take(touch_ids[start : start + CHUNK])
    approval.close()
    return approval.result


class _Approval:
    """One approving of many: how many letters may go first, and where the others wait."""

    def __init__(
        self, by: User | None, seen_hashes: Mapping[int, str] | None, batch: Batch | None, letters: int = 0
    ) -> None:
        self.by, self.seen_hashes, self.result = by, seen_hashes, Approved()
        self.batch, self.letters = batch, letters

    @transaction.atomic
    def take(self, ids: Sequence[int]) -> None:
        rows = Touch.objects.filter(pk__in=ids).select_for_update(of=("self",)).order_by("-priority", "due_at", "pk")
        ready = [touch for touch in rows if _is_as_shown(touch, self.seen_hashes, self.result)]
        barred = _closed(ready) | _barred(ready) | too_long_among(ready, is_bulk=self.batch is not None)
        self.result.refused |= barred
        for due_at, group in _by_due([touch for touch in ready if touch.pk not in barred], clock.now()).items():
            letters = [touch.pk for touch in group if touch.channel in GOES_BY_ITSELF]
            room = max(0, self.batch.first - self.letters) if self.batch else len(letters)
            self._approve([touch.pk for touch in group if touch.channel not in GOES_BY_ITSELF], due_at, None)
            self._approve(letters[:room], due_at, self.batch)
            self._approve(letters[room:], due_at, self.batch, waits=True)
            self.letters += len(letters)

    def _approve(self, ids: Sequence[int], due_at: datetime, batch: Batch | None, *, waits: bool = False) -> None:
        fields: dict[str, Any] = {"approved_by": self.by, "approved_at": clock.now(), "due_at": due_at, "batch": batch}
        if waits:
            fields |= {"held_why": held_for_the_first(batch), "held_from": State.APPROVED, "held_until": None}
        if batch is not None:
            fields["priority"] = Least(F("priority") - BEHIND, HIGHEST_OF_MANY)
        to = State.HELD if waits else State.APPROVED
        self.result.approved += move(ids, to, by=self.by, only_from=(State.PLANNED,), **fields)

    def close(self) -> None:
        if self.batch is None:
            return
        done_at = clock.now() if self.letters <= FIRST else None
        Batch.objects.filter(pk=self.batch.pk).update(size=self.letters, released_at=done_at, emptied_at=done_at)


def held_for_the_first(batch: Batch | None) -> str:
    """Say why the rest of a large batch waits."""
    why = _("The first %(first)d letters go first; the others follow when these have gone well.")
    return why % {"first": batch.first if batch else FIRST}


def approve_portion(ids: Sequence[int], by: User | None, batch: Batch | None, letters: int) -> Approved:
    """Approve a portion of a mailing whose words were approved as a whole; `letters` of its batch went before.

    Safe to repeat, as `approve` is.
    """
    approval = _Approval(by, None, batch, letters)
    approval.take(ids)
    return approval.result


def _is_as_shown(touch: Touch, seen_hashes: Mapping[int, str] | None, result: Approved) -> bool:
    if touch.state in {State.APPROVED, State.CLAIMED, State.SENDING, State.SENT, State.DELIVERED}:
        result.approved.append(touch.pk)
        return False
    if touch.state != State.PLANNED:
        label = in_a_sentence(State(touch.state).label)
        result.refused[touch.pk] = _("This is “%(state)s” by now and was left as it is.") % {"state": label}
        return False
    if seen_hashes is not None and seen_hashes.get(touch.pk) != touch.draft_hash:
        result.changed.append(touch.pk)
        return False
    if not touch.body.strip() and touch.channel in {*GOES_BY_ITSELF, Channel.LETTER}:
        result.refused[touch.pk] = _("There are no words in it yet.")
        return False
    return True


def _closed(touches: Sequence[Touch]) -> dict[int, str]:
    """What belongs to a programme that was stopped, or only finishes what it has."""
    closed = closed_among({touch.programme for touch in touches})
    return {touch.pk: closed[touch.programme] for touch in touches if touch.programme in closed}


def _barred(touches: Sequence[Touch]) -> dict[int, str]:
    """Say who can never get this; what only has to wait is decided again at the moment of sending."""
    barred = {}
    for (channel, purpose, programme), group in _alike(touches).items():
        person_ids = [touch.person_id for touch in group]
        roofs = hold_roofs(person_ids) if programme else {}
        verdicts = may_receive(person_ids, channel, purpose, clock.now(), programme=programme)
        served: dict[int, int] = {}
        for touch in group:
            verdict = verdicts[touch.person_id]
            if not verdict.ok and verdict.until is None:
                barred[touch.pk] = verdict.why
            elif (roof := roofs.get(touch.person_id)) and served.setdefault(roof, touch.person_id) != touch.person_id:
                barred[touch.pk] = under_the_same_roof()
    return barred


def _alike(touches: Sequence[Touch]) -> dict[tuple[str, str, str], list[Touch]]:
    """Group what is decided in the same way: of cards for a household also the family of programmes."""
    groups: dict[tuple[str, str, str], list[Touch]] = {}
    for touch in touches:
        is_shared = is_one_a_household(touch.channel, touch.purpose, touch.programme)
        family = family_of(touch.programme) if is_shared else ""
        groups.setdefault((touch.channel, touch.purpose, family), []).append(touch)
    return groups


def hold_roofs(person_ids: Sequence[int]) -> dict[int, int]:
    """Lock the households of these people, so that two who approve at once do not both send a card there."""
    lived = Person.objects.filter(pk__in=person_ids, household__isnull=False).values_list("pk", "household_id")
    roofs: dict[int, int] = dict(lived)
    list(Household.objects.filter(pk__in=set(roofs.values())).select_for_update().order_by("pk"))
    return roofs


def _by_due(touches: Sequence[Touch], now: datetime) -> dict[datetime, list[Touch]]:
    """Group by when they go: not before they are due, and a letter not before the owner's delay is over."""
    delayed = now + timedelta(minutes=business().send_delay_minutes)
    groups: dict[datetime, list[Touch]] = {}
    for touch in touches:
        earliest = delayed if touch.channel in GOES_BY_ITSELF else now
        groups.setdefault(max(touch.due_at, earliest), []).append(touch)
    return groups


def release_batches() -> int:
    """Let the rest of a large batch go once its first hundred have gone well for ten minutes; returns how many."""
    return sum(_tend(batch) for batch in Batch.objects.filter(emptied_at=None).order_by("pk")[:20])


def _tend(batch: Batch) -> int:
    if batch.released_at is not None:
        return _let_go(batch, None, TIDY_SECONDS)
    first = Touch.objects.filter(batch=batch)
    if first.filter(state__in=ON_ITS_WAY).exists() or first.filter(state__in=SETTLED_FIRST)[: batch.first].count() < (
        min(batch.first, batch.size)
    ):
        return 0
    latest = first.filter(state__in=SETTLED_FIRST).order_by("-changed_at").values_list("changed_at", flat=True).first()
    if not batch.size or (latest and latest > clock.now() - timedelta(minutes=SETTLE_MINUTES)):
        return 0
    astray = first.filter(state__in=ASTRAY).count()
    if astray > FAILURES_BORNE:
        _say_what_went_wrong(batch, astray)
        return 0
    return go_on(batch, by=None)


def _say_what_went_wrong(batch: Batch, astray: int) -> None:
    why = ngettext(
        "%(n)d of the first letters did not arrive. Look at it, then let the others go.",
        "%(n)d of the first letters did not arrive. Look at them, then let the others go.",
        astray,
    ) % {"n": astray}
    if Batch.objects.filter(pk=batch.pk).exclude(worry=why).update(worry=why):
        some = list(_rest_of(batch).values_list("pk", flat=True)[: 10 * CHUNK])
        for start in range(0, len(some), CHUNK):
            Touch.objects.filter(pk__in=some[start : start + CHUNK]).update(held_why=why)


def go_on(batch: Batch, by: User | None) -> int:
    """Let the rest of a batch go; returns how many. What takes longer than a moment is let go by the worker."""
    is_ours = Batch.objects.filter(pk=batch.pk, released_at=None).update(released_at=clock.now(), released_by=by)
    went = _let_go(batch, by)
    return went + (_rest_of(batch).count() if is_ours else 0)


def _rest_of(batch: Batch) -> QuerySet[Touch]:
    """What waits for the first hundred; what is held for the night waits for something else."""
    return Touch.objects.filter(batch=batch, state=State.HELD, held_until=None)


def _let_go(batch: Batch, by: User | None, seconds: float = LET_GO_SECONDS) -> int:
    """A little at a time, so that nobody waits for the database, and for a second at most."""
    went, ends_at = 0, time.monotonic() + seconds
    while time.monotonic() < ends_at:
        ids = list(_rest_of(batch).values_list("pk", flat=True)[:CHUNK])
        if not ids:
            Batch.objects.filter(pk=batch.pk).update(emptied_at=clock.now())
            break
        went += len(move(ids, State.APPROVED, by=by, held_why="", held_from="", only_from=(State.HELD,)))
    return went

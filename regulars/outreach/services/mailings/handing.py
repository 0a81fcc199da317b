"""Recipients of a mailing become touches in the ledger: one a person, each once, a portion at a time.

Letters by e-mail are written as approved at once; what a hand or a printer takes is planned and approved as ever, under
the lock of the household.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from regulars.kit import clock
from regulars.kit.business import in_our_language
from regulars.outreach.models import Batch, Channel, Mailing, Purpose, Recipient, State, Touch
from regulars.outreach.queries.enclosures import digests, papers_of_mailing
from regulars.outreach.queries.permission import may_receive
from regulars.outreach.services.approving import approve_portion
from regulars.outreach.services.drafting import Draft, Drafts, draft_for
from regulars.outreach.services.mailings.costs import costs_of, minutes_of
from regulars.outreach.services.mailings.gathering import lacks
from regulars.outreach.services.mailings.moments import Moments
from regulars.outreach.services.mailings.routes import IN_TURN, Route, key_of
from regulars.outreach.services.moves import move
from regulars.outreach.services.passing import Passing
from regulars.outreach.services.planning import NewTouch, plan_touches

Way = Recipient.Way
GETS_IT = (*IN_TURN, Way.CALL)
# How many of a batch go first where a few were looked at before: nobody waits, and nothing needs to be counted.
EVERYBODY = 2**31 - 1


class To(NamedTuple):
    """A recipient, as little as it takes."""

    pk: int
    person_id: int
    way: str
    arm: str


class Handing:
    """The handing over of one mailing: its words, its moments and its batch are looked up once."""

    def __init__(self, mailing: Mailing, batch: Batch | None, *, is_sample: bool = False) -> None:
        self.mailing, self.batch, self.is_sample = mailing, batch, is_sample
        self.moments = Moments(mailing, mailing.began_at or clock.now())
        self.files = digests(papers_of_mailing(mailing))
        self._known: dict[str, dict[str, Route]] = {}

    def take(self, rows: Sequence[To]) -> None:
        """Plan and approve these. What cannot go any more is put away with the reason; safe to repeat."""
        with in_our_language():
            for way in GETS_IT:
                chosen = [row for row in rows if row.way == way]
                for arm, route in self._routes(way).items() if chosen else ():
                    ids = [row.person_id for row in chosen if row.arm == arm or way != Way.FIRST]
                    self._write(arm, route, ids)

    def _write(self, arm: str, route: Route, ids: Sequence[int]) -> None:
        drafts = draft_for(route.version, ids, variants=route.variants)
        self._leave_out(drafts)
        touches = self._touches(arm, route, drafts)
        if not touches:
            return
        if route.channel != Channel.EMAIL:
            self._approve(plan_touches(touches).ids)
            return
        verdicts = may_receive(drafts.ready, route.channel, route.purpose, clock.now())
        barred = {pk: one.why for pk, one in verdicts.items() if not one.ok and one.until is None}
        passing = Passing(self.mailing.began_by, self.batch, self._went(), barred)
        passing.take(sorted(touches, key=_when))
        if passing.known:
            self._approve(passing.known)

    def _touches(self, arm: str, route: Route, drafts: Drafts) -> list[NewTouch]:
        due = self.moments.of(drafts.ready)
        minutes = minutes_of(route.channel)
        costs = costs_of(route.channel, {pk: draft.text for pk, draft in drafts.ready.items()})
        key, programme = route.version.wording.key, self.mailing.programme

        def touch(person_id: int, draft: Draft) -> NewTouch:
            return NewTouch(
                person_id=person_id,
                programme=programme,
                occurrence="once",
                step=arm,
                channel=route.channel,
                purpose=route.purpose,
                wording=key,
                due_at=self.moments.began_at if self.is_sample else due[person_id],
                not_after=self.moments.last_use(due[person_id]),
                minutes=minutes,
                cost_amount=costs[person_id],
                files=self.files,
                **draft.for_touch(),
            )

        return [touch(person_id, draft) for person_id, draft in drafts.ready.items()]

    def _went(self) -> int:
        """How many of its batch are there, counted no further than matters: the first hundred go first."""
        if self.batch is None or self.batch.first == EVERYBODY:
            return 0
        return Touch.objects.filter(batch=self.batch).order_by().values("pk")[: self.batch.first].count()

    def _approve(self, ids: Sequence[int]) -> None:
        approved = approve_portion(ids, self.mailing.began_by, self.batch, self._went())
        for why in set(approved.refused.values()):
            refused = [pk for pk, reason in approved.refused.items() if reason == why]
            move(refused, State.SUPPRESSED, why=why, only_from=(State.PLANNED,))

    def _leave_out(self, drafts: Drafts) -> None:
        """Who lacks by now what the words need is named with those left out."""
        for name in set(drafts.missing.values()):
            why = name if name in drafts.problems.values() else lacks(name)
            ids = [person_id for person_id, missing in drafts.missing.items() if missing == name]
            ours = Recipient.objects.filter(mailing=self.mailing, edition=self.mailing.edition, person__in=ids)
            ours.update(way=Way.OUT, why=why[:200])

    def _routes(self, way: str) -> dict[str, Route]:
        """The wordings of a way, by arm; none where the mailing does not go this way, and then nobody is here."""
        if way not in self._known:
            self._known[way] = dict(self._found(way))
        return self._known[way]

    def _found(self, way: str) -> Iterator[tuple[str, Route]]:
        mailing = self.mailing
        if way == Way.CALL:
            first = self._routes(Way.FIRST)["a"]
            yield "a", replace(first, way=way, channel=Channel.CALL, purpose=Purpose.CARE)
        elif key := key_of(mailing, way):
            yield "a", Route.of(way, key, mailing.versions)
        if way == Way.FIRST and mailing.other_wording:
            yield "b", Route.of(way, mailing.other_wording, mailing.versions)


def _when(touch: NewTouch) -> datetime:
    assert touch.due_at is not None
    return touch.due_at

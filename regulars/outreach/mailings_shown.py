"""A mailing as its page shows it: words and figures ready to print, nothing to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.kit.jobs import JobState, job_state
from regulars.outreach.mailing_forms import in_words
from regulars.outreach.models import Channel, Mailing, Programme, Recipient
from regulars.outreach.programmes_shown import STANDS, Verb, verbs_of
from regulars.outreach.queries import mailings as queries
from regulars.outreach.queries.following import counts_links
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.drafting import Draft, draft_for
from regulars.outreach.services.mailings import call_candidates, is_large
from regulars.outreach.services.preflight import Preflight, preflight
from regulars.outreach.services.programmes import Account, account_of
from regulars.people.models import Person
from regulars.people.queries.matching import Asked
from regulars.purchases.models import PersonTotals

Run, Stage, Way = Programme.Run, Mailing.Stage, Recipient.Way
NEEDS_ADDRESS = 200
COUNTED_EACH_TIME = 5000


@dataclass(frozen=True)
class Example:
    """What one of them will read."""

    person: Person
    draft: Draft


@dataclass
class ShownMailing:
    """Counts as (words, number); `left_out` as (reason, number)."""

    audience: str
    job: JobState | None = None
    channels: list[tuple[str, int]] = field(default_factory=list)
    left_out: list[tuple[str, int]] = field(default_factory=list)
    gets: int = 0
    calls: int = 0
    out: int = 0
    minutes: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    examples: list[Example] = field(default_factory=list)
    candidates: list[PersonTotals] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    preflight: Preflight | None = None
    tried: int = 0
    came: Sequence[queries.Came] = ()
    total: queries.Came | None = None
    account: Account | None = None
    stage: str = ""
    stands: str = ""
    verbs: Sequence[Verb] = ()
    compared: queries.Compared | None = None
    takes: int = 0
    counts_links: bool = False
    # What came of it is counted in the background (`tallied_at` of the mailing), because there are so many.
    is_counted_later: bool = False

    @property
    def has_enough(self) -> bool:
        """Are there people enough to tell two wordings apart?"""
        return self.gets >= self.takes


def shown_mailing(mailing: Mailing, *, may_approve: bool) -> ShownMailing:
    """Everything its page says. At most thirty queries."""
    shown = ShownMailing(in_words(Asked.of(mailing.audience)), stage=str(Stage(mailing.stage).label))
    if mailing.stage in {Stage.GATHERING, Stage.GOING} and mailing.job_id:
        shown.job = job_state(mailing.job_id)
    if mailing.found:
        _add_found(shown, mailing.found)
    if mailing.stage == Stage.READY:
        _add_look_ahead(shown, mailing, may_approve=may_approve)
    if mailing.began_at is not None:
        shown.account = account_of(mailing.programme)
        _add_run(shown, mailing, shown.account, may_approve=may_approve)
        shown.counts_links = counts_links(mailing.programme)
        shown.came = _what_came(mailing)
        shown.is_counted_later = is_large(mailing)
        shown.total = _sum(shown.came)
        shown.compared = queries.compared(shown.came) if mailing.other_wording else None
    return shown


def _what_came(mailing: Mailing) -> Sequence[queries.Came]:
    """Of a large mailing as it was counted last, in the background: nobody waits for half a million to be counted."""
    if not is_large(mailing):
        return queries.what_came(mailing)
    return [queries.Came(**row) for row in mailing.tally]


def _add_run(shown: ShownMailing, mailing: Mailing, account: Account, *, may_approve: bool) -> None:
    """How its programme stands is how the mailing stands."""
    if account.run in {Run.PAUSED, Run.DRAINING} and mailing.stage != Stage.STOPPED:
        shown.stage, shown.stands = str(Run(account.run).label), str(STANDS[Run(account.run)])
    is_under_way = mailing.stage in {Stage.SAMPLED, Stage.GOING}
    if may_approve and mailing.stage != Stage.STOPPED:
        shown.verbs = verbs_of(account, is_under_way=is_under_way)


def _add_found(shown: ShownMailing, found: dict[str, Any]) -> None:
    ways = found.get("ways", {})
    shown.channels = [(str(Channel(key).label), n) for key, n in found.get("channels", {}).items() if n]
    shown.left_out = [(why or _("No reason is known."), n) for why, n in found.get("left_out", {}).items()]
    shown.gets = ways.get(Way.FIRST, 0) + ways.get(Way.SECOND, 0)
    shown.calls, shown.out = ways.get(Way.CALL, 0), ways.get(Way.OUT, 0)
    shown.minutes, shown.cost = Decimal(found.get("minutes", 0)), Decimal(found.get("cost", 0))


def _add_look_ahead(shown: ShownMailing, mailing: Mailing, *, may_approve: bool) -> None:
    people = queries.some_recipients(mailing, 3)
    drafts = draft_for(latest(mailing.wording), [person.pk for person in people])
    shown.examples = [Example(person, drafts.ready[person.pk]) for person in people if person.pk in drafts.ready]
    _add_preflight(shown, mailing)
    if may_approve:
        shown.candidates = call_candidates(mailing)
    if mailing.other_wording:
        shown.takes = queries.people_it_takes(queries.buying_rate(mailing))
    house = business()
    if shown.gets > NEEDS_ADDRESS and not house.public_address:
        shown.missing.append(
            _("Without a public address people leave by answering STOP. For more than 200 a link is better.")
        )
    if shown.gets > NEEDS_ADDRESS and not house.postal_address:
        shown.missing.append(_("Your postal address is missing under the letters; in many countries it must be there."))


def _add_preflight(shown: ShownMailing, mailing: Mailing) -> None:
    """Say how the words come out: who reads a fallback, and how it reads. Of many, the first are tried."""
    ids = queries.first_recipients(mailing, COUNTED_EACH_TIME)
    if ids:
        shown.preflight, shown.tried = preflight(latest(mailing.wording), ids), len(ids)


def _sum(came: Sequence[queries.Came]) -> queries.Came | None:
    if len(came) < 2:
        return came[0] if came else None
    names = (
        "planned",
        "reached",
        "waiting",
        "astray",
        "stopped",
        "replied",
        "complained",
        "left",
        "bought",
        "followed",
    )
    sums = {name: sum(getattr(one, name) for one in came) for name in (*names, "bought", "bought_before", "followed")}
    return queries.Came("", **sums, is_open=any(one.is_open for one in came))

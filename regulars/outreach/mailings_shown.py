"""A mailing as its page shows it: words and figures ready to print, nothing to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.business import business
from regulars.kit.jobs import JobState, job_state
from regulars.kit.money import shown as money_shown
from regulars.outreach.blocks import layout_of
from regulars.outreach.channels.text.segments import Measured, measure
from regulars.outreach.mailing_forms import in_words, label_of
from regulars.outreach.models import Channel, Mailing, Programme, Recipient, TextAccount, WordingVersion
from regulars.outreach.programmes_shown import STANDS, Verb, verbs_of
from regulars.outreach.queries import mailings as queries
from regulars.outreach.queries.enclosures import Papers, papers_of_mailing, papers_of_versions
from regulars.outreach.queries.following import counts_links
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.drafting import Draft, draft_for
from regulars.outreach.services.mailings import call_candidates, is_large
from regulars.outreach.services.mailings.costs import costs_of
from regulars.outreach.services.preflight import Preflight, preflight
from regulars.outreach.services.programmes import Account, account_of
from regulars.outreach.weights import Weight, weight_of
from regulars.people.models import Person
from regulars.people.queries.matching import Asked
from regulars.purchases.models import PersonTotals

Run, Stage, Way = Programme.Run, Mailing.Stage, Recipient.Way
NEEDS_ADDRESS = 200
COUNTED_EACH_TIME = 5000


@dataclass(frozen=True)
class Example:
    """What one of them will read; of a text message also how many it becomes and what that costs."""

    person: Person
    draft: Draft
    measured: Measured | None = None
    price: str = ""


@dataclass(frozen=True)
class Trial:
    """How one wording comes out for those who get it; of very many (`is_cut`) the first `tried` were tried."""

    name: str
    found: Preflight
    tried: int
    is_cut: bool = False


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
    texts: int = 0
    parts: int = 0
    is_tapped: bool = False
    examples: list[Example] = field(default_factory=list)
    second_examples: list[Example] = field(default_factory=list)
    candidates: list[PersonTotals] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    papers: Papers = ()
    weight: Weight | None = None
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
    """Everything its page says. At most forty-five queries, whatever its size."""
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
    shown.texts, shown.parts = found.get("channels", {}).get(Channel.TEXT, 0), found.get("parts", 0)
    shown.is_tapped = bool(shown.texts) and not TextAccount.objects.filter(is_active=True).exists()
    shown.minutes, shown.cost = Decimal(found.get("minutes", 0)), Decimal(found.get("cost", 0))


def _add_look_ahead(shown: ShownMailing, mailing: Mailing, *, may_approve: bool) -> None:
    shown.examples = _examples(mailing, mailing.wording, Way.FIRST)
    if mailing.second_wording:
        shown.second_examples = _examples(mailing, mailing.second_wording, Way.SECOND)
    shown.trials = _trials(mailing)
    _add_weight(shown, mailing)
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


def _examples(mailing: Mailing, key: str, way: str) -> list[Example]:
    """A few of those who get these words. Seven queries at most."""
    people, version = queries.some_recipients(mailing, 3, way), latest(key)
    drafts = draft_for(version, [person.pk for person in people]).ready
    if version.wording.channel != Channel.TEXT:
        return [Example(person, drafts[person.pk]) for person in people if person.pk in drafts]
    costs = costs_of(Channel.TEXT, {pk: draft.text for pk, draft in drafts.items()})
    return [
        Example(person, draft, measure(draft.text), _money(costs[person.pk]))
        for person in people
        if (draft := drafts.get(person.pk))
    ]


def _money(amount: Decimal) -> str:
    return money_shown(amount, business().currency) if amount else ""


def _trials(mailing: Mailing) -> list[Trial]:
    """Say how all its words come out: who reads a fallback, and how it reads. Of many, the first are tried.

    Six queries a wording; the second and the compared words are tried on those who get these.
    """
    asked = [(mailing.wording, Way.FIRST, "a" if mailing.other_wording else "")]
    if mailing.other_wording:
        asked.append((mailing.other_wording, Way.FIRST, "b"))
    if mailing.second_wording:
        asked.append((mailing.second_wording, Way.SECOND, ""))
    trials = []
    for key, way, arm in asked:
        ids = queries.first_recipients(mailing, COUNTED_EACH_TIME, way=way, arm=arm)
        if ids:
            version = latest(key)
            found = preflight(version, ids)
            # A text message is named as the letter beside it.
            name = label_of(version) if version.wording.channel == Channel.TEXT else version.wording.name
            trials.append(Trial(name, found, len(ids), is_cut=len(ids) == COUNTED_EACH_TIME))
    return trials


def _add_weight(shown: ShownMailing, mailing: Mailing) -> None:
    """What goes with its letters by e-mail, and what the heaviest of them weighs. Five queries where files go along."""
    people = mailing.found.get("channels", {}).get(Channel.EMAIL, 0)
    own = papers_of_mailing(mailing)
    versions = [latest(key) for key in filter(None, (mailing.wording, mailing.other_wording, mailing.second_wording))]
    letters = [version for version in versions if version.wording.channel == Channel.EMAIL]
    theirs = papers_of_versions(version.pk for version in letters)
    weights = []
    for version in letters:
        papers = tuple({one.name: one for one in (*theirs.get(version.pk or 0, ()), *own)}.values())
        if papers:
            weights.append((papers, weight_of(_sample(shown, mailing, version), papers, people)))
    if weights:
        shown.papers = tuple(dict.fromkeys(one for papers, _weight in weights for one in papers))
        shown.weight = max((weight for _papers, weight in weights), key=lambda weight: weight.letter)


def _sample(shown: ShownMailing, mailing: Mailing, version: WordingVersion) -> Draft:
    """The letter one of them will get; words nobody is shown here are weighed unfilled."""
    if shown.examples and version.wording.key == mailing.wording:
        return shown.examples[0].draft
    return Draft(version.subject, version.body, layout=layout_of(version.blocks))


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

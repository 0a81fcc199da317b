"""A mailing as its page shows it: words and figures ready to print, nothing to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit.business import business
from regulars.kit.jobs import JobState, job_state
from regulars.kit.money import shown as money_shown
from regulars.outreach.blocks import layout_of
from regulars.outreach.channels import means_of
from regulars.outreach.mailing_examples import Example, Trial, few_of_each, trials
from regulars.outreach.mailing_forms import in_words
from regulars.outreach.models import Channel, Mailing, Programme, Recipient, TextAccount, WordingVersion
from regulars.outreach.programmes_shown import STANDS, Verb, verbs_of
from regulars.outreach.queries import mailings as queries
from regulars.outreach.queries.enclosures import Papers, papers_of_mailing, papers_of_versions
from regulars.outreach.queries.following import counts_links
from regulars.outreach.queries.variants import language_name
from regulars.outreach.queries.wordings import latest_of
from regulars.outreach.services.drafting import Draft
from regulars.outreach.services.mailings import call_candidates, is_large
from regulars.outreach.services.mailings.routes import routes_of
from regulars.outreach.services.programmes import Account, account_of
from regulars.outreach.weights import Weight, weight_of
from regulars.people.queries.matching import Asked
from regulars.purchases.models import PersonTotals

Run, Stage, Way = Programme.Run, Mailing.Stage, Recipient.Way
NEEDS_ADDRESS = 200


@dataclass(frozen=True)
class ChannelRow:
    """One way: how many people, what it costs and how many minutes of the owner's it takes."""

    label: str
    people: int
    cost: Decimal = Decimal(0)
    minutes: Decimal = Decimal(0)


@dataclass(frozen=True)
class TextRow:
    """The text messages in one language."""

    language: str
    people: int
    parts: int
    price: str


@dataclass
class ShownMailing:
    """Counts; `left_out` as (reason, number), `examples` by their heading."""

    audience: str
    job: JobState | None = None
    channels: list[ChannelRow] = field(default_factory=list)
    left_out: list[tuple[str, int]] = field(default_factory=list)
    gets: int = 0
    calls: int = 0
    out: int = 0
    minutes: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    texts: int = 0
    parts: int = 0
    texts_by_language: list[TextRow] = field(default_factory=list)
    cards: int = 0
    is_tapped: bool = False
    examples: list[tuple[str, list[Example]]] = field(default_factory=list)
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
    # Who would go first, or went: how many, and in words how many each way.
    drawn: int = 0
    drawn_words: str = ""
    counts_links: bool = False
    # What came of it is counted in the background (`tallied_at` of the mailing), because there are so many.
    is_counted_later: bool = False

    @property
    def has_enough(self) -> bool:
        """Are there people enough to tell two wordings apart?"""
        return self.gets >= self.takes


def shown_mailing(mailing: Mailing, *, may_approve: bool) -> ShownMailing:
    """Everything its page says. At most sixty queries, whatever its size."""
    is_waiting = mailing.stage != Stage.GONE or queries.is_waiting(mailing)
    shown = ShownMailing(in_words(Asked.of(mailing.audience)), stage=stage_words(mailing, is_waiting=is_waiting))
    if mailing.stage in {Stage.GATHERING, Stage.GOING} and mailing.job_id:
        shown.job = job_state(mailing.job_id)
    if mailing.found:
        _add_found(shown, mailing.found)
    if mailing.stage in {Stage.READY, Stage.SAMPLED}:
        _add_drawn(shown, mailing)
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


def stage_words(mailing: Mailing, *, is_waiting: bool) -> str:
    """How far it is; what has gone to everybody is not on its way any more."""
    if mailing.stage == Stage.GONE and not is_waiting:
        return _("Has gone out")
    return str(Stage(mailing.stage).label)


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
    shown.channels = _channels(found)
    shown.left_out = [(why or _("No reason is known."), n) for why, n in found.get("left_out", {}).items()]
    shown.calls, shown.out = ways.get(Way.CALL, 0), ways.get(Way.OUT, 0)
    shown.gets = sum(ways.values()) - shown.calls - shown.out
    counts = found.get("channels", {})
    shown.texts, shown.parts = counts.get(Channel.TEXT, 0), found.get("parts", 0)
    shown.cards = counts.get(Channel.CARD, 0) + counts.get(Channel.LETTER, 0)
    texts = found.get("texts", {})
    if len(texts) > 1:
        rows = (TextRow(language_name(code), n, parts, _money(cost)) for code, (n, parts, cost) in texts.items())
        shown.texts_by_language = sorted(rows, key=lambda row: -row.people)
    shown.is_tapped = bool(shown.texts) and not TextAccount.objects.filter(is_active=True).exists()
    shown.minutes, shown.cost = Decimal(found.get("minutes", 0)), Decimal(found.get("cost", 0))


def _add_drawn(shown: ShownMailing, mailing: Mailing) -> None:
    """A few go first of every way that goes by itself. What is printed by hand waits for the yes to all."""
    drawn = queries.drawn_by_way(mailing)
    counts = Counter[str]()
    for route in routes_of(mailing) if drawn else ():
        counts[route.channel] += drawn.get(route.way, 0)
    counts = +counts
    shown.drawn = counts.total()
    shown.drawn_words = get_text_list([_so_many(channel, n) for channel, n in counts.items()], _("and"))


def _so_many(channel: str, n: int) -> str:
    if channel == Channel.TEXT:
        return ngettext("%(n)d text message", "%(n)d text messages", n) % {"n": n}
    return ngettext("%(n)d letter by e-mail", "%(n)d letters by e-mail", n) % {"n": n}


def _channels(found: dict[str, Any]) -> list[ChannelRow]:
    """By the way it goes. Who is called instead has a line too, so that the minutes add up."""
    costs, minutes = found.get("costs", {}), found.get("minutes_by", {})
    rows = [
        ChannelRow(str(Channel(key).label), n, Decimal(costs.get(key, 0)), Decimal(minutes.get(key, 0)))
        for key, n in sorted(found.get("channels", {}).items(), key=lambda one: Channel.values.index(one[0]))
        if n
    ]
    if calls := found.get("ways", {}).get(Way.CALL, 0):
        each = Decimal(str(means_of(Channel.CALL).minutes))
        rows.append(ChannelRow(_("Called instead"), calls, minutes=calls * each))
    return rows


def _money(amount: str) -> str:
    return money_shown(Decimal(amount), business().currency) if Decimal(amount) else ""


def _add_look_ahead(shown: ShownMailing, mailing: Mailing, *, may_approve: bool) -> None:
    shown.examples = few_of_each(mailing)
    shown.trials = trials(mailing)
    _add_weight(shown, mailing)
    if may_approve:
        shown.candidates = call_candidates(mailing)
    if mailing.other_wording:
        shown.takes = queries.people_it_takes(queries.buying_rate(mailing))
    if too_long := mailing.found.get("too_long", 0):
        words = ngettext(
            "For %(n)d person the text is longer than your limit ever lets out: another way, or none, is taken.",
            "For %(n)d people the text is longer than your limit ever lets out: another way, or none, is taken.",
            too_long,
        )
        shown.missing.append(words % {"n": too_long})
    house = business()
    if shown.gets > NEEDS_ADDRESS and not house.public_address:
        shown.missing.append(
            _("Without a public address people leave by answering STOP. For more than 200 a link is better.")
        )
    if shown.gets > NEEDS_ADDRESS and not house.postal_address:
        shown.missing.append(_("Your postal address is missing under the letters; in many countries it must be there."))


def _add_weight(shown: ShownMailing, mailing: Mailing) -> None:
    """What goes with its letters by e-mail, and what the heaviest of them weighs. Five queries where files go along."""
    people = mailing.found.get("channels", {}).get(Channel.EMAIL, 0)
    own = papers_of_mailing(mailing)
    versions = list(latest_of(mailing.wordings).values())
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
    heading, first = shown.examples[0] if shown.examples else ("", [])
    if first and not heading and version.wording.key == mailing.wording:
        return first[0].draft
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

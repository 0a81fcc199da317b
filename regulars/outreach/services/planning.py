"""Plan touches: one row each, unique before anything leaves the house."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock, database
from regulars.outreach.blocks import PLAIN, Layout, layout_of, text_of
from regulars.outreach.drafts import checked_words, draft_hash
from regulars.outreach.models import PRIORITY, Channel, Purpose, State, Touch, WordingVersion
from regulars.outreach.queries.enclosures import digests, papers_of, papers_of_version
from regulars.outreach.services.moves import CHUNK
from regulars.outreach.services.programme_states import closed_among
from regulars.outreach.services.rows import Added, Draft, add_touches
from regulars.outreach.services.versions import versions_in_force

Key = tuple[int, str, str, str]
NOT_YET = (State.PLANNED, State.HELD, State.APPROVED)


class NewTouch(NamedTuple):
    """One thing that is to reach one person once: the first four fields are its key.

    `wording` is the key of the words it was drafted from; the version in force is then written down with it. Whether
    there is an offer inside is said by these words, unless `has_offer` says so. `blocks` is a filled layout, or how one
    is stored: the body is then its text, whatever was given. `language` is that of the words, `language_wanted` what
    the person speaks where there were no words in it. `files` are those of its mailing (`queries.enclosures.digests`);
    those of the words are known by the words.
    """

    person_id: int
    programme: str
    occurrence: str
    step: str = "1"
    channel: str = Channel.EMAIL
    purpose: str = Purpose.CARE
    subject: str = ""
    body: str = ""
    wording: str = ""
    wording_version_id: int | None = None
    blocks: Mapping[str, Any] | Layout = MappingProxyType({})
    language: str = ""
    language_wanted: str = ""
    due_at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    has_offer: bool | None = None
    minutes: Decimal | float = 0
    cost_amount: Decimal | float = 0
    priority: int | None = None
    is_withheld: bool = False
    files: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.person_id, self.programme, self.occurrence, self.step


@dataclass(frozen=True)
class Planned:
    """`ids` stand in the order of what was asked for; `seen` were planned before and stay as they are."""

    ids: list[int]
    new: int
    seen: int


def effective_purpose(purpose: str, has_offer: bool) -> str:
    """A plain thank-you is care; with an offer inside it is marketing. Service stays service."""
    return Purpose.MARKETING if has_offer and purpose != Purpose.SERVICE else purpose


def plan_touches(touches: Iterable[NewTouch]) -> Planned:
    """Write each touch once, whoever asks how often; a touch planned before stays exactly as it is.

    Of a long line nothing is kept but the ids: `touches` may be made one by one while they are written.
    """
    planning = Planning()
    count = planning.take(touches)
    return Planned(planning.ids, planning.new, count - planning.new)


class Planning:
    """Drafts become rows of plain values outside the transactions; inside they are only written."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.new = 0
        self.now = clock.now()
        self.sources = Sources()
        self.used: set[int] = set()

    def take(self, touches: Iterable[NewTouch]) -> int:
        """Write all of them, a little at a time; returns how many were asked for."""
        return database.chunks_by_time(self.drafted(touches), self.write, first=CHUNK, most=5_000)

    def drafted(self, touches: Iterable[NewTouch]) -> Iterator[tuple[Key, Draft]]:
        for touch in touches:
            self.sources.learn(touch)
            yield touch.key, _draft(touch, self.sources, self.now)

    def write(self, chunk: Sequence[tuple[Key, Draft]]) -> Added:
        """Write a chunk: one transaction, which the caller holds."""
        drafts = _not_for_closed_programmes(dict(chunk))
        with transaction.atomic():
            added = add_touches(drafts, self.now)
            self._note_use(drafts)
        self.ids += [added.ids[key] for key, _row in chunk]
        self.new += len(added.new)
        return added

    def _note_use(self, drafts: Mapping[Key, Draft]) -> None:
        versions = {draft.wording_version for draft in drafts.values() if draft.wording_version} - self.used
        if versions:
            WordingVersion.objects.filter(pk__in=versions, used_at=None).update(used_at=self.now)
            self.used |= versions


def _not_for_closed_programmes(drafts: dict[Key, Draft]) -> dict[Key, Draft]:
    """What comes too late for a programme that has ended is written down as stopped: nothing vanishes."""
    closed = closed_among({key[1] for key in drafts})
    if not closed:
        return drafts
    return {key: _stopped(draft, closed[key[1]]) if key[1] in closed else draft for key, draft in drafts.items()}


def _stopped(draft: Draft, why: str) -> Draft:
    return draft._replace(state=str(State.CANCELLED), why=why) if draft.state in NOT_YET else draft


class Sources:
    """The words that touches are drafted from: which version, and whether there is an offer inside; asked once each."""

    def __init__(self) -> None:
        self.in_force: dict[tuple[str, str], int | None] = {}
        self.offers: dict[int, bool] = {}
        self.files: dict[int, tuple[str, ...]] = {}

    def learn(self, new: NewTouch) -> None:
        """Look up the words of a touch, unless they are known."""
        words = new.wording, new.language
        if new.wording and new.wording_version_id is None and words not in self.in_force:
            self.in_force[words] = versions_in_force({words}).get(words)
        version = self.version_of(new)
        if version is not None and version not in self.offers:
            self.offers[version] = WordingVersion.objects.filter(pk=version, wording__has_offer=True).exists()
            self.files[version] = digests(papers_of_version(version))

    def version_of(self, new: NewTouch) -> int | None:
        return new.wording_version_id or self.in_force.get((new.wording, new.language))

    def files_of(self, new: NewTouch) -> tuple[str, ...]:
        """The files of its words and of its mailing; only an e-mail carries any."""
        version = self.version_of(new)
        if new.channel != Channel.EMAIL or not (version or new.files):
            return ()
        return tuple(sorted({*new.files, *self.files.get(version or 0, ())}))

    def has_offer(self, new: NewTouch) -> bool:
        version = self.version_of(new)
        return (version is not None and self.offers[version]) if new.has_offer is None else new.has_offer


def _draft(new: NewTouch, sources: Sources, now: datetime) -> Draft:
    layout = _layout(new.blocks) if new.blocks and new.channel == Channel.EMAIL else PLAIN
    subject, body = checked_words(new.channel, new.subject, text_of(layout) if layout else new.body)
    blocks = layout.stored()
    has_offer = sources.has_offer(new)
    purpose = _known(Purpose, effective_purpose(new.purpose, has_offer))
    channel = _known(Channel, new.channel)
    due_at = max(new.due_at or now, new.not_before or new.due_at or now)
    is_late = new.not_after is not None and new.not_after <= due_at
    state = State.WITHHELD if new.is_withheld else State.EXPIRED if is_late else State.PLANNED
    return Draft(
        person=new.person_id,
        programme=new.programme,
        occurrence=new.occurrence,
        step=new.step,
        channel=channel,
        purpose=purpose,
        has_offer=has_offer,
        priority=PRIORITY[purpose] if new.priority is None else new.priority,
        state=state.value,
        why=_("It would have been too late.") if is_late else "",
        due_at=due_at,
        not_before=new.not_before,
        not_after=new.not_after,
        subject=subject,
        body=body,
        blocks=json.dumps(blocks) if blocks else "{}",
        language=new.language,
        language_wanted=new.language_wanted,
        wording_version=sources.version_of(new),
        draft_hash=draft_hash(channel, subject, body, blocks, sources.files_of(new)),
        minutes=_decimal(new.minutes),
        cost_amount=_decimal(new.cost_amount),
        created_at=now,
        changed_at=now,
    )


def _layout(blocks: Mapping[str, Any] | Layout) -> Layout:
    return blocks if isinstance(blocks, Layout) else layout_of(blocks)


@lru_cache(maxsize=256)
def _known(words: type[Channel] | type[Purpose], value: str) -> str:
    """The plain word; raises ValueError for one that does not exist."""
    return str(words(value).value)


@lru_cache(maxsize=256)
def _decimal(value: Decimal | float) -> Decimal:
    return Decimal(str(value))


@transaction.atomic
def refresh_drafts(
    drafts: Mapping[int, tuple[str, str]],
    blocks: Mapping[int, Mapping[str, Any]] | None = None,
    versions: Mapping[int, int] | None = None,
) -> int:
    """Put newer words under touches that are still planned and that nobody edited; returns how many changed.

    A draft without `blocks` is a plain letter from now on. `versions` says which words they are of: their files go too.
    """
    rows = Touch.objects.filter(pk__in=drafts, state=State.PLANNED, is_edited=False).select_for_update(of=("self",))
    touches, changed = list(rows), []
    for touch in touches:
        touch.wording_version_id = (versions or {}).get(touch.pk, touch.wording_version_id)
    papers = papers_of([touch for touch in touches if touch.channel == Channel.EMAIL])
    for touch in touches:
        layout = layout_of((blocks or {}).get(touch.pk))
        subject, body = drafts[touch.pk]
        subject, body = checked_words(touch.channel, subject, text_of(layout) if layout else body)
        fresh = draft_hash(touch.channel, subject, body, layout.stored(), digests(papers.get(touch.pk, ())))
        if fresh != touch.draft_hash:
            touch.subject, touch.body, touch.draft_hash, touch.changed_at = subject, body, fresh, clock.now()
            touch.blocks = layout.stored()
            changed.append(touch)
    columns = ["subject", "body", "blocks", "draft_hash", "changed_at", "wording_version"]
    Touch.objects.bulk_update(changed, columns, batch_size=CHUNK)
    return len(changed)

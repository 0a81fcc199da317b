"""Plan touches: one row each, unique before anything leaves the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.outreach.blocks import layout_of, text_of
from regulars.outreach.drafts import checked_words, draft_hash
from regulars.outreach.models import PRIORITY, Channel, Purpose, State, Touch, TouchChange, WordingVersion
from regulars.outreach.services.moves import CHUNK
from regulars.outreach.services.versions import versions_in_force

Key = tuple[int, str, str, str]


@dataclass(frozen=True)
class NewTouch:
    """One thing that is to reach one person once: the first four fields are its key.

    `wording` is the key of the words it was drafted from; the version in force is then written down with it. Whether
    there is an offer inside is said by these words, unless `has_offer` says so. `blocks` is a filled layout as it is
    stored: the body is then its text, whatever was given. `language` is that of the words, `language_wanted` what the
    person speaks where there were no words in it.
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
    blocks: Mapping[str, Any] = field(default_factory=dict)
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


def plan_touches(touches: Sequence[NewTouch]) -> Planned:
    """Write each touch once, whoever asks how often; a touch planned before stays exactly as it is."""
    ids: list[int] = []
    new = 0
    for start in range(0, len(touches), CHUNK):
        chunk_ids, chunk_new = _plan_chunk(touches[start : start + CHUNK])
        ids += chunk_ids
        new += chunk_new
    return Planned(ids, new, len(touches) - new)


@transaction.atomic
def _plan_chunk(touches: Sequence[NewTouch]) -> tuple[list[int], int]:
    sources = Sources.of(touches)
    rows = {touch.key: _row(touch, sources) for touch in touches}
    before = _ids_of(rows)
    Touch.objects.bulk_create([row for key, row in rows.items() if key not in before], ignore_conflicts=True)
    now_there = _ids_of(rows)
    mine = _those_written_here(rows, {key: pk for key, pk in now_there.items() if key not in before})
    TouchChange.objects.bulk_create(
        [TouchChange(touch_id=pk, at=rows[key].created_at, to_state=rows[key].state) for key, pk in mine.items()]
    )
    versions = {row.wording_version_id for row in rows.values() if row.wording_version_id}
    WordingVersion.objects.filter(pk__in=versions, used_at=None).update(used_at=clock.now())
    return [now_there[touch.key] for touch in touches], len(mine)


def _ids_of(keys: Mapping[Key, Touch]) -> dict[Key, int]:
    """Find what is there already: by person, programme and occurrence sets, then exactly."""
    found = Touch.objects.filter(
        person_id__in={key[0] for key in keys},
        programme__in={key[1] for key in keys},
        occurrence__in={key[2] for key in keys},
    ).values_list("pk", "person_id", "programme", "occurrence", "step")
    return {(row[1], row[2], row[3], row[4]): row[0] for row in found if (row[1], row[2], row[3], row[4]) in keys}


def _those_written_here(rows: Mapping[Key, Touch], appeared: Mapping[Key, int]) -> dict[Key, int]:
    """Leave out what somebody else planned at the same moment: their row has no change of ours."""
    others = set(TouchChange.objects.filter(touch_id__in=appeared.values()).values_list("touch_id", flat=True))
    return {key: pk for key, pk in appeared.items() if pk not in others}


@dataclass(frozen=True)
class Sources:
    """The words that touches are drafted from: which version, and whether there is an offer inside."""

    in_force: Mapping[tuple[str, str], int]
    offers: frozenset[int]

    @classmethod
    def of(cls, touches: Sequence[NewTouch]) -> Sources:
        keys = {(new.wording, new.language) for new in touches if new.wording and new.wording_version_id is None}
        in_force = versions_in_force(keys)
        ids = {touch.wording_version_id for touch in touches if touch.wording_version_id} | set(in_force.values())
        offers = WordingVersion.objects.filter(pk__in=ids, wording__has_offer=True).values_list("pk", flat=True)
        return cls(in_force, frozenset(offers) if ids else frozenset())

    def version_of(self, new: NewTouch) -> int | None:
        return new.wording_version_id or self.in_force.get((new.wording, new.language))

    def has_offer(self, new: NewTouch) -> bool:
        return self.version_of(new) in self.offers if new.has_offer is None else new.has_offer


def _row(new: NewTouch, sources: Sources) -> Touch:
    layout = layout_of(new.blocks if new.channel == Channel.EMAIL else None)
    subject, body = checked_words(new.channel, new.subject, text_of(layout) if layout else new.body)
    has_offer = sources.has_offer(new)
    purpose = effective_purpose(new.purpose, has_offer)
    now = clock.now()
    due_at = max(new.due_at or now, new.not_before or new.due_at or now)
    is_late = new.not_after is not None and new.not_after <= due_at
    return Touch(
        person_id=new.person_id,
        programme=new.programme,
        occurrence=new.occurrence,
        step=new.step,
        channel=Channel(new.channel),
        purpose=Purpose(purpose),
        has_offer=has_offer,
        priority=PRIORITY[purpose] if new.priority is None else new.priority,
        state=State.WITHHELD if new.is_withheld else State.EXPIRED if is_late else State.PLANNED,
        why=_("It would have been too late.") if is_late else "",
        due_at=due_at,
        not_before=new.not_before,
        not_after=new.not_after,
        subject=subject,
        body=body,
        blocks=layout.stored(),
        language=new.language,
        language_wanted=new.language_wanted,
        wording_version_id=sources.version_of(new),
        draft_hash=draft_hash(new.channel, subject, body, layout.stored()),
        minutes=Decimal(str(new.minutes)),
        cost_amount=Decimal(str(new.cost_amount)),
        created_at=now,
        changed_at=now,
    )


@transaction.atomic
def refresh_drafts(drafts: Mapping[int, tuple[str, str]], blocks: Mapping[int, Mapping[str, Any]] | None = None) -> int:
    """Put newer words under touches that are still planned and that nobody edited; returns how many changed.

    A draft without `blocks` is a plain letter from now on.
    """
    rows = Touch.objects.filter(pk__in=drafts, state=State.PLANNED, is_edited=False).select_for_update(of=("self",))
    changed = []
    for touch in rows:
        layout = layout_of((blocks or {}).get(touch.pk))
        subject, body = drafts[touch.pk]
        subject, body = checked_words(touch.channel, subject, text_of(layout) if layout else body)
        fresh = draft_hash(touch.channel, subject, body, layout.stored())
        if fresh != touch.draft_hash:
            touch.subject, touch.body, touch.draft_hash, touch.changed_at = subject, body, fresh, clock.now()
            touch.blocks = layout.stored()
            changed.append(touch)
    Touch.objects.bulk_update(changed, ["subject", "body", "blocks", "draft_hash", "changed_at"], batch_size=CHUNK)
    return len(changed)

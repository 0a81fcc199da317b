"""Yes: the words that were shown become touches in the ledger, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.numbers import row_numbers
from regulars.outreach import services as outreach
from regulars.outreach.queries.enclosures import digests
from regulars.outreach.services import NewTouch
from regulars.today.lines import BY_KEY, Line
from regulars.today.models import Choice
from regulars.today.queries import lines_by_key
from regulars.today.services.deciding import decide, keep_open

if TYPE_CHECKING:
    from regulars.staff.models import User

# A letter that could not leave within this many days of its day is too late to be kind.
MORNING = time(9)
LATEST_DAYS = {"birthday": 0, "anniversary": 3, "thank_you": 14, "slipped": 14}


@dataclass(frozen=True)
class Approved:
    """What became of the lines: approved keys, lines whose words changed since they were read, sentences of refusal."""

    approved: tuple[str, ...] = ()
    changed: tuple[Line, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    answered_before: tuple[str, ...] = ()


def new_touch(line: Line, step: str = "1") -> NewTouch:
    """The touch of a line: its key is (person, programme, subject and occurrence, step)."""
    draft = line.draft
    channel = "by_hand" if line.way == "in_person" else line.way
    latest = line.due.due_on + timedelta(days=LATEST_DAYS.get(line.due.kind, 30))
    return NewTouch(
        person_id=line.due.person_id or 0,
        programme=line.programme,
        occurrence=f"{line.due.subject_id}:{line.due.occurrence}".rstrip(":"),
        step=step,
        channel=channel,
        purpose=line.purpose,
        subject=draft.subject if draft else "",
        body=draft.body if draft else "",
        wording=draft.wording if draft else "",
        wording_version_id=draft.wording_version_id if draft else None,
        blocks=draft.blocks if draft and channel == "email" else {},
        language=draft.language if draft else "",
        language_wanted=draft.language_wanted if draft else "",
        not_before=not_before(line),
        not_after=max(end_of(latest), clock.now() + timedelta(days=1)),
        minutes=line.minutes,
        cost_amount=line.cost_amount,
    )


def not_before(line: Line) -> datetime | None:
    """A greeting approved ahead of its day leaves on the morning of that day."""
    if line.way != "email" or line.due.due_on <= clock.today():
        return None
    return datetime.combine(line.due.due_on, MORNING, clock.zone())


def end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, clock.zone())


def approve_lines(seen: Mapping[str, str], by: User | None) -> Approved:
    """Approve letters as they were shown: `seen` is {key: what the page showed}.

    A line whose words are others by now is not approved and comes back. Set-based; approving twice approves once.
    """
    lines = lines_by_key(seen, clock.today())
    changed = [line for key, line in lines.items() if line.seen != seen[key]]
    changed += _instead([key for key in seen if key not in lines])
    refused = {line.key: line.draft.problem for line in lines.values() if line.draft and line.draft.problem}
    ready = [
        line
        for line in lines.values()
        if line not in changed and line.key not in refused and line.way == "email" and line.draft
    ]
    approved, more = _approve(ready, by) if ready else ((), {})
    gone = tuple(key for key in seen if key not in lines)
    return Approved(tuple(approved), tuple(changed), {**refused, **more}, gone)


def _instead(gone: Sequence[str]) -> list[Line]:
    """The lines that stand where these stood, for what is left of them: to be read first."""
    of_kind: dict[str, set[int]] = {}
    for kind, subject_id, _occurrence in (key.split(":", 2) for key in gone if key.count(":") == 2):
        if kind in BY_KEY and BY_KEY[kind].instead is not None:
            of_kind.setdefault(kind, set()).update(row_numbers([subject_id]))
    keys = set()
    for kind, subjects in of_kind.items():
        instead = BY_KEY[kind].instead
        assert instead is not None
        keys |= {f"{kind}:{pk}:" for pk in instead(subjects, clock.today())}
    return list(lines_by_key(keys, clock.today()).values()) if keys else []


@transaction.atomic
def _approve(ready: Sequence[Line], by: User | None) -> tuple[Sequence[str], dict[str, str]]:
    mine = decide(ready, Choice.APPROVED, by)
    lines = [line for line in ready if line.key in mine]
    touches = [new_touch(line) for line in lines]
    planned = outreach.plan_touches(touches)
    words = {pk: (touch.subject, touch.body) for pk, touch in zip(planned.ids, touches, strict=True)}
    blocks = {
        pk: line.draft.blocks for pk, line in zip(planned.ids, lines, strict=True) if line.draft and line.draft.blocks
    }
    versions = {
        pk: touch.wording_version_id for pk, touch in zip(planned.ids, touches, strict=True) if touch.wording_version_id
    }
    files = {pk: digests(line.files_shown) for pk, line in zip(planned.ids, lines, strict=True)}
    outreach.refresh_drafts(words, blocks, versions)
    shown = {pk: outreach.draft_hash("email", *said, blocks.get(pk), files[pk]) for pk, said in words.items()}
    answer = outreach.approve(planned.ids, by, shown)
    line_of = dict(zip(planned.ids, lines, strict=True))
    refused = {line_of[pk].key: sentence for pk, sentence in answer.refused.items()}
    refused |= {line_of[pk].key: _("Other words were planned before; look in the outbox.") for pk in answer.changed}
    keep_open(line for line in lines if line.key in refused)
    for line in lines:
        reached = BY_KEY[line.due.kind].reached
        if reached is not None and line.key not in refused:
            reached(line, "", by)
    return [line_of[pk].key for pk in answer.approved], refused

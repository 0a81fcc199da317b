"""A mailing goes: a few first if the owner likes, then everybody, a portion at a time, each of them once.

Every step can be repeated. The ledger has one row a person and mailing; a worker that dies is followed by one that
goes on after the last portion written down.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_tasks import task

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.jobs import HEAVY, progress
from regulars.outreach.models import Batch, Channel, Mailing, Recipient, Touch
from regulars.outreach.queries.enclosures import papers_of_mailing, papers_of_version
from regulars.outreach.queries.wordings import latest
from regulars.outreach.services.approving import FIRST
from regulars.outreach.services.enclosing import guard
from regulars.outreach.services.mailings.gathering import AT_ONCE, PORTION, hand_to_worker
from regulars.outreach.services.mailings.handing import EVERYBODY, GETS_IT, Handing, To
from regulars.outreach.services.mailings.routes import as_they_are
from regulars.outreach.services.programme_states import closed_among
from regulars.outreach.services.programmes import cancel_programme
from regulars.staff.models import User
from regulars.staff.services import note_audit

Stage = Mailing.Stage


def send_sample(mailing: Mailing, by: User | None) -> int:
    """Let a few go first, at once whatever the day chosen; the others wait for another yes. Returns how many."""
    with transaction.atomic():
        if not _begin(mailing, (Stage.READY,), Stage.SAMPLED, by):
            return 0
    row = Mailing.objects.get(pk=mailing.pk)
    few = _of(row).filter(is_sample=True, way__in=GETS_IT).order_by("pk").values_list(*To._fields)
    rows = [To._make(one) for one in few]
    Handing(row, None, is_sample=True).take(rows)
    return len(rows)


def begin_mailing(mailing: Mailing, by: User | None) -> bool:
    """Let everybody's go. A few hundred at once, more of them by the worker; False when it has begun already."""
    with transaction.atomic():
        was = Mailing.objects.select_for_update(of=("self",)).get(pk=mailing.pk).stage
        _refuse_closed(mailing)
        if not _begin(mailing, (Stage.READY, Stage.SAMPLED), Stage.GOING, by):
            return False
        row = Mailing.objects.get(pk=mailing.pk)
        size = sum(row.found.get("ways", {}).get(way, 0) for way in GETS_IT)
        if size > FIRST:
            # Where a few have gone first and were looked at, nobody has to wait for the first hundred again.
            first = EVERYBODY if was == Stage.SAMPLED else FIRST
            row.batch = Batch.objects.create(at=clock.now(), by=by, size=0, first=first)
            row.save(update_fields=["batch"])
        row.job_id = hand_to_worker(carry_on_mailing, row, is_large=size > AT_ONCE)
        row.save(update_fields=["job_id"])
    if size <= AT_ONCE:
        _carry_on(row)
    return True


def _refuse_closed(mailing: Mailing) -> None:
    """A mailing that is finishing takes in nobody new."""
    why = closed_among([mailing.programme]).get(mailing.programme)
    stage = Mailing.objects.values_list("stage", flat=True).get(pk=mailing.pk)
    if why and stage in {Stage.READY, Stage.SAMPLED}:
        raise Refusal(why)


def _begin(mailing: Mailing, stages: Sequence[str], to: str, by: User | None) -> bool:
    """Once begun it goes with the words as they are now: whoever changes them meanwhile waits, or is too late."""
    row = Mailing.objects.select_for_update(of=("self",)).get(pk=mailing.pk)
    rows = Mailing.objects.filter(pk=mailing.pk, stage__in=stages)
    _refuse_too_heavy(row)
    versions = row.versions or as_they_are(row.wordings)
    if not rows.update(stage=to, began_at=clock.now(), began_by=by, versions=versions):
        stage = Mailing.objects.values_list("stage", flat=True).get(pk=mailing.pk)
        if stage in {Stage.DRAFT, Stage.GATHERING}:
            raise Refusal(_("Look first who gets it."))
        if stage == Stage.STOPPED:
            raise Refusal(_("This mailing was stopped."))
        return False
    note_audit(by, "mailing_begun", room="outreach", kind="mailing", object_id=mailing.pk, text=mailing.name)
    return True


def _refuse_too_heavy(mailing: Mailing) -> None:
    """The mailbox may be another one than when the files were put in."""
    own = papers_of_mailing(mailing)
    for key in mailing.wordings:
        version = latest(key)
        if version.wording.channel == Channel.EMAIL:
            mine = {paper.name: paper.size for paper in (*papers_of_version(version.pk), *own)}
            guard(list(mine.values()), len(version.body))


@task(queue_name=HEAVY)
def carry_on_mailing(mailing_id: int) -> int:
    """The worker's part of `begin_mailing`."""
    return _carry_on(Mailing.objects.get(pk=mailing_id))


def _carry_on(mailing: Mailing) -> int:
    """Hand portion after portion to the ledger, until all are there or somebody stopped it."""
    done = 0
    total = sum(mailing.found.get("ways", {}).get(way, 0) for way in GETS_IT)
    handing = Handing(mailing, mailing.batch)
    while mailing.stage == Stage.GOING:
        rows = _portion(mailing)
        if not rows:
            return done + _close(mailing)
        handing.take(rows)
        done += len(rows)
        ours = Mailing.objects.filter(pk=mailing.pk, stage=Stage.GOING)
        if not ours.update(cursor=rows[-1].pk):
            break
        mailing.cursor = rows[-1].pk
        progress(done, max(total, done), _("Writing each of them"))
    _stop_what_came_after(mailing)
    return done


def _portion(mailing: Mailing) -> list[To]:
    """The next recipients, in the order they were found: each way is read from the index, whatever lies before."""
    rows: list[To] = []
    for way in GETS_IT:
        further = _of(mailing).filter(way=way, pk__gt=mailing.cursor).order_by("pk")
        rows += [To._make(row) for row in further.values_list(*To._fields)[:PORTION]]
    return sorted(rows)[:PORTION]


def _close(mailing: Mailing) -> int:
    Mailing.objects.filter(pk=mailing.pk, stage=Stage.GOING).update(stage=Stage.GONE)
    batch = mailing.batch
    if batch is not None:
        letters = Touch.objects.filter(batch=batch).count()
        at = clock.now() if letters <= batch.first else None
        Batch.objects.filter(pk=batch.pk).update(size=letters)
        Batch.objects.filter(pk=batch.pk, released_at=None).update(released_at=at, emptied_at=at)
    return 0


def _of(mailing: Mailing) -> QuerySet[Recipient]:
    return Recipient.objects.filter(mailing=mailing, edition=mailing.edition)


def stop_mailing(mailing: Mailing, by: User | None) -> bool:
    """Stop whatever has not left, the mailing and its programme as one; safe to repeat."""
    return cancel_programme(mailing.programme, by, _("The mailing was stopped."))


def _stop_what_came_after(mailing: Mailing) -> None:
    """A portion written while somebody pressed stop does not leave either: the programme is closed to it."""
    if Mailing.objects.filter(pk=mailing.pk, stage=Stage.STOPPED).exists():
        cancel_programme(mailing.programme, None, _("The mailing was stopped."))

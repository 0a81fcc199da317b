"""Undo a run: what it made goes, what it changed becomes as it was.

Somebody who was written to since, or of whom more is known by now, stays, with their orders; the run says how many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.intake.events import ImportUndone
from regulars.intake.models import ImportRun, RunEffect, Telling
from regulars.intake.services.effects import from_ranges, note_effects
from regulars.kit import bulletin, clock, jobs
from regulars.kit.errors import Refusal
from regulars.people import services as people
from regulars.people.models import Note, Reminder, Silence, TimelineEntry
from regulars.purchases import services as purchases
from regulars.purchases.models import Order
from regulars.purchases.services import NewLine, NewOrder, NewRefund
from regulars.staff.models import User
from regulars.staff.services import note_audit

PORTION = 500
AT_ONCE = 200
OWN_ROOMS = ("purchases", "intake")
Item = TypeVar("Item")


def undo(run: ImportRun, by: User | None = None) -> ImportRun:
    """Take a run back, portion by portion; safe to run again when it was broken off. Refused unless it is finished."""
    row = begin_to_undo(run)
    kept = _take_out_orders(row, by)
    _restore_orders(row)
    kept_people = _take_out_people(row)
    _restore_people(row)
    return _settle(row, kept, kept_people, by)


def ask_to_undo(run: ImportRun, by: User | None = None) -> ImportRun:
    """Have a run undone beside the day's work; a small one at once."""
    from regulars.intake.jobs import take_back

    if run.state != ImportRun.State.FINISHED:
        raise Refusal(_("Only what was taken in whole can be undone."))
    _refuse_below_a_later_run(run)
    if run.orders_new + run.people_new <= AT_ONCE:
        with transaction.atomic():  # nobody sees it half done, and takes it for broken off
            return undo(run, by)
    with transaction.atomic():
        run.state, run.job_id = (
            ImportRun.State.UNDOING,
            str(jobs.enqueue_once(take_back, run.pk, key=f"intake undo: {run.pk}")),
        )
        run.save(update_fields=["state", "job_id"])
    return run


@transaction.atomic
def begin_to_undo(run: ImportRun) -> ImportRun:
    """Mark a run as being taken back. Refused with a sentence where that cannot be."""
    row = ImportRun.objects.select_for_update().get(pk=run.pk)
    if row.state not in {ImportRun.State.FINISHED, ImportRun.State.UNDOING}:
        raise Refusal(_("Only what was taken in whole can be undone."))
    _refuse_below_a_later_run(row)
    row.state = ImportRun.State.UNDOING
    row.save(update_fields=["state"])
    return row


def _refuse_below_a_later_run(run: ImportRun) -> None:
    """A later run may stand on this one: the same orders brought up to date. It has to be undone first."""
    later = RunEffect.objects.filter(run__id__gt=run.pk, run__source=run.source, kind="order changed")
    later = later.exclude(run__state=ImportRun.State.UNDONE)
    if later.exists():
        name = later.select_related("run").latest("run_id").run.name
        raise Refusal(_("A later file, %(file)s, changed orders of this one. Undo that one first.") % {"file": name})


def _made(run: ImportRun, kind: str) -> Iterator[int]:
    for ranges in RunEffect.objects.filter(run=run, kind=kind).order_by("-id").values_list("made", flat=True):
        yield from from_ranges(ranges)


def _before(run: ImportRun, kind: str) -> Iterator[dict[str, Any]]:
    for told in RunEffect.objects.filter(run=run, kind=kind).order_by("-id").values_list("before", flat=True):
        yield from told


def _portions(items: Iterator[Item]) -> Iterator[list[Item]]:
    while portion := list(islice(items, PORTION)):
        yield portion


def spoken_to(person_ids: Collection[int]) -> set[int]:
    """Those of these people whose story has something of a room above: they were written to, called or thanked."""
    told = TimelineEntry.objects.filter(person__in=list(person_ids)).exclude(room__in=OWN_ROOMS)
    return set(told.values_list("person_id", flat=True))


def _take_out_orders(run: ImportRun, by: User | None) -> int:
    kept = 0
    for ids in _portions(_made(run, "order")):
        owners = dict(Order.objects.filter(pk__in=ids).values_list("pk", "person_id"))
        stays = spoken_to({owner for owner in owners.values() if owner})
        goes = [pk for pk, owner in owners.items() if owner not in stays]
        kept += len(owners) - len(goes)
        if goes:
            purchases.remove_orders(goes, by)
        jobs.progress(0, 0, _("Taking orders out"))
    return kept


def _restore_orders(run: ImportRun) -> None:
    for told in _portions(_before(run, "order changed")):
        with transaction.atomic():
            purchases.remove_orders([one["id"] for one in told])
            renewed = purchases.record_orders([_order(one) for one in told], is_bulk=len(told) > 1)
            _hand_on(run, dict(zip((one["id"] for one in told), renewed.ids, strict=True)))


def _hand_on(run: ImportRun, renewed: dict[int, int]) -> None:
    """The orders stand under new numbers now: the runs that once made them must find them, to be undone in turn."""
    makers = RunEffect.objects.filter(kind="order", run__source=run.source, run__id__lt=run.pk).select_related("run")
    for effect in makers.iterator():
        made = [new for old, new in renewed.items() if any(first <= old <= last for first, last in effect.made)]
        note_effects(effect.run, "order", made)


def _order(told: dict[str, Any]) -> NewOrder:
    return NewOrder(
        told["source"],
        told["reference"],
        told["person_id"],
        date.fromisoformat(told["bought_on"]),
        Decimal(told["paid_amount"]),
        datetime.fromisoformat(told["bought_at"]) if told["bought_at"] else None,
        tuple(
            NewLine(name, sku, Decimal(quantity), Decimal(amount), kind)
            for name, sku, quantity, amount, kind in told["lines"]
        ),
        Decimal(told["tax_amount"]),
        Decimal(told["shipping_amount"]),
        Decimal(told["discount_amount"]),
        told["channel"],
        told["served_by_id"],
        told["is_cancelled"],
        tuple(
            NewRefund(reference, date.fromisoformat(on), Decimal(amount), line)
            for reference, on, amount, line in told["refunds"]
        ),
        told["note"],
    )


def _take_out_people(run: ImportRun) -> int:
    kept = 0
    for ids in _portions(_made(run, "person")):
        stays = spoken_to(ids) | _known_by_now(ids, run)
        kept += len(stays)
        people.remove_people([pk for pk in ids if pk not in stays])
        Telling.objects.filter(person_id__in=ids).delete()
        jobs.progress(0, 0, _("Taking people out"))
    return kept


def _known_by_now(ids: Sequence[int], run: ImportRun) -> set[int]:
    """Those who have orders from elsewhere by now, or of whom somebody here wrote something down."""
    known = set(Order.objects.filter(person_id__in=ids).values_list("person_id", flat=True))
    known |= set(
        Note.objects.filter(person_id__in=ids, by__isnull=False, at__gt=run.finished_at or run.added_at).values_list(
            "person_id", flat=True
        )
    )
    known |= set(Reminder.objects.filter(person_id__in=ids).values_list("person_id", flat=True))
    known |= set(
        Silence.objects.filter(person_id__in=ids).exclude(set_by_room="intake").values_list("person_id", flat=True)
    )
    return {int(pk) for pk in known if pk}


def _restore_people(run: ImportRun) -> None:
    for told in _portions(_before(run, "person changed")):
        people.unlearn(told, consent_source=run.source, consent_wording=run.name)
    for ids in _portions(_made(run, "bad address")):
        people.mark_emails_good(ids)


@transaction.atomic
def _settle(run: ImportRun, kept_orders: int, kept_people: int, by: User | None) -> ImportRun:
    run.state, run.undone_at = ImportRun.State.UNDONE, clock.now()
    run.error = _kept_words(kept_orders, kept_people)
    run.save(update_fields=["state", "undone_at", "error"])
    RunEffect.objects.filter(run=run).delete()
    note_audit(by, "undo", room="intake", kind="run", object_id=run.pk, text=run.name)
    bulletin.post(ImportUndone(run.pk))
    return run


def _kept_words(orders: int, persons: int) -> str:
    """What stayed and why, in a sentence; nothing when nothing did."""
    if not orders and not persons:
        return ""
    who = ngettext("%(n)d person stays", "%(n)d people stay", persons) % {"n": persons}
    what = ngettext("%(n)d order", "%(n)d orders", orders) % {"n": orders}
    return _("%(who)s, with %(what)s: they were written to since, or more is known of them by now.") % {
        "who": who,
        "what": what,
    }

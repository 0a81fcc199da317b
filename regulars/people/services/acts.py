"""One act for many people: counted before, done in portions, and taken back from exactly those it changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.kit import clock, jobs
from regulars.kit.changes import next_change_number
from regulars.kit.errors import Refusal
from regulars.people import bulk
from regulars.people.models import BulkAct, BulkActRow, Kind, Merge, Pair, Person, PersonKind, PersonTag, Tag
from regulars.people.queries.matching import Asked, matching
from regulars.people.queries.pairs import to_decide
from regulars.people.services.knowledge import add_tag, remove_tag
from regulars.people.services.merging import unmerge
from regulars.people.services.pairs import join_pair
from regulars.people.services.satellites import tag_word
from regulars.staff.models import User
from regulars.staff.services import note_audit

PORTION = 300
AT_ONCE = 300
MERGED_AT_ONCE = 20
Befores = Mapping[int, Any]


def begin_act(kind: str, facts: Mapping[str, Any], asked: Asked, *, total: int = 0, by: User | None = None) -> BulkAct:
    """Write down what is to be done and for whom; `carry_out` does it."""
    _check(kind, facts)
    act = BulkAct.objects.create(kind=kind, facts=dict(facts), asked=asked.as_row(), total=total, at=clock.now(), by=by)
    note_audit(
        by, f"bulk {kind}", room="people", kind="bulk_act", object_id=act.pk, text=", ".join(map(str, facts.values()))
    )
    return act


def begin_joining(*, total: int, by: User | None = None) -> BulkAct:
    """Write down that every pair that is certain today is to be joined."""
    return begin_act(BulkAct.Kind.MERGE, {}, Asked(), total=total, by=by)


def carry_out(act_id: int) -> BulkAct:
    """Do an act to its end, a portion a transaction. Safe to repeat: nobody is changed twice."""
    act = BulkAct.objects.select_related("by").get(pk=act_id)
    if act.state != BulkAct.State.RUNNING:
        return act
    if act.kind == BulkAct.Kind.MERGE:
        _join_certain(act)
    else:
        for portion in matching(Asked.of(act.asked), PORTION):
            with transaction.atomic():
                befores = APPLY[act.kind](act, portion)
                _keep(act, befores)
            jobs.progress(act.count, max(act.total, act.count))
    BulkAct.objects.filter(pk=act.pk, state=BulkAct.State.RUNNING).update(state=BulkAct.State.DONE)
    act.refresh_from_db()
    return act


def begin_undoing(act_id: int, by: User | None = None) -> BulkAct:
    """Begin to take an act back; of two who click at once one does. Refuses one that is taken back or under way."""
    rows = BulkAct.objects.filter(pk=act_id, state=BulkAct.State.DONE)
    if not rows.update(state=BulkAct.State.UNDOING, undone_at=clock.now(), undone_by=by):
        raise Refusal(_("This has been taken back already, or is still under way."))
    act = BulkAct.objects.get(pk=act_id)
    note_audit(by, f"undo bulk {act.kind}", room="people", kind="bulk_act", object_id=act.pk)
    return act


def undo_act(act_id: int) -> BulkAct:
    """Take back what an act changed, as far as it still stands as it was written. Safe to repeat."""
    act = BulkAct.objects.select_related("undone_by").get(pk=act_id)
    if act.state == BulkAct.State.UNDOING:
        done = 0
        for portion in _rows_backwards(act):
            with transaction.atomic():
                UNDO[act.kind](act, {row.person_id: row.before for row in portion})
                BulkActRow.objects.filter(pk__in=[row.pk for row in portion]).delete()
            done += len(portion)
            jobs.progress(done, max(act.count, done))
        BulkAct.objects.filter(pk=act.pk).update(state=BulkAct.State.UNDONE)
        act.refresh_from_db()
    return act


def _check(kind: str, facts: Mapping[str, Any]) -> None:
    if kind in (BulkAct.Kind.TAG, BulkAct.Kind.UNTAG) and not tag_word(str(facts.get("tag", ""))):
        raise Refusal(_("Please write a tag."), field="tag")
    if kind == BulkAct.Kind.KIND and facts.get("kind") not in Kind.values:
        raise Refusal(_("Please choose what they are to us."), field="kind")
    if kind == BulkAct.Kind.QUIET and str(facts.get("until", "")) < clock.today().isoformat():
        raise Refusal(_("That day has already passed."), field="until")


def _keep(act: BulkAct, befores: Befores) -> None:
    rows = [BulkActRow(act=act, person_id=pk, before=before) for pk, before in befores.items()]
    BulkActRow.objects.bulk_create(rows, ignore_conflicts=True)
    act.count = act.rows.count() if len(rows) < len(befores) else act.count + len(rows)
    BulkAct.objects.filter(pk=act.pk).update(count=F("count") + len(rows))


def _rows_backwards(act: BulkAct) -> Iterator[list[BulkActRow]]:
    size = 1 if act.kind == BulkAct.Kind.MERGE else PORTION
    while rows := list(act.rows.order_by("-pk")[:size]):
        yield rows


def _tag(act: BulkAct, ids: Sequence[int]) -> Befores:
    return dict.fromkeys(add_tag(ids, act.facts["tag"]))


def _take_tag(act: BulkAct, befores: Befores) -> None:
    remove_tag(list(befores), act.facts["tag"])


def _untag(act: BulkAct, ids: Collection[int]) -> Befores:
    tag = Tag.objects.filter(word=tag_word(act.facts["tag"])).first()
    if tag is None:
        return {}
    wore = PersonTag.objects.filter(tag=tag, person__in=bulk.among(ids)).values_list("person_id", "tag__name")
    befores = dict(wore)
    remove_tag(list(befores), act.facts["tag"])
    return befores


def _tag_again(act: BulkAct, befores: Befores) -> None:
    add_tag(list(befores), next(iter(befores.values())))


def _give_kind(act: BulkAct, ids: Collection[int]) -> Befores:
    kind = act.facts["kind"]
    held = PersonKind.objects.filter(kind=kind, person__in=bulk.among(ids)).values_list("person_id", flat=True)
    fresh = sorted(set(ids) - set(held))
    bulk.insert(PersonKind, ("person", "kind"), [(pk, kind) for pk in fresh], skip_known=True)
    _changed(fresh)
    return dict.fromkeys(fresh)


def _take_kind(act: BulkAct, befores: Befores) -> None:
    PersonKind.objects.filter(kind=act.facts["kind"], person__in=bulk.among(befores)).delete()
    _changed(befores)


def _quiet(act: BulkAct, ids: Collection[int]) -> Befores:
    """Whoever wants quiet for longer anyway is left as they are."""
    until = date.fromisoformat(act.facts["until"])
    people = Person.objects.here().filter(pk__in=bulk.among(ids))
    befores = {
        pk: day.isoformat() if day else None
        for pk, day in people.values_list("pk", "quiet_until")
        if day is None or day < until
    }
    Person.objects.filter(pk__in=bulk.among(befores)).update(quiet_until=until, version=F("version") + 1)
    _changed(befores)
    return befores


def _quiet_as_before(act: BulkAct, befores: Befores) -> None:
    until = date.fromisoformat(act.facts["until"])
    for day in set(befores.values()):
        ids = [pk for pk, before in befores.items() if before == day]
        still = Person.objects.filter(pk__in=bulk.among(ids), quiet_until=until)
        still.update(quiet_until=date.fromisoformat(day) if day else None, version=F("version") + 1)
    _changed(befores)


def _part(act: BulkAct, befores: Befores) -> None:
    """Part again who is joined still; who was joined further since is left as they are."""
    for merge_id in befores.values():
        try:
            with transaction.atomic():
                unmerge(merge_id, act.undone_by)
        except Refusal:
            continue


def _join_certain(act: BulkAct) -> None:
    """Join pair by pair. One that is settled meanwhile, by an earlier one or by somebody else, is left out."""
    certain = to_decide().filter(is_certain=True, found_at__lte=act.at)
    for pk in list(certain.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                made = join_pair(pk, act.by)
                _keep(act, {made.other_id: made.pk})
        except (Refusal, Pair.DoesNotExist, Merge.DoesNotExist):
            continue
        jobs.progress(act.count, max(act.total, act.count))


def _changed(person_ids: Collection[int]) -> None:
    if person_ids:
        Person.objects.filter(pk__in=bulk.among(person_ids)).update(change_number=next_change_number())


APPLY: dict[str, Callable[[BulkAct, Sequence[int]], Befores]] = {
    "tag": _tag,
    "untag": _untag,
    "kind": _give_kind,
    "quiet": _quiet,
}
UNDO: dict[str, Callable[[BulkAct, Befores], None]] = {
    "tag": _take_tag,
    "untag": _tag_again,
    "kind": _take_kind,
    "quiet": _quiet_as_before,
    "merge": _part,
}

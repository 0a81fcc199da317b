"""A print run from beginning to end: begun once, printed when the owner says so, and nothing printed twice unasked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import bulletin, clock
from regulars.kit.errors import Refusal
from regulars.outreach.events import TouchSent
from regulars.outreach.models import Outcome, PrintPiece, PrintRun, State, Touch
from regulars.outreach.queries.printing import WAITING, to_print
from regulars.outreach.services.approving import approve
from regulars.outreach.services.moves import CHUNK, move
from regulars.outreach.services.printing import sheets
from regulars.outreach.services.printing.pieces import OnPaper, on_paper
from regulars.outreach.services.printing.stationery import stationery, usual_printer
from regulars.outreach.services.telling import tell_timeline
from regulars.staff.models import User
from regulars.staff.services import note_audit

MOST = 500
REACHED = (State.SENT, State.DELIVERED)
MADE, PRINTED = PrintPiece.State.MADE, PrintPiece.State.PRINTED
SPOILT, LEFT_OUT = PrintPiece.State.SPOILT, PrintPiece.State.LEFT_OUT


@dataclass(frozen=True)
class NewRun:
    """What the owner chose: `seen` are the touches with the draft that was shown, `token` the form's own number."""

    token: str
    sheet: str
    seen: Mapping[int, str]
    start_at: int = 1
    marks: bool = False


@dataclass
class _Made:
    """What goes onto the sheets, and what is left out with its reason."""

    pieces: list[OnPaper] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    on_paper: dict[int, OnPaper] = field(default_factory=dict)


def begin_run(new: NewRun, by: User | None) -> PrintRun:
    """Make a run of the cards that were shown; the same form sent twice makes one run.

    What does not fit, has no address where one is needed, has other words than were shown or may not be sent is left
    out with the reason and stays due. Refused when nothing is left to print.
    """
    known = PrintRun.objects.filter(token=new.token).first()
    if known is not None:
        return known
    if not new.token:
        raise Refusal(_("Open the page once more and choose again."))
    _check_size(new)
    kind = sheets.sheet_of(new.sheet).kind
    touches = list(to_print().filter(pk__in=new.seen).select_related("person"))
    if not touches:
        raise _nothing_left()
    plan = _sorted_out(new, touches, kind)
    run = _row(new, by)
    _draw_once(run, plan)
    try:
        return _keep(run, plan, new, by)
    except IntegrityError:
        known = PrintRun.objects.filter(token=new.token).first()
        if known is None:
            raise _nothing_left() from None
        return known


def _check_size(new: NewRun) -> None:
    if not new.seen:
        raise Refusal(_("Tick at least one card."), field="cards")
    if len(new.seen) > MOST:
        raise Refusal(_("At most 500 cards in one run. Print these first, then the others."), field="cards")


def _nothing_left() -> Refusal:
    return Refusal(_("These cards are in another run already, or were stopped. Nothing was printed twice."))


def _sorted_out(new: NewRun, touches: Sequence[Touch], kind: str) -> _Made:
    """Part what can be printed from what cannot."""
    plan = _Made()
    for touch, piece in zip(touches, on_paper(touches, stationery()), strict=True):
        plan.on_paper[touch.pk] = piece
        if touch.draft_hash != new.seen[touch.pk]:
            plan.left_out[touch.pk] = _("Its words have changed since you saw them.")
        elif not piece.to_lines and kind in sheets.NEEDS_ADDRESS:
            plan.left_out[touch.pk] = _("There is no postal address.")
        elif not touch.body.strip() and kind not in {"envelope", "label"}:
            plan.left_out[touch.pk] = _("There are no words in it yet.")
        else:
            plan.pieces.append(piece)
    return plan


def _row(new: NewRun, by: User | None) -> PrintRun:
    """The run as it is to be kept: how the cards look and which printer they are for, as of now."""
    own = stationery()
    return PrintRun(
        token=new.token,
        sheet=new.sheet,
        start_at=max(1, new.start_at),
        has_marks=new.marks,
        look=sheets.look_now(own),
        printer=sheets.printer_now(usual_printer()),
        front=own.front,
        signature=own.signature,
        logo=sheets.logo_now(own),
        made_at=clock.now(),
        made_by=by,
    )


def _draw_once(run: PrintRun, plan: _Made) -> None:
    """Draw the sheets before anything is written: what does not fit is left out, never lost."""
    if not plan.pieces:
        return
    look = sheets.look_of(run.look, run.front, run.signature, run.logo)
    made = sheets.made(run.sheet, plan.pieces, look, run.printer, start_at=run.start_at, marks=run.has_marks)
    for misfit in made.misfits if made else ():
        plan.left_out[int(misfit.key)] = str(misfit.why)[:300]
    plan.pieces = [piece for piece in plan.pieces if piece.touch_id not in plan.left_out]


@transaction.atomic
def _keep(run: PrintRun, plan: _Made, new: NewRun, by: User | None) -> PrintRun:
    """Write the run and its pieces; of two runs that want the same card, one gets it."""
    run.save(force_insert=True)
    ids = [piece.touch_id for piece in plan.pieces]
    approval = approve(ids, by, new.seen)
    plan.left_out |= approval.refused
    plan.left_out |= dict.fromkeys(approval.changed, _("Its words have changed since you saw them."))
    free = _free(pk for pk in ids if pk not in plan.left_out)
    kept = [piece for piece in plan.pieces if piece.touch_id in free]
    if not kept:
        raise Refusal(next(iter(plan.left_out.values()))) if plan.left_out else _nothing_left()
    left = [plan.on_paper[pk] for pk in plan.left_out]
    rows = [_piece(run, at, piece) for at, piece in enumerate(kept, 1)]
    rows += [
        _piece(run, len(kept) + at, piece, state=LEFT_OUT, is_live=False, why=plan.left_out[piece.touch_id][:300])
        for at, piece in enumerate(left, 1)
    ]
    PrintPiece.objects.bulk_create(rows, batch_size=CHUNK)
    PrintRun.objects.filter(pk=run.pk).update(size=len(kept))
    run.size = len(kept)
    note_audit(by, "begin_run", room="outreach", kind="print run", object_id=run.pk, text=str(len(kept)))
    return run


def _free(ids: Any) -> set[int]:
    """Lock these cards and say which are in no other run."""
    rows = Touch.objects.filter(pk__in=list(ids), state=State.APPROVED).select_for_update(of=("self",)).order_by("pk")
    locked = set(rows.values_list("pk", flat=True))
    return locked - set(PrintPiece.objects.filter(touch_id__in=locked, is_live=True).values_list("touch_id", flat=True))


def _piece(run: PrintRun, position: int, piece: OnPaper | PrintPiece, **more: Any) -> PrintPiece:
    words = {name: getattr(piece, name) for name in PrintPiece.SNAPSHOT}
    return PrintPiece(
        run=run, touch_id=piece.touch_id, position=position, **{**words, "to_lines": list(piece.to_lines)}, **more
    )


def forget_printed(touch_ids: Collection[int]) -> None:
    """Take words and addresses out of what was printed; that it was printed stays."""
    PrintPiece.objects.filter(touch_id__in=touch_ids).update(
        to_lines=[], greeting="", words="", signed="", front_words="", qr="", why=""
    )


@dataclass(frozen=True)
class Settled:
    """What became of the cards of a run: `late` were stopped or too late meanwhile and are not counted as sent."""

    printed: int
    spoilt: int
    late: int


@transaction.atomic
def settle_run(run: PrintRun, spoilt: Collection[int], by: User | None) -> Settled:
    """The owner says what came out: those are sent, the `spoilt` pieces (by id) are due again.

    Of two who say it at once, one is heard.
    """
    if not _close(run, PrintRun.State.DONE, by):
        raise Refusal(_("Somebody has said already what became of this run."))
    rows = list(run.pieces.filter(state=MADE).select_related("touch"))
    bad = [row for row in rows if row.pk in set(spoilt)]
    good = [row for row in rows if row.pk not in set(spoilt)]
    PrintPiece.objects.filter(pk__in=[row.pk for row in bad]).update(state=SPOILT, is_live=False)
    PrintPiece.objects.filter(pk__in=[row.pk for row in good]).update(state=PRINTED)
    ids = [row.touch_id for row in good]
    moved = _mark_sent(run, ids, by)
    already = set(Touch.objects.filter(pk__in=ids, state__in=REACHED).values_list("pk", flat=True))
    note_audit(by, "settle_run", room="outreach", kind="print run", object_id=run.pk, text=f"{len(good)}/{len(rows)}")
    return Settled(len(good), len(bad), len(set(ids) - already - moved))


def _mark_sent(run: PrintRun, touch_ids: Sequence[int], by: User | None) -> set[int]:
    """Move printed cards to sent, with the run as the evidence. A card that was sent before stays as it is."""
    now = clock.now()
    fields: dict[str, Any] = {
        "sent_at": now,
        "outcome": Outcome.DONE,
        "evidence": {"print_run": run.pk, "sheet": run.sheet},
    }
    moved = move(touch_ids, State.SENT, by=by, why=_("Printed."), only_from=WAITING, **fields)
    rows = list(Touch.objects.filter(pk__in=moved))
    tell_timeline(rows)
    if rows:
        bulletin.post(TouchSent(tuple(row.pk for row in rows), tuple(row.person_id for row in rows)))
    return set(moved)


@transaction.atomic
def put_back(run: PrintRun, by: User | None) -> int:
    """Nothing was printed: all its cards are due again; returns how many."""
    if not _close(run, PrintRun.State.PUT_BACK, by):
        raise Refusal(_("Somebody has said already what became of this run."))
    n = run.pieces.filter(state=MADE).update(state=SPOILT, is_live=False)
    note_audit(by, "put_back_run", room="outreach", kind="print run", object_id=run.pk, text=str(n))
    return n


def _close(run: PrintRun, state: str, by: User | None) -> bool:
    still = PrintRun.objects.filter(pk=run.pk, state=PrintRun.State.OPEN)
    return bool(still.update(state=state, settled_at=clock.now(), settled_by=by))


def print_again(run: PrintRun, piece_ids: Collection[int], token: str, by: User | None) -> PrintRun:
    """Print these cards of a printed run once more, exactly as they were: only because somebody asked for it."""
    known = PrintRun.objects.filter(token=token).first()
    if known is not None:
        return known
    if run.state != PrintRun.State.DONE or not token:
        raise Refusal(_("Say first what became of this run."))
    try:
        return _again(run, piece_ids, token, by)
    except IntegrityError:
        known = PrintRun.objects.filter(token=token).first()
        if known is None:
            raise Refusal(_("This card is being printed once more already.")) from None
        return known


@transaction.atomic
def _again(run: PrintRun, piece_ids: Collection[int], token: str, by: User | None) -> PrintRun:
    elsewhere = PrintPiece.objects.filter(touch=OuterRef("touch"), is_live=True)
    gone = Q(touch__state__in=REACHED) & ~Exists(elsewhere)
    rows = list(
        run.pieces.filter(Q(state=PRINTED, is_live=True) | Q(gone, state=SPOILT), pk__in=piece_ids)
        .select_for_update(of=("self",))
        .order_by("position")
    )
    if not rows:
        raise Refusal(_("This card is being printed once more already."))
    PrintPiece.objects.filter(pk__in=[row.pk for row in rows]).update(is_live=False)
    fresh = PrintRun.objects.create(
        token=token,
        sheet=run.sheet,
        has_marks=run.has_marks,
        look=run.look,
        printer=sheets.printer_now(usual_printer()),
        front=run.front,
        signature=run.signature,
        logo=run.logo,
        again_of=run,
        size=len(rows),
        made_at=clock.now(),
        made_by=by,
    )
    PrintPiece.objects.bulk_create([_piece(fresh, at, row) for at, row in enumerate(rows, 1)], batch_size=CHUNK)
    note_audit(by, "print_again", room="outreach", kind="print run", object_id=fresh.pk, text=str(len(rows)))
    return fresh


def said_of(settled: Settled) -> str:
    """What became of a run, in a sentence."""
    parts = [ngettext("%(n)d card is printed.", "%(n)d cards are printed.", settled.printed) % {"n": settled.printed}]
    if settled.spoilt:
        words = ngettext("%(n)d is to be printed again.", "%(n)d are to be printed again.", settled.spoilt)
        parts.append(words % {"n": settled.spoilt})
    if settled.late:
        words = ngettext(
            "%(n)d was stopped meanwhile or is too late: better not post it.",
            "%(n)d were stopped meanwhile or are too late: better not post them.",
            settled.late,
        )
        parts.append(words % {"n": settled.late})
    return " ".join(parts)

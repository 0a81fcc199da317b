"""What the owner may still do before a touch leaves, and what they tell us about it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import bulletin, clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.labels import in_a_sentence
from regulars.kit.waking import wake_after_commit
from regulars.outreach.blocks import Block, Layout, layout_of
from regulars.outreach.drafts import checked_words, draft_hash
from regulars.outreach.events import TouchSent
from regulars.outreach.models import GOES_BY_ITSELF, Channel, Outcome, State, Touch
from regulars.outreach.queries.enclosures import digests, papers_of
from regulars.outreach.services.moves import move, move_one
from regulars.outreach.services.telling import tell_timeline
from regulars.staff.models import User
from regulars.staff.services import note_audit

# What somebody does with their own hands, or sends from their own telephone, and then tells us of.
BY_HAND = frozenset(Channel.values) - {Channel.EMAIL.value}


@transaction.atomic
def edit_draft(touch: Touch, subject: str, body: str, by: User | None) -> Touch:
    """Put the owner's own words under a touch. An approved letter stays approved and its delay starts anew."""
    row = Touch.objects.select_for_update(of=("self",)).get(pk=touch.pk)
    if row.state not in {State.PLANNED, State.HELD, State.APPROVED}:
        raise Refusal(
            _("These words cannot be changed any more: %(state)s.") % {"state": in_a_sentence(State(row.state).label)}
        )
    before = row.body
    row.subject, row.body = checked_words(row.channel, subject, body)
    if row.channel in {*GOES_BY_ITSELF, Channel.LETTER} and not row.body:
        raise Refusal(_("There are no words in it yet."), field="body")
    row.blocks = _in_blocks(row.blocks, before, row.body)
    files = digests(papers_of([row]).get(row.pk, ())) if row.channel == Channel.EMAIL else ()
    row.draft_hash = draft_hash(row.channel, row.subject, row.body, row.blocks, files)
    row.is_edited, row.changed_at = True, clock.now()
    if row.state == State.APPROVED and row.channel in GOES_BY_ITSELF:
        row.due_at = max(row.due_at, clock.now() + timedelta(minutes=business().send_delay_minutes))
    row.save(update_fields=["subject", "body", "blocks", "draft_hash", "is_edited", "changed_at", "due_at"])
    note_audit(by, "edit_draft", room="outreach", kind="touch", object_id=row.pk, person_id=row.person_id)
    return row


def _in_blocks(stored: dict[str, Any], before: str, body: str) -> dict[str, Any]:
    """A letter in blocks that was rewritten as text keeps its theme; its words are one text block."""
    if not stored or before == body:
        return stored
    layout = layout_of(stored)
    return Layout(layout.theme, (Block("text", {"text": body}),)).stored()


def skip(touch: Touch, by: User | None, why: str = "") -> Touch:
    """Not this time: the touch is stopped and will not be planned again for the same occasion."""
    return move_one(touch, State.CANCELLED, by=by, why=why or _("Not this time."), lease_until=None, leased_by="")


def cancel(touch_ids: Sequence[int], by: User | None, why: str = "") -> int:
    """Stop touches that have not left; returns how many could still be stopped."""
    still = (State.PLANNED, State.HELD, State.APPROVED, State.CLAIMED)
    why = why or _("Stopped before it left.")
    return len(move(touch_ids, State.CANCELLED, by=by, why=why, only_from=still, lease_until=None, leased_by=""))


def take_back(touch: Touch, by: User | None) -> Touch:
    """Take a yes back before the letter leaves: it waits for a yes again. Refused once it is in a worker's hands."""
    fields: dict[str, Any] = {"approved_at": None, "approved_by": None, "batch": None}
    fields |= {"held_until": None, "held_why": "", "held_from": ""}
    only_from = (State.APPROVED, State.HELD)
    return move_one(touch, State.PLANNED, by=by, why=_("The yes was taken back."), only_from=only_from, **fields)


def reopen(touch: Touch, by: User | None) -> Touch:
    """Take a stopped touch up again, to be approved anew."""
    if touch.not_after and touch.not_after <= clock.now():
        raise Refusal(_("It is too late for this one."))
    return move_one(touch, State.PLANNED, by=by, why=_("Taken up again."), approved_at=None, approved_by=None)


@transaction.atomic
def hold(touch_ids: Sequence[int], until: datetime | None, why: str, by: User | None = None) -> int:
    """Keep touches back until a moment (or until they are released), with the reason the page shows."""
    held = 0
    for state in (State.PLANNED, State.APPROVED):
        fields: dict[str, Any] = {"held_until": until, "held_why": why[:300], "held_from": state}
        held += len(move(touch_ids, State.HELD, by=by, why=why, only_from=(state,), **fields))
    return held


@transaction.atomic
def release(touch_ids: Sequence[int], by: User | None = None, why: str = "") -> int:
    """Let held touches go on from where they were held."""
    released = 0
    for state in (State.PLANNED, State.APPROVED):
        ids = list(Touch.objects.filter(pk__in=touch_ids, held_from=state).values_list("pk", flat=True))
        fields: dict[str, Any] = {"held_until": None, "held_why": "", "held_from": ""}
        released += len(move(ids, state, by=by, why=why, only_from=(State.HELD,), **fields))
    return released


@transaction.atomic
def send_now(touch: Touch, by: User | None) -> Touch:
    """Let an approved letter go without waiting for the rest of the delay. Safe to repeat.

    Everything that is asked when sending is asked all the same: quiet hours, the way out, the week's measure.
    """
    if not is_delayed(touch):
        raise Refusal(_("This one does not wait for your delay."))
    now = clock.now()
    waiting = Touch.objects.filter(pk=touch.pk, state=State.APPROVED, due_at__gt=now)
    if waiting.update(due_at=now):
        note_audit(by, "send_now", room="outreach", kind="touch", object_id=touch.pk, person_id=touch.person_id)
        wake_after_commit()
    return Touch.objects.get(pk=touch.pk)


def is_delayed(touch: Touch) -> bool:
    """Does a single letter wait for nothing but the owner's delay? Not one of many, nor one for a later hour."""
    is_single = touch.state == State.APPROVED and touch.channel in GOES_BY_ITSELF and touch.batch_id is None
    if not is_single or touch.approved_at is None or (touch.not_before and touch.not_before > clock.now()):
        return False
    return clock.now() < touch.due_at <= clock.now() + timedelta(minutes=business().send_delay_minutes)


@transaction.atomic
def record_outcome(touch: Touch, outcome: str, note: str = "", by: User | None = None, *, why: str = "") -> Touch:
    """Note what came of a call, a card or a word by hand. An unanswered call or a wrong number did not reach them."""
    if touch.channel not in BY_HAND:
        raise Refusal(_("Only what you do yourself has an outcome to note."))
    if outcome not in Outcome.values:
        raise Refusal(_("Please choose what came of it."), field="outcome")
    reached = outcome not in {Outcome.NO_ANSWER, Outcome.WRONG_NUMBER}
    fields: dict[str, Any] = {"outcome": outcome, "note": note[:1000], "sent_at": clock.now() if reached else None}
    row = move_one(
        touch, State.SENT if reached else State.FAILED, by=by, why=why or str(Outcome(outcome).label), **fields
    )
    tell_timeline([row])
    if reached:
        bulletin.post(TouchSent(touch_ids=(row.pk,), person_ids=(row.person_id,)))
    return row


def settle_unknown(touch: Touch, decision: str, by: User | None) -> Touch:
    """Record what the owner found out about a letter of which nobody knows whether it arrived."""
    if touch.state != State.UNKNOWN:
        raise Refusal(_("This one is settled already."))
    decisions = {"arrived": _settle_arrived, "send_again": _settle_again, "leave": _settle_left}
    if decision not in decisions:
        raise Refusal(_("Please choose what happened to this letter."), field="decision")
    with transaction.atomic():
        row = decisions[decision](touch, by)
        note_audit(by, f"settle_{decision}", room="outreach", kind="touch", object_id=row.pk, person_id=row.person_id)
    return row


def _settle_arrived(touch: Touch, by: User | None) -> Touch:
    begun = touch.changes.filter(to_state=State.SENDING).order_by("-pk").values_list("at", flat=True).first()
    sent_at = begun or clock.now()
    row = move_one(touch, State.SENT, by=by, why=_("You said that it arrived."), sent_at=sent_at)
    tell_timeline([row])
    bulletin.post(TouchSent(touch_ids=(row.pk,), person_ids=(row.person_id,)))
    return row


def _settle_again(touch: Touch, by: User | None) -> Touch:
    return move_one(touch, State.APPROVED, by=by, why=_("You said: send it again."), due_at=clock.now(), tries=0)


def _settle_left(touch: Touch, by: User | None) -> Touch:
    return move_one(touch, State.CANCELLED, by=by, why=_("You said: leave it."))


def try_again(touch: Touch, by: User | None) -> Touch:
    """Send a letter that failed or came back once more; the address is looked up anew."""
    if touch.channel not in GOES_BY_ITSELF:
        return move_one(touch, State.APPROVED, by=by, why=_("Once more."), only_from=(State.FAILED,), outcome="")
    if touch.not_after and touch.not_after <= clock.now():
        raise Refusal(_("It is too late for this one."))
    why = _("You said: try again.")
    return move_one(touch, State.APPROVED, by=by, why=why, due_at=clock.now(), tries=0, message_id="", to_address="")

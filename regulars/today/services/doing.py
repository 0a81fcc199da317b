"""What came of a line that a person does: a call, a card, a word, a promise kept, a question answered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intake import services as intake
from regulars.intake.models import Question
from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach import services as outreach
from regulars.outreach.models import Touch
from regulars.people import services as people
from regulars.people.models import Reminder
from regulars.today.acquaintance import CALL, CARD
from regulars.today.lines import BY_KEY, Line
from regulars.today.models import Choice, Decision, DecisionQuerySet
from regulars.today.roofs import hold_the_roof
from regulars.today.services.approving import new_touch
from regulars.today.services.deciding import decide, line_of

if TYPE_CHECKING:
    from regulars.staff.models import User

TRY_AGAIN = ("no_answer", "left_message")
REACHED = ("done", "spoke")
OUTCOMES = ("done", "spoke", "left_message", "no_answer", "wrong_number", "not_now")


@transaction.atomic
def take_outcome(key: str, outcome: str, note: str, by: User | None, *, again_on: date | None = None) -> Line:
    """Write down what came of a line; nobody answered: it comes back tomorrow, as often as the owner allows."""
    if outcome not in OUTCOMES:
        raise Refusal(_("Say what came of it."), field="outcome")
    line = line_of(key)
    if line.way == CARD:
        hold_the_roof(line.due.person_id)
        line = line_of(key)
    if line.way == "reminder":
        people.finish_reminder(Reminder.objects.get(pk=line.due.subject_id), by)
        decide([line], Choice.DONE, by)
        return line
    if line.way == "question":
        raise Refusal(_("This line needs an answer."))
    if BY_KEY[line.due.kind].settle is not None:
        return _settle(line, outcome, note, by, again_on)
    tries = _next_try(line)
    planned = outreach.plan_touches([new_touch(line, step=str(tries))])
    outreach.record_outcome(Touch.objects.get(pk=planned.ids[0]), outcome, note, by)
    if line.way == CALL:
        _what_follows(line, outcome, again_on, by)
    is_tried_again = outcome in TRY_AGAIN and tries < business().call_attempts
    until = again_on or (clock.today() + timedelta(days=1) if is_tried_again else None)
    if not decide([line], Choice.SNOOZED if until else Choice.DONE, by, until=until):
        raise Refusal(_("Somebody has answered that line already."))
    _decision_of(line).update(tries=tries)
    reached = BY_KEY[line.due.kind].reached
    if reached is not None and outcome in REACHED:
        reached(line, note, by)
    return line


def _what_follows(line: Line, outcome: str, again_on: date | None, by: User | None) -> None:
    """A wrong number is not rung again; who asked us to wait is left in peace."""
    if outcome == "wrong_number" and line.due.person_id:
        outreach.mark_number_wrong(line.due.person_id, line.phone_link)
    if outcome == "not_now" and line.due.person_id:
        outreach.leave_in_peace(line.due.person_id, again_on, by)


@transaction.atomic
def print_line(key: str, by: User | None) -> Line:
    """Have a card printed instead of written: it waits among the cards to print, with the words that stand here."""
    line = line_of(key)
    if line.way != CARD:
        raise Refusal(_("Only cards can be printed."))
    hold_the_roof(line.due.person_id)
    line = line_of(key)
    if line.draft is None or line.draft.problem or not line.draft.body.strip():
        raise Refusal(_("There are no words in it yet. Change the words first."))
    if not decide([line], Choice.APPROVED, by):
        raise Refusal(_("Somebody has answered that line already."))
    new = new_touch(line)
    planned = outreach.plan_touches([new])
    outreach.refresh_drafts({planned.ids[0]: (new.subject, new.body)})
    shown = outreach.draft_hash(new.channel, new.subject, new.body)
    answer = outreach.approve(planned.ids, by, {planned.ids[0]: shown})
    if answer.refused or answer.changed:
        raise Refusal(next(iter(answer.refused.values()), _("Other words were planned before; look in the outbox.")))
    reached = BY_KEY[line.due.kind].reached
    if reached is not None:
        reached(line, "", by)
    return line


def _settle(line: Line, outcome: str, note: str, by: User | None, again_on: date | None) -> Line:
    """A line without a letter: the decision first, so that of two hands only one writes what came of it."""
    settle = BY_KEY[line.due.kind].settle
    if outcome in TRY_AGAIN and again_on is None:
        again_on = clock.today() + timedelta(days=1)
    if not decide([line], Choice.SNOOZED if again_on else Choice.DONE, by, until=again_on):
        raise Refusal(_("Somebody has answered that line already."))
    if settle is not None and not again_on:
        settle(line, outcome, note, by)
    return line


def _decision_of(line: Line) -> DecisionQuerySet:
    return Decision.objects.filter(kind=line.due.kind, subject_id=line.due.subject_id, occurrence=line.due.occurrence)


def _next_try(line: Line) -> int:
    known = _decision_of(line).values_list("tries", flat=True).first()
    return (known or 0) + 1


@transaction.atomic
def answer_question(key: str, answer: str, by: User | None) -> Line:
    """Answer a question left by a file."""
    line = line_of(key)
    if line.question_id is None:
        raise Refusal(_("This line asks nothing."))
    intake.answer_question(Question.objects.get(pk=line.question_id), answer, by)
    decide([line], Choice.DONE, by)
    return line

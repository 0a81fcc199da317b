"""Questions only the owner can answer, each asked once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.intake.models import ImportRun, Question
from regulars.intake.staging.asking import Asked
from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.services import change_business
from regulars.purchases.models import PersonTotals
from regulars.staff.models import User
from regulars.staff.services import note_audit

FOLLOW_UP = "follow_up"
FOLLOW_UP_DAYS = 7
REACHES_BACK_DAYS = 14  # a thank-you is due a week after a purchase and waits for another one
YES, NO = "yes", "no"


def keep_questions(run: ImportRun, asked: Sequence[Asked]) -> None:
    """Keep what was assumed about a file, beside its run: settled already, for the owner to know. Safe to repeat."""
    at = clock.now()
    Question.objects.bulk_create(
        [
            Question(
                run=run,
                kind=one.kind,
                text=one.text,
                why=one.why,
                choices=[list(pair) for pair in one.choices],
                usual=one.usual[:200],
                answer=one.usual[:200],
                answered_at=at,
                asked_at=at,
            )
            for one in asked
        ],
        ignore_conflicts=True,
    )


def ask_about_following_up(run: ImportRun) -> None:
    """After the first sales: shall those of the last week be followed up? Asked once in the life of the business; of
    the last two weeks where nobody bought in the last one: their thank-yous are due too."""
    if not run.was_first or business().follow_up_since or Question.objects.filter(kind=FOLLOW_UP).exists():
        return
    days = next((days for days in (FOLLOW_UP_DAYS, REACHES_BACK_DAYS) if _bought_within(days)), 0)
    if not days:
        return
    count = _bought_within(days)
    text = ngettext(
        "Follow up the last %(days)d days? %(n)d person bought something in them.",
        "Follow up the last %(days)d days? %(n)d people bought something in them.",
        count,
    ) % {"days": days, "n": count}
    Question.objects.create(
        run=run,
        kind=FOLLOW_UP,
        text=text,
        why=_(
            "Yes: whoever bought 7 to 14 days ago stays on Today, and the others follow a week after they bought."
            " No: only who buys from today on. Older purchases are left alone either way; what counts is the day they"
            " bought, not the day it came in."
        ),
        choices=[[YES, _("Yes, thank them")], [NO, _("No, begin today")]],
        usual=YES,
        asked_at=clock.now(),
    )


def _bought_within(days: int) -> int:
    today = clock.today()
    return PersonTotals.objects.filter(
        last_bought_on__gte=today - timedelta(days=days), last_bought_on__lte=today
    ).count()


@transaction.atomic
def answer_question(question: Question, answer: str, by: User | None = None) -> Question:
    """Write down an answer and do what it says. Refused for an answer that was not offered, or one given already."""
    row = Question.objects.select_for_update().get(pk=question.pk)
    if row.answered_at:
        raise Refusal(_("This was answered already."))
    if row.choices and answer not in {choice for choice, _label in row.choices}:
        raise Refusal(_("Please choose one of the answers."), field="answer")
    row.answer, row.answered_at, row.answered_by = answer[:200], clock.now(), by
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    if row.kind == FOLLOW_UP:
        back = REACHES_BACK_DAYS if answer == YES else 0
        change_business(follow_up_since=clock.today() - timedelta(days=back))
    note_audit(by, "answer", room="intake", kind="question", object_id=row.pk, text=f"{row.kind}: {answer}")
    return row

"""What we owe each other and what was asked of us: written down, and settled once."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.people.models import Person
from regulars.people.services import NewEntry, remove_from_timeline, write_timeline
from regulars.people.services.changing import touch
from regulars.rapport.models import Outcome, Owed, Side
from regulars.staff.models import User


@transaction.atomic
def owe(
    person: Person,
    side: str,
    what: str,
    due_on: date | None = None,
    *,
    agreed_on: date | None = None,
    key: str,
    by: User | None = None,
) -> Owed:
    """Write down what we owe them, what they owe us, or what they asked of us. The same key again is the same thing.

    A day in the past is taken: that is when most such things are remembered.
    """
    if side not in Side.values:
        raise Refusal(_("Please choose who owes whom."), field="side")
    if not what.strip():
        raise Refusal(_("Please write what it is."), field="what")
    if agreed_on is not None and agreed_on > clock.today():
        raise Refusal(_("That day is still to come."), field="agreed_on")
    values = {
        "person": person,
        "side": side,
        "what": what.strip()[:300],
        "agreed_on": agreed_on or clock.today(),
        "due_on": due_on,
        "noted_at": clock.now(),
        "noted_by": by,
    }
    owed, is_new = Owed.objects.get_or_create(key=key[:100], defaults=values)
    if is_new:
        touch(person.pk, "owed")
    return owed


@transaction.atomic
def settle(owed: Owed, outcome: str = Outcome.KEPT, words: str = "", by: User | None = None) -> bool:
    """Say how it ended, once; False if somebody has already. It then stands on the timeline."""
    if outcome not in Outcome.values:
        raise Refusal(_("Please say whether it was kept."), field="outcome")
    values = {"outcome": outcome, "words": words.strip()[:300], "settled_at": clock.now(), "settled_by": by}
    if not Owed.objects.filter(pk=owed.pk, outcome="").update(**values):
        return False
    text = _sentence(owed.side, outcome) % {"what": owed.what}
    write_timeline([NewEntry(owed.person_id, clock.now(), "settled", "rapport", owed.pk, text)])
    touch(owed.person_id, "owed")
    return True


@transaction.atomic
def reopen(owed: Owed) -> None:
    """Take back that it was settled."""
    Owed.objects.filter(pk=owed.pk).update(outcome="", words="", settled_at=None, settled_by=None)
    remove_from_timeline("rapport", "settled", [owed.person_id], [owed.pk])
    touch(owed.person_id, "owed")


@transaction.atomic
def forget_owed(owed: Owed) -> None:
    """Take out what was written down by mistake."""
    Owed.objects.filter(pk=owed.pk).delete()
    remove_from_timeline("rapport", "settled", [owed.person_id], [owed.pk])
    touch(owed.person_id, "owed")


def _sentence(side: str, outcome: str) -> str:
    if side == Side.THEY:
        return {
            Outcome.KEPT: _("They kept their word: %(what)s"),
            Outcome.PARTLY: _("They kept it in part: %(what)s"),
        }.get(Outcome(outcome), _("They still did not: %(what)s"))
    return {
        Outcome.KEPT: _("We kept our word: %(what)s"),
        Outcome.PARTLY: _("We kept it in part: %(what)s"),
    }.get(Outcome(outcome), _("We did not keep it: %(what)s"))

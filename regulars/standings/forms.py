"""The three taps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.intake.services import visits_noted
from regulars.purchases.rhythms import HOW_OFTEN, LAST_SEEN, OFTEN_SHORT, ONCE, SEEN_SHORT
from regulars.standings.models import Memory


class MemoryForm(forms.Form):
    """About is good enough; real visits take over as they come."""

    last_seen = forms.ChoiceField(
        label=_("When were they last here, about?"), choices=LAST_SEEN, widget=forms.RadioSelect
    )
    how_often = forms.ChoiceField(
        label=_("How often do they come, about?"), choices=HOW_OFTEN, widget=forms.RadioSelect
    )
    usual_amount = forms.DecimalField(
        label=_("How much does a visit bring, about?"), min_value=Decimal(0), max_digits=12, decimal_places=2
    )

    def facts(self, today: date) -> dict[str, Any]:
        """Turn the taps into what `services.remember` takes."""
        often = self.cleaned_data["how_often"]
        return {
            "last_seen_on": today - timedelta(days=int(self.cleaned_data["last_seen"])),
            "usual_gap_days": None if often == ONCE else int(often),
            "usual_amount": self.cleaned_data["usual_amount"],
        }


class ShareForm(forms.Form):
    """One question, five taps."""

    percent = forms.ChoiceField(
        label=_("About what share of what they spend on such things is with us?"),
        choices=(
            ("95", _("Nearly all")),
            ("75", _("About three quarters")),
            ("50", _("About half")),
            ("25", _("About a quarter")),
            ("10", _("A little")),
        ),
        widget=forms.RadioSelect,
    )


class MarginForm(forms.Form):
    """What is left to the owner of a hundred that are paid."""

    percent = forms.IntegerField(
        label=_("Left to you of 100 that are paid"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=_("Leave it empty, and everything is counted as it is paid."),
    )


class CardForm(MemoryForm):
    """The three taps of one card: the amount is the button that sends it, or a number of one's own."""

    last_seen = forms.ChoiceField(label=_("Last here, about?"), choices=SEEN_SHORT, widget=forms.RadioSelect)
    how_often = forms.ChoiceField(label=_("How often?"), choices=OFTEN_SHORT, widget=forms.RadioSelect)
    other_amount = forms.DecimalField(
        label=_("Or another amount"), min_value=Decimal(0), max_digits=12, decimal_places=2, required=False
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["usual_amount"].required = False

    @classmethod
    def of(cls, memory: Memory | None, notes: Sequence[str], today: date) -> CardForm:
        """The card as it was filled in before; else with what was written of their visits when they were put in."""
        if memory is None:
            return cls(initial=_noted(notes, today))
        seen = (memory.told_on - memory.last_seen_on).days
        often = ONCE if memory.usual_gap_days is None else nearest(HOW_OFTEN, memory.usual_gap_days)
        amount = memory.usual_amount.normalize()
        return cls(initial={"last_seen": nearest(LAST_SEEN, seen), "how_often": often, "other_amount": f"{amount:f}"})

    def clean(self) -> dict[str, Any]:
        """A number of one's own counts before the button."""
        said = super().clean() or self.cleaned_data
        if said.get("other_amount") is not None:
            said["usual_amount"] = said["other_amount"]
        if said.get("usual_amount") is None and "usual_amount" not in self.errors:
            self.add_error("other_amount", gettext("Tap about how much a visit brings, or write a number."))
        return said


def _noted(notes: Sequence[str], today: date) -> dict[str, str]:
    gap, seen_on = visits_noted("\n".join(notes))
    often = {} if gap is None else {"how_often": nearest(HOW_OFTEN, gap)}
    return often if seen_on is None else {**often, "last_seen": nearest(LAST_SEEN, (today - seen_on).days)}


def nearest(choices: tuple[tuple[str, Any], ...], days: int) -> str:
    """The choice nearest to a number of days."""
    return min((value for value, _label in choices if value.isdigit()), key=lambda value: abs(int(value) - days))

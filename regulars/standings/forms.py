"""The three taps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

ONCE = "once"
LAST_SEEN: tuple[tuple[str, Any], ...] = (
    ("3", _("this week")),
    ("15", _("this month")),
    ("60", _("in the last three months")),
    ("135", _("in the last half year")),
    ("270", _("in the last year")),
    ("550", _("longer ago")),
)
HOW_OFTEN: tuple[tuple[str, Any], ...] = (
    ("7", _("every week")),
    ("14", _("every other week")),
    ("30", _("every month")),
    ("75", _("every two or three months")),
    ("180", _("twice a year")),
    ("365", _("once a year")),
    (ONCE, _("only once so far")),
)


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

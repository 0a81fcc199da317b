"""The three taps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.purchases.rhythms import HOW_OFTEN, LAST_SEEN, ONCE


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

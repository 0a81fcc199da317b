"""One entry of the log."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.rapport.forms.fields import CallerForm, DayField, words
from regulars.rapport.models import Direction, EncounterKind


class LogForm(CallerForm):
    """Who, what it was, the words. The rest is folded away; `happened_at` is what a phone writes that was offline."""

    client_key = forms.UUIDField(widget=forms.HiddenInput)
    happened_at = forms.DateTimeField(
        required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"]
    )
    kind = forms.ChoiceField(label=_("What was it?"), choices=EncounterKind.choices, widget=forms.RadioSelect)
    words = words(_("In words"), most=2000)
    answered = forms.ChoiceField(
        label=_("Does it want an answer?"),
        required=False,
        choices=[("", _("As usual")), ("yes", _("Answered")), ("no", _("Still to answer"))],
        widget=forms.RadioSelect,
    )
    answer_by = DayField(label=_("Answer by"), required=False)
    direction = forms.ChoiceField(
        label=_("Who came to whom?"), choices=Direction.choices, widget=forms.RadioSelect, initial=Direction.IN
    )
    on = DayField(label=_("Not today? Which day?"), required=False)
    place = forms.CharField(
        label=_("Where?"),
        max_length=120,
        required=False,
        help_text=_("Such as Google, the market, at the school gate."),
    )
    link = forms.CharField(
        label=_("Address of the page"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"inputmode": "url", "autocapitalize": "none", "autocomplete": "off"}),
    )

    MORE = ("answered", "answer_by", "direction", "on", "place", "link")


class SettleForm(forms.Form):
    words = words(_("What did you say or do?"), required=False, most=2000)

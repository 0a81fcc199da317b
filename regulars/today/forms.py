"""The shape of what the page posts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

OUTCOMES = [
    ("spoke", _("We spoke")),
    ("left_message", _("Left a message")),
    ("no_answer", _("No answer")),
    ("not_now", _("Not a good time")),
    ("wrong_number", _("Wrong number")),
]


class WordsForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    body = forms.CharField(label=_("The words"), widget=forms.Textarea(attrs={"rows": 9}), max_length=20_000)


class CardForm(WordsForm):
    """A card has no subject."""

    subject = None  # type: ignore[assignment]  # Django's way to leave a parent's field out


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("What came of it?"), choices=OUTCOMES)
    note = forms.CharField(label=_("Anything to remember"), required=False, max_length=1000)
    again_on = forms.DateField(label=_("Call again on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class SnoozeForm(forms.Form):
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

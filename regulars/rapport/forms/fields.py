"""Fields that several forms of this room share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.errors import Refusal
from regulars.kit.money import parse_amount
from regulars.kit.numbers import row_number
from regulars.rapport.services import Caller

NEW = "new"


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        attributes = {"type": "date", "class": "input short"}
        super().__init__(widget=forms.DateInput(attrs=attributes, format="%Y-%m-%d"), **kwargs)


class AmountField(forms.CharField):
    """An amount as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "input short"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_amount(text, decimal=None) if text else None
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal


def words(label: Any, *, rows: int = 2, most: int = 1000, **more: Any) -> forms.CharField:
    """A few lines of text."""
    attributes = {"rows": rows, "autocapitalize": "sentences", **more.pop("attrs", {})}
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs=attributes), **more)


class CallerForm(forms.Form):
    """Who it is: a person of the book, or somebody new with one way to reach them. Drawn by `enquiries/_who.html`."""

    who = forms.CharField(required=False, max_length=200)
    person = forms.CharField(required=False, max_length=20)
    reach = forms.CharField(label=gettext_lazy("Telephone or e-mail"), required=False, max_length=320)

    def caller(self) -> Caller:
        """Refuses a name nobody was chosen for, where the book knows people by it."""
        chosen, who = self.cleaned_data["person"], self.cleaned_data["who"].strip()
        if (number := row_number(chosen)) is not None:
            return Caller(number)
        if not who:
            raise Refusal(_("Please write who it is."), field="who")
        return Caller(name=who, reach=self.cleaned_data["reach"])

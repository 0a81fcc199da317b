"""Things, life events, what is owed, how often we speak: the shape of what is typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from regulars.kit.secrets import new_token
from regulars.rapport.models import Belonging, LifeEvent, Side
from regulars.rapport.services.belongings import COLUMNS

OFTEN = (1, 2, 3, 4, 6, 12, 24)


class Day(forms.DateField):
    """A day that may be left out."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, required=False, widget=widget, **kwargs)


class OnceForm(forms.Form):
    """A form whose hidden key makes two presses one row."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if data is None:
            self.initial.setdefault("key", new_token())


class BelongingForm(OnceForm):
    what = forms.CharField(
        label=_("What is it?"), max_length=120, help_text=_("A ring, a car, a boiler. Bought here or anywhere.")
    )
    details = forms.CharField(label=_("Size or serial number"), max_length=200, required=False)
    bought_on = Day(_("Bought on"))
    is_from_us = forms.BooleanField(label=_("Bought from us"), required=False)
    warranty_until = Day(_("Warranty until"))
    service_months = forms.IntegerField(
        label=_("Wants looking after every … months"),
        min_value=1,
        max_value=240,
        required=False,
        help_text=_("12 for once a year."),
    )
    serviced_on = Day(_("Last looked after on"))
    note = forms.CharField(label=_("Worth remembering"), max_length=300, required=False)

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in COLUMNS}

    @classmethod
    def of(cls, thing: Belonging) -> BelongingForm:
        return cls(initial={name: getattr(thing, name) for name in (*COLUMNS, "key")})


class LifeEventForm(OnceForm):
    kind = forms.ChoiceField(label=_("What happened?"), choices=LifeEvent.Kind.choices)
    label = forms.CharField(
        label=_("In words"), max_length=120, required=False, help_text=_("Needed only for something else.")
    )
    on = Day(_("When?"), help_text=_("Any day of the month will do if only the month is known."))
    is_whole_month = forms.BooleanField(label=_("Only the month is known"), required=False)
    note = forms.CharField(label=_("Worth remembering"), max_length=500, required=False)


class OwedForm(OnceForm):
    side = forms.ChoiceField(label=_("Who owes whom?"), choices=Side.choices, widget=forms.RadioSelect, initial=Side.WE)
    what = forms.CharField(
        label=_("What is it?"), max_length=300, help_text=_("A callback, a sample, money back; an answer, a payment.")
    )
    due_on = Day(_("By when?"), help_text=_("With a day it comes onto your page."))
    agreed_on = Day(_("Agreed on"), help_text=_("Today, unless you say otherwise."))


class RhythmForm(forms.Form):
    """How often we speak: as usual for their kind, never, or every so many months."""

    every_months = forms.TypedChoiceField(
        label=_("How often do we speak?"), coerce=int, empty_value=None, required=False
    )
    says_optional = False

    def __init__(self, data: Any = None, *, usual: int = 0, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        usually = _("as usual: %(often)s") % {"often": often_words(usual)}
        choices = [("", usually), ("0", _("never by itself"))]
        self.fields["every_months"].choices = choices + [(str(one), often_words(one)) for one in OFTEN]  # type: ignore[attr-defined]  # a ChoiceField


class SpokeForm(forms.Form):
    """When we last spoke and who came to whom."""

    direction = forms.ChoiceField(
        label=_("Who came to whom?"),
        choices=[("both", _("we spoke")), ("in", _("they came to us")), ("out", _("we went to them"))],
    )
    on = Day(_("When?"), help_text=_("Today, unless you say otherwise."))


class KindRhythmForm(forms.Form):
    every_months = forms.IntegerField(min_value=0, max_value=60)


def often_words(months: int) -> str:
    if not months:
        return str(_("never by itself"))
    if months == 12:
        return str(_("once a year"))
    return ngettext("every month", "every %(months)d months", months) % {"months": months}

"""An enquiry, and what is done with it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.people.models import Channel
from regulars.rapport.forms.fields import AmountField, CallerForm, DayField, words
from regulars.rapport.models import CameBy, LostWhy, Met


class EnquiryForm(CallerForm):
    """A call noted in twenty seconds: who, what, by when. The rest is folded away."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    wants = words(_("What are they looking for?"))
    wanted_by = DayField(label=_("By when?"), required=False)
    came_by = forms.ChoiceField(
        label=_("How did they come?"), choices=CameBy.choices, widget=forms.RadioSelect, initial=CameBy.PHONE
    )
    is_answered = forms.BooleanField(label=_("They have their answer already"), required=False)
    expects = words(
        _("What do they hope for?"), required=False, help_text=_("In their words. Later you see whether it was so.")
    )
    worth_amount = AmountField(label=_("About how much?"), required=False)
    likes_answer_by = forms.ChoiceField(
        label=_("How would they like the answer?"),
        required=False,
        choices=[("", _("As usual")), *[(way.value, way.label) for way in (Channel.CALL, Channel.EMAIL, Channel.TEXT)]],
    )
    sent_by = forms.CharField(
        label=_("Who sent them?"),
        max_length=200,
        required=False,
        help_text=_("A name or an e-mail address. Somebody in the book is linked by themselves."),
    )
    has_ticked = forms.BooleanField(
        label=_("They ticked the box on the slip"),
        required=False,
        help_text=_("Kept as evidence with the words that stand on the slips now."),
    )
    next_step = forms.CharField(label=_("What do you do next?"), max_length=300, required=False)
    next_on = DayField(label=_("When?"), required=False)

    MAIN = ("wants", "wanted_by", "came_by")
    MORE = (
        "is_answered",
        "expects",
        "worth_amount",
        "likes_answer_by",
        "sent_by",
        "has_ticked",
        "next_step",
        "next_on",
    )


class AnswerForm(forms.Form):
    words = words(_("What did you say?"), required=False, most=2000)


class ParkForm(forms.Form):
    until = DayField(label=_("Let it rest until"))


class LoseForm(forms.Form):
    why = forms.ChoiceField(label=_("Why?"), choices=LostWhy.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("In words"), max_length=300, required=False)


class StepForm(forms.Form):
    what = forms.CharField(label=_("What do you do next?"), max_length=300)
    on = DayField(label=_("When?"))


class CompareForm(forms.Form):
    is_as_hoped = forms.ChoiceField(label=_("Was it as they hoped?"), choices=Met.choices, widget=forms.RadioSelect)
    delivered = words(_("What did they get?"), required=False)

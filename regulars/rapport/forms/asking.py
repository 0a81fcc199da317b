"""What a stranger types into the page behind the code, and what the owner settles about it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.rapport.forms.fields import DayField, words
from regulars.rapport.models import SheetWay


class AskForm(forms.Form):
    """A name, one way to reach them, the wish. `website` is a trap: people never see it, programs fill it."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)
    wording = forms.IntegerField(widget=forms.HiddenInput, required=False)
    website = forms.CharField(
        required=False, max_length=500, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    reach = forms.CharField(
        label=_("Your telephone number or e-mail"),
        max_length=320,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "on"}),
        help_text=_("So that we can answer you."),
    )
    wants = words(_("What are you looking for?"), rows=3)
    wanted_by = DayField(label=_("By when?"), required=False)
    sent_by = forms.CharField(label=_("Who sent you?"), max_length=200, required=False)
    consent = forms.BooleanField(required=False)


class PageForm(forms.Form):
    """What the code opens, and where phones find the shop."""

    says_optional = False

    way = forms.ChoiceField(
        label=_("What opens when somebody reads the code?"),
        widget=forms.RadioSelect,
        choices=[
            (SheetWay.PAGE, _("The page with the form")),
            (SheetWay.EMAIL, _("An e-mail to you")),
            (SheetWay.TEXT, _("A text message to you")),
            (SheetWay.CALL, _("A call to you")),
        ],
    )
    shop_address = forms.CharField(
        label=_("Address of this computer in the shop's Wi-Fi"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "autocomplete": "off"}),
        help_text=_("Such as http://192.168.1.20:8000. Not needed where there is a public address."),
    )
    email = forms.CharField(label=_("E-mail address for questions"), max_length=320, required=False)
    phone = forms.CharField(label=_("Telephone number for questions"), max_length=60, required=False)
    answer_within_hours = forms.IntegerField(
        label=_("After how many hours does a question stand on Today?"), min_value=0, max_value=240
    )


class WordingForm(forms.Form):
    words = words(_("What the box on the form says"), most=280)

"""The shape of what is typed on the shell's pages; the rules are in services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from regulars.kit.weaving import WovenForm
from regulars.web import opening_hours, places

ZONE_HELP = _("Days begin and end by this clock.")


class ZoneField(forms.ChoiceField):
    """The zones by part of the world; the browser's own zone is filled in by a small script where there is one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Time zone"), choices=places.zones, help_text=ZONE_HELP, **kwargs)


class CountrySelect(forms.Select):
    """Each country tells its money, so that a small script can follow the choice of one."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if money := places.CURRENCY_OF.get(str(value)):
            option["attrs"]["data-currency"] = money
        return option


class CountryField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Country"), choices=self._choices, widget=CountrySelect, **kwargs)

    @staticmethod
    def _choices() -> places.Choices:
        return [("", str(_("Please choose"))), *places.countries()]


class CurrencyField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Currency"), choices=places.currencies, **kwargs)


class LanguageField(forms.ChoiceField):
    """Not shown while there is one language only."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Select if len(settings.LANGUAGES) > 1 else forms.HiddenInput
        super().__init__(label=_("Language"), choices=settings.LANGUAGES, widget=widget, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        return super().clean(value) or settings.LANGUAGE_CODE


class FirstRunForm(forms.Form):
    business_name = forms.CharField(
        label=_("What is your business called?"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    owner_name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail"), help_text=_("You sign in with it."), widget=forms.EmailInput({"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("A password"),
        help_text=_("At least 10 characters. Three or four words that do not belong together are good and easy."),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    country = CountryField()
    zone = ZoneField(widget=forms.Select({"data-guess-zone": ""}))
    currency = CurrencyField(help_text=_("It stays as it is once there are sales."))
    language = LanguageField()


class SecondPlaceForm(forms.Form):
    """Where copies of the backups go. The passphrase is asked for and never shown again."""

    folder = forms.CharField(
        label=_("Folder on a stick or another disk"),
        help_text=_("As this computer calls it, such as /media/stick."),
        max_length=500,
    )
    passphrase = forms.CharField(
        label=_("Passphrase"),
        help_text=_("Write it down and keep it elsewhere: without it nobody can open the copies, not even you."),
        strip=False,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class BusinessForm(WovenForm):
    name = forms.CharField(label=_("Name of the business"), max_length=200)
    owner_name = forms.CharField(
        label=_("Signs the letters"), help_text=_("The name under cards and letters."), max_length=200, required=False
    )
    country = CountryField()
    zone = ZoneField()
    currency = CurrencyField()
    language = LanguageField()
    accent = forms.CharField(
        label=_("Your colour"),
        help_text=_("For buttons and links in your letters. A pale one is darkened so that it can be read."),
        max_length=7,
        required=False,
        widget=forms.TextInput({"type": "color"}),
    )

    def clean_accent(self) -> str:
        """A form that does not speak of it leaves the colour as it is."""
        return str(self.cleaned_data.get("accent") or self.initial.get("accent", ""))

    def fit(self, *, is_currency_fixed: bool = False) -> None:
        if is_currency_fixed:
            currency = self.fields["currency"]
            currency.disabled = True
            currency.help_text = _(
                "Fixed, because sales are written down in it. Another currency would change what every past sum means."
            )


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("A PNG or JPEG picture, at most 2 MB."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg"}),
    )


class HoursForm(WovenForm):
    quiet_from = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(label=_("until"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))

    def fit(self) -> None:
        for key, label in opening_hours.DAYS:
            self.fields[key] = forms.CharField(
                label=label, required=False, max_length=80, widget=forms.TextInput({"autocomplete": "off"})
            )

    def days(self) -> list[forms.BoundField]:
        return [self[key] for key, _label in opening_hours.DAYS]


class SendingForm(WovenForm):
    postal_address = forms.CharField(
        label=_("Postal address"),
        help_text=_("Stands under every letter: people may know who writes to them, and many countries ask for it."),
        required=False,
        widget=forms.Textarea({"rows": 3, "autocomplete": "street-address"}),
    )
    public_address = forms.URLField(
        label=_("Public web address"),
        help_text=_("Only if this Regulars can be reached from the internet, such as https://regulars.example.com."),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput({"placeholder": "https://", "autocomplete": "off"}),
    )
    counts_links = forms.BooleanField(
        label=_("Mailings may count how many follow a link"),
        help_text=_(
            "Off unless you want it; then you ask for it mailing by mailing. It needs the public web address above. "
            "Nobody is judged by it, and opening a letter is never noticed."
        ),
        required=False,
    )
    confirms_yes = forms.BooleanField(
        label=_("A yes from a form on the web counts once they confirm it"),
        help_text=_(
            "Anybody can type anybody's address into the page behind your code. One short letter asks the mailbox, one "
            "text the telephone where you have a provider for texts, and only their yes counts. Courts in Germany and "
            "Austria expect that you can prove it so; without it, offers there may cost you a warning letter. What "
            "people tell you or sign on paper counts either way."
        ),
        required=False,
    )
    send_delay_minutes = forms.IntegerField(
        label=_("Minutes between your yes and the letter leaving"),
        help_text=_("Long enough to change your mind."),
        min_value=0,
        max_value=1440,
    )
    touches_per_week = forms.IntegerField(
        label=_("Letters to one person, at most, in a week"), min_value=1, max_value=14
    )
    asks_per_month = forms.IntegerField(
        label=_("Times we ask one person for something, at most, in a month"), min_value=0, max_value=14
    )
    call_attempts = forms.IntegerField(
        label=_("Times we ring somebody who does not answer, at most"), min_value=1, max_value=20
    )


class ForgottenForm(forms.Form):
    email = forms.EmailField(label=_("Your e-mail"), widget=forms.EmailInput({"autocomplete": "email"}))


class NameForm(forms.Form):
    display_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )

"""The shape of the set-up of a provider of text messages; the rules are in accounts.py."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.outreach.channels.text.prices import prices_as_text
from regulars.outreach.models import TextAccount

SECRET = _("Kept encrypted and never shown again. Leave it empty to keep the one we have.")
OPTIONS = (
    "method url content body ok_path ok_values id_path error_path gone_values is_idempotent in_id in_from in_text "
    "status_id status_path delivered_values failed_values signed_in"
).split()


class TextAccountForm(forms.Form):
    provider = forms.ChoiceField(label=_("Who sends them"), choices=TextAccount.Provider.choices)
    sender = forms.CharField(
        label=_("They come from"),
        max_length=40,
        required=False,
        help_text=_("A number, a messaging service, or a name."),
    )
    username = forms.CharField(
        label=_("Account SID"), max_length=80, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    password = forms.CharField(
        label=_("Auth token"),
        required=False,
        strip=False,
        help_text=SECRET,
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )
    prices = forms.CharField(
        label=_("What one part costs"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One price a line, a country before it: DE 0.075. A line without a country counts for the others."),
    )
    per_second = forms.FloatField(label=_("Parts a second, at most"), min_value=0.01, max_value=100, initial=1)
    per_day = forms.IntegerField(
        label=_("Parts a day, at most"),
        min_value=1,
        required=False,
        help_text=_("A text of more parts than this never goes. A tenth is kept for single texts such as thank-yous."),
    )
    answers_stop_itself = forms.BooleanField(label=_("The provider answers STOP and HELP itself"), required=False)
    method = forms.ChoiceField(
        label=_("Method"), choices=[(one, one) for one in ("POST", "PUT", "GET")], required=False
    )
    url = forms.CharField(
        label=_("Address"), max_length=500, required=False, widget=forms.TextInput({"placeholder": "https://"})
    )
    headers = forms.CharField(
        label=_("Headers"),
        required=False,
        help_text=_("One a line, such as “Authorization: Bearer …”. Kept encrypted and never shown again."),
        widget=forms.Textarea({"rows": 3, "autocomplete": "off"}),
    )
    content = forms.ChoiceField(
        label=_("What is sent"),
        choices=[
            ("json", "JSON"),
            ("form", _("A form: one name=value a line")),
            ("none", _("Nothing but the address")),
        ],
        required=False,
    )
    body = forms.CharField(
        label=_("Template"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("With {to}, {to_digits}, {from}, {text}, {key} and {callback} where they belong."),
    )
    ok_path = forms.CharField(label=_("Path of the success sign in the answer"), required=False, max_length=100)
    ok_values = forms.CharField(label=_("Values that mean success"), required=False, max_length=200)
    id_path = forms.CharField(label=_("Path of the message's number"), required=False, max_length=100)
    error_path = forms.CharField(label=_("Path of the error's number"), required=False, max_length=100)
    gone_values = forms.CharField(label=_("Errors that mean: no such number"), required=False, max_length=200)
    is_idempotent = forms.BooleanField(label=_("It sends the same {key} only once"), required=False)
    hook_secret = forms.CharField(
        label=_("Shared secret for what it tells us"),
        required=False,
        strip=False,
        help_text=SECRET,
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )
    signed_in = forms.CharField(label=_("Header with the signature"), required=False, max_length=60)
    in_id = forms.CharField(label=_("Incoming: path of its number"), required=False, max_length=100)
    in_from = forms.CharField(label=_("Incoming: path of the sender"), required=False, max_length=100)
    in_text = forms.CharField(label=_("Incoming: path of the words"), required=False, max_length=100)
    status_id = forms.CharField(label=_("Receipt: path of the message's number"), required=False, max_length=100)
    status_path = forms.CharField(label=_("Receipt: path of the status"), required=False, max_length=100)
    delivered_values = forms.CharField(label=_("Statuses that mean: arrived"), required=False, max_length=200)
    failed_values = forms.CharField(label=_("Statuses that mean: did not arrive"), required=False, max_length=200)

    GENERIC = ("url", "method", "headers", "content", "body", "ok_path", "ok_values", "id_path", "error_path",
               "gone_values", "is_idempotent")  # fmt: skip
    HEARD = ("hook_secret", "signed_in", "in_id", "in_from", "in_text", "status_id", "status_path",
             "delivered_values", "failed_values")  # fmt: skip

    @property
    def generic_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.GENERIC]

    @property
    def heard_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.HEARD]

    def as_new(self) -> dict[str, Any]:
        """What the service wants: the settings of a generic provider apart, empty ones as they usually are."""
        typed = dict(self.cleaned_data)
        options = {name: typed.pop(name) for name in OPTIONS}
        return {**typed, "options": {name: value for name, value in options.items() if value != ""}}


def initial_of(account: TextAccount | None) -> dict[str, Any]:
    if account is None:
        return {"provider": TextAccount.Provider.SANDBOX, "per_second": 1, "method": "POST", "content": "json"}
    names = ("provider", "sender", "username", "per_second", "per_day", "answers_stop_itself")
    return {**{name: getattr(account, name) for name in names}, **account.options,
            "prices": prices_as_text(account.prices)}  # fmt: skip

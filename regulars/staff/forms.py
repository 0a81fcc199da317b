"""The shape of what is typed about colleagues and passwords; the rules are in services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.staff.roles import MEANINGS, Role


class ColleagueForm(forms.Form):
    display_name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "off", "inputmode": "email"})
    )
    role = forms.ChoiceField(
        label=_("May do"),
        choices=lambda: [(role.value, f"{role.label}: {MEANINGS[role]}") for role in Role],
        initial=Role.STAFF,
        widget=forms.RadioSelect,
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Your new password"),
        help_text=_("At least 10 characters. Three or four words that do not belong together are good and easy."),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

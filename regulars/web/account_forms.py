"""allauth's forms in our words: a label says enough, so no grey hints inside the fields."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _

PASSWORD_HELP = _("At least 10 characters. Three or four words that do not belong together are good and easy.")
WORDS = {
    "login": _("E-mail"),
    "password": _("Password"),
    "remember": _("Keep me signed in on this device"),
    "oldpassword": _("Your present password"),
    "password1": _("The new password"),
    "password2": _("The new password once more"),
    "code": _("Code"),
}


class Plain(forms.Form):
    """Our labels, no placeholders, no help but for a new password."""

    says_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = WORDS.get(name, field.label)
            field.help_text = PASSWORD_HELP if name == "password1" else ""
            field.widget.attrs.pop("placeholder", None)
            if name == "code":
                field.widget.attrs["inputmode"] = "text"


class SignInForm(Plain, LoginForm):  # type: ignore[misc]  # allauth is not typed
    pass


class AgainForm(Plain, ReauthenticateForm):  # type: ignore[misc]  # allauth is not typed
    pass


class NewPasswordForm(Plain, ChangePasswordForm):  # type: ignore[misc]  # allauth is not typed
    pass


class SecondStepForm(Plain, AuthenticateForm):  # type: ignore[misc]  # allauth is not typed
    pass


class AgainByCodeForm(Plain, ReauthenticateByCodeForm):  # type: ignore[misc]  # allauth is not typed
    pass


class SwitchOnForm(Plain, ActivateTOTPForm):  # type: ignore[misc]  # allauth is not typed
    pass

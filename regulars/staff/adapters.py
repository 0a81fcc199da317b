"""How allauth behaves in this house: nobody signs up by themselves, and second factors are encrypted at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from regulars.kit import secrets
from regulars.staff import services

if TYPE_CHECKING:
    from regulars.staff.models import User


class StaffAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts are made by the owner. allauth's own notices and letters are not used."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _lazy(
            "This e-mail and password do not belong together. Try again, or say you forgot it."
        ),
        "too_many_login_attempts": _lazy("There were too many tries. Please wait a quarter of an hour."),
        "incorrect_password": _lazy("This is not your password."),
        "enter_current_password": _lazy("This is not your present password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *more: Any, **rest: Any
    ) -> None:
        """Say in our words what the next page does not show by itself."""
        if message_template == "account/messages/password_changed.txt":
            messages.success(request, _("Your password is changed. Other devices are signed out."))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def set_password(self, user: User, password: str) -> None:
        services.set_password(user, password, by=user)

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        services.note_audit(user, "sign_in", room="staff", kind="user", object_id=user.pk)
        return cast("HttpResponse", super().post_login(request, user, **more))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: a house without a mailbox has nowhere to send it from."""


class StaffMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Keep the seeds of second factors unreadable in a stolen database."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _lazy("This code does not fit. Wait for the next one and type that."),
    }

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

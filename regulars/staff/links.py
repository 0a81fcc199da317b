"""One-time links with which somebody chooses their own password: an invitation, or a forgotten password.

Nothing is stored: the link is signed, tied to the present password and the account being open, and so is spent as soon
as a password is chosen. It runs out after three days.
"""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from regulars.staff.models import User


class _PasswordLinks(PasswordResetTokenGenerator):
    key_salt = "regulars.staff.links"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}"


_links = _PasswordLinks()


def password_link(user: User) -> str:
    """Return the path of a page where this person, and nobody else, chooses a password once."""
    who = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("staff:choose-password", args=[who, _links.make_token(user)])


def user_behind(who: str, token: str) -> User | None:
    """Return the person a link was made for, or None if it is wrong, spent, too old, or the account is closed."""
    try:
        user = User.objects.active().filter(pk=int(urlsafe_base64_decode(who).decode())).first()
    except ValueError:
        return None
    return user if user and _links.check_token(user, token) else None

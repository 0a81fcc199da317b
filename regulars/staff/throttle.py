"""Whose failed sign-ins count together: the e-mail as typed, in small letters, from one address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def name_tried(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return the e-mail somebody tried to sign in with, so that capitals do not buy another eight tries."""
    typed = (credentials or {}).get("email") or (credentials or {}).get("username")
    if not typed and request is not None:
        typed = request.POST.get("login", "")
    return str(typed or "").strip().lower()

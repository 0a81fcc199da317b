"""Cookies for https stay on https; on the shop's own network, where there is only http, they work all the same."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class SecureOverHttps:
    """Mark every cookie of an https reply as Secure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reply = self.get_response(request)
        if request.is_secure():
            for cookie in reply.cookies.values():
                cookie["secure"] = True
        return reply

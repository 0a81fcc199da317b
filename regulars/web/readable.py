"""What comes in with a request, made such that every database can hold it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase

NUL = "\x00"


class WithoutNul:
    """Take the sign with the number 0 out of everything typed; no text has it, and PostgreSQL keeps none.

    A form posted without our own mark (`csrf_exempt`: what other programs send) is left alone: its body is signed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if NUL in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _without(request.GET)  # type: ignore[assignment]  # as good as the one that was read
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        if any(NUL in value for _name, values in request.POST.lists() for value in values):
            request.POST = _without(request.POST)  # type: ignore[assignment]  # as good as the one that was read


def _without(asked: QueryDict) -> QueryDict:
    clean = QueryDict(mutable=True, encoding=asked.encoding)
    for name, values in asked.lists():
        clean.setlist(name, [value.replace(NUL, "") for value in values])
    clean._mutable = False
    return clean

"""One view, two askers: the whole page for a browser, the partial for htmx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from regulars.kit.errors import Refusal


def is_htmx(request: HttpRequest) -> bool:
    """Does htmx want a part? When it restores history it wants the whole page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def answer(
    request: HttpRequest, page: str, partial: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Draw `partial` for htmx and `page` otherwise, with the same context."""
    reply = render(request, partial if is_htmx(request) else page, dict(context), status=status)
    patch_vary_headers(reply, ["HX-Request"])
    return reply


def refused(
    request: HttpRequest, page: str, partial: str, context: Mapping[str, Any], refusal: Refusal
) -> HttpResponse:
    """The same with 422 and the sentence as `refusal`, also put on the form in the context where it has that field."""
    form = context.get("form")
    if form is not None and hasattr(form, "add_error") and form.is_bound:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    return answer(request, page, partial, {**context, "refusal": refusal}, status=422)


def redirect_back(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """After a POST: to the page named in `next` if it is ours, else to `to`; by 303, or HX-Redirect for htmx."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=False)
    address = wanted if wanted and is_ours else resolve_url(to, *args, **kwargs)
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    reply = HttpResponseRedirect(address)
    reply.status_code = 303
    return reply

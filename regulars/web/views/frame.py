"""What stands in the frame of every page: stop, start again, language."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from regulars.kit.answer import redirect_back
from regulars.staff.doors import open_to_everyone, requires, who_knocks
from regulars.web import services


@requires("house.stop")
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Stop everything that would leave the house."""
    services.stop_everything(who_knocks(request))
    messages.warning(request, _("Everything is stopped. Nothing leaves the house until you let it go on."))
    return redirect_back(request, _where_from(request))


@requires("house.resume")
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Let it go on."""
    services.resume_sending(who_knocks(request))
    messages.success(request, _("It goes on. What became due meanwhile is sent one after the other."))
    return redirect_back(request, _where_from(request))


@open_to_everyone
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Remember the reader's language in a cookie."""
    return set_language(request)


def _where_from(request: HttpRequest) -> str:
    """The page of ours on which the button was pressed, else the front door."""
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}) else "web:home"

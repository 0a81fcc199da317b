"""Where sending services call us, and where the owner makes the address for it.

Open to the world and without a sign-in: a call must know the secret in the address, bring the password that stands
before it and, where we know the service's key, its signature. Nothing is kept of what is not proved.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.outreach import services
from regulars.outreach.channels.email.news import NotProved, NotUnderstood, read_news
from regulars.outreach.models import MailHook
from regulars.outreach.services.mail_hooks import address_of, password_of
from regulars.outreach.services.resting import active_account
from regulars.staff.doors import open_to_everyone, requires, who_knocks

LONGEST = 2_400_000
LONGEST_WITH_FILES = 25_000_000


@open_to_everyone
@csrf_exempt
@never_cache
@require_http_methods(["HEAD", "POST"])
def mail_hook(request: HttpRequest, token: str) -> HttpResponse:
    """A service says what became of letters, or hands on a mail that came in.

    Mandrill first asks by HEAD whether somebody is there: every address says yes to that, and nothing else happens.
    """
    if request.method == "HEAD":
        return HttpResponse(status=200)
    if _is_too_long(request):
        return HttpResponse(status=413)
    hook = MailHook.objects.filter(token=token).first()
    if hook is None:
        return HttpResponse(status=404)
    try:
        heard = read_news(
            request,
            hook.preset,
            password=password_of(hook),
            signing_key=hook.signing_key,
            address=address_of(hook),
        )
    except NotProved:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="news"'})
    except (NotUnderstood, RequestDataTooBig, TooManyFieldsSent, MultiPartParserError):
        return HttpResponse(status=400)
    MailHook.objects.filter(pk=hook.pk).update(called_at=clock.now())
    services.take_news(hook, heard.news)
    for mail in heard.mails:
        services.receive(mail, active_account())
    return HttpResponse(status=200)


def _is_too_long(request: HttpRequest) -> bool:
    longest = LONGEST_WITH_FILES if request.content_type == "multipart/form-data" else LONGEST
    try:
        return int(request.headers.get("Content-Length") or 0) > longest
    except ValueError:
        return True


@requires("outreach.connect")
@sensitive_post_parameters()
@require_POST
def open_hook(request: HttpRequest) -> HttpResponse:
    """Make the address for the service in use, or give it the key of its signatures."""
    account = active_account()
    if account is None:
        messages.error(request, _("Connect a mailbox first."))
        return redirect("outreach:mailbox")
    try:
        services.open_hook(account, who_knocks(request), signing_key=request.POST.get("signing_key", ""))
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Enter the address at the service now."))
    return redirect("outreach:mailbox")


@requires("outreach.connect")
@require_POST
def close_hook(request: HttpRequest) -> HttpResponse:
    account = active_account()
    if account is not None:
        services.close_hook(account, who_knocks(request))
        messages.success(request, _("Closed. What the service says is not heard any more."))
    return redirect("outreach:mailbox")

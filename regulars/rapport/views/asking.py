"""The page behind the code on the counter: for strangers the form, for the owner its settings, the sheet and the slip.

Opening a page changes nothing. What is answered is the same whether the shop knows somebody or not.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.rapport import services
from regulars.rapport.forms.asking import AskForm, PageForm, WordingForm
from regulars.rapport.models import AskingPage
from regulars.rapport.queries.sheets import code_of, is_own_name, page_address
from regulars.rapport.services import Asked
from regulars.rapport.views.enquiries import staff
from regulars.staff.doors import open_to_everyone, requires

LARGEST_BYTES = 30_000
PAGE = "enquiries/page.html"


@open_to_everyone
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """The form for strangers. Whatever is wrong with the address, the answer is the same page that says so."""
    if services.page_at(token[:100]) is None:
        return render(request, "enquiries/ask_closed.html", status=404)
    if request.method != "POST":
        if "thanks" in request.GET:
            return render(request, "enquiries/asked.html", _thanks(request, token))
        return _form(request, AskForm(initial={"key": uuid4().hex, "wording": _wording_id()}))
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BYTES:
        return render(request, "enquiries/ask_closed.html", {"is_too_long": True}, status=413)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        if not form.cleaned_data["website"]:
            services.take_from_page(_asked(request, form.cleaned_data))
    except services.TooMany as refusal:
        return _form(request, form, status=429, refusal=refusal)
    except Refusal as refusal:
        field = {"who": "name"}.get(refusal.field or "", refusal.field)
        form.add_error(field if field in form.fields else None, refusal.sentence)
        return _form(request, form, status=422)
    reply = HttpResponse(status=303)
    reply["Location"] = f"{request.path}?thanks=yes{_asks_for_more(form.cleaned_data)}"
    return reply


def _thanks(request: HttpRequest, token: str) -> dict[str, Any]:
    return {"token": token, "asks_mailbox": "letter" in request.GET, "asks_phone": "text" in request.GET}


def _asks_for_more(said: dict[str, Any]) -> str:
    """Does what was typed call for a letter or a text? It is said of everybody alike, whether one goes or not."""
    if not (said["consent"] and said["wording"] and business().confirms_yes):
        return ""
    return "&letter=yes" if "@" in said["reach"] else "&text=yes"


def _asked(request: HttpRequest, said: dict[str, Any]) -> Asked:
    return Asked(
        name=said["name"],
        reach=said["reach"],
        wants=said["wants"],
        wanted_by=said["wanted_by"],
        sent_by=said["sent_by"],
        wording_id=said["wording"] if said["consent"] else None,
        key=said["key"],
        place=_place(request),
    )


def _place(request: HttpRequest) -> str:
    """Where a question comes from; behind a proxy of ours what it says of its caller. A home's IPv6 network is one."""
    came_from = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        came_from = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip() or came_from
    try:
        address = ipaddress.ip_address(came_from)
    except ValueError:
        return str(came_from)[:100]
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _wording_id() -> int | None:
    wording = services.consent_wording()
    return wording.pk if wording else None


def _form(request: HttpRequest, form: AskForm, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
    context = {"form": form, "wording": services.consent_wording(), "refusal": refusal}
    return render(request, "enquiries/ask.html", context, status=status)


@requires("rapport.form")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What the code opens, its address, and what the box says."""
    kept = services.asking_page()
    if request.method != "POST":
        return _page(request, kept, _page_form(kept))
    form = PageForm(request.POST)
    if form.is_valid():
        try:
            services.change_page(**form.cleaned_data, by=staff(request))
        except Refusal as refusal:
            names = {"emails": "email", "phones": "phone"}
            field = names.get(refusal.field or "", refusal.field)
            form.add_error(field if field in form.fields else None, refusal.sentence)
        else:
            messages.success(request, _("Kept."))
            return redirect_back(request, "enquiries:page")
    return _page(request, kept, form, status=422)


def _page_form(kept: AskingPage) -> PageForm:
    return PageForm(initial={name: getattr(kept, name) for name in PageForm.base_fields})


def _page(
    request: HttpRequest,
    kept: AskingPage,
    form: PageForm,
    status: int = 200,
    wording_form: WordingForm | None = None,
) -> HttpResponse:
    wording = services.consent_wording()
    context = {
        "settings": kept,
        "form": form,
        "address": page_address(kept, _root(request)),
        "is_on_own_machine": is_own_name(_root(request)),
        "wording": wording,
        "confirms_yes": business().confirms_yes,
        "wording_form": wording_form or WordingForm(initial={"words": wording.words if wording else ""}),
    }
    return render(request, PAGE, context, status=status)


def _root(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@requires("rapport.form")
@require_POST
def opening(request: HttpRequest) -> HttpResponse:
    services.switch_on(staff(request))
    messages.success(request, _("The page is open."))
    return redirect_back(request, "enquiries:page")


@requires("rapport.form")
@require_POST
def closing(request: HttpRequest) -> HttpResponse:
    services.switch_off(staff(request))
    messages.success(request, _("The page is closed. Its code leads nowhere now."))
    return redirect_back(request, "enquiries:page")


@requires("rapport.form")
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    services.renew_address(staff(request))
    messages.success(request, _("The page has another address. Print the sheet anew; the old code leads nowhere."))
    return redirect_back(request, "enquiries:page")


@requires("rapport.form")
@require_POST
def wording(request: HttpRequest) -> HttpResponse:
    """Another version of what the box says; what was ticked before keeps its own."""
    form = WordingForm(request.POST)
    if not form.is_valid():
        kept = services.asking_page()
        return _page(request, kept, _page_form(kept), status=422, wording_form=form)
    services.set_wording(form.cleaned_data["words"], staff(request))
    messages.success(request, _("Kept as a new version."))
    return redirect_back(request, "enquiries:page")


@requires("rapport.see")
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The sheet for the window or the counter, with the code."""
    code = code_of(services.asking_page(), _root(request))
    return render(request, "enquiries/sheet.html", {"code": code, "page_url": reverse("enquiries:page")})


@requires("rapport.see")
@require_safe
def slip(request: HttpRequest) -> HttpResponse:
    """Four slips of paper on one sheet, to fill in by hand."""
    return render(request, "enquiries/slip.html", {"wording": services.consent_wording(), "four": range(4)})

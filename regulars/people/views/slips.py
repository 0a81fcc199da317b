"""The slip for the counter: printed, and typed in one after another in the order it is printed in."""

from __future__ import annotations

import base64
import mimetypes
import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from regulars.kit.answer import redirect_back
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.people import services, slips
from regulars.people.slip_forms import SlipForm
from regulars.people.views.panel import staff
from regulars.staff.doors import requires

ON_A_SHEET = range(4)


@requires("people.consent")
@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """One sheet of A4 with four slips, in the business's language, with its name and logo."""
    house = business()
    with override(house.language):
        context = {
            "business": house,
            "logo": _logo(),
            "question": slips.question(house.name),
            "leaving": slips.leaving(house.name),
            "ways": [way.label for way in slips.WAYS],
            "version": slips.VERSION,
            "sheet": ON_A_SHEET,
        }
        return HttpResponse(render(request, "people/slips.html", context).content)


def _logo() -> str:
    """The logo inside the page, so that it prints wherever the page is saved to."""
    logo = business().logo
    if not logo:
        return ""
    try:
        with logo.open("rb") as file:
            content = base64.b64encode(file.read()).decode()
    except OSError:
        return ""
    return f"data:{mimetypes.guess_type(str(logo.name))[0] or 'image/png'};base64,{content}"


@requires("people.consent")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Show an empty slip; on POST write it down and show the next one, with the same day."""
    if request.method != "POST":
        form = SlipForm(initial={"signed_on": request.GET.get("signed_on", "")})
        return _page(request, form)
    form = SlipForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        person = services.enter_slip(form.slip(), key=request.POST.get("key", "")[:64], by=staff(request))
    except Refusal as refusal:
        field = {"emails": "email", "phones": "phone"}.get(refusal.field or "", refusal.field)
        form.add_error(field if field in form.fields else None, refusal.sentence)
        return _page(request, form, status=422)
    seen = format_html('<a href="{}">{}</a>', reverse("people:detail", args=[person.pk]), person.full_name)
    messages.success(request, format_html(_("{} is in the book. The next slip, please."), seen))
    signed_on = form.cleaned_data["signed_on"]
    address = reverse("people:slip") + (f"?signed_on={signed_on.isoformat()}" if signed_on else "")
    return redirect_back(request, address)


def _page(request: HttpRequest, form: SlipForm, status: int = 200) -> HttpResponse:
    key = request.POST.get("key") or secrets.token_hex(16)
    context = {"form": form, "key": key, "question": slips.question(business().name)}
    return render(request, "people/slip.html", context, status=status)

"""On the phone: let it in by a code, install it to the home screen, and open without signal what can be noted there."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import segno
from django.conf import settings
from django.contrib.auth import login
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.kit import lan, sheets
from regulars.kit.business import business
from regulars.staff import phones
from regulars.staff.doors import open_to_everyone, requires, who_knocks
from regulars.web.views.sign_in import BACKEND

if TYPE_CHECKING:
    pass

KEPT_FILES = (
    "kit/vendor/fonts/source-sans-3-latin-wght-normal.woff2",
    "kit/vendor/fonts/fraunces-latin-opsz-normal.woff2",
    "kit/vendor/htmx.min.js",
    "kit/icons.svg",
    "kit/favicon.svg",
    "purchases/purchases.css",
)


@requires("house.enter")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def phone(request: HttpRequest) -> HttpResponse:
    """How a phone gets in; POST shows a code that is good for five minutes and one phone."""
    address = lan.address_for_phones() or _public()
    context: dict[str, object] = {
        "address": address,
        "is_open": bool(address),
        "is_secure": address.startswith("https://"),
        "minutes": int(phones.GOOD_FOR.total_seconds() // 60),
    }
    if request.method == "POST" and address:
        link = address + reverse("web:phone-in", args=[phones.make_code(who_knocks(request))])
        context |= {"link": link, "drawing": _drawing(link)}
    return render(request, "web/phone/phone.html", context)


@open_to_everyone
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def phone_in(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on the phone once more, then let it in. Looking at the address spends nothing."""
    user = phones.use_code(token) if request.method == "POST" else phones.whose(token)
    if user is None:
        return render(request, "web/phone/spent.html", status=410)
    if request.method != "POST":
        return render(request, "web/phone/enter.html", {"name": user.display_name})
    login(request, user, backend=BACKEND)
    return redirect("web:home")


@requires("house.enter")
@require_safe
@never_cache
def mark(request: HttpRequest) -> JsonResponse:
    """The form mark that entries need which waited on a phone; only for those who are signed in."""
    return JsonResponse({"token": get_token(request)})


@open_to_everyone
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What the home screen shows."""
    name = business().name or "Regulars"
    icons = [
        {"src": static("kit/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        *(
            {"src": static(f"kit/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (192, 512)
        ),
    ]
    shortcuts = [
        {"name": _("Note a sale"), "url": reverse("purchases:counter")},
        {"name": _("Today"), "url": reverse("today:today")},
    ]
    told = {"name": name, "short_name": name[:12], "start_url": "/", "scope": "/", "display": "standalone"}
    colours = {"background_color": "#fbf8f1", "theme_color": "#fbf8f1"}
    return JsonResponse(
        {**told, **colours, "icons": icons, "shortcuts": shortcuts}, content_type="application/manifest+json"
    )


@open_to_everyone
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that opens the counter page without signal. It keeps no other page, so no person's data but names."""
    files = kept_files()
    version = hashlib.sha256(" ".join(files).encode()).hexdigest()[:12]
    context = {"files": files, "version": version, "shell": reverse("purchases:counter"), "static": settings.STATIC_URL}
    reply = render(request, "web/phone/sw.js", context, content_type="text/javascript")
    reply["Cache-Control"] = "no-cache"
    return reply


@lru_cache(maxsize=1)
def kept_files() -> list[str]:
    """Addresses of everything the counter page is drawn with."""
    names = [
        *(f"kit/css/{name}.css" for name in (*sheets.BEFORE_DARK, "tokens-dark", *sheets.LAYERS)),
        *(f"kit/islands/{name}.js" for name in sheets.ISLANDS),
        *KEPT_FILES,
    ]
    return [static(name) for name in names if finders.find(name)]


def _public() -> str:
    return business().public_address or settings.PUBLIC_ADDRESS


def _drawing(link: str) -> SafeString:
    """The code as an SVG of one path, without any style of its own."""
    return SafeString(segno.make(link, error="m").svg_inline(scale=6, omitsize=True, svgclass="qr", lineclass=None))

"""The root: every room brings its own full paths ("people/…", "sales/…"); web brings the shell and answers "/"."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

ROOMS = ("people", "purchases", "intake", "standings", "outreach", "today", "staff")

urlpatterns: list[URLPattern | URLResolver] = [path("", include("regulars.web.urls"))]
urlpatterns += [path("", include(f"regulars.{room}.urls")) for room in ROOMS if find_spec(f"regulars.{room}.urls")]

handler400 = "regulars.web.errors.bad_request"
handler403 = "regulars.web.errors.refused"
handler404 = "regulars.web.errors.not_found"
handler500 = "regulars.web.errors.broken"

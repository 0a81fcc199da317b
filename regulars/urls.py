"""The root: each room under its prefix (people, outreach and staff bring full paths); web brings the shell and answers "/"."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from regulars.kit import views as kit
from regulars.staff.doors import open_to_everyone, requires
from regulars.web.views import person

PREFIXES = {
    "purchases": "sales/",
    "intake": "intake/",
    "standings": "groups/",
    "outreach": "",
    "today": "today/",
    "staff": "",
}

people = import_module("regulars.people.urls").urlpatterns if find_spec("regulars.people.urls") else []
people_and_their_page = [*people, path("people/<int:person_id>/", person.person_page, name="detail")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("regulars.web.urls")),
    path("", include("regulars.web.account_urls")),
    path("themes/", open_to_everyone(kit.choose_theme), name="theme"),
    path("style/", requires("house.style")(kit.style_guide), name="style"),
    path("", include((people_and_their_page, "people"))),
]
urlpatterns += [
    path(prefix, include(f"regulars.{room}.urls"))
    for room, prefix in PREFIXES.items()
    if find_spec(f"regulars.{room}.urls")
]

handler400 = "regulars.web.errors.bad_request"
handler403 = "regulars.web.errors.refused"
handler404 = "regulars.web.errors.not_found"
handler500 = "regulars.web.errors.broken"

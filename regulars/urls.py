"""The root: each room under its prefix (people, outreach and staff bring full paths); web answers "/"."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regulars.kit import views as kit
from regulars.people import urls as people
from regulars.staff.doors import open_to_everyone, requires
from regulars.web.views import person

people_and_their_page = [*people.urlpatterns, path("people/<int:person_id>/", person.person_page, name="detail")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("regulars.web.urls")),
    path("", include("regulars.web.account_urls")),
    path("themes/", open_to_everyone(kit.choose_theme), name="theme"),
    path("style/", requires("house.style")(kit.style_guide), name="style"),
    path("", include("regulars.staff.urls")),
    path("", include((people_and_their_page, "people"))),
    path("rapport/", include("regulars.rapport.urls")),
    path("", include("regulars.rapport.tie_urls")),
    path("", include("regulars.rapport.enquiry_urls")),
    path("sales/", include("regulars.purchases.urls")),
    path("intake/", include("regulars.intake.urls")),
    path("groups/", include("regulars.standings.urls")),
    path("", include("regulars.outreach.urls")),
    path("today/", include("regulars.today.urls")),
]

handler400 = "regulars.web.errors.bad_request"
handler403 = "regulars.web.errors.refused"
handler404 = "regulars.web.errors.not_found"
handler500 = "regulars.web.errors.broken"

"""The root of a demo: the shell's addresses, and the owner's button."""

from django.urls import include, path

from regulars.web.urls import addresses

urlpatterns = [
    path("", include((addresses(is_demo=True), "web"))),
    path("", include("regulars.web.account_urls")),
]

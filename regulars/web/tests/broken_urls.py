"""Addresses that should not be: one that breaks, and one without a door."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from regulars.staff.doors import open_to_everyone


@open_to_everyone
def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("as it does")


def without_a_door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("should not be seen")


urlpatterns = [path("breaks/", breaks), path("without-a-door/", without_a_door)]

handler403 = "regulars.web.errors.refused"
handler500 = "regulars.web.errors.broken"

"""Answering with one panel of what ties us to somebody."""

from __future__ import annotations

from django.http import HttpRequest

from regulars.people.answering import Panels
from regulars.rapport.tie_panels import PANELS
from regulars.staff.doors import who_knocks
from regulars.staff.models import User

ours = Panels(PANELS, "rapport/ties.css")
done, not_done = ours.done, ours.not_done


def staff(request: HttpRequest) -> User:
    return who_knocks(request)

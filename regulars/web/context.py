"""What every page's frame needs: the rooms, the business, who is here. Nothing for strangers but the shop's name.

Everything is worked out only when a template asks, so that a part fetched by htmx costs nothing.
    rooms          list of Room(name, label, icon, url, count, is_current, is_main, is_within)
    business_name  empty before the first run
    sending        is_stopped, stopped_at, stopped_by_name; stop_url and resume_url where the reader may
    sign_out_url   for the button at the end of the list
    is_demo        whether this is the demo
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from regulars.kit.business import business
from regulars.staff.models import User
from regulars.staff.permissions import may
from regulars.web.rooms import Room, rail_for


@dataclass(frozen=True)
class Sending:
    """Whether letters leave the house, and what this reader may do about it."""

    is_stopped: bool = False
    stopped_at: datetime | None = None
    stopped_by_name: str = ""
    stop_url: str = ""
    resume_url: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Offer the frame's words to the base template."""
    return {
        "rooms": SimpleLazyObject(lambda: _rooms(request)),
        "business_name": SimpleLazyObject(lambda: business().name),
        "sending": SimpleLazyObject(lambda: _sending(request)),
        "sign_out_url": SimpleLazyObject(lambda: reverse("account_logout")),
        "is_demo": settings.IS_DEMO,
    }


def _member(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_active else None


def _rooms(request: HttpRequest) -> list[Room]:
    user = _member(request)
    return rail_for(user, request.path, getattr(request, "counts_found", None)) if user else []


def _sending(request: HttpRequest) -> Sending:
    user, shop = _member(request), business()
    if user is None or not shop.name:
        return Sending()
    return Sending(
        is_stopped=shop.is_sending_stopped,
        stopped_at=shop.stopped_at,
        stopped_by_name=shop.stopped_by_name,
        stop_url=reverse("web:stop") if may(user, "house.stop") else "",
        resume_url=reverse("web:resume") if may(user, "house.resume") else "",
    )

"""The doors: every view carries one, and a view without a door is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from regulars.staff import sightings
from regulars.staff.origin import came_from
from regulars.staff.permissions import ACTIONS, may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.staff.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class Door:
    """What a view asks of the one who knocks; no action means that everybody may come in."""

    action: str | None


def requires(action: str) -> Callable[[View], View]:
    """Let only roles in that may do `action` (a word of the permission table)."""
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not in the permission table (staff/permissions.py).")

    def hang(view: View) -> View:
        view.door = Door(action)  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return hang


def open_to_everyone(view: View) -> View:
    """Let strangers in too: sign-in, leaving a list, health. Use it seldom."""
    view.door = Door(None)  # type: ignore[attr-defined]  # functions carry attributes
    return view


def who_knocks(request: HttpRequest) -> User:
    """Whose request it is, behind a door: there is always somebody, since strangers were sent to the sign-in page."""
    return cast("User", request.user)


def door_of(view: Callable[..., Any]) -> Door | None:
    """Return the door of a view, or None where somebody forgot to hang one."""
    door = getattr(view, "door", None)
    return door if isinstance(door, Door) else None


class DoorMiddleware:
    """Stand at every door: strangers are shown the sign-in page, staff without the role are refused."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with came_from(request.META.get("REMOTE_ADDR", "")):
            reply = self.get_response(request)
            if request.method == "POST" and not settings.WORKER_INSIDE:
                sightings.write_down()
            return reply

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        door = door_of(view)
        if door is None:
            raise PermissionDenied
        if door.action is None:
            return None
        if not request.user.is_authenticated:
            return _show_sign_in(request)
        if not may(request.user, door.action):
            raise PermissionDenied
        return None


def _show_sign_in(request: HttpRequest) -> HttpResponseBase:
    if "HX-Request" in request.headers:
        reply = HttpResponse(status=401)
        reply["HX-Redirect"] = reverse("account_login")
        return reply
    return redirect_to_login(request.get_full_path() if request.method in {"GET", "HEAD"} else "/")

"""`{% load staff %}`: what another room shows, put into a page as its own door would answer."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from django import template
from django.http import QueryDict
from django.urls import resolve, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from regulars.staff.doors import door_of, who_knocks
from regulars.staff.permissions import may

if TYPE_CHECKING:
    from django.http import HttpRequest


register = template.Library()


@register.simple_tag(takes_context=True)
def part(context: template.Context, name: str, **said: str | int) -> SafeString:
    """Draw what htmx would fetch from an address, for a page without JavaScript; nothing for who may not pass its door.

    `name` is that of the address, `said` what its query says.
    """
    request = context.get("request")
    match = resolve(reverse(name))
    door = door_of(match.func)
    if request is None or door is None or (door.action and not may(who_knocks(request), door.action)):
        return SafeString("")
    asked: HttpRequest = copy(request)
    asked.method, asked.GET = "GET", QueryDict(urlencode(said))
    reply = match.func(asked, *match.args, **match.kwargs)
    return SafeString(reply.content.decode() if reply.status_code == 200 else "")

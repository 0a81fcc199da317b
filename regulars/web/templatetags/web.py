"""`{% load web %}`: drawing what another room brings."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from regulars.kit.panels import Panel

register = template.Library()


@register.simple_tag(takes_context=True)
def draw(context: template.Context, panel: Panel) -> SafeString:
    """Draw one panel with its own words and those of the frame (request, user, CSRF token)."""
    return render_to_string(panel.template, panel.context, request=context.get("request"))

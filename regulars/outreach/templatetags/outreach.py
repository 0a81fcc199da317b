"""`{% load outreach %}`: words to a customer, set as the letter they are."""

from __future__ import annotations

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from regulars.outreach.channels.email.letters import paragraphs

register = template.Library()


@register.simple_tag
def letter(body: str) -> SafeString:
    """The paragraphs of a letter, escaped, with their line breaks."""
    return format_html_join("\n", "<p>{}</p>", ((_lines(part),) for part in paragraphs(body)))


def _lines(text: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.splitlines()))

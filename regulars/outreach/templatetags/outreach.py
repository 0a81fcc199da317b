"""`{% load outreach %}`: words to a customer, set as the letter they are."""

from __future__ import annotations

import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from regulars.kit.business import business
from regulars.outreach.channels.email.letters import paragraphs
from regulars.outreach.desk import Desk
from regulars.outreach.queries.variants import language_name

MARKS = re.compile(r"\{%.*?%\}|,?\s*\{\{.*?\}\}")
register = template.Library()


@register.simple_tag
def letter(body: str) -> SafeString:
    """The paragraphs of a letter, escaped, with their line breaks."""
    return format_html_join("\n", "<p>{}</p>", ((_lines(part),) for part in paragraphs(body)))


def _lines(text: str) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.splitlines()))


@register.simple_tag
def focus(desk: Desk, uid: str, place: str) -> SafeString:
    """` autofocus` where the last button of the desk leads."""
    return mark_safe(" autofocus") if desk.focus == f"{uid}-{place}" else SafeString("")


@register.filter
def in_a_list(sentence: str) -> list[str]:
    """One sentence as a list of one."""
    return [sentence]


@register.filter
def without_marks(source: str) -> str:
    """A line of a template as it reads, for a list: the marks of Liquid left out."""
    return " ".join(MARKS.sub("", source).split())


@register.simple_tag
def language_words(code: str) -> str:
    """A language as the reader calls it; empty is that of the business."""
    return language_name(code or business().language)

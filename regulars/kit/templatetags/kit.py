"""`{% load kit %}`: icons, faces, figures and days as the owner reads them, and the wrappers of the design language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format, get_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.faces import initials_of
from regulars.kit.money import shown
from regulars.kit.sheets import icon_address, icon_names, scripts, styles

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw one icon of the sprite; without a label it is decoration and stays silent."""
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"There is no icon {name!r} in kit/icons.svg.")
    speech = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', speech, icon_address(), name)


@register.simple_tag(takes_context=True)
def kit_styles(context: template.Context) -> SafeString:
    """Link every style sheet of the kit in the order of their layers, the dark tokens as the reader chose."""
    return styles(theme(context))


@register.simple_tag
def islands() -> SafeString:
    """Link the islands."""
    return scripts()


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """What the reader chose: light, dark, or auto (as their device)."""
    chosen = getattr(context.get("request"), "COOKIES", {}).get("theme", "auto")
    return chosen if chosen in {"light", "dark"} else "auto"


@register.simple_tag
def initials(name: str) -> str:
    """Two letters at most: the first of the first and of the last name."""
    return initials_of(name)


@register.simple_tag
def face(name: str, tone: str = "", size: str = "") -> SafeString:
    """A round of initials; decoration, because the name always stands beside it. Sizes: small, large."""
    attributes = format_html(' data-tone="{}"', tone) if tone else SafeString("")
    if size:
        attributes += format_html(' data-size="{}"', size)
    return format_html('<span class="face"{} aria-hidden="true">{}</span>', attributes, initials_of(name))


@register.simple_tag
def money(amount: Decimal | int | None, plain: bool = False) -> SafeString:
    """An amount in the business's currency; `plain` where the column already says which. Nothing for no amount."""
    if amount is None:
        return SafeString("")
    words = shown(Decimal(amount), business().currency, with_currency=not plain)
    return format_html('<data class="num" value="{}">{}</data>', f"{amount}", words)


@register.simple_tag
def on_day(
    day: date | datetime | None, short: bool = False, weekday: bool = False, yearless: bool = False
) -> SafeString:
    """A day as people say it, with its year when it is not this one (and no heading says it: `yearless`)."""
    if day is None:
        return SafeString("")
    if isinstance(day, datetime):
        day = clock.local(day).date()
    words = day_words(day, short=short, weekday=weekday, yearless=yearless)
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), words)


@register.simple_tag
def at(moment: datetime | None, short: bool = True) -> SafeString:
    """A moment on the shop's own clock: "22 Nov, 18:40"; only the time for today."""
    if moment is None:
        return SafeString("")
    local = clock.local(moment)
    hour = date_format(local, "TIME_FORMAT")
    words = hour if local.date() == clock.today() else f"{day_words(local.date(), short=short)}, {hour}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), words)


def day_words(day: date, *, short: bool = False, weekday: bool = False, yearless: bool = False) -> str:
    """Follow the language's own order of day and month."""
    is_plain = yearless or day.year == clock.today().year
    pattern = get_format("MONTH_DAY_FORMAT" if is_plain else "DATE_FORMAT")
    if short and "\\" in pattern:  # "3 de mayo de 2026": without the words between, and the month written small
        pattern = pattern.replace(r"\d\e ", "").replace("F", "b")
    elif short:
        pattern = pattern.replace("F", "M").replace("N", "M")
    words = date_format(day, pattern)
    return _("%(weekday)s %(day)s") % {"weekday": date_format(day, "l"), "day": words} if weekday else words


@register.simple_tag
def people_count(n: int) -> str:
    """ "1 person", "1,204 people"."""
    return ngettext("%(n)s person", "%(n)s people", n) % {"n": number_format(n, force_grouping=True)}


@register.simple_block_tag
def card(content: str, title: str = "", note: str = "", id: str = "") -> str:
    """What stands beside the flow: a title, anything, and a quiet note below."""
    return _drawn("card", content=content, title=title, note=note, id=id)


@register.simple_block_tag
def group(content: str, title: str, beside: str = "", id: str = "") -> str:
    """A section of lines under a ruled heading, with a quiet word at its side."""
    return _drawn("group", content=content, title=title, beside=beside, id=id)


@register.simple_block_tag
def draft(content: str, foot: str = "", subject: str = "", to: str = "") -> str:
    """Words that go to a customer, set like the letter they are."""
    return _drawn("draft", content=content, foot=foot, subject=subject, to=to)


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> str:
    """A native dialog; `<a href="the page that does the same" data-dialog="id">` opens it."""
    return _drawn("dialog", content=content, id=id, title=title)


@register.simple_block_tag
def note(content: str, tone: str = "", sign: str = "info") -> str:
    """A sentence that must be seen. Tones: good, warm, alarm, or none."""
    return _drawn("note", content=content, tone=tone, sign=sign)


# Said in full, because a template is slow to find that a name is missing and a page has dozens of these.
NOTHING_MORE: dict[str, Any] = {
    "kind": "", "sign": "", "confirm": "", "confirm_yes": "", "fields": {}, "target": "", "link_class": "",
}  # fmt: skip


@register.inclusion_tag("kit/_action.html", takes_context=True)
def action(context: template.Context, url: str, label: str, **more: Any) -> dict[str, Any]:
    """One button that does one thing by POST.

    More: kind, sign, confirm, confirm_yes, fields (a dict of hidden values), target (htmx), link_class.
    """
    return {**NOTHING_MORE, "csrf_token": context.get("csrf_token"), "url": url, "label": label, **more}


@register.inclusion_tag("kit/_chart.html")
def chart(drawing: Any, sentence: str = "", open_twin: bool = False) -> dict[str, Any]:
    """A drawing from kit.charts with the sentence that says what it shows, and its table twin."""
    return {"chart": drawing, "sentence": sentence, "open_twin": open_twin}


def _drawn(partial: str, **context: object) -> SafeString:
    return render_to_string(f"kit/_{partial}.html", context)

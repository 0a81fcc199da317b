"""The select beside each column. A shop's export has eighty columns of sixty choices: the choices are drawn once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from regulars.intake.services.previewing import Column

Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True)
class Choice:
    """A column, and the choices with its own one selected."""

    column: Column
    options: SafeString


def with_choices(columns: Sequence[Column], groups: Groups) -> list[Choice]:
    """Columns that are taken for something first, in the order of the file."""
    every = _options(groups)
    drawn = [Choice(column, _selected(every, column.field)) for column in columns]
    return [choice for choice in drawn if choice.column.field] + [choice for choice in drawn if not choice.column.field]


def _options(groups: Groups) -> str:
    parts: Iterator[SafeString] = (
        format_html(
            '<optgroup label="{}">{}</optgroup>',
            label,
            format_html_join("", '<option value="{}">{}</option>', fields),
        )
        for label, fields in groups
    )
    return format_html('<option value="">{}</option>', _("not needed")) + "".join(parts)


def _selected(every: str, field: str) -> SafeString:
    mark = format_html('value="{}"', field)
    return mark_safe(every.replace(mark, f"{mark} selected", 1))  # noqa: S308  # built by format_html above

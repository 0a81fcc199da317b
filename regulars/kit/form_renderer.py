"""Forms in the design language: every field with its label, help and error in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape as escape

if TYPE_CHECKING:
    from django.http import HttpRequest

SELECT, OPTION = "django/forms/widgets/select.html", "django/forms/widgets/select_option.html"


class CounterBookRenderer(DjangoTemplates):
    """Named by FORM_RENDERER, so that `{{ form }}` and `{{ field.as_field_group }}` come out in kit's own partials."""

    form_template_name = "kit/_form.html"
    field_template_name = "kit/_field.html"

    def render(self, template_name: str, context: Mapping[str, Any], request: HttpRequest | None = None) -> str:
        """Write a select here: through its templates each of seven hundred zones and countries is one more."""
        widget = context.get("widget", {})
        if template_name == SELECT and _is_plain(widget):
            return _select(widget)
        return super().render(template_name, dict(context), request)


def _is_plain(widget: Mapping[str, Any]) -> bool:
    return all(
        option["template_name"] == OPTION for _name, options, _index in widget["optgroups"] for option in options
    )


def _select(widget: Mapping[str, Any]) -> str:
    """The same as Django's select.html."""
    lines = [f'<select name="{escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for name, options, _index in widget["optgroups"]:
        if name:
            lines.append(f'  <optgroup label="{escape(name)}">')
        lines += [_option(option) for option in options]
        if name:
            lines.append("  </optgroup>")
    return "\n".join([*lines, "</select>"])


def _option(option: Mapping[str, Any]) -> str:
    label = escape(option["label"])
    return f'  <option value="{escape(option["value"])}"{_attributes(option["attrs"])}>{label}</option>'


def _attributes(attrs: Mapping[str, Any]) -> str:
    """False is left out, True is the name alone."""
    said = ((name, value) for name, value in attrs.items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in said)

"""Two people, or two tabs, change the same form: what only one side changed falls together, the rest is asked.

A form carries what it showed when it was opened (`was`). When it comes back, every field has three readings: was, what
stands now, and what was typed. A field that only the others changed takes theirs, one that only we changed keeps ours,
lists are woven line by line. Where both changed a field differently nobody decides but the one who typed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.forms.widgets import ChoiceWidget
from django.http import QueryDict
from django.utils.translation import gettext as _

Shown = dict[str, Any]
NOTHING: Mapping[str, Any] = MappingProxyType({})
KEEP = "keep-"
THEIRS, MINE = "theirs", "mine"


@dataclass(frozen=True)
class Clash:
    """A field that both sides changed: what stands now, what was typed, and who changed it, in words, if known."""

    name: str
    label: str
    theirs: str
    mine: str
    who: str = ""


class WovenForm(forms.Form):
    """A form that can be sent back late. `LINES` names fields that hold a list, and what stands between its parts."""

    was = forms.CharField(required=False, widget=forms.HiddenInput)
    LINES: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, fitting: Mapping[str, Any] = NOTHING, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fit(**fitting)
        if not self.is_bound:
            self.initial["was"] = json.dumps(shown(self))

    def fit(self) -> None:
        """Add or change fields for this one form; called before it says what it shows."""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        said.pop("was", None)
        return said


def shown(form: forms.Form) -> Shown:
    """Return what an unbound form shows, field by field, as a browser would send it back."""
    return {name: _plain(form, name, form[name].value()) for name in form.fields if not _is_hidden(form, name)}


def shown_as_sent(form: forms.Form) -> Shown:
    """Return what a bound form was sent, in the same shape."""
    return {name: _sent(form, name, form.data) for name in form.fields if not _is_hidden(form, name)}  # type: ignore[arg-type]  # a QueryDict


def _is_hidden(form: forms.Form, name: str) -> bool:
    return form.fields[name].widget.is_hidden or form.fields[name].disabled


def _plain(form: forms.Form, name: str, value: Any) -> Any:
    widget = form.fields[name].widget
    if isinstance(widget, forms.CheckboxInput):
        return "on" if value and value != "false" else ""
    if isinstance(widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
        return sorted(str(one) for one in value or ())
    if value is None:
        return ""
    text = str(value) if isinstance(widget, ChoiceWidget) else str(widget.format_value(value) or "")
    return text.replace("\r\n", "\n").strip()


def weave(
    sent: QueryDict, now: WovenForm, who: Mapping[str, str] | None = None, *, was_seen: bool = False
) -> tuple[QueryDict, list[Clash]]:
    """Return what to fill the form with, and the fields somebody must decide.

    `now` is the unbound form of what stands. `keep-FIELD` = theirs in what was sent is such a decision. `was_seen`: the
    one who typed has seen what stands now, so theirs is what they mean. A form that does not say what it showed is
    taken as meant in whole.
    """
    data = sent.copy()
    theirs = shown(now)
    was = _was(sent, theirs)
    clashes = []
    for name, stands in theirs.items():
        mine = _sent(now, name, sent)
        before = was.get(name, stands)
        if sent.get(f"{KEEP}{name}") == THEIRS:
            mine = before
        if mine == before or stands == mine:
            _put(now, data, name, stands)
        elif stands == before:
            _put(now, data, name, mine)
        elif name in now.LINES or isinstance(stands, list):
            _put(now, data, name, _lines(now.LINES.get(name), before or "", stands, mine))
        else:
            _put(now, data, name, mine)
            if not was_seen:
                clashes.append(_clash(now, name, stands, mine, (who or {}).get(name, "")))
    data["was"] = json.dumps(theirs)
    return data, clashes


def _clash(now: WovenForm, name: str, theirs: Any, mine: Any, who: str) -> Clash:
    label = str(now.fields[name].label or name)
    return Clash(name, label, _words(now, name, theirs), _words(now, name, mine), who)


def _was(sent: QueryDict, theirs: Shown) -> Shown:
    try:
        found = json.loads(sent.get("was", ""))
    except ValueError:
        return theirs
    return found if isinstance(found, dict) else theirs


def _sent(form: forms.Form, name: str, sent: QueryDict) -> Any:
    return _plain(form, name, form.fields[name].widget.value_from_datadict(sent, {}, form.add_prefix(name)))


def _put(form: forms.Form, data: QueryDict, name: str, value: Any) -> None:
    if isinstance(value, list):
        data.setlist(name, value)
    elif value == "" and isinstance(form.fields[name].widget, forms.CheckboxInput):
        data.pop(name, None)
    else:
        data[name] = value


def _lines(between: str | None, was: Any, theirs: Any, mine: Any) -> Any:
    """Theirs, with what we added and without what we took out."""
    parts = [_parts(between, one) for one in (was, theirs, mine)]
    before, stands, typed = parts
    kept = [part for part in stands if part in typed or part not in before]
    woven = [*kept, *(part for part in typed if part not in before and part not in kept)]
    return woven if between is None else f"{between} ".join(woven) if between == "," else between.join(woven)


def _parts(between: str | None, value: Any) -> list[str]:
    if between is None:
        return list(value)
    return [part.strip() for part in str(value).split(between) if part.strip()]


def _words(form: forms.Form, name: str, value: Any) -> str:
    """A value as its field names it."""
    choices = dict(getattr(form.fields[name], "choices", ()) or ())
    if isinstance(form.fields[name].widget, forms.CheckboxInput):
        return _("yes") if value else _("no")
    return str(choices.get(value, value))


def labels_changed(kind: type[forms.Form], before: Shown, after: Shown) -> list[str]:
    """Return the labels of fields that differ, to say what was kept."""
    names: Iterable[str] = (name for name in after if before.get(name, "") != after[name])
    return [str(kind.base_fields[name].label or name) for name in names if name in kind.base_fields]

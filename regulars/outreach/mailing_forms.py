"""The form of a mailing: to whom, which words, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.outreach.models import Channel, Mailing, WordingVersion
from regulars.outreach.queries.following import may_count
from regulars.outreach.queries.variants import language_name, other_languages
from regulars.outreach.queries.wordings import wordings_in_force
from regulars.outreach.services.mailings import OwnWords
from regulars.outreach.services.mailings.own_words import FIELD
from regulars.people import fields
from regulars.people.queries import Filter
from regulars.people.queries.matching import Asked

IN_THE_BOOK, PASTED = "book", "pasted"
FILTER = "f_"
TEXT_WORDS, CARD_WORDS = FIELD[Channel.TEXT], FIELD[Channel.CARD]


class MailingForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Only you see it: “Summer opening hours”.")
    )
    wording = forms.ChoiceField(label=gettext_lazy("What you say"))
    second_wording = forms.ChoiceField(
        label=gettext_lazy("For those it cannot reach"),
        required=False,
        help_text=gettext_lazy("Words that go another way, a card for example."),
    )
    text_words = forms.CharField(
        label=gettext_lazy("As a text message"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4, "data-letter": True}),
        help_text=gettext_lazy(
            "For those who like texts better, and those the words above cannot reach. "
            "{{ first_name }} becomes their first name."
        ),
    )
    card_words = forms.CharField(
        label=gettext_lazy("As a card"),
        required=False,
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 6, "data-letter": True}),
        help_text=gettext_lazy(
            "For those who like the post better, and those nothing else reaches. One card for all under one roof."
        ),
    )
    other_wording = forms.ChoiceField(
        label=gettext_lazy("Compare with"),
        required=False,
        help_text=gettext_lazy("Half of them get these words instead, drawn by lot."),
    )
    to = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        choices=(
            (IN_THE_BOOK, gettext_lazy("People in the book: everybody, or those chosen below")),
            (PASTED, gettext_lazy("A list of your own")),
        ),
        widget=forms.RadioSelect,
    )
    pasted = forms.CharField(
        label=gettext_lazy("Your list"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One a line: an e-mail address, a telephone number or a whole name."),
    )
    when = forms.ChoiceField(label=gettext_lazy("When"), choices=Mailing.When.choices, widget=forms.RadioSelect)
    on = forms.DateField(
        label=gettext_lazy("From which day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hour = forms.TimeField(
        label=gettext_lazy("At what time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    spread_days = forms.IntegerField(
        label=gettext_lazy("Over how many days"), required=False, min_value=1, max_value=60
    )

    counts_links = forms.BooleanField(
        label=gettext_lazy("Count how many follow a link"),
        required=False,
        help_text=gettext_lazy("Links to web pages then lead through your address. You see a number, never a name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_count():
            del self.fields["counts_links"]
        for name in (TEXT_WORDS, CARD_WORDS):
            for code in other_languages():
                self.fields[f"{name}_{code}"] = _in_another(self.fields[name], code)
        choices = [
            (one.wording.key, label_of(one)) for one in wordings_in_force() if one.wording.channel in SENT_TO_MANY
        ]
        self.fields["wording"].choices = choices  # type: ignore[attr-defined]
        none = ("", gettext_lazy("nobody else"))
        self.fields["second_wording"].choices = [none, *choices]  # type: ignore[attr-defined]
        self.fields["other_wording"].choices = [("", gettext_lazy("nothing")), *choices]  # type: ignore[attr-defined]

    def own_words(self, name: str) -> OwnWords:
        """What was written for this mailing alone, in each language."""
        others = {code: self.cleaned_data[f"{name}_{code}"] for code in other_languages()}
        return OwnWords(self.cleaned_data[name], others)

    def in_others(self, name: str) -> list[forms.BoundField]:
        """The fields of a text in the other languages of the house."""
        return [self[f"{name}_{code}"] for code in other_languages()]

    @property
    def moment(self) -> datetime | None:
        """The day and hour chosen, on the shop's clock; midnight where only a day matters."""
        on, hour = self.cleaned_data.get("on"), self.cleaned_data.get("hour")
        if on is None:
            return None
        return datetime.combine(on, hour or datetime.min.time(), clock.zone())


def _in_another(field: forms.Field, code: str) -> forms.Field:
    """The same field for another language."""
    return forms.CharField(
        label=language_name(code),
        required=False,
        max_length=getattr(field, "max_length", None),
        widget=forms.Textarea(attrs={**field.widget.attrs, "lang": code}),
    )


SENT_TO_MANY = (Channel.EMAIL, Channel.TEXT, Channel.CARD, Channel.LETTER)


def label_of(version: WordingVersion) -> str:
    wording = version.wording
    return f"{wording.name} ({Channel(wording.channel).label})"


@dataclass(frozen=True)
class Offered:
    """One field people can be chosen by, and what is chosen."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str = ""

    @property
    def name(self) -> str:
        return f"{FILTER}{self.key}"


def offered(chosen: Mapping[str, str]) -> list[Offered]:
    """The fields with choices, each with what is chosen of it."""
    rows = []
    for field in fields.catalogue():
        options = field.options() if field.kind in {"choice", "flag"} else ()
        if options:
            written = tuple((str(choice[0]), str(choice[1])) for choice in options)
            rows.append(Offered(field.key, str(field.label), written, chosen.get(field.key, "")))
    return rows


def chosen_in_list(asked: QueryDict) -> dict[str, str]:
    """The filters of the list of people, as its address has them."""
    return {field.key: value for field in fields.catalogue() if (value := asked.get(field.key, ""))}


def asked_for(posted: QueryDict) -> Asked:
    """Everybody in the book who fits what was chosen in the form."""
    chosen = ((field, posted.get(f"{FILTER}{field.key}", "")) for field in fields.catalogue())
    filters = tuple(Filter(field.key, field.first_op, value) for field, value in chosen if value)
    return Asked(filters=filters, text=posted.get("text", "").strip()[:200], is_list=True)


def in_words(asked: Asked) -> str:
    """For whom a mailing is, in words."""
    if not asked.is_list:
        return _("a list of your own")
    parts = []
    for one in asked.filters:
        field = fields.field(one.key)
        if field is not None:
            label = next((str(choice[1]) for choice in field.options() if choice[0] == one.value), one.value)
            parts.append(f"{field.label}: {label}")
    if asked.text:
        parts.append(f"“{asked.text}”")
    return ", ".join(parts) or _("everybody in the book")

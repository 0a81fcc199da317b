"""The shape of what is asked on the pages of this room."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.intake.services import Pasted
from regulars.intake.values import reach
from regulars.people.partial_dates import DateError, PartialDate, parse
from regulars.purchases.rhythms import ONCE, often_choices, seen_choices


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """One file or several, each checked."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        clean = super().clean
        files = data if isinstance(data, list | tuple) else [data]
        return [clean(file, initial) for file in files or [None]]


class FilesForm(forms.Form):
    """The files a shop exported."""

    file = ManyFiles(
        label=_("The files your shop exported"),
        error_messages={
            "required": _("Please choose a file first."),
            "empty": _("This file is empty. Export it again and look whether it holds anything."),
        },
    )


class PasteForm(forms.Form):
    """People, one on each line."""

    text = forms.CharField(
        label=_("One person on each line"),
        help_text=_(
            "A name, then whatever you know, with commas between: Ann Miller, 0171 234567, likes blue, birthday 3 May, "
            "buys every month, about 40 euros. What is not understood is kept as a note."
        ),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        error_messages={"required": _("Write at least one person first.")},
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


class CardForm(forms.Form):
    """One pasted person, as understood, to be corrected or left out."""

    says_optional = False
    text = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    phones = forms.CharField(label=_("Phone"), max_length=200, required=False)
    emails = forms.CharField(label=_("E-mail"), max_length=640, required=False)
    birthday = forms.CharField(label=_("Birthday"), max_length=40, required=False)
    likes = forms.CharField(label=_("Likes"), max_length=600, required=False)
    dislikes = forms.CharField(label=_("Rather not"), max_length=600, required=False)
    tags = forms.CharField(label=_("Tags"), max_length=300, required=False)
    sent_by = forms.CharField(label=_("Sent by"), max_length=200, required=False)
    met = forms.CharField(label=_("How you met"), max_length=300, required=False)
    address = forms.CharField(label=_("Address"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    how_often = forms.ChoiceField(label=_("Comes about"), required=False)
    last_seen = forms.ChoiceField(label=_("Last here about"), required=False)
    amount = forms.DecimalField(
        label=_("About how much a visit"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    is_dropped = forms.BooleanField(label=_("Leave this one out"), required=False)

    def __init__(self, *args: Any, order: str = "dmy", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        unknown = ("", gettext("not known"))
        for name, choices in (("how_often", often_choices), ("last_seen", seen_choices)):
            days = str(self[name].value() or "")
            self.fields[name].choices = [  # type: ignore[attr-defined]
                unknown, *(pair for pair in choices(days) if pair[0] != ONCE),
            ]  # fmt: skip

    @classmethod
    def of(cls, line: Pasted, prefix: str) -> CardForm:
        """The card of somebody just understood."""
        return cls(
            prefix=prefix,
            initial={
                "text": line.text,
                "name": line.name,
                "phones": ", ".join(line.phones),
                "emails": ", ".join(line.emails),
                "birthday": day_in_words(line.birthday),
                "likes": ", ".join(line.likes),
                "dislikes": ", ".join(line.dislikes),
                "tags": ", ".join(line.tags),
                "sent_by": line.sent_by,
                "met": line.met,
                "address": line.address,
                "how_often": "" if line.gap_days is None else str(line.gap_days),
                "last_seen": "" if line.seen_days is None else str(line.seen_days),
                "amount": line.amount,
                "note": line.note,
            },
        )

    def clean_emails(self) -> tuple[str, ...]:
        found = _words(self.cleaned_data["emails"])
        if any(reach.email(address) is None for address in found):
            raise forms.ValidationError(gettext("The e-mail address cannot be read."))
        return found

    def clean_birthday(self) -> PartialDate | None:
        if not self.cleaned_data["birthday"].strip():
            return None
        try:
            return parse(self.cleaned_data["birthday"], self.order)
        except DateError as fault:
            raise forms.ValidationError(
                gettext("Write a day like 15 May, or 15 May 1980 if you know the year.")
            ) from fault

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not said.get("is_dropped") and not said.get("name") and not said.get("emails") and "emails" in said:
            self.add_error("name", gettext("There is no name."))
        return said

    def line(self, number: int) -> Pasted:
        """The person as corrected."""
        said = self.cleaned_data
        return Pasted(
            number,
            said["text"],
            said["name"],
            said["emails"],
            _words(said["phones"]),
            said["note"],
            birthday=said["birthday"],
            likes=_words(said["likes"]),
            dislikes=_words(said["dislikes"]),
            tags=_words(said["tags"]),
            sent_by=said["sent_by"],
            met=said["met"],
            address=said["address"],
            gap_days=int(said["how_often"]) if said["how_often"] else None,
            seen_days=int(said["last_seen"]) if said["last_seen"] else None,
            amount=str(said["amount"]) if said["amount"] is not None else "",
        )


def day_in_words(day: PartialDate | None) -> str:
    """A day as it can be typed again."""
    if day is None:
        return ""
    words = date_format(date(2000, day.month, day.day), "MONTH_DAY_FORMAT")
    return f"{words} {day.year}" if day.year else words

"""The shape of a slip as it is typed in, and of a statement for a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit.business import business
from regulars.people import slips
from regulars.people.forms import MONTH_FIRST, DayInput
from regulars.people.models import Purpose
from regulars.people.partial_dates import DateError, PartialDate, parse
from regulars.people.services import NewAddress, NewPerson, Slip


class SlipForm(forms.Form):
    """The fields of the printed slip in its order: the boxes, the person, the day it was signed."""

    says_optional = False
    full_name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=60, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=320, required=False)
    lines = forms.CharField(label=gettext_lazy("Street and number"), max_length=300, required=False)
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("Town"), max_length=120, required=False)
    birthday = forms.CharField(
        label=gettext_lazy("Birthday"), max_length=40, required=False,
        help_text=gettext_lazy("15 May, or 15 May 1980 if you know the year."),
    )  # fmt: skip
    hear_by = forms.ChoiceField(label=gettext_lazy("Likes to hear from us by"), required=False)
    likes = forms.CharField(label=gettext_lazy("Likes"), max_length=600, required=False)
    sent_by = forms.CharField(label=gettext_lazy("Who sent them?"), max_length=200, required=False)
    signed_on = forms.DateField(label=gettext_lazy("Signed on"), widget=DayInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = dict(self.fields)
        self.boxes = slips.boxes(business().name)
        ticks = {box.name: forms.BooleanField(label=box.sentence, required=False) for box in self.boxes}
        self.fields = {**ticks, **own}
        self.fields[self.boxes[0].name].widget.attrs["autofocus"] = True
        self.fields["hear_by"].choices = [  # type: ignore[attr-defined]
            ("", _("not said")), *((way.value, way.label) for way in slips.WAYS),
        ]  # fmt: skip
        for name in own:
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def ticks(self) -> Iterator[forms.BoundField]:
        return (self[box.name] for box in self.boxes)

    def rest(self) -> Iterator[forms.BoundField]:
        names = {box.name for box in self.boxes}
        return (self[name] for name in self.fields if name not in names)

    def clean_birthday(self) -> PartialDate | None:
        text = self.cleaned_data["birthday"].strip()
        try:
            return parse(text, "mdy" if business().country in MONTH_FIRST else "dmy") if text else None
        except DateError as fault:
            raise forms.ValidationError(_("Write a day like 15 May, or 15 May 1980 if you know the year.")) from fault

    def slip(self) -> Slip:
        said = self.cleaned_data
        place = NewAddress(said["lines"], said["city"], said["postcode"], "", business().country)
        person = NewPerson(
            full_name=said["full_name"],
            phones=(said["phone"],) if said["phone"] else (),
            emails=(said["email"],) if said["email"] else (),
            addresses=(place,) if said["lines"] or said["city"] or said["postcode"] else (),
            birthday=said["birthday"],
            likes=tuple(part for part in said["likes"].split(",") if part.strip()),
            referred_by_text=said["sent_by"],
            reach_by=said["hear_by"],
        )
        return Slip(person, [box.name for box in self.boxes if said[box.name]], said["signed_on"])


class StatementForm(forms.Form):
    """What is stated of those who are chosen."""

    says_optional = False
    channel = forms.ChoiceField(
        label=gettext_lazy("They may be reached by"), choices=[(way.value, way.label) for way in slips.WAYS]
    )
    purpose = forms.ChoiceField(label=gettext_lazy("For what?"), choices=Purpose.choices, initial=Purpose.MARKETING)
    text = forms.CharField(
        label=gettext_lazy("How do you know? In a sentence"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as: these people asked me on paper for the spring list; it is in the folder."),
        error_messages={"required": gettext_lazy("Without the statement nothing is written down.")},
    )
    said_on = forms.DateField(label=gettext_lazy("When did they say it?"), widget=DayInput)

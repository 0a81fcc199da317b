"""The shape of what is chosen for paper; the rules are in services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.outreach.channels.posted import ADAPTERS
from regulars.outreach.models import Printer, Stationery
from regulars.outreach.queries.posting import read_holidays

KIND_LABELS: dict[str, str | Promise] = {
    "card": _("Folded cards"),
    "postcard": _("Postcards"),
    "letter": _("Letters"),
    "envelope": _("Envelopes"),
    "label": _("Labels"),
}


def sheet_choices(sheets: Mapping[str, Any], kinds: tuple[str, ...] = ()) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The sheets by their kind, for a list to choose from."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for key, sheet in sheets.items():
        if not kinds or sheet.kind in kinds:
            found.setdefault(sheet.kind, []).append((key, sheet.name))
    return [(KIND_LABELS.get(kind, kind), found[kind]) for kind in [*KIND_LABELS, *found] if found.get(kind)]


class RunForm(forms.Form):
    """Which sheet, and on a sheet that is partly used, where to begin."""

    sheet = forms.ChoiceField(label=_("Print on"))
    start_at = forms.IntegerField(
        label=_("Begin at"), min_value=1, max_value=200, required=False, initial=1,
        help_text=_("On a sheet of which some places are used already, the number of the first free one."),
    )  # fmt: skip
    marks = forms.BooleanField(label=_("With marks to cut along"), required=False)

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = choices  # type: ignore[attr-defined]  # a list to choose from


class LookForm(forms.Form):
    """How the cards look."""

    front_words = forms.CharField(
        label=_("Words on the front"), max_length=120, required=False,
        help_text=_("Such as “Thank you”. Left empty, your picture or the drawing stands there alone."),
    )  # fmt: skip
    motif = forms.ChoiceField(
        label=_("Drawing on the front"), choices=Stationery.Motif.choices,
        help_text=_("Where there is no picture of yours."),
    )  # fmt: skip
    font = forms.ChoiceField(label=_("The words look"), choices=Stationery.Font.choices, widget=forms.RadioSelect)
    accent = forms.RegexField(
        regex=r"^#[0-9a-fA-F]{6}$", label=_("Colour"), widget=forms.TextInput({"type": "color"}), max_length=7
    )
    has_logo = forms.BooleanField(label=_("With the shop's logo"), required=False)
    qr = forms.ChoiceField(label=_("A code to scan"), choices=Stationery.Qr.choices, required=False)
    qr_to = forms.CharField(
        label=_("Which number or address"), max_length=200, required=False,
        help_text=_("For a call or a text message the number, for a letter the e-mail address."),
    )  # fmt: skip
    qr_says = forms.CharField(
        label=_("Words under the code"), max_length=80, required=False, help_text=_("Such as “Ring us up”.")
    )


class PostForm(forms.Form):
    """What cards cost and how long they take."""

    card_amount = forms.DecimalField(label=_("A card costs"), min_value=0, max_digits=8, decimal_places=3)
    abroad_amount = forms.DecimalField(label=_("Postage abroad"), min_value=0, max_digits=8, decimal_places=3)
    budget_amount = forms.DecimalField(
        label=_("At most a month"), min_value=0, max_digits=10, decimal_places=2, required=False
    )
    making_days = forms.IntegerField(
        label=_("Working days to print and sign"), min_value=0, max_value=30, help_text=_("Before they are posted.")
    )
    home_days = forms.IntegerField(label=_("Working days with the post"), min_value=0, max_value=30)
    abroad_days = forms.IntegerField(label=_("Working days with the post abroad"), min_value=0, max_value=60)
    holidays = forms.CharField(
        label=_("Days without post"), required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("Such as 25.12. for every year, or 03.04.2026 for one."),
    )  # fmt: skip

    def clean_holidays(self) -> list[str]:
        understood, others = read_holidays(self.cleaned_data["holidays"])
        if others:
            raise forms.ValidationError(_("This is no day: %(words)s.") % {"words": ", ".join(others[:5])})
        return understood


class ServiceForm(forms.Form):
    """A service that prints and posts. The key is only ever entered, never shown."""

    provider = forms.ChoiceField(label=_("Service"), choices=[(key, each.name) for key, each in ADAPTERS.items()])
    api_key = forms.CharField(
        label=_("The key it gave you"), max_length=200, help_text=_("Kept encrypted and never shown again."),
        widget=forms.PasswordInput({"autocomplete": "off"}, render_value=False),
    )  # fmt: skip
    address = forms.URLField(
        label=_("Another address"), required=False, assume_scheme="https",
        help_text=_("Only if the service told you so."),
    )  # fmt: skip


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=_("The picture"),
        help_text=_("A picture from your phone or computer, at most 25 MB. Where it was taken is not kept."),
        # Not "image/*": asked for these, an iPhone turns its own kind into JPEG by itself.
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )


class PrinterForm(forms.Form):
    """What the page said to type in."""

    name = forms.CharField(label=_("Name of the printer"), max_length=80)
    paper = forms.ChoiceField(label=_("Paper"), choices=Printer.Paper.choices)
    dx_mm = forms.FloatField(label=_("Move right, in mm"), widget=forms.NumberInput({"step": "0.1"}))
    dy_mm = forms.FloatField(label=_("Move down, in mm"), widget=forms.NumberInput({"step": "0.1"}))
    scale_x = forms.FloatField(label=_("Stretch across"), widget=forms.NumberInput({"step": "0.0001"}))
    scale_y = forms.FloatField(label=_("Stretch down"), widget=forms.NumberInput({"step": "0.0001"}))
    skew_deg = forms.FloatField(label=_("Turn, in degrees"), widget=forms.NumberInput({"step": "0.01"}))
    flips_long_edge = forms.BooleanField(
        label=_("It turns the sheet over its long edge"), required=False,
        help_text=_("For cards printed on both sides: tick it if the inside comes out upside down."),
    )  # fmt: skip
    envelope_turn = forms.TypedChoiceField(
        label=_("How an envelope lies in the tray"), coerce=int,
        choices=[(0, _("along")), (90, _("turned right")), (180, _("upside down")), (270, _("turned left"))],
    )  # fmt: skip

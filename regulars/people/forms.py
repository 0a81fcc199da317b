"""The shape of what is typed; what is allowed is decided by the services."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.numbers import row_numbers
from regulars.kit.weaving import WovenForm
from regulars.people.models import Channel, Kind, LeapDay, Occasion, Person, Purpose, ReachBy, Reminder, Silence
from regulars.people.partial_dates import DateError, PartialDate, parse
from regulars.people.services import NewAddress

MONTH_FIRST = frozenset({"US"})


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class AddForm(forms.Form):
    """A name and one way to reach them."""

    full_name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocapitalize": "words", "autocomplete": "off"}),
        help_text=gettext_lazy("As they write it."),
    )
    reach = forms.CharField(
        label=gettext_lazy("E-mail or phone"),
        max_length=320,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Worth remembering"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What they came for, what they like."),
    )
    sent_by = forms.CharField(
        label=gettext_lazy("Who sent them?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "words", "autocomplete": "off"}),
        help_text=gettext_lazy("A name or an e-mail address. Somebody in the book is linked by themselves."),
    )


class PersonForm(WovenForm):
    """Everything about somebody that is written down in fields."""

    full_name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    given_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    family_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100, required=False)
    salutation = forms.CharField(
        label=gettext_lazy("How a letter begins"), max_length=100, required=False, help_text=gettext_lazy("Dear Joan")
    )
    emails = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocapitalize": "none", "spellcheck": "false"}),
        help_text=gettext_lazy("One on each line, the one to write to first."),
    )
    phones = forms.CharField(
        label=gettext_lazy("Phone numbers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One on each line, the one to ring first."),
    )
    best_time = forms.CharField(label=gettext_lazy("Best time to ring"), max_length=100, required=False)
    reach_by = forms.ChoiceField(
        label=gettext_lazy("How they like to be reached"),
        choices=[("", gettext_lazy("not said")), *ReachBy.choices],
        required=False,
    )
    lines = forms.CharField(
        label=gettext_lazy("Street and number"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    postcode = forms.CharField(label=gettext_lazy("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("Town"), max_length=120, required=False)
    region = forms.CharField(label=gettext_lazy("State or county"), max_length=120, required=False)
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=2, required=False, help_text=gettext_lazy("Two letters, such as GB.")
    )
    place_label = forms.CharField(
        label=gettext_lazy("What this address is"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Home or work, in a word."),
    )
    say = forms.CharField(
        label=gettext_lazy("What to say when they come in"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands large on top of their page."),
    )
    likes = forms.CharField(
        label=gettext_lazy("Likes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One on each line."),
    )
    dislikes = forms.CharField(
        label=gettext_lazy("Rather not"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One on each line."),
    )
    needs = forms.CharField(
        label=gettext_lazy("What they need"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    expectations = forms.CharField(
        label=gettext_lazy("What they expect of us"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    met = forms.CharField(label=gettext_lazy("How we met"), max_length=300, required=False)
    referred_by_text = forms.CharField(
        label=gettext_lazy("Who sent them?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A name or an e-mail address. Somebody in the book is linked by themselves."),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"), required=False, help_text=gettext_lazy("With commas between them.")
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What they are to us"), choices=Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    language = forms.CharField(
        label=gettext_lazy("Language"), max_length=16, required=False, help_text=gettext_lazy("Such as en or de.")
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Only if it is another than the shop's, such as Europe/Paris."),
    )
    feb29_rule = forms.ChoiceField(label=gettext_lazy("Born on 29 February: greet them"), choices=LeapDay.choices)
    version = forms.IntegerField(widget=forms.HiddenInput)

    says_optional = False
    LINES = MappingProxyType({"emails": "\n", "phones": "\n", "likes": "\n", "dislikes": "\n", "tags": ","})
    TEXTS = (
        "full_name", "given_name", "family_name", "salutation", "best_time", "reach_by", "say", "needs", "expectations",
        "met", "referred_by_text", "language", "zone", "feb29_rule",
    )  # fmt: skip

    @classmethod
    def of(cls, person: Person) -> PersonForm:
        """Return the form with what stands in the book."""
        place = person.addresses.order_by("-is_primary", "pk").first()
        tastes = list(person.preferences.order_by("pk"))
        initial: dict[str, Any] = {name: getattr(person, name) for name in cls.TEXTS}
        initial |= {
            "emails": "\n".join(row.address for row in person.emails.order_by("-is_primary", "pk")),
            "phones": "\n".join(row.as_typed for row in person.phones.order_by("-is_primary", "pk")),
            "likes": "\n".join(row.text for row in tastes if row.taste == "like"),
            "dislikes": "\n".join(row.text for row in tastes if row.taste == "dislike"),
            "tags": ", ".join(person.tags.order_by("tag__word").values_list("tag__name", flat=True)),
            "kinds": list(person.kinds.values_list("kind", flat=True)),
            "version": person.version,
        }
        for name in ("lines", "postcode", "city", "region", "country"):
            initial[name] = getattr(place, name) if place else ""
        initial["place_label"] = place.label if place else ""
        return cls(initial=initial)

    def place(self) -> NewAddress:
        return NewAddress(
            **{name: self.cleaned_data[name] for name in ("lines", "city", "postcode", "region", "country")},
            label=self.cleaned_data["place_label"],
        )


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note anything"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": gettext_lazy("What was said, what you saw")}),
    )


class OccasionForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What day is it?"), choices=Occasion.Kind.choices)
    date = forms.CharField(
        label=gettext_lazy("Day"), max_length=40, help_text=gettext_lazy("15 May, or 15 May 1980 if you know the year.")
    )
    label = forms.CharField(label=gettext_lazy("In words"), max_length=120, required=False)

    def clean_date(self) -> PartialDate:
        """Read the day in the order of the business's country."""
        order = "mdy" if business().country in MONTH_FIRST else "dmy"
        try:
            return parse(self.cleaned_data["date"], order)
        except DateError as fault:
            raise forms.ValidationError(_("Write a day like 15 May, or 15 May 1980 if you know the year.")) from fault


class ReminderForm(forms.Form):
    what = forms.CharField(label=gettext_lazy("What is to be done?"), max_length=300)
    due_on = forms.DateField(label=gettext_lazy("By when?"), widget=DayInput)
    kind = forms.ChoiceField(
        label=gettext_lazy("Is it promised?"),
        choices=[
            (Reminder.Kind.REMINDER, gettext_lazy("No, remind me")),
            (Reminder.Kind.PROMISE, gettext_lazy("Yes, they are waiting for it")),
        ],
        widget=forms.RadioSelect,
        initial=Reminder.Kind.REMINDER,
    )


class SnoozeForm(forms.Form):
    until = forms.DateField(label=gettext_lazy("Show it again on"), widget=DayInput)


class ConsentForm(forms.Form):
    """What somebody said, today, to the one who writes it down."""

    channel = forms.ChoiceField(label=gettext_lazy("By"), choices=Channel.choices)
    purpose = forms.ChoiceField(label=gettext_lazy("For what?"), choices=Purpose.choices, initial="marketing")
    answer = forms.ChoiceField(
        label=gettext_lazy("They said"),
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        widget=forms.RadioSelect,
    )
    wording = forms.CharField(
        label=gettext_lazy("How do we know?"),
        max_length=300,
        help_text=gettext_lazy(
            "What was asked and how they answered, such as: at the counter, “send me the spring list”."
        ),
    )
    said_on = forms.DateField(label=gettext_lazy("When did they say it?"), widget=DayInput)


class QuietForm(forms.Form):
    until = forms.DateField(label=gettext_lazy("Leave them alone until"), widget=DayInput)


class SilenceForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Why?"), choices=Silence.Kind.choices)
    why = forms.CharField(label=gettext_lazy("In words"), max_length=300, required=False)
    until = forms.DateField(label=gettext_lazy("Until"), widget=DayInput, required=False)


class ActForm(forms.Form):
    """What is done to everybody in a list."""

    says_optional = False
    kind = forms.ChoiceField(
        label=gettext_lazy("What is to be done?"),
        choices=[
            ("tag", gettext_lazy("give them a tag")),
            ("untag", gettext_lazy("take a tag off them")),
            ("kind", gettext_lazy("note what they are to us")),
            ("quiet", gettext_lazy("leave them alone for a while")),
        ],
        widget=forms.RadioSelect,
        initial="tag",
    )
    tag = forms.CharField(label=gettext_lazy("Tag"), max_length=60, required=False)
    what = forms.ChoiceField(label=gettext_lazy("What they are to us"), choices=Kind.choices, required=False)
    until = forms.DateField(label=gettext_lazy("Leave alone until"), widget=DayInput, required=False)

    def facts(self) -> dict[str, str]:
        said = self.cleaned_data
        if said["kind"] in ("tag", "untag"):
            return {"tag": said["tag"]}
        if said["kind"] == "kind":
            return {"kind": said["what"]}
        return {"until": said["until"].isoformat() if said["until"] else ""}


class TagManyForm(forms.Form):
    tag = forms.CharField(label=gettext_lazy("Tag"), max_length=60)
    people = forms.TypedMultipleChoiceField(coerce=int, choices=())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        picked = data.getlist("people") if data is not None else []
        # Any person may be picked; the service leaves out who is not in the book.
        self.fields["people"].choices = [(pk, pk) for pk in row_numbers(picked)][:500]  # type: ignore[attr-defined]


def today_text() -> str:
    return clock.today().isoformat()

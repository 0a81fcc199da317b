"""The shape of what is typed at the counter; what is allowed is decided by the services."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import clock
from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.kit.money import parse_amount, shown
from regulars.kit.numbers import row_number
from regulars.people import services as people
from regulars.purchases.models import Order, OrderLine
from regulars.purchases.services.terms import commission_of, merchant_named

NOBODY = "nobody"
NEW = "new"


class AmountField(forms.CharField):
    """An amount as people write it: 84, 84.50, 84,50 or €84.50."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "class": "input short"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_amount(text, decimal=None) if text else None
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal


class DayField(forms.DateField):
    def __init__(self, **kwargs: Any) -> None:
        attributes = {"type": "date", "class": "input short"}
        super().__init__(widget=forms.DateInput(attrs=attributes, format="%Y-%m-%d"), **kwargs)


class SaleForm(forms.Form):
    """Who, how much, what. `person` is an id, `new` or `nobody`."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    who = forms.CharField(required=False, max_length=200)
    person = forms.CharField(required=False, max_length=20)
    reach = forms.CharField(required=False, max_length=320)
    sent_by = forms.CharField(required=False, max_length=200)
    amount = AmountField(label=gettext_lazy("Amount"))
    what = forms.CharField(
        label=gettext_lazy("What"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "sold-lately", "autocomplete": "off", "autocapitalize": "sentences"}),
    )
    on = DayField(label=gettext_lazy("Day"), required=False)
    happened_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def chosen(self) -> int | None:
        """The person chosen by number, if any; for an entry that waited without signal nothing is refused."""
        return row_number(self.cleaned_data["person"])

    def person_id(self) -> int | None:
        """Whose sale it is; refuses a name nobody was chosen for."""
        chosen = self.cleaned_data["person"]
        if chosen in {NOBODY, NEW}:
            return None
        if (number := row_number(chosen)) is not None:
            return number
        if self.cleaned_data["who"].strip():
            raise Refusal(_("Please say which person it is, or that it is somebody new."), field="who")
        raise Refusal(_("Please write who bought it, or choose “nobody I know”."), field="who")

    def newcomer(self) -> people.NewPerson | None:
        """The person to add with the sale: a name and one way to reach them."""
        if self.cleaned_data["person"] != NEW:
            return None
        name, reach = self.cleaned_data["who"].strip(), self.cleaned_data["reach"].strip()
        if not name:
            raise Refusal(_("Please write the name of the new person."), field="who")
        if "@" in reach:
            people.readable_email(reach)
            return people.NewPerson(full_name=name, emails=(reach,), referred_by_text=self.cleaned_data["sent_by"])
        if not reach:
            raise Refusal(
                _("Please write an e-mail address or a telephone number, so that you can thank them."), field="reach"
            )
        people.readable_phone(reach)
        return people.NewPerson(full_name=name, phones=(reach,), referred_by_text=self.cleaned_data["sent_by"])


CHANNELS = (
    ("shop", gettext_lazy("In the shop")),
    ("phone", gettext_lazy("By telephone")),
    ("online", gettext_lazy("Online")),
    ("market", gettext_lazy("At a market")),
)


class TermsForm(forms.Form):
    """What is particular about a sale; everything may be left out."""

    channel = forms.ChoiceField(label=gettext_lazy("Where"), choices=CHANNELS, required=False)
    due_on = DayField(
        label=gettext_lazy("On account, to be paid by"),
        help_text=gettext_lazy("It counts as sold; that it is still to be paid stands on Today."),
        required=False,
    )
    gift_for = forms.CharField(label=gettext_lazy("A gift for"), max_length=200, required=False)
    occasion = forms.CharField(label=gettext_lazy("For which occasion"), max_length=100, required=False)
    secret_until = DayField(label=gettext_lazy("A secret until"), required=False)
    merchant = forms.CharField(
        label=gettext_lazy("Sold for another firm"),
        help_text=gettext_lazy("Then the amount above is what it cost the customer; your commission is what you earn."),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "merchants", "autocomplete": "off"}),
    )
    commission = forms.CharField(
        label=gettext_lazy("Commission, in percent (20 %) or as an amount"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"class": "input short", "inputmode": "decimal"}),
    )

    @property
    def is_used(self) -> bool:
        """Was anything of it written, so that it stands open?"""
        return any(self[name].value() for name in self.fields if name != "channel") or bool(self.errors)

    def part(self, value: Decimal) -> Decimal:
        """Our commission of a merchant's sale."""
        text = self.cleaned_data["commission"].strip()
        if text.endswith("%"):
            return commission_of(value, parse_amount(text[:-1], decimal=None) / 100, None)
        if text:
            return commission_of(value, None, parse_amount(text, decimal=None))
        return commission_of(value, merchant_named(self.cleaned_data["merchant"]).usual_rate, None)


class PartyForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    host = forms.CharField(label=gettext_lazy("Who is the host?"), max_length=200)
    held_on = DayField(label=gettext_lazy("On"))
    place = forms.CharField(label=gettext_lazy("Where"), max_length=200, required=False)


class GuestForm(forms.Form):
    """A guest, known or new, and what they ordered, if anything."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    who = forms.CharField(label=gettext_lazy("Who"), max_length=200)
    reach = forms.CharField(
        label=gettext_lazy("E-mail or telephone"),
        help_text=gettext_lazy("Somebody new needs one; for whom you know leave it empty."),
        max_length=320,
        required=False,
    )
    amount = AmountField(label=gettext_lazy("Amount"), required=False)
    what = forms.CharField(label=gettext_lazy("What"), max_length=200, required=False)


class ExchangeForm(forms.Form):
    """What came back, and what was taken instead."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    line = forms.ChoiceField(label=gettext_lazy("What came back"), widget=forms.RadioSelect, required=False)
    what = forms.CharField(label=gettext_lazy("Taken instead"), max_length=200)
    amount = AmountField(label=gettext_lazy("It costs"))

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(line.pk): line for line in order.lines.order_by("position") if line.amount}
        if len(self.lines) < 2:
            del self.fields["line"]
            return
        choices = [
            ("", _("Everything that is left of it")),
            *((pk, _line_words(line)) for pk, line in self.lines.items()),
        ]
        self.fields["line"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def chosen(self) -> OrderLine | None:
        return self.lines.get(self.cleaned_data.get("line", ""))


class OwnedForm(forms.Form):
    """The usual months of what was sold; left out, they stay as they are."""

    warranty_months = forms.IntegerField(required=False, min_value=1, max_value=240)
    service_months = forms.IntegerField(required=False, min_value=1, max_value=240)


class RefundForm(forms.Form):
    """How much went back, when, and for which line."""

    says_optional = False

    line = forms.ChoiceField(label=gettext_lazy("What came back"), widget=forms.RadioSelect)
    amount = AmountField(
        label=gettext_lazy("Amount"),
        required=False,
        help_text=gettext_lazy("Leave it empty to give back all that is left of it."),
    )
    on = DayField(label=gettext_lazy("Day"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {str(line.pk): line for line in order.lines.order_by("position") if line.amount}
        if len(self.lines) < 2:
            del self.fields["line"]
            return
        whole = (("", _("Anything of this order")),)
        self.fields["line"].choices = (*whole, *((pk, _line_words(line)) for pk, line in self.lines.items()))  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["line"].required = False

    def said(self) -> tuple[Decimal | None, date, OrderLine | None]:
        data = self.cleaned_data
        return data["amount"], data["on"] or clock.today(), self.lines.get(data.get("line", ""))


def _line_words(line: OrderLine) -> str:
    return f"{line.name or _('something')}, {shown(line.amount, business().currency)}"

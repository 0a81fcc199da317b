"""The shape of what is typed; the rules are in services."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.kit.weaving import WovenForm
from regulars.outreach.channels.email.providers import PROVIDERS
from regulars.outreach.models import Channel, Purpose, SendingAccount

PURPOSES = [
    (Purpose.CARE, _("Thanks and care: customers get it unless they said no")),
    (Purpose.GREETING, _("A greeting: birthdays and other days")),
    (Purpose.SERVICE, _("About what they bought or asked for")),
    (Purpose.FEEDBACK, _("Asking how it was")),
    (Purpose.MARKETING, _("An offer: only for those who agreed to offers")),
]


class LetterWords(forms.Form):
    """Subject and body, as they stand under a touch."""

    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    body = forms.CharField(
        label=_("Words"), max_length=20_000, widget=forms.Textarea({"rows": 12, "data-letter": True})
    )


class WordingForm(WovenForm, LetterWords):
    subject = forms.CharField(label=_("Subject"), max_length=300)
    name = forms.CharField(label=_("Name, for you"), max_length=120)
    purpose = forms.ChoiceField(label=_("What it is for"), choices=PURPOSES)
    has_offer = forms.BooleanField(
        label=_("There is an offer inside"),
        required=False,
        help_text=_("A discount, a voucher, a sale. Then it goes only to those who agreed to offers."),
    )
    field_order = ("name", "subject", "body", "purpose", "has_offer")


class MailboxForm(forms.Form):
    """A mailbox. The password is only ever entered, never shown."""

    preset = forms.ChoiceField(
        label=_("Your provider"), choices=[(key, provider.name) for key, provider in PROVIDERS.items()]
    )
    from_address = forms.CharField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password, or app password"),
        required=False,
        strip=False,
        help_text=_("Kept encrypted and never shown again. Leave it empty to keep the one we have."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )
    from_name = forms.CharField(label=_("Your name in the letter"), max_length=120, required=False)
    reply_to = forms.CharField(
        label=_("Answers go to"), max_length=254, required=False, help_text=_("If it is another address than yours.")
    )
    per_day = forms.IntegerField(
        label=_("Letters a day at most"),
        required=False,
        min_value=1,
        help_text=_("Empty: as many as the provider lets out."),
    )
    host = forms.CharField(label=_("Mail server"), max_length=253, required=False)
    port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65_535)
    security = forms.ChoiceField(label=_("Encryption"), choices=SendingAccount.Security.choices, required=False)
    username = forms.CharField(
        label=_("User name"), max_length=254, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )


class InboxForm(forms.Form):
    """Where answers are read. What is left empty is as with sending."""

    imap_password = forms.CharField(
        label=_("Password, or app password"),
        required=False,
        strip=False,
        help_text=_("Leave it empty if it is the one your letters are sent with."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )
    imap_host = forms.CharField(label=_("Mail server for reading (IMAP)"), max_length=253, required=False)
    imap_port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65_535)
    imap_security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[("tls", _("TLS from the start (port 993)")), ("starttls", _("STARTTLS (port 143)")),
                 ("none", _("None (only a server on this machine)"))],
        required=False,
    )  # fmt: skip
    imap_username = forms.CharField(
        label=_("User name"), max_length=254, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    imap_folder = forms.CharField(label=_("Folder"), max_length=120, required=False)


class TestLetterForm(forms.Form):
    to = forms.CharField(label=_("Send it to"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))


class LeavingForm(forms.Form):
    address = forms.CharField(
        label=_("Their e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    scope = forms.ChoiceField(
        label=_("What they want"),
        choices=[
            ("everything", _("No letters at all")),
            ("marketing", _("No offers and no questions; thanks and greetings are fine")),
        ],
        widget=forms.RadioSelect,
        initial="everything",
    )


HANDS = [
    (Channel.CALL, _("Ring them")),
    (Channel.TEXT, _("Text message")),
    (Channel.BY_HAND, _("Write by hand")),
    (Channel.NOTICE, _("Notice on your page")),
    (Channel.SOCIAL, _("Elsewhere, such as Instagram")),
]


class HandForm(forms.Form):
    """Something to say to one person in the owner's own way."""

    channel = forms.ChoiceField(label=_("How"), choices=HANDS, widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("The words"),
        max_length=5_000,
        required=False,
        widget=forms.Textarea({"rows": 6, "data-letter": True}),
        help_text=_("For a call: what you want to say. It may be left out then."),
    )
    purpose = forms.ChoiceField(label=_("What it is for"), choices=PURPOSES, initial=Purpose.CARE)
    due_on = forms.DateField(label=_("By when"), widget=forms.DateInput({"type": "date"}))
    where = forms.CharField(
        label=_("Link to their profile"),
        max_length=300,
        required=False,
        widget=forms.URLInput({"placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Only for “Elsewhere”."),
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class HandOutcomeForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(max_length=16)
    note = forms.CharField(label=_("Anything to remember"), max_length=1000, required=False)
    again_on = forms.DateField(label=_("Call again on"), required=False, widget=forms.DateInput({"type": "date"}))
    next_step = forms.CharField(label=_("Next step, if there is one"), max_length=300, required=False)
    next_step_on = forms.DateField(label=_("By"), required=False, widget=forms.DateInput({"type": "date"}))
    number = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)


class LaterForm(forms.Form):
    until = forms.DateField(label=_("Until"), widget=forms.DateInput({"type": "date"}))

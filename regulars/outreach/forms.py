"""The shape of what is typed; the rules are in services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.kit.weaving import WovenForm
from regulars.outreach.channels.email.esps import ESPS, Esp
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
    # As one text, whatever the desk holds: plain words, or blocks as they are written in a file.
    body = forms.CharField(
        label=_("Words"), max_length=60_000, widget=forms.Textarea({"rows": 12, "data-letter": True})
    )
    name = forms.CharField(label=_("Name, for you"), max_length=120)
    purpose = forms.ChoiceField(label=_("What it is for"), choices=PURPOSES)
    has_offer = forms.BooleanField(
        label=_("There is an offer inside"),
        required=False,
        help_text=_("A discount, a voucher, a sale. Then it goes only to those who agreed to offers."),
    )
    field_order = ("name", "subject", "body", "purpose", "has_offer")


class VariantForm(WovenForm, LetterWords):
    """The same words in another language: what they are for stands with those in our own."""

    subject = forms.CharField(label=_("Subject"), max_length=300)
    body = forms.CharField(
        label=_("Words"), max_length=60_000, widget=forms.Textarea({"rows": 12, "data-letter": True})
    )
    field_order = ("subject", "body")


class BareForm(WordingForm):
    """Words for a text message or for paper: they have no subject."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["subject"]


class VariantBareForm(VariantForm):
    """The same in another language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["subject"]


class MailboxForm(forms.Form):
    """One way of sending. Which fields there are follows from the kind; what is secret is only entered, never shown."""

    preset = forms.CharField(widget=forms.HiddenInput)
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
    host = forms.CharField(label=_("Mail server"), max_length=253, required=False)
    port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65_535)
    security = forms.ChoiceField(label=_("Encryption"), choices=SendingAccount.Security.choices, required=False)
    username = forms.CharField(
        label=_("User name"),
        max_length=254,
        required=False,
        help_text=_("Empty: your e-mail address."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    read_answers = forms.BooleanField(
        label=_("Read answers from it as well"),
        required=False,
        help_text=_("Answers then stand beside the letters, and STOP is obeyed by itself. Nothing in it is changed."),
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
    largest_mb = forms.IntegerField(
        label=_("Largest letter, in MB"),
        required=False,
        min_value=1,
        max_value=40,
        help_text=_("Empty: 10. Many mailboxes refuse more than 20."),
    )
    starts_gently = forms.BooleanField(
        label=_("This address has written few letters so far: begin gently"),
        required=False,
        help_text=_(
            "50 letters on the first day, a few more each day, for three weeks; so nobody takes you for a spammer."
        ),
    )
    MORE = ("from_name", "reply_to", "per_day", "largest_mb", "starts_gently")

    def __init__(self, *args: Any, preset: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        esp, provider = ESPS.get(preset), PROVIDERS.get(preset)
        if esp is not None:
            self._keep(("preset", "from_address", *self.MORE))
            self._ask(esp)
        elif provider is not None and provider.regions:
            self._keep(("preset", "from_address", "username", "password", *self.MORE))
            self._choose_region([(region, region) for region in provider.regions])
        elif provider is not None and provider.host:
            self._keep(("preset", "from_address", "password", "read_answers", *self.MORE))
        elif provider is not None:
            for name in ("host", "port", "security"):
                self.fields[name].required = True

    def _keep(self, names: Sequence[str]) -> None:
        for name in [name for name in self.fields if name not in names]:
            del self.fields[name]

    def _ask(self, esp: Esp) -> None:
        for ask in esp.asks:
            secret = forms.PasswordInput({"autocomplete": "new-password"}, render_value=False)
            self.fields[ask.key] = forms.CharField(
                label=str(ask.label),
                max_length=300,
                required=False,
                help_text=str(ask.help_text) or self.base_fields["password"].help_text,
                widget=secret if ask.is_secret else forms.TextInput({"autocomplete": "off"}),
            )
        if esp.regions:
            self._choose_region([(region.key, region.label) for region in esp.regions])

    def _choose_region(self, regions: Sequence[tuple[str, Any]]) -> None:
        self.fields["region"] = forms.ChoiceField(label=_("Region"), choices=regions, required=False)

    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in (*self.MORE, "preset")]

    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]


class SelectorForm(forms.Form):
    selector = forms.CharField(
        label=_("Name of the key (selector)"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
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


class AnswerForm(forms.Form):
    """Words back to somebody who wrote. `step` tells a second answer from the first one sent twice."""

    says_optional = False

    step = forms.CharField(widget=forms.HiddenInput, max_length=40)
    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    body = forms.CharField(
        label=_("Your answer"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea({"rows": 8, "data-letter": True}),
    )


class SignInForm(forms.Form):
    """A sign-in at the provider, under a client id of one's own."""

    preset = forms.CharField(widget=forms.HiddenInput)
    sign_in_address = forms.CharField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    client_id = forms.CharField(label=_("Client id"), max_length=300, widget=forms.TextInput({"autocomplete": "off"}))
    client_secret = forms.CharField(
        label=_("Client secret, if there is one"),
        required=False,
        max_length=300,
        widget=forms.PasswordInput({"autocomplete": "new-password"}, render_value=False),
    )
    by_code = forms.BooleanField(
        label=_("I type a short code on another device"),
        required=False,
        help_text=_("For a machine that the provider cannot send you back to. Only Microsoft offers it."),
    )

    def __init__(self, *args: Any, has_codes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_codes:
            del self.fields["by_code"]


class EnclosureForm(forms.Form):
    file = forms.FileField(label=_("A file to go with it"), max_length=255)

"""Services that send for others, reached over the web: what each asks for, and where it differs. All of it is data.

The requests themselves are django-anymail's. Amazon SES stands among the mail servers (`providers`): it takes letters
over SMTP as well, where more can be said about each of them. MailerSend is missing: without its largest plan it takes
no List-Unsubscribe, and no offer may leave without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Ask:
    """One thing a service wants to know. What is secret is kept encrypted and never shown."""

    key: str
    label: Words
    is_secret: bool = True
    help_text: Words = ""


@dataclass(frozen=True)
class Region:
    key: str
    label: Words
    url: str


@dataclass(frozen=True)
class Esp:
    """One service. `sign` says how a request proves who asks; `look` is an address that changes nothing and wants it.

    `same_key` names the header under which a request may be repeated without a second letter.
    """

    key: str
    name: str
    url: str
    asks: tuple[Ask, ...]
    sign: str
    look: str
    hint: Words = ""
    regions: tuple[Region, ...] = ()
    same_key: str = ""
    more_headers: tuple[tuple[str, str], ...] = ()
    takes_pictures: bool = True
    backend: str = ""
    per_second: float = 5.0
    connections: int = 4

    @property
    def backend_path(self) -> str:
        return f"anymail.backends.{self.backend or self.key}.EmailBackend"

    def url_of(self, region: str) -> str:
        return next((one.url for one in self.regions if one.key == region), self.url)

    def secrets_of(self, told: Mapping[str, str]) -> dict[str, str]:
        return {ask.key: told.get(ask.key, "").strip() for ask in self.asks}


_KEY = _("API key")
_EU, _WORLD = _("European Union"), _("United States and elsewhere")
_SANDBOX = _("Your domain must be entered and confirmed there first.")

ESPS: dict[str, Esp] = {
    esp.key: esp
    for esp in (
        Esp(
            "postmark",
            "Postmark",
            "https://api.postmarkapp.com/",
            (Ask("server_token", _("Server token")),),
            "X-Postmark-Server-Token: {server_token}",
            "server",
            _SANDBOX,
            more_headers=(("X-PM-KeepID", "true"),),
        ),
        Esp(
            "brevo",
            "Brevo",
            "https://api.brevo.com/v3/",
            (Ask("api_key", _KEY),),
            "api-key: {api_key}",
            "account",
            _SANDBOX,
            takes_pictures=False,
        ),
        Esp(
            "mailgun",
            "Mailgun",
            "https://api.mailgun.net/v3/",
            (
                Ask("api_key", _KEY),
                Ask(
                    "sender_domain",
                    _("Sending domain"),
                    False,
                    _("As Mailgun calls it, such as mg.example.com."),
                ),
            ),
            "basic api:{api_key}",
            "domains/{sender_domain}",
            _SANDBOX,
            regions=(
                Region("us", _WORLD, "https://api.mailgun.net/v3/"),
                Region("eu", _EU, "https://api.eu.mailgun.net/v3/"),
            ),
        ),
        Esp(
            "mailjet",
            "Mailjet",
            "https://api.mailjet.com/v3.1/",
            (Ask("api_key", _KEY), Ask("secret_key", _("Secret key"))),
            "basic {api_key}:{secret_key}",
            "../v3/REST/apikey",
            _SANDBOX,
        ),
        Esp(
            "resend",
            "Resend",
            "https://api.resend.com/",
            (Ask("api_key", _KEY),),
            "Authorization: Bearer {api_key}",
            "domains",
            _SANDBOX,
            same_key="Idempotency-Key",
            per_second=2.0,
            connections=2,
        ),
        Esp(
            "sendgrid",
            "SendGrid",
            "https://api.sendgrid.com/v3/",
            (Ask("api_key", _KEY),),
            "Authorization: Bearer {api_key}",
            "scopes",
            _SANDBOX,
        ),
        Esp(
            "sparkpost",
            "SparkPost",
            "https://api.sparkpost.com/api/v1/",
            (Ask("api_key", _KEY),),
            "Authorization: {api_key}",
            "account",
            _SANDBOX,
            regions=(
                Region("us", _WORLD, "https://api.sparkpost.com/api/v1/"),
                Region("eu", _EU, "https://api.eu.sparkpost.com/api/v1/"),
            ),
        ),
        Esp(
            "mailtrap",
            "Mailtrap",
            "https://send.api.mailtrap.io/api/",
            (Ask("api_token", _("API token")),),
            "Api-Token: {api_token}",
            "https://mailtrap.io/api/accounts",
            _SANDBOX,
        ),
        Esp(
            "mandrill",
            "Mailchimp Transactional (Mandrill)",
            "https://mandrillapp.com/api/1.0/",
            (Ask("api_key", _KEY),),
            "body key={api_key}",
            "users/ping2.json",
            _SANDBOX,
        ),
    )
}

"""What we know of the usual mailboxes: server, port, and how many letters a day they let out."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Provider:
    key: str
    name: str | Promise
    host: str = ""
    port: int = 587
    security: str = "starttls"
    per_day: int | None = None
    per_second: float = 1.0
    connections: int = 2
    hint: str | Promise = ""
    # With regions the name of the server has a gap for one: host="mail.{region}.example.com".
    regions: tuple[str, ...] = ()

    @property
    def wants_app_password(self) -> bool:
        return self.key not in {"host", "ses"}


SES_REGIONS = (
    *("eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1"),
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
    *("ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "me-south-1"),
)

PROVIDERS = {
    provider.key: provider
    for provider in (
        Provider(
            "gmail",
            "Gmail",
            "smtp.gmail.com",
            per_day=450,
            hint=_(
                "Gmail lets out 500 letters a day; we stop at 450, so that you can still write yourself. "
                "It wants an app password."
            ),
        ),
        Provider(
            "google_workspace",
            "Google Workspace",
            "smtp.gmail.com",
            per_day=1800,
            hint=_("Google Workspace lets out 2,000 letters a day; we stop at 1,800. It wants an app password."),
        ),
        Provider(
            "microsoft",
            "Microsoft 365",
            "smtp.office365.com",
            per_day=9000,
            per_second=0.45,
            connections=1,
            hint=_(
                "Microsoft 365 lets out 30 letters a minute and 10,000 a day. "
                "“Authenticated SMTP” must be allowed for the mailbox."
            ),
        ),
        Provider(
            "icloud",
            "iCloud",
            "smtp.mail.me.com",
            per_day=900,
            hint=_("iCloud lets out 1,000 letters a day and wants an app password."),
        ),
        Provider(
            "yahoo",
            "Yahoo",
            "smtp.mail.yahoo.com",
            465,
            "tls",
            450,
            hint=_("Yahoo lets out 500 letters a day and wants an app password."),
        ),
        Provider(
            "ses",
            "Amazon SES",
            "email-smtp.{region}.amazonaws.com",
            per_second=10.0,
            connections=4,
            hint=_("Amazon SES gives a user name and a password for SMTP; they are not those of your Amazon account."),
            regions=SES_REGIONS,
        ),
        Provider("host", _("Another mail server"), per_second=5.0, connections=4),
    )
}

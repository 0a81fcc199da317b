"""The services that call us: by which of anymail's views each is read, and where it says that a fault is for good."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.inbound import AnymailInboundMessage
from anymail.webhooks.amazon_ses import AmazonSESInboundWebhookView, AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoInboundWebhookView, BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView, MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView, MailjetTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView, SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView, SparkPostTrackingWebhookView
from django.http import HttpRequest, QueryDict

from regulars.outreach.channels.email.news.svix import is_signed

Said = Mapping[str, Any]
PATIENCE_SECONDS = 10
DAY_SECONDS = 86_400
# What of Mailgun's old calls belongs to the try and not to the event.
MAILGUN_OF_THE_TRY = frozenset({"timestamp", "token", "signature"})


class _Sns:
    """Amazon's notices without its own library, which is only needed for what lies in its store."""

    def __init__(self, **kwargs: Any) -> None:
        AnymailBaseWebhookView.__init__(self, **kwargs)

    def auto_confirm_sns_subscription(self, sns_message: Said) -> None:
        """Amazon asks once whether the calls are wanted; whoever asks has proved to know our secret."""
        url = str(sns_message.get("SubscribeURL", ""))
        host = url.removeprefix("https://").partition("/")[0]
        is_amazon = host.startswith("sns.") and host.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        if not url.startswith("https://") or not is_amazon or "@" in host:
            raise AnymailWebhookValidationFailure("this is not Amazon's own address")
        requests.get(url, timeout=PATIENCE_SECONDS, allow_redirects=False).raise_for_status()


class SesTracking(_Sns, AmazonSESTrackingWebhookView):  # type: ignore[misc]
    pass


class SesInbound(_Sns, AmazonSESInboundWebhookView):  # type: ignore[misc]
    pass


class BrevoInbound(BrevoInboundWebhookView):  # type: ignore[misc]
    def _fetch_attachment(self, attachment: Said) -> Any:
        """Only the words are wanted: nothing is fetched."""
        return AnymailInboundMessage.construct_attachment("application/octet-stream", b"", attachment.get("Name"))


class ResendTracking(ResendTrackingWebhookView):  # type: ignore[misc]
    """Anymail needs a package for what is one HMAC."""

    def __init__(self, svix_secret: str = "", **kwargs: Any) -> None:
        self.svix_secret = svix_secret
        super().__init__(signing_secret=None, **kwargs)

    def validate_request(self, request: HttpRequest) -> None:
        if self.svix_secret and not is_signed(self.svix_secret, request.headers, request.body):
            raise AnymailWebhookValidationFailure("wrong signature")


@dataclass(frozen=True)
class Teller:
    """One service. `signed_by` is what its view calls the key of its signatures; `is_hard` may say None: not told.

    `named` is what of a call tells an event from all others, where anymail's own number for it changes with every try.
    """

    tracking: type[Any]
    is_hard: Callable[[Said], bool | None]
    inbound: type[Any] | None = None
    is_inbound: Callable[[HttpRequest], bool] = lambda request: False
    signed_by: str = ""
    more: tuple[tuple[str, str], ...] = ()
    named: Callable[[Said], str | None] | None = None

    def view_for(self, request: HttpRequest) -> type[Any]:
        return self.inbound if self.inbound is not None and self.is_inbound(request) else self.tracking


def _json(request: HttpRequest) -> Any:
    return json.loads(request.body or b"null")


def _is_dict_with(request: HttpRequest, name: str, without: str) -> bool:
    told = _json(request)
    return isinstance(told, dict) and name in told and without not in told


def _is_mailgun_letter(request: HttpRequest) -> bool:
    return request.content_type != "application/json" and request.POST.get("event", "inbound") == "inbound"


def _is_relayed(request: HttpRequest) -> bool:
    told = _json(request)
    return isinstance(told, list) and any("relay_message" in one.get("msys", {}) for one in told)


def _is_received(request: HttpRequest) -> bool:
    try:
        return bool(json.loads(_json(request).get("Message", "{}")).get("notificationType") == "Received")
    except (ValueError, AttributeError):
        return False


def _mailgun(said: Said) -> bool | None:
    data = said.get("event-data")
    return None if not isinstance(data, dict) or "severity" not in data else data["severity"] == "permanent"


def _named_by_mailgun(said: Said) -> str:
    """Each try of a call bears a token of its own, so that does not name it. The event's number is unique for a day."""
    if isinstance(said, QueryDict):
        whole = {name: values for name, values in said.lists() if name not in MAILGUN_OF_THE_TRY}
        return _hash_of(whole)
    data = said.get("event-data")
    if not isinstance(data, dict) or not data.get("id"):
        return _hash_of(data)
    return f"{data['id']} {float(data.get('timestamp') or 0) // DAY_SECONDS:.0f}"


def _hash_of(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _resend(said: Said) -> bool | None:
    bounce = said.get("data", {}).get("bounce", {})
    kind = bounce.get("type")
    return "hard bounce" in bounce.get("message", "") if kind is None else kind == "Permanent"


TELLERS: dict[str, Teller] = {
    "postmark": Teller(
        PostmarkTrackingWebhookView,
        lambda said: {said.get("Type"), said.get("SuppressionReason")} & {"HardBounce", "BadEmailAddress"} != set(),
        PostmarkInboundWebhookView,
        lambda request: _is_dict_with(request, "FromFull", "RecordType"),
    ),
    "brevo": Teller(
        BrevoTrackingWebhookView,
        lambda said: said.get("event") in {"hard_bounce", "invalid_email"},
        BrevoInbound,
        lambda request: _is_dict_with(request, "items", "event"),
        more=(("api_key", "none is needed"),),
    ),
    "mailgun": Teller(
        MailgunTrackingWebhookView,
        _mailgun,
        MailgunInboundWebhookView,
        _is_mailgun_letter,
        "webhook_signing_key",
        named=_named_by_mailgun,
    ),
    "mailjet": Teller(
        MailjetTrackingWebhookView,
        lambda said: bool(said.get("hard_bounce")),
        MailjetInboundWebhookView,
        lambda request: _is_dict_with(request, "Headers", "event"),
    ),
    "resend": Teller(ResendTracking, _resend, signed_by="svix_secret"),
    "sendgrid": Teller(
        SendGridTrackingWebhookView,
        lambda said: said.get("type", "bounce") == "bounce",
        SendGridInboundWebhookView,
        lambda request: request.content_type == "multipart/form-data",
        "tracking_webhook_verification_key",
    ),
    "sparkpost": Teller(
        SparkPostTrackingWebhookView,
        lambda said: _bounce_class(said) in {"10", "30", "90"},
        SparkPostInboundWebhookView,
        _is_relayed,
    ),
    "mailtrap": Teller(MailtrapTrackingWebhookView, lambda said: said.get("event") == "bounce"),
    "mandrill": Teller(
        MandrillCombinedWebhookView, lambda said: said.get("event") == "hard_bounce", signed_by="webhook_key"
    ),
    "ses": Teller(
        SesTracking, lambda said: said.get("bounce", {}).get("bounceType") == "Permanent", SesInbound, _is_received
    ),
}


def _bounce_class(said: Said) -> str:
    inside: Said = next(iter(said.get("msys", {}).values()), {})
    return str(inside.get("bounce_class", ""))

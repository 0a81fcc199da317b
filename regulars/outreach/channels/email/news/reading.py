"""Read one call of a service: is it theirs, and what does it say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests
from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailBasicAuthMixin
from django.http import HttpRequest

from regulars.outreach.channels.email.news.tellers import TELLERS, Teller
from regulars.outreach.channels.email.news.telling import News, news_of

ODD = (AnymailError, AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError)


class NotProved(Exception):
    """The call does not prove who calls."""


class NotUnderstood(Exception):
    """The call is proved and makes no sense."""


@dataclass(frozen=True)
class Heard:
    news: tuple[News, ...] = ()
    mails: tuple[bytes, ...] = ()


def read_news(request: HttpRequest, service: str, *, password: str, signing_key: str = "", address: str = "") -> Heard:
    """What a call says. It proves itself by "user:password", and by its signature where we know the key of those."""
    teller = TELLERS[service]
    try:
        view = _view(request, teller, password, signing_key, address)
        _prove(view, request, is_signed=bool(signing_key) or not teller.signed_by)
        events = view.parse_events(request)
        return _sorted(events, teller)
    except AnymailWebhookValidationFailure as fault:
        raise NotProved(str(fault)) from fault
    except requests.RequestException as fault:
        raise NotUnderstood("Amazon did not answer") from fault
    except ODD as fault:
        raise NotUnderstood(f"{type(fault).__name__}: {fault}"[:200]) from fault


def _view(request: HttpRequest, teller: Teller, password: str, key: str, address: str) -> Any:
    told = dict(teller.more)
    make = teller.view_for(request)
    if teller.signed_by and (make is teller.tracking or teller.signed_by == "webhook_signing_key"):
        told[teller.signed_by] = key or ("-" if teller.signed_by == "webhook_signing_key" else "")
    if teller.signed_by == "webhook_key":
        told["webhook_url"] = address
    return make(webhook_secret=password, **told)


def _prove(view: Any, request: HttpRequest, *, is_signed: bool) -> None:
    if is_signed:
        view.run_validators(request)
    else:
        AnymailBasicAuthMixin.validate_request(view, request)


def _sorted(events: Sequence[Any], teller: Teller) -> Heard:
    letters = [event for event in events if event.event_type == "inbound"]
    said = [one for event in events if event.event_type != "inbound" for one in news_of(event, teller)]
    return Heard(tuple(said), tuple(event.message.as_bytes() for event in letters))

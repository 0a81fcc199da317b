"""Calls as sending services make them, built from samples nobody here wrote, with the proof each brings."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from regulars.outreach.tests.real_mail import BOUNCES

CALLS = BOUNCES / "provider_webhooks"
needs_calls = pytest.mark.skipif(not CALLS.is_dir(), reason="the folder of real webhook calls is not here")
PASSWORD, KEY = "regulars:a-long-secret", "the-signing-key"
ADDRESS = "https://regulars:a-long-secret@maya.example/hooks/mail/token/"
LETTER = base64.b64encode(b"From: a@example.org\nMessage-ID: <a@example.org>\n\nHello").decode()
SERVICE = {"amazon_ses": "ses"}


def samples() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(CALLS.glob("*/*__test_*.json")):
        yield f"{path.parent.name}/{path.stem.partition('__test_')[2]}", json.loads(path.read_text())


def service_of(name: str) -> str:
    group = Path(name).parent.name.removesuffix("_webhooks").removesuffix("_inbound")
    return SERVICE.get(group, group)


def the_call(service: str, payload: Any, *, secret: str = PASSWORD, **headers: str) -> HttpRequest:
    """What the service would send for this payload."""
    proof = base64.b64encode(secret.encode()).decode()
    payload = _filled(payload)
    make = {"mandrill": _mandrill, "mailgun": _mailgun, "ses": _ses}.get(service, _as_json)
    request = make(payload)
    request.META |= {"HTTP_AUTHORIZATION": f"Basic {proof}", **request.META.get("more", {}), **headers}
    return request


def _filled(part: Any) -> Any:
    """The samples name some contents by the expression they came from: any base64 does there."""
    if isinstance(part, dict):
        return {key: _filled(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value) for value in part]
    return LETTER if isinstance(part, str) and part.startswith("<<") else part


def _as_json(payload: Any) -> HttpRequest:
    said = payload.get("raw_event", payload) if isinstance(payload, dict) else payload
    return RequestFactory().post("/hooks/mail/token/", json.dumps(said), content_type="application/json")


def _mandrill(payload: Any) -> HttpRequest:
    events = payload.get("raw_events") or [payload[name] for name in ("raw_event",) if name in payload]
    form = {"mandrill_events": json.dumps(events)}
    signed = ADDRESS + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.new(KEY.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    request = RequestFactory().post("/hooks/mail/token/", form)
    request.META["HTTP_X_MANDRILL_SIGNATURE"] = signature
    return request


def _mailgun(payload: dict[str, Any]) -> HttpRequest:
    if "event-data" in payload:
        told = dict(payload.get("signature", {}))
        return _as_json({**payload, "signature": _signed(told)})
    form = {key: json.dumps(value) if isinstance(value, list | dict) else value for key, value in payload.items()}
    return RequestFactory().post("/hooks/mail/token/", {**form, **_signed(payload)})


def _signed(told: dict[str, Any]) -> dict[str, str]:
    at, token = str(told.get("timestamp", 1534108637)), str(told.get("token", "a-token"))
    right = hmac.new(KEY.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": at, "token": token, "signature": right}


def _ses(payload: dict[str, Any]) -> HttpRequest:
    message = {"Type": "Notification", "MessageId": "sns-1", **payload["raw_sns_message"]}
    message["Message"] = json.dumps(payload["raw_ses_event"])
    request = _as_json(message)
    request.META |= {"HTTP_X_AMZ_SNS_MESSAGE_TYPE": message["Type"], "HTTP_X_AMZ_SNS_MESSAGE_ID": message["MessageId"]}
    return request

"""Where providers of text messages call us: answers that came in, and what became of ours.

Open to the world and without a sign-in, so each call proves itself: Twilio by its signature over address and fields,
others by an HMAC of the body. What is not proved is turned away before anything is looked up or kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from regulars.kit.business import business
from regulars.kit.errors import Refusal
from regulars.outreach.channels.text.adapters import twilio
from regulars.outreach.channels.text.adapters.http import Options, found_at, is_signed, listed
from regulars.outreach.channels.text.receipts import take_receipt
from regulars.outreach.channels.text.receiving import Incoming, receive_text
from regulars.outreach.models import TextAccount
from regulars.staff.doors import open_to_everyone

LONGEST = 64 * 1024
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
Act = Callable[[TextAccount, Mapping[str, Any]], None]


@open_to_everyone
@csrf_exempt
@never_cache
@require_POST
def incoming(request: HttpRequest, hook: str) -> HttpResponse:
    """A text came in."""
    return _heard(request, hook, _take_in)


@open_to_everyone
@csrf_exempt
@never_cache
@require_POST
def receipts(request: HttpRequest, hook: str) -> HttpResponse:
    """A word about a text of ours."""
    return _heard(request, hook, _take_word)


def _heard(request: HttpRequest, hook: str, act: Act) -> HttpResponse:
    """Check size and proof, then act; 404 for whoever proves nothing, so that nobody learns what is there."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = LONGEST + 1
    if length > LONGEST:
        return HttpResponse(status=413)
    account = TextAccount.objects.filter(hook=hook, is_active=True).first()
    if account is None:
        return HttpResponse(status=404)
    try:
        told = _proved(request, account)
    except Refusal:
        told = None
    if told is None:
        return HttpResponse(status=404)
    act(account, told)
    is_twilio = account.provider == TextAccount.Provider.TWILIO
    return HttpResponse(TWIML if is_twilio else "", content_type="text/xml" if is_twilio else "text/plain")


def _proved(request: HttpRequest, account: TextAccount) -> dict[str, Any] | None:
    """What the call says, if it proves who calls; else None."""
    body = request.body
    if len(body) > LONGEST:
        return None
    if account.provider == TextAccount.Provider.TWILIO:
        pairs = [(name, value) for name, values in request.POST.lists() for value in map(str, values)]
        url = f"{business().public_address.rstrip('/')}{request.get_full_path()}"
        given = request.headers.get("X-Twilio-Signature", "")
        return {**dict(pairs), **_asked(request)} if twilio.is_signed(account.password, url, pairs, given) else None
    given = request.headers.get(Options.of(account.options).signed_in, "")
    if account.provider != TextAccount.Provider.HTTP or not is_signed(account.hook_secret, body, given):
        return None
    return {**_read(request, body), **_asked(request)}


def _asked(request: HttpRequest) -> dict[str, str]:
    """The key that we wrote into the address ourselves."""
    return {" key": request.GET["key"][:64]} if "key" in request.GET else {}


def _read(request: HttpRequest, body: bytes) -> dict[str, Any]:
    if request.content_type == "application/x-www-form-urlencoded":
        return {name: str(value) for name, value in request.POST.items()}
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _take_in(account: TextAccount, told: Mapping[str, Any]) -> None:
    if account.provider == TextAccount.Provider.TWILIO:
        name, sender, words = (str(told.get(key, "")) for key in ("MessageSid", "From", "Body"))
    else:
        options = Options.of(account.options)
        name, sender, words = (found_at(told, path) for path in (options.in_id, options.in_from, options.in_text))
    if not sender or not words.strip():
        return
    name = name or hashlib.sha256(json.dumps(dict(told), sort_keys=True, default=str).encode()).hexdigest()
    receive_text(account, Incoming(name, sender, words))


def _take_word(account: TextAccount, told: Mapping[str, Any]) -> None:
    if account.provider == TextAccount.Provider.TWILIO:
        name = str(told.get(" key") or told.get("MessageSid") or told.get("SmsSid") or "")
        status, code = (
            twilio.status_of({key: str(value) for key, value in told.items()}),
            str(told.get("ErrorCode", "")),
        )
    else:
        options = Options.of(account.options)
        name = str(told.get(" key") or found_at(told, options.status_id))
        status = _status_of(options, found_at(told, options.status_path))
        code = found_at(told, options.error_path)
    if name and status:
        take_receipt(account, name, status, code)


def _status_of(options: Options, said: str) -> str:
    if said in listed(options.delivered_values):
        return "delivered"
    if said in listed(options.failed_values):
        return "failed"
    return "accepted" if said else ""

"""How Resend signs: an HMAC over name, moment and body, under a key that was agreed on. Old calls do not count."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from regulars.kit import clock

OLDEST_SECONDS = 300


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    name, at, given = (headers.get(f"svix-{part}", "") for part in ("id", "timestamp", "signature"))
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        age = abs(clock.now().timestamp() - int(at))
    except (binascii.Error, ValueError):
        return False
    if not name or age > OLDEST_SECONDS:
        return False
    right = base64.b64encode(hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest())
    signatures = (one.partition(",")[2].encode() for one in given.split())
    return any(hmac.compare_digest(right, one) for one in signatures)

"""Is there a key with which letters of a domain are signed (DKIM, RFC 6376), and is it any good?"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from regulars.outreach.channels.email.identity.findings import Finding, Mark
from regulars.outreach.channels.email.identity.resolver import NoAnswer, Resolver

TOO_SHORT_BITS, SHORT_BITS = 1024, 2048
BEST_FIRST: tuple[Mark, ...] = ("good", "better", "unknown", "bad")


def check_dkim(domain: str, selectors: Sequence[str], resolver: Resolver, *, is_asked: bool = False) -> Finding:
    """Look for a key under each name; the best one counts. `is_asked`: the owner said the name."""
    found: list[Finding] = []
    for selector in selectors:
        try:
            found += _at(domain, selector, resolver)
        except NoAnswer:
            found.append(Finding("dkim", "unknown", "no_answer", {"name": f"{selector}._domainkey.{domain}"}))
    if found:
        return min(found, key=lambda one: BEST_FIRST.index(one.mark))
    code = "not_there" if is_asked else "not_found"
    return Finding("dkim", "bad" if is_asked else "unknown", code, {"selectors": list(selectors), "domain": domain})


def _at(domain: str, selector: str, resolver: Resolver) -> list[Finding]:
    texts = [text for text in resolver.txt(f"{selector}._domainkey.{domain}") if "p=" in text.replace(" ", "")]
    return [_judged(selector, tags_of(text)) for text in texts[:1]]


def tags_of(text: str) -> dict[str, str]:
    """The tags of a record: "v=DKIM1; k=rsa; p=…"."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _sign, value in pairs if name.strip()}


def _judged(selector: str, tags: dict[str, str]) -> Finding:
    key, facts = "".join(tags.get("p", "").split()), {"selector": selector}
    if not key:
        return Finding("dkim", "bad", "revoked", facts)
    bits = key_bits(key, tags.get("k", "rsa"))
    if not bits:
        return Finding("dkim", "bad", "unreadable", facts)
    facts_too: dict[str, object] = {**facts, "bits": bits}
    if tags.get("k", "rsa").lower() == "rsa" and bits < TOO_SHORT_BITS:
        return Finding("dkim", "bad", "too_short", facts_too)
    if "y" in tags.get("t", "").lower().split(":"):
        return Finding("dkim", "better", "testing", facts_too)
    if tags.get("k", "rsa").lower() == "rsa" and bits < SHORT_BITS:
        return Finding("dkim", "better", "short", facts_too)
    return Finding("dkim", "good", "good", facts_too)


def key_bits(key: str, kind: str) -> int:
    """How long a published key is; 0 where it is none."""
    try:
        raw = base64.b64decode(key, validate=True)
        if kind.lower() == "ed25519":
            return 256 if len(raw) == 32 else 0
        public = load_der_public_key(raw)
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return 0
    return public.key_size if isinstance(public, RSAPublicKey) else 0

"""Secrets at rest: encrypted with the installation's key, hashed where only equality matters."""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal


@lru_cache(maxsize=32)
def _derived(root: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"regulars", info=purpose.encode()).derive(root.encode())


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(settings.SECRET_KEY, "secrets at rest")))


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """Open what `encrypt` closed; refused when it was closed under another key."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refusal(_("This was stored under another key and cannot be read. Enter it again.")) from None


def keyed_hash(text: str, purpose: str) -> str:
    """The same text gives the same 64 hex digits here and nowhere else; nobody gets from the digits to the text."""
    return hmac.digest(_derived(settings.SECRET_KEY, f"hash: {purpose}"), text.encode(), "sha256").hex()


def new_token() -> str:
    """A token for a link: 192 random bits. Store only its keyed hash."""
    return secrets.token_urlsafe(24)


class EncryptedTextField(models.TextField[str, str]):
    """Text that is encrypted in the database and plain in Python. It cannot be searched; never put it into a form's
    initial value."""

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return decrypt(value) if value else value

"""How a token is said to a mail server."""

from __future__ import annotations


def bearer(user: str, token: str) -> str:
    """What SMTP and IMAP want to hear for XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"

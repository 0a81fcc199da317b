"""Links that open a phone's own program with the words ready. The owner presses send, or does not."""

from __future__ import annotations

from urllib.parse import quote

import segno
from django.utils.safestring import SafeString


def sms_link(number: str, text: str) -> str:
    """Open the text message program. iPhones want the words after "&", Android after "?"; both read "?&"."""
    return f"sms:{_dialled(number)}?&body={quote(text, safe='')}"


def whatsapp_link(number: str, text: str) -> str:
    """Open WhatsApp, which wants the number with its country and digits only."""
    return f"https://wa.me/{_dialled(number).lstrip('+')}?text={quote(text, safe='')}"


def call_link(number: str) -> str:
    return f"tel:{_dialled(number)}"


def _dialled(number: str) -> str:
    """Digits and a leading plus, nothing that could end the link."""
    plus = "+" if number.strip().startswith("+") else ""
    return plus + "".join(sign for sign in number if sign.isascii() and sign.isdigit())


def qr_of(link: str) -> SafeString:
    """The link as a drawing for a phone's camera; empty where the words are too long for one."""
    try:
        code = segno.make(link, error="l", micro=False)
    except segno.DataOverflowError:
        return SafeString("")
    return SafeString(code.svg_inline(scale=4, omitsize=True, svgclass="qr", lineclass=None))

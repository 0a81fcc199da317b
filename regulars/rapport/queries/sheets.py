"""What the code on the counter opens, and whether it works outside the shop's Wi-Fi."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from regulars.kit import lan
from regulars.kit.business import business
from regulars.people.addresses import e164
from regulars.rapport.models import AskingPage, SheetWay


@dataclass(frozen=True)
class Code:
    """One code: what it holds, its drawing, and what has to be said beside it."""

    way: str
    holds: str
    shown: str
    is_wifi_only: bool = False

    @property
    def drawing(self) -> SafeString:
        """The code as SVG that fills its box; no words of anybody's get into it but as dots."""
        code = segno.make(self.holds, error="m", micro=False)
        drawn = code.svg_inline(omitsize=True, border=3, svgclass=None, lineclass=None, dark="#000", light="#fff")
        return mark_safe(drawn)  # noqa: S308  # drawn by segno


def page_address(page: AskingPage, opened_at: str = "") -> str:
    """Where the page is found by a phone: public, else in the Wi-Fi, else where the owner opened it; "" for nowhere.

    `opened_at` is the root of the address the owner is looking at; their own machine's name for itself is no use, and
    then the address counts under which the server listens to the network, if it does.
    """
    if not page.token or not page.is_on:
        return ""
    root = root_for_strangers(page, opened_at)
    return f"{root}{reverse('enquiries:ask', args=[page.token])}" if root else ""


def root_for_strangers(page: AskingPage, opened_at: str = "") -> str:
    """Where a page of ours is found by a phone that is not signed in, without the slash at its end; "" for nowhere."""
    in_the_wifi = page.shop_address or ("" if is_own_name(opened_at) else opened_at) or lan.address_for_phones()
    return (business().public_address or in_the_wifi).rstrip("/")


def code_of(page: AskingPage, opened_at: str = "") -> Code | None:
    """The code for the way that was chosen, or the first other way there is; None when the shop has no way at all."""
    order = [page.way, SheetWay.PAGE, SheetWay.EMAIL, SheetWay.TEXT, SheetWay.CALL]
    return next((code for way in order if (code := _code(page, way, opened_at))), None)


def is_own_name(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return not host or host == "localhost" or host.startswith("127.") or host in {"::1", "0.0.0.0"}  # noqa: S104


def is_in_the_wifi(address: str) -> bool:
    """Does this address lead somewhere only from inside the house?"""
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".home", ".internal"))


def _code(page: AskingPage, way: str, opened_at: str) -> Code | None:
    phone = e164(page.phone, business().country) or page.phone.replace(" ", "")
    if way == SheetWay.PAGE and (address := page_address(page, opened_at)):
        return Code(way, address, address, is_in_the_wifi(address))
    if way == SheetWay.EMAIL and page.email:
        subject = quote(_("A question"))
        return Code(way, f"mailto:{quote(page.email, safe='@')}?subject={subject}", page.email)
    if way == SheetWay.TEXT and page.phone:
        return Code(way, f"sms:{phone}", page.phone)
    if way == SheetWay.CALL and page.phone:
        return Code(way, f"tel:{phone}", page.phone)
    return None

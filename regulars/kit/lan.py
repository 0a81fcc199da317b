"""This computer's address on the shop's own network, for a phone that stands in the same Wi-Fi."""

from __future__ import annotations

import ipaddress
import os
import socket

BOUND = "REGULARS_BOUND"  # written by `regulars serve`: host and port it listens on


def own_address() -> str:
    """The address other devices reach this computer by; "" where there is no network. Sends nothing anywhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: choosing the way out is all that happens
            found = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if ipaddress.ip_address(found).is_loopback else found


def bound() -> tuple[str, int] | None:
    """Where the running server listens, if it was started by `regulars serve`."""
    host, _space, port = os.environ.get(BOUND, "").rpartition(" ")
    return (host, int(port)) if host and port.isdigit() else None


def is_open_to_the_network() -> bool:
    """Do other devices reach the server at all, or only this computer itself?"""
    place = bound()
    return place is not None and place[0] not in {"127.0.0.1", "localhost", "::1"}


def address_for_phones() -> str:
    """http://… of this computer in the shop's network; "" where phones cannot reach it."""
    place = bound()
    if place is None or not is_open_to_the_network() or not (own := own_address()):
        return ""
    return f"http://{own if place[0] in {'0.0.0.0', '::'} else place[0]}:{place[1]}"  # noqa: S104  # a comparison

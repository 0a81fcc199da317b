"""Does the world believe that our letters are ours? SPF, DKIM and DMARC of the sender's domain, read and judged."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.outreach.channels.email.identity.dkim import check_dkim
from regulars.outreach.channels.email.identity.dmarc import check_dmarc
from regulars.outreach.channels.email.identity.findings import Finding, Mark, Record
from regulars.outreach.channels.email.identity.resolver import Dns, NoAnswer, Resolver
from regulars.outreach.channels.email.identity.senders import CARRIERS, Carries, free_mail, is_theirs
from regulars.outreach.channels.email.identity.spf import check_spf

__all__ = ["Dns", "Finding", "Mark", "NoAnswer", "Record", "Resolver", "looked_up"]


def looked_up(address: str, preset: str, host: str, resolver: Resolver, *, selector: str = "") -> list[Finding]:
    """Judge a sender's address for one way of sending. A handful of questions to the domain name system."""
    domain = address.rpartition("@")[2].lower()
    if owner := free_mail(domain):
        mark: Mark = "good" if is_theirs(owner, host) else "bad"
        return [
            Finding("sender", mark, "free_theirs" if mark == "good" else "free", {"owner": owner, "domain": domain})
        ]
    carries = CARRIERS.get(preset, Carries())
    names: Sequence[str] = (selector,) if selector else carries.selectors
    dkim = check_dkim(domain, names, resolver, is_asked=bool(selector))
    # A service that takes its own returns speaks for itself in SPF; for the sender it can only sign.
    spf = (
        None if not carries.is_in_spf else check_spf(domain, resolver, include=carries.include, host=_own(preset, host))
    )
    held: tuple[Mark, str] = ("unknown", "") if spf is None or carries.returns_home else (spf.mark, domain)
    dmarc = check_dmarc(domain, resolver, reports_to=address, spf=held, dkim=(dkim.mark, domain))
    return [one for one in (spf, dkim, dmarc) if one is not None]


def _own(preset: str, host: str) -> str:
    return host if preset == "host" else ""

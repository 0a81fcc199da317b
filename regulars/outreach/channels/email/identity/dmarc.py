"""What a domain asks of those who receive letters in its name (DMARC, RFC 7489), and whether ours would pass.

Whose record counts is found by walking up the name, as the newer drafts do: no list of public suffixes is needed.
"""

from __future__ import annotations

from regulars.outreach.channels.email.identity.dkim import tags_of
from regulars.outreach.channels.email.identity.findings import Finding, Mark, Record
from regulars.outreach.channels.email.identity.resolver import NoAnswer, Resolver

POLICIES = ("none", "quarantine", "reject")
MOST_STEPS = 8


def records_at(domain: str, resolver: Resolver) -> list[str]:
    texts = resolver.txt(f"_dmarc.{domain}")
    return [text for text in texts if text.replace(" ", "").lower().startswith("v=dmarc1")]


def found_for(domain: str, resolver: Resolver) -> tuple[str, list[str]]:
    """The nearest record up the name, and where it stands; the organisation's where the domain has none of its own."""
    labels = domain.lower().rstrip(".").split(".")
    for start in range(min(len(labels) - 1, MOST_STEPS)):
        at = ".".join(labels[start:])
        records = records_at(at, resolver)
        if records and not (start and tags_of(records[0]).get("psd", "").lower() == "y"):
            return at, records
    return "", []


def organisation_of(domain: str, resolver: Resolver) -> str:
    """The topmost name that speaks for this domain; the domain itself where none does."""
    labels, found = domain.lower().rstrip(".").split("."), domain.lower()
    for start in range(min(len(labels) - 1, MOST_STEPS)):
        at = ".".join(labels[start:])
        records = records_at(at, resolver)
        if records and tags_of(records[0]).get("psd", "").lower() != "y":
            found = at
    return found


def is_aligned(ours: str, theirs: str, mode: str, resolver: Resolver) -> bool:
    """Do two names count as one sender? Strictly only when they are the same; else when one organisation has both."""
    ours, theirs = ours.lower().rstrip("."), theirs.lower().rstrip(".")
    if ours == theirs or mode.lower() == "s" or not theirs:
        return ours == theirs
    one, other = organisation_of(ours, resolver), organisation_of(theirs, resolver)
    return one == other or _is_under(theirs, one) or _is_under(ours, other)


def _is_under(name: str, above: str) -> bool:
    return name == above or name.endswith(f".{above}")


def check_dmarc(
    domain: str, resolver: Resolver, *, reports_to: str, spf: tuple[Mark, str], dkim: tuple[Mark, str]
) -> Finding:
    """Judge the record, and with it our letters: one of SPF and DKIM must hold, under a name that fits the sender's.

    `spf` and `dkim` are how these stand, and the domain each speaks for.
    """
    fresh = Record(f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:{reports_to}")
    try:
        at, records = found_for(domain, resolver)
        if not records:
            return Finding("dmarc", "better", "none", record=fresh)
        if len(records) > 1:
            return Finding("dmarc", "bad", "several", {"n": len(records), "at": at}, Record(f"_dmarc.{at}", records[0]))
        tags = tags_of(records[0])
        policy = _policy(tags, is_own=at == domain)
        if policy not in POLICIES:
            return Finding("dmarc", "bad", "unreadable", {"record": records[0][:300]}, fresh)
        passes = _passes(domain, spf, tags.get("aspf", "r"), resolver) or _passes(
            domain, dkim, tags.get("adkim", "r"), resolver
        )
        return _judged(policy, passes, {"policy": policy, "at": at, "record": records[0][:300],
                                        "spf_strict": tags.get("aspf", "r").lower() == "s",
                                        "dkim_strict": tags.get("adkim", "r").lower() == "s"}, dkim[0])  # fmt: skip
    except NoAnswer:
        return Finding("dmarc", "unknown", "no_answer", {"name": f"_dmarc.{domain}"})


def _policy(tags: dict[str, str], *, is_own: bool) -> str:
    return (tags.get("p", "") if is_own else tags.get("sp", tags.get("p", ""))).lower()


def _passes(domain: str, held: tuple[Mark, str], mode: str, resolver: Resolver) -> bool:
    mark, theirs = held
    return mark in {"good", "better"} and is_aligned(domain, theirs, mode, resolver)


def _judged(policy: str, passes: bool, facts: dict[str, object], dkim: Mark) -> Finding:
    if passes:
        return Finding("dmarc", "good", "watching" if policy == "none" else "good", facts)
    if dkim == "unknown":
        return Finding("dmarc", "unknown", "unsure", facts)
    return Finding("dmarc", "better" if policy == "none" else "bad", "fails", facts)

"""Who may send for a domain (SPF, RFC 7208): the record, what it includes, and whether our way is among it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from regulars.outreach.channels.email.identity.findings import Finding, Record
from regulars.outreach.channels.email.identity.resolver import NoAnswer, Resolver

MOST_LOOKUPS = 10
MOST_EMPTY = 2
COSTLY = ("include", "a", "mx", "ptr", "exists")


@dataclass
class Walk:
    """What a record allows once everything it includes is read. `lookups` counts as a receiving server does."""

    lookups: int = 0
    empty: int = 0
    includes: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def is_too_long(self) -> bool:
        return self.lookups > MOST_LOOKUPS


def records_of(domain: str, resolver: Resolver) -> list[str]:
    return [text for text in resolver.txt(domain) if text.lower().split(" ")[0] == "v=spf1"]


def check_spf(domain: str, resolver: Resolver, *, include: str = "", host: str = "") -> Finding:
    """Say whether the domain lets letters go by our way: a provider's `include`, or the address of our mail `host`."""
    try:
        records = records_of(domain, resolver)
        if not records:
            return Finding("spf", "bad", "none", record=Record(domain, _fresh(include, host)))
        if len(records) > 1:
            return Finding("spf", "bad", "several", {"n": len(records)}, Record(domain, merged(records, include)))
        walk = walked(domain, records[0], resolver)
        return _judged(domain, records[0], walk, include, host, resolver)
    except NoAnswer:
        return Finding("spf", "unknown", "no_answer", {"name": domain})


def _judged(domain: str, record: str, walk: Walk, include: str, host: str, resolver: Resolver) -> Finding:
    facts = {"lookups": walk.lookups, "record": record[:300]}
    if walk.is_too_long:
        return Finding("spf", "bad", "too_many", {**facts, "includes": walk.includes[:12]})
    if walk.broken:
        return Finding("spf", "bad", "broken", {**facts, "name": walk.broken[0]})
    ending = _ending(record)
    if ending == "+all":
        return Finding("spf", "bad", "everybody", facts, Record(domain, with_ending(record, "~all")))
    if include and include not in walk.includes:
        return Finding(
            "spf", "bad", "not_ours", {**facts, "include": include}, Record(domain, with_include(record, include))
        )
    if ending in {"?all", ""} and "redirect=" not in record.lower():
        return Finding("spf", "better", "open_end", facts, Record(domain, with_ending(record, "~all")))
    if not include and host and not _holds(walk, host, resolver):
        return Finding(
            "spf", "better", "unsure", {**facts, "host": host}, Record(domain, with_include(record, f"a:{host}"))
        )
    return Finding("spf", "good", "good", facts)


def walked(domain: str, record: str, resolver: Resolver) -> Walk:
    """Read a record and all it includes, stopping where a receiving server would."""
    walk = Walk()
    _walk(domain, record, resolver, walk, {domain})
    return walk


def _walk(domain: str, record: str, resolver: Resolver, walk: Walk, seen: set[str]) -> None:
    for term in record.split()[1:]:
        if walk.is_too_long:
            return
        name, value = _parts(term)
        if name in COSTLY or name == "redirect":
            walk.lookups += 1
        if name in {"include", "redirect"}:
            _follow(value, resolver, walk, seen, is_include=name == "include")
        elif name in {"ip4", "ip6"}:
            walk.networks.append(value)
        elif name == "a":
            walk.hosts.append(value.partition("/")[0] or domain)
        elif name == "mx":
            walk.hosts += resolver.exchangers(value.partition("/")[0] or domain)[:10]


def _follow(name: str, resolver: Resolver, walk: Walk, seen: set[str], *, is_include: bool) -> None:
    name = name.lower().rstrip(".")
    if is_include:
        walk.includes.append(name)
    if name in seen or "%" in name:
        return
    seen.add(name)
    inner = records_of(name, resolver)
    if len(inner) != 1:
        walk.empty += 1
        walk.broken.append(name)
        return
    _walk(name, inner[0], resolver, walk, seen)


def _parts(term: str) -> tuple[str, str]:
    """The name of a term, and what stands behind it: "~include:a.example" is include, a.example."""
    bare = term.lstrip("+-~?")
    sign = next((sign for sign in bare if sign in ":=/"), "")
    name, _sign, value = bare.partition(sign) if sign else (bare, "", "")
    return name.lower(), f"/{value}" if sign == "/" else value


def _ending(record: str) -> str:
    last = [term.lower() for term in record.split() if _parts(term)[0] == "all"]
    return f"+{last[-1]}" if last and last[-1] == "all" else last[-1] if last else ""


def _holds(walk: Walk, host: str, resolver: Resolver) -> bool:
    """Is the mail server's own address among what the record allows? It may yet send from another one."""
    if host in walk.hosts:
        return True
    ours = [ipaddress.ip_address(text) for text in resolver.addresses(host)]
    allowed = [ipaddress.ip_network(text, strict=False) for text in walk.networks if _is_network(text)]
    theirs = {text for name in walk.hosts[:MOST_LOOKUPS] for text in resolver.addresses(name)}
    return any(str(one) in theirs or any(one in net for net in allowed) for one in ours)


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _fresh(include: str, host: str) -> str:
    way = f"include:{include}" if include else f"a:{host}" if host else "mx"
    return f"v=spf1 {way} ~all"


def with_include(record: str, include: str) -> str:
    """The record with one more that may send, before its end."""
    way = include if ":" in include else f"include:{include}"
    terms = record.split()
    at = next((n for n, term in enumerate(terms) if _parts(term)[0] in {"all", "redirect"}), len(terms))
    return " ".join([*terms[:at], way, *terms[at:]])


def with_ending(record: str, ending: str) -> str:
    return " ".join([*[term for term in record.split() if _parts(term)[0] != "all"], ending])


def merged(records: list[str], include: str = "") -> str:
    """One record out of several, each way once."""
    terms = [term for record in sorted(records) for term in record.split()[1:] if _parts(term)[0] != "all"]
    whole = " ".join(["v=spf1", *dict.fromkeys(terms), "~all"])
    return with_include(whole, include) if include and f"include:{include}" not in terms else whole

"""Delivery reports as the standards have them: RFC 3464, and its blocks where the MIME around them is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from regulars.outreach.inbound.kinds import Failure
from regulars.outreach.inbound.mail import Mail, decoded, text_of
from regulars.outreach.inbound.reasons import code_in, reason_of, status_in, weighed
from regulars.outreach.inbound.transcripts import said_about

MOST = 20_000  # signs of the human half that are looked at
ARRIVED = frozenset({"delivered", "relayed", "expanded", "deliverable"})
REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+")
FIELD = re.compile(
    r"^(final-recipient|original-recipient|x-actual-recipient|action|status|"
    r"diagnostic-code|remote-mta|"
    r"x-smtp-diagnosis|x-supplementary-info|reporting-mta|original-message-id)\s*:",
    re.IGNORECASE,
)

# How Dovecot says why it did not put the letter into the mailbox.
REJECTED = re.compile(r"was automatically rejected:\s*(\S.*)")


@dataclass
class Block:
    """The lines about one recipient."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        for name in ("original-recipient", "x-actual-recipient", "final-recipient"):
            found = ADDRESS.search(self.fields.get(name, "").partition(";")[2] or self.fields.get(name, ""))
            if found:
                return found.group().strip("<>").lower()
        return ""

    @property
    def action(self) -> str:
        return self.fields.get("action", "").partition("(")[0].strip().lower()

    @property
    def status(self) -> str:
        return status_in(self.fields.get("status", ""))

    @property
    def said(self) -> str:
        text = self.fields.get("diagnostic-code") or self.fields.get("x-smtp-diagnosis") or ""
        return re.sub(r"^\s*[\w-]+\s*;\s*", "", text).strip()

    @property
    def is_by_gateway(self) -> bool:
        """Said by the reporting machine itself, or by one that knows no statuses at all."""
        return self.fields.get("diagnostic-code", "").strip().lower().startswith("x-") or not self.status


@dataclass(frozen=True)
class Report:
    failures: tuple[Failure, ...]
    has_arrived: bool
    about: tuple[str, ...] = ()


def report_in(mail: Mail) -> Report | None:
    """Read the delivery report of a mail; None where there is none."""
    blocks = [block for part in mail.parts if part.get_content_type() in REPORTS for block in _blocks(part)]
    report = _report(mail, blocks) if blocks else None
    return report if report and (report.failures or report.has_arrived) else None


def report_in_text(mail: Mail, text: str) -> Report | None:
    """The same, from blocks that stand in plain text because the MIME around them is broken."""
    blocks = [Block(fields) for fields in _blocks_in(text)]
    blocks = [block for block in blocks if block.address and (block.action or block.status)]
    return _report(mail, blocks) if blocks else None


def _report(mail: Mail, blocks: list[Block]) -> Report:
    about = tuple(
        block.fields["original-message-id"].strip() for block in blocks if "original-message-id" in block.fields
    )
    people = [block for block in blocks if block.address or block.action]
    beside = (mail.plain or mail.html)[:MOST]
    alone = len({block.address for block in people if block.address}) <= 1
    failed = [block for block in people if block.action not in ARRIVED and not block.status.startswith("2")]
    return Report(
        tuple(dict.fromkeys(_failure(block, beside, alone=alone) for block in failed)),
        has_arrived=bool(people) and not failed,
        about=about,
    )


def _failure(block: Block, beside: str, *, alone: bool) -> Failure:
    is_delayed = block.action == "delayed"
    near = said_about(block.address, beside, alone=alone)
    own = REJECTED.search(near)
    reason = reason_of(own.group(1) if own else block.said, block.status, near, is_delayed=is_delayed)
    return Failure(
        block.address,
        weighed(reason, block.said, block.status, near, by_gateway=block.is_by_gateway),
        status_in(block.said) or block.status or status_in(near),
        code_in(block.said) or code_in(near),
        block.said[:500],
        is_delayed,
    )


def _blocks(part: Message) -> Iterator[Block]:
    inside = part.get_payload()
    if isinstance(inside, list) and part.get("content-transfer-encoding", "").lower() not in {
        "base64",
        "quoted-printable",
    }:
        for group in inside:
            if isinstance(group, Message):
                yield Block(_fields(group))
                rest = group.get_payload()
                if isinstance(rest, str) and "recipient:" in rest.lower():
                    yield from (Block(fields) for fields in _blocks_in(rest))
        return
    text = "\n\n".join(str(group) for group in inside) if isinstance(inside, list) else text_of(part)
    yield from (Block(fields) for fields in _blocks_in(_unwrapped(part, text)))


def _unwrapped(part: Message, text: str) -> str:
    """Undo the transfer encoding that Python leaves on report parts."""
    import base64
    import quopri

    encoding = part.get("content-transfer-encoding", "").lower().strip()
    raw = text.encode("latin-1", "replace")
    try:
        if encoding == "base64":
            return base64.b64decode(re.sub(rb"[^A-Za-z0-9+/=]", b"", raw) + b"==").decode("utf-8", "replace")
        return quopri.decodestring(raw).decode("utf-8", "replace")
    except ValueError:
        return text


def _fields(group: Message) -> dict[str, str]:
    return {name.lower(): decoded(value) for name, value in reversed(group.items())}


def _blocks_in(text: str) -> Iterator[dict[str, str]]:
    """Groups of report fields in plain text; a new Final- or Original-Recipient begins a new one."""
    found: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        match = FIELD.match(line.strip())
        if match:
            name = match.group(1).lower()
            if name in found and name.endswith("recipient"):
                yield found
                found = {}
            last = name
            found.setdefault(name, line.strip().partition(":")[2].strip())
        elif last and line[:1] in " \t" and line.strip():
            found[last] += " " + line.strip()
        elif not line.strip():
            last = ""
            if "action" in found or "diagnostic-code" in found:
                yield found
                found = {}
        else:
            last = ""
    if found:
        yield found

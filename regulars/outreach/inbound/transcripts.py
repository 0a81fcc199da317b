"""The human half of a delivery report: what the other server said, found near an address."""

from __future__ import annotations

import re

DATA = re.compile(
    r">>> DATA|<<< 354|in reply to (the )?end of data|end of data|after (the )?data|in reply to data|"
    r"data command|text command|command data|body command|\[data\]|^DATA$",
    re.IGNORECASE | re.MULTILINE,
)
# A server that never got as far as the letter: it refused the address, whatever stands in the line before.
RCPT = re.compile(
    r"(>>> |reply to |after |to the |our |\[|with )rcpt[ _]to|rcpt command|valid rcpt|"
    r"valid recipients|no recipients|\[rcpt_to\]|in reply to rcpt|specify .{0,20}recipient|"
    r"rejected address|not like recipient|smtp:rcpt",
    re.IGNORECASE,
)
SOME_ADDRESS = re.compile(r"[\w.+=-]+@[\w-]+\.[\w.-]+")
BEHIND = 900
# Where the letter of ours begins that lies below.
ORIGINAL = re.compile(
    r"^(?:-{2,}.{0,12}(?:original|returned|below this line|this is a copy|message (?:header|content)|forwarded|"
    r"the (?:header|message|transcript of the message)|unsent|headers?).*|"
    r"-+ ?(?:original|message|header|returned).{0,60}|received:\s*from .*|"
    r"(?:the )?(?:original|returned|undelivered) (?:message|mail)(?: header|s? follow|:).*|"
    r"your (?:original )?message (?:follows|is attached|headers|reads).{0,60}|return-path: .*|"
    r"content-type: message/rfc822.*|#+ ?original.*|\*+ ?original.*|bounced e-mail:.*)$",
    re.IGNORECASE | re.MULTILINE,
)


def before_original(text: str) -> str:
    """What the machine says, without the letter it returns."""
    for found in ORIGINAL.finditer(text):
        if text[: found.start()].strip():
            return text[: found.start()]
    return text


def said_about(address: str, text: str, *, alone: bool) -> str:
    """The words about one address: all where it is alone, else from its mentions to the next address."""
    said = before_original(text)
    if alone or not address:
        return said
    its = rf"<?{re.escape(address)}>?"
    answered = re.findall(rf"^\d{{3}}[ -](?:\d\.\d\.\d )?{its}\.\.\..*", said, re.IGNORECASE | re.MULTILINE)
    if answered:
        return "\n".join([*re.findall(rf"^>>> RCPT TO:.*{its}", said, re.IGNORECASE | re.MULTILINE), *answered])
    places = [found.start() for found in re.finditer(re.escape(address), said, re.IGNORECASE)]
    return "\n".join(_until_next(said, place, address) for place in places)


def _until_next(said: str, place: int, address: str) -> str:
    rest = said[place + len(address) : place + BEHIND]
    for other in SOME_ADDRESS.finditer(rest):
        if other.group().lower().rstrip(".") != address:
            return address + " " + rest[: other.start()]
    return address + " " + rest


def stage_in(said: str, near: str) -> str:
    """When the server said no: to the address ("rcpt"), to the letter ("data"), or it is not known."""
    for words in (said, near):
        if RCPT.search(words):
            return "rcpt"
        if DATA.search(words):
            return "data"
    return ""

"""Letters that came back in a form of somebody's own: no RFC 3464 block, but a machine's words and an address."""

from __future__ import annotations

import re

from flufl.bounce import all_failures

from regulars.outreach.inbound.delivery_reports import ADDRESS, REPORTS, Report, report_in_text
from regulars.outreach.inbound.kinds import HARD, Failure, Reason
from regulars.outreach.inbound.mail import Mail
from regulars.outreach.inbound.notifications import notified_in
from regulars.outreach.inbound.reasons import BY_ITS_BOOK, code_in, reason_of, status_in, weighed
from regulars.outreach.inbound.transcripts import before_original, said_about

MACHINES = re.compile(
    r"(mailer-?daemon|post[-_]?master|mail\.?delivery\.?(system|subsystem|service)|mmdf|mdaemon|bounce[sd]?)\b|"
    r"smtp[-_. ]?mail[-_. ]?service|mail deliver\w* (sub)?system|system administrator|ndr administrator|"
    r"delivery (sub)?system|<>",
    re.IGNORECASE,
)
SUBJECTS = re.compile(
    r"undeliver|returned (mail|to sender|message|e-?mail)|returning (message )?to sender|"
    r"delivery (status|failure|fail\w*|report|notification|has failed|problem|"
    r"error|delayed?)|"
    r"failed delivery|failure (notice|delivery)|mail (delivery |system )?(fail|"
    r"error)|mail failure|non[- ]?deliver|could not be delivered|not delivered|"
    r"delivery to .{0,60}(failed|delayed)|message .{0,40}delayed|delayed mail|"
    r"undelivered|unzustellbar|nicht zugestellt|zustellung|non remis|no se (ha )?(podido )?entreg|"
    r"nicht zustellbar|mancata consegna|onbestelbaar|не доставлен|недоставлен|"
    r"error sending your mail|mail could not|bounced mail|delivery.{0,20}warning|failed mail|"
    r"has not (yet )?been delivered|\buser unknown\b|"
    r"status notification",
    re.IGNORECASE,
)
SURELY = re.compile(
    r"did not reach the following recipient|could not be delivered to|(following|"
    r"these) address(es)? (had|has|have|failed)|unable to deliver (your|the|"
    r"this) (message|mail)|"
    r"delivery to the following|error message below:\s+5\d\d|message could not be delivered|"
    r"(wasn't|was not|were not) able to deliver|"
    r"(following|attached) (mail|message) (could not be delivered|has been returned|had permanent)|"
    r"送信できませんでした|配信できません",
    re.IGNORECASE,
)
DELAYED = re.compile(r"\b(delayed?|warning|still being)\b", re.IGNORECASE)
NOBODY_NAMED = ""  # the letter inside, or its name, says whose it was
MOST = 20_000  # signs of a report that are looked at
LARGEST_FOR_FLUFL = 200_000
ANSWERED = re.compile(r"\s*(re|aw|sv|vs|antw|odp|rif|fwd?|wg|tr|rv)\s*:", re.IGNORECASE)
# Where a report names the recipient in a line of its own.
NAMED = re.compile(
    r"^[\s*-]*(?:rcpt to|recipients?|recipient address|failed recipient|e-?mail address)\s*:\s*"
    r"<?([^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+)",
    re.IGNORECASE | re.MULTILINE,
)


def other_report_in(mail: Mail) -> Report | None:
    """Read what is a report only to a person; None where nothing says that it is one."""
    notified = notified_in(mail)
    if notified is not None:
        return notified
    if not is_a_machines_word(mail):
        return None
    text = words_of(mail)
    report = report_in_text(mail, text)
    if report is not None:
        return report
    said = before_original(text)
    addresses = _addresses(mail, said) or [NOBODY_NAMED]
    alone = len(addresses) == 1
    return Report(tuple(_failure(address, mail, text, alone=alone) for address in addresses), has_arrived=False)


def is_a_machines_word(mail: Mail) -> bool:
    """Does this come from a mail system, about a letter that did not arrive?"""
    if (
        mail.header("x-failed-recipients")
        or mail.header("x-mlserver")
        or any(part.get_content_type() in REPORTS for part in mail.parts)
    ):
        return True
    sender = mail.header("from")
    is_machine = bool(MACHINES.search(sender)) or not sender or mail.header("return-path").strip() == "<>"
    text = words_of(mail)
    said = before_original(text)
    says_surely = bool(SURELY.search(said)) or (is_machine and bool(status_in(said)))
    is_named_so = bool(SUBJECTS.search(mail.header("subject")))
    if is_machine:
        is_said = is_named_so or says_surely or report_in_text(mail, text) is not None
    else:
        is_said = says_surely and (is_named_so or any(True for _ in mail.inner()))
    return is_said or _is_known_form(mail)


def _is_known_form(mail: Mail) -> bool:
    """flufl.bounce knows the form of this report, and it is no answer of somebody who quotes one."""
    is_answer = mail.header("in-reply-to") or ANSWERED.match(mail.header("subject"))
    return not is_answer and bool(_known(mail))


def words_of(mail: Mail) -> str:
    """All that a person would read of it."""
    words = mail.plain[:MOST] or _bare(mail.html[:MOST])
    return (words if "@" in words else f"{words}\n{_whole(mail)}")[:MOST]


def _failure(address: str, mail: Mail, text: str, *, alone: bool) -> Failure:
    said = said_about(address, text, alone=alone)
    plain = said.replace(address, "")
    quoted = _quoted(plain)
    reason = reason_of(quoted, status_in(quoted), f"{plain}\n{mail.header('subject')}" if alone else plain)
    reason = weighed(reason, quoted, status_in(plain), said, by_gateway=False)
    if reason is Reason.USER_UNKNOWN and not quoted and _passes_on(mail) and not BY_ITS_BOOK.search(plain):
        reason = Reason.FILTERED
    is_delayed = reason not in HARD and bool(DELAYED.search(mail.header("subject")))
    return Failure(address, reason, status_in(plain), code_in(plain), " ".join(quoted.split())[:500], is_delayed)


def _passes_on(mail: Mail) -> bool:
    """A relay that repeats what another server said, without its code: that proves nothing. A gateway knows its own."""
    return "mailer-daemon" in mail.header("from").lower() and not mail.header("x-failed-recipients")


def _quoted(said: str) -> str:
    """The lines in which a server is quoted: those with a code, the one before, and what follows."""
    lines = said.splitlines()
    for at, line in enumerate(lines):
        if code_in(line) or status_in(line):
            return "\n".join(lines[max(0, at - 1) : at + 6])
    return ""


def _addresses(mail: Mail, said: str) -> list[str]:
    """Whom it is about: a header that says so, what flufl.bounce knows, then the addresses in the words."""
    told = [address.lower() for address in ADDRESS.findall(mail.header("x-failed-recipients"))]
    if told:
        return list(dict.fromkeys(told))
    low = said.lower()
    seen = [address for address in _known(mail) if address in low]
    if seen:
        return seen
    named = NAMED.findall(said)
    words = [address.lower().rstrip(".") for address in (named or ADDRESS.findall(said))]
    found = list(dict.fromkeys(address for address in words if not _is_ours(address, mail)))[:20]
    return found or _to_of_original(mail, words_of(mail)[len(said) :])


def _known(mail: Mail) -> list[str]:
    if sum(len(part.get_payload()) for part in mail.parts) > LARGEST_FOR_FLUFL:
        return []
    try:
        temporary, permanent = all_failures(mail.message)
    except Exception:
        return []
    found = {one.decode("ascii", "replace").lower() for one in (*temporary, *permanent)}
    return sorted(address for address in found if ADDRESS.fullmatch(address))


def _to_of_original(mail: Mail, original: str) -> list[str]:
    """Whom the letter that came back was for."""
    for inner in mail.inner():
        found = [address.lower() for address in ADDRESS.findall(str(inner.get("to", "")))]
        if found:
            return [address for address in found if not _is_ours(address, mail)]
    line = re.search(r"^to:(.*)$", original, re.IGNORECASE | re.MULTILINE)
    return [address.lower() for address in ADDRESS.findall(line.group(1))] if line else []


def _is_ours(address: str, mail: Mail) -> bool:
    return address in mail.addresses("from", "to", "return-path", "reply-to") or address.startswith("mailer-daemon")


def _bare(html: str) -> str:
    return re.sub(r"<(?!\S+@)[^>]{0,2000}>", "\n", html) if html else ""


def _whole(mail: Mail) -> str:
    texts = [str(part.get_payload()) for part in mail.parts if isinstance(part.get_payload(), str)]
    return "\n".join([str(mail.message.preamble or ""), *texts])

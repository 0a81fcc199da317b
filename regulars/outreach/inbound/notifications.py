"""What Amazon SES tells by mail through SNS: the same facts as a delivery report, as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from regulars.outreach.inbound.delivery_reports import Report
from regulars.outreach.inbound.kinds import Failure, Reason
from regulars.outreach.inbound.mail import Mail
from regulars.outreach.inbound.reasons import code_in, reason_of, status_in

KINDS = {"bounce", "delivery"}


def told_in(mail: Mail) -> dict[str, Any]:
    """The JSON of a notification; empty where there is none."""
    text = mail.plain or str(mail.message.get_payload())
    return _json_in(text) if "notificationType" in text else {}


def complainers_in(mail: Mail) -> list[str]:
    """Who complained, if the notification is of a complaint."""
    told = told_in(mail)
    if str(told.get("notificationType", "")).lower() != "complaint":
        return []
    people = _dict(told, "complaint").get("complainedRecipients") or []
    return [str(one.get("emailAddress", "")).lower() for one in people if isinstance(one, dict)]


def notified_in(mail: Mail) -> Report | None:
    """Read a notification of a bounce or delivery; None where there is none."""
    told = told_in(mail)
    kind = str(told.get("notificationType", "")).lower()
    if kind not in KINDS:
        return None
    letter = _dict(told, "mail")
    about = tuple(
        str(header.get("value", ""))
        for header in letter.get("headers", []) or []
        if isinstance(header, dict) and str(header.get("name", "")).lower() == "message-id"
    )
    if kind == "delivery":
        return Report((), has_arrived=True, about=about)
    bounce = _dict(told, "bounce")
    is_permanent = str(bounce.get("bounceType", "")).lower() == "permanent"
    failures = [_failure(one, is_permanent) for one in bounce.get("bouncedRecipients", []) if isinstance(one, dict)]
    return Report(tuple(failures), has_arrived=False, about=about) if failures else None


def _failure(one: Mapping[str, Any], is_permanent: bool) -> Failure:
    said = str(one.get("diagnosticCode", ""))
    status = status_in(str(one.get("status", "")))
    reason = reason_of(said, status)
    if reason is Reason.NOT_SAID and is_permanent:
        reason = Reason.USER_UNKNOWN
    return Failure(str(one.get("emailAddress", "")).lower(), reason, status, code_in(said), said[:500])


def _json_in(text: str) -> dict[str, Any]:
    """The outermost JSON object of the text, also where a mail program has wrapped its lines."""
    start, end = text.find("{"), text.rfind("}")
    for candidate in (text[start : end + 1], re.sub(r"\n(?=\S)", "", text[start : end + 1])):
        try:
            told = json.loads(candidate, strict=False)
            inner = told.get("Message") if isinstance(told, dict) else None
            told = json.loads(inner, strict=False) if isinstance(inner, str) and inner.startswith("{") else told
        except (ValueError, RecursionError):
            continue
        return told if isinstance(told, dict) else {}
    return {}


def _dict(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}

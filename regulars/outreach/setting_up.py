"""The page *Sending set-up*: what can be connected, and how far one has come, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from regulars.outreach.channels.email.esps import ESPS
from regulars.outreach.channels.email.identity.findings import Finding
from regulars.outreach.channels.email.providers import PROVIDERS
from regulars.outreach.channels.email.ways import told_by
from regulars.outreach.models import IdentityCheck, Inbox, SendingAccount
from regulars.outreach.showing import moment_words


@dataclass(frozen=True)
class Kind:
    """One way of sending, as the page offers it."""

    key: str
    name: str | Promise
    hint: str | Promise


@dataclass(frozen=True)
class Group:
    title: str
    words: str
    kinds: list[Kind]


@dataclass(frozen=True)
class Step:
    """One step of the live check. `tone` is good, warm or alarm; without one it has not been done."""

    title: str
    words: str
    tone: str = ""

    @property
    def sign(self) -> str:
        return {"good": "circle-check", "alarm": "circle-x", "warm": "triangle-alert"}.get(self.tone, "circle-help")


def groups() -> list[Group]:
    boxes = [Kind(one.key, one.name, one.hint) for one in PROVIDERS.values() if one.key != "ses"]
    bought = [Kind(one.key, one.name, "") for one in ESPS.values()]
    bought.append(Kind("ses", PROVIDERS["ses"].name, PROVIDERS["ses"].hint))
    own = _("Best for up to a few hundred letters a day: people know the address and can answer.")
    service = _("For thousands of letters. You need an account there, and a domain of your own.")
    bought.sort(key=lambda kind: str(kind.name))
    return [Group(_("Your own mailbox"), own, boxes), Group(_("A sending service"), service, bought)]


def kind_of(preset: str) -> Kind | None:
    return next((kind for group in groups() for kind in group.kinds if kind.key == preset), None)


def told_before(account: SendingAccount) -> dict[str, str]:
    """What a service was told that is no secret."""
    esp = ESPS.get(account.preset)
    if esp is None:
        return {}
    open_keys = {ask.key for ask in esp.asks if not ask.is_secret}
    region = next((one.key for one in esp.regions if one.url == account.service_url), "")
    return {**{name: value for name, value in told_by(account) if name in open_keys}, "region": region}


def steps(account: SendingAccount, inbox: Inbox | None, check: IdentityCheck | None) -> list[Step]:
    """How far this way of sending has come."""
    return [_signed_in(account), _believed(check), _letter(account), _answers(inbox)]


def _signed_in(account: SendingAccount) -> Step:
    title = _("Connected and signed in")
    if account.resting_why:
        return Step(title, account.resting_why, "alarm")
    words = {"moment": moment_words(account.tested_at)}
    if account.host and not account.username:
        return Step(_("Connected"), _("Worked %(moment)s, without user name and password.") % words, "good")
    return Step(title, _("Worked %(moment)s.") % words, "good")


def _believed(check: IdentityCheck | None) -> Step:
    title = _("Your address is believed")
    if check is None:
        return Step(title, _("Not looked up yet; it is done within a minute, or when you check now."))
    marks = {Finding.of(kept).mark for kept in check.findings}
    looked = _("Looked up %(moment)s.") % {"moment": moment_words(check.checked_at)}
    if "bad" in marks:
        return Step(
            title, _("Something in the records of your domain needs you. %(looked)s") % {"looked": looked}, "alarm"
        )
    if marks <= {"good"}:
        return Step(title, _("Everything is in order. %(looked)s") % {"looked": looked}, "good")
    return Step(title, _("It works; something could be better. %(looked)s") % {"looked": looked}, "warm")


def _letter(account: SendingAccount) -> Step:
    title = _("A test letter")
    if account.letter_at is None:
        return Step(title, _("Send yourself one, and look for it also among the spam."))
    return Step(title, _("Taken by the server %(moment)s.") % {"moment": moment_words(account.letter_at)}, "good")


def _answers(inbox: Inbox | None) -> Step:
    title = _("Answers are read")
    if inbox is None:
        return Step(title, _("Not yet: see below. Letters go without it as well."))
    if inbox.resting_why:
        return Step(title, inbox.resting_why, "alarm")
    return Step(
        title,
        _("From %(folder)s at %(host)s, every five minutes.") % {"folder": inbox.folder, "host": inbox.host},
        "good",
    )

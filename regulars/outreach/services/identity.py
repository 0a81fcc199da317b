"""Look up the records of the sender's domain: when asked, and once a week. Never when a page is only looked at."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django_tasks import task

from regulars.kit import clock
from regulars.kit.errors import Refusal
from regulars.kit.schedules import every
from regulars.outreach.channels.email.identity import Dns, Finding, Resolver, looked_up
from regulars.outreach.models import IdentityCheck, SendingAccount

SELECTOR = re.compile(r"[a-z0-9]([a-z0-9._-]{0,100}[a-z0-9])?", re.IGNORECASE)


def check_identity(
    account: SendingAccount, *, selector: str | None = None, resolver: Resolver | None = None
) -> IdentityCheck:
    """Look the sender's domain up and keep what was found. `selector` is the name of the DKIM key; None: as before."""
    known = IdentityCheck.objects.filter(account=account).first()
    name = (known.selector if known else "") if selector is None else checked_selector(selector)
    findings = looked_up(account.from_address, account.preset, account.host, resolver or Dns(), selector=name)
    kept = {
        "address": account.from_address,
        "selector": name,
        "findings": [finding.kept() for finding in findings],
        "checked_at": clock.now(),
    }
    check, _is_new = IdentityCheck.objects.update_or_create(account=account, defaults=kept)
    return check


def checked_selector(typed: str) -> str:
    """The bare name of a key, also out of its whole address. Refuses what is no name."""
    name = typed.strip().lower().partition("._domainkey")[0].rstrip(".")
    if name and not SELECTOR.fullmatch(name):
        raise Refusal(_("This is not the name of a key. It is a short word such as “mail” or “s1”."), field="selector")
    return name


def findings_of(check: IdentityCheck | None) -> list[Finding]:
    return [Finding.of(kept) for kept in check.findings] if check else []


@task
def look_up_sender(account_id: int) -> None:
    """Look a sender up soon after it was connected."""
    account = SendingAccount.objects.filter(pk=account_id, is_active=True).defer("password", "keys").first()
    if account is not None:
        check_identity(account)


@every("look the sender up", cron="20 4 * * 1")
def check_identities() -> None:
    """Look up the sender in use once a week: records change behind one's back."""
    for account in SendingAccount.objects.filter(is_active=True).defer("password", "keys"):
        check_identity(account)

"""What we know of those who carry letters: what they want in a domain's records, and whose addresses are theirs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Carries:
    """`include` belongs into SPF; `selectors` are the usual names of their keys; `returns_home`: letters that come back
    go to a name of theirs, so that only DKIM speaks for the sender."""

    include: str = ""
    selectors: tuple[str, ...] = ()
    returns_home: bool = False
    is_in_spf: bool = True


CARRIERS: dict[str, Carries] = {
    "gmail": Carries("_spf.google.com", ("google",)),
    "google_workspace": Carries("_spf.google.com", ("google",)),
    "microsoft": Carries("spf.protection.outlook.com", ("selector1", "selector2")),
    "icloud": Carries("icloud.com", ("sig1",)),
    "yahoo": Carries("", ("s1024", "s2048")),
    "ses": Carries("amazonses.com", (), returns_home=True),
    "postmark": Carries("spf.mtasv.net", ("pm", "pm-bounces"), returns_home=True, is_in_spf=False),
    "brevo": Carries("spf.brevo.com", ("mail", "brevo1", "brevo2"), returns_home=True, is_in_spf=False),
    "mailgun": Carries("mailgun.org", ("smtp", "mta", "k1", "mx", "pic"), returns_home=True, is_in_spf=False),
    "mailjet": Carries("spf.mailjet.com", ("mailjet",), returns_home=True),
    "resend": Carries("amazonses.com", ("resend",), returns_home=True, is_in_spf=False),
    "sendgrid": Carries("sendgrid.net", ("s1", "s2", "smtpapi"), returns_home=True, is_in_spf=False),
    "sparkpost": Carries("_spf.sparkpostmail.com", ("scph0316", "scph1220"), returns_home=True, is_in_spf=False),
    "mailtrap": Carries("_spf.smtp.mailtrap.live", ("rwmt1", "rwmt2"), returns_home=True, is_in_spf=False),
    "mandrill": Carries("spf.mandrillapp.com", ("mandrill", "mte1", "mte2"), returns_home=True, is_in_spf=False),
    "host": Carries("", ("default", "mail", "dkim", "k1", "s1", "selector1", "x")),
}

# Addresses anybody can have: their domain belongs to the provider, and only the provider's own servers may use it.
FREE_MAIL: dict[str, tuple[str, ...]] = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Microsoft": (
        *("outlook.com", "outlook.de", "outlook.es", "outlook.fr", "hotmail.com", "hotmail.de", "hotmail.es"),
        *("hotmail.fr", "hotmail.it", "hotmail.co.uk", "live.com", "live.de", "live.co.uk", "live.nl", "msn.com"),
    ),
    "Yahoo": (
        *("yahoo.com", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yahoo.co.uk", "yahoo.co.in", "ymail.com"),
        *("rocketmail.com", "aol.com", "aol.de"),
    ),
    "iCloud": ("icloud.com", "me.com", "mac.com"),
    "GMX": ("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "gmx.es"),
    "WEB.DE": ("web.de",),
    "T-Online": ("t-online.de", "magenta.de"),
    "Freenet": ("freenet.de",),
    "Proton": ("proton.me", "protonmail.com", "pm.me"),
    "Orange": ("orange.fr", "wanadoo.fr"),
    "Mail.ru": ("mail.ru", "bk.ru", "list.ru"),
    "Yandex": ("yandex.ru", "yandex.com"),
}
THEIR_HOSTS: dict[str, tuple[str, ...]] = {
    "Gmail": ("gmail.com", "google.com"),
    "Microsoft": ("office365.com", "outlook.com", "live.com", "hotmail.com"),
    "Yahoo": ("yahoo.com", "aol.com", "yahoodns.net"),
    "iCloud": ("me.com", "icloud.com"),
    "GMX": ("gmx.net", "gmx.com", "gmx.de"),
    "WEB.DE": ("web.de",),
    "T-Online": ("t-online.de",),
    "Freenet": ("freenet.de",),
    "Proton": ("protonmail.ch", "proton.me"),
    "Orange": ("orange.fr",),
    "Mail.ru": ("mail.ru",),
    "Yandex": ("yandex.ru", "yandex.com"),
}
_OWNER_OF = {domain: owner for owner, domains in FREE_MAIL.items() for domain in domains}


def free_mail(domain: str) -> str:
    """Whose free mail a domain is; "" for a domain of one's own."""
    return _OWNER_OF.get(domain.lower(), "")


def is_theirs(owner: str, host: str) -> bool:
    """Is this server one of the free provider's own?"""
    host = host.lower()
    return any(host == name or host.endswith(f".{name}") for name in THEIR_HOSTS.get(owner, ()))

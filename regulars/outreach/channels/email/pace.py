"""What large mailbox providers bear from a sender they do not know yet, and how a new sender begins: all data.

None of them publishes its figures; these are the cautious end of what those who send for a living report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Family:
    """One provider with its domains. `an_hour`: letters in the first week, the first month, and later (0: no limit)."""

    key: str
    name: str
    domains: tuple[str, ...]
    an_hour: tuple[int, int, int]

    def pace(self, days: int) -> int:
        return self.an_hour[0 if days < 7 else 1 if days < 30 else 2]


FAMILIES: tuple[Family, ...] = (
    Family(
        "microsoft",
        "Outlook and Hotmail",
        ("outlook.", "hotmail.", "live.", "msn.com", "passport.com"),
        (20, 100, 600),
    ),
    Family("yahoo", "Yahoo and AOL", ("yahoo.", "ymail.com", "rocketmail.com", "aol.", "myyahoo.com"), (30, 150, 900)),
    Family("gmail", "Gmail", ("gmail.com", "googlemail.com"), (60, 300, 0)),
    Family("icloud", "iCloud", ("icloud.com", "me.com", "mac.com"), (40, 200, 0)),
    Family("gmx", "GMX and WEB.DE", ("gmx.", "web.de", "mail.com"), (40, 200, 0)),
    Family("t-online", "T-Online", ("t-online.de", "magenta.de"), (30, 150, 600)),
    Family(
        "orange", "Orange and Free", ("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr"), (20, 100, 500)
    ),
)
# How many letters a new sender lets out on its first day, its second, and so on; then it is no longer new.
WARM_UP: tuple[int, ...] = (
    *(50, 75, 100, 150, 200, 300, 400, 550, 750, 1_000),
    *(1_300, 1_700, 2_200, 2_800, 3_600, 4_600, 6_000, 8_000, 10_000, 13_000),
)


def family_of(address: str) -> Family | None:
    """Whose mailbox an address is, where the provider is one of the large ones."""
    domain = address.rpartition("@")[2].lower()
    return next((one for one in FAMILIES if any(_is_one(domain, name) for name in one.domains)), None)


def _is_one(domain: str, name: str) -> bool:
    """ "outlook." is outlook.com, outlook.de, and so on; a whole name is only itself."""
    if not name.endswith("."):
        return domain == name
    rest = domain.removeprefix(name)
    return rest != domain and rest.count(".") <= 1 and all(len(part) <= 3 for part in rest.split("."))


def allowed_on(day: date, began_on: date) -> int | None:
    """How many letters a new sender may let out on this day; None once it is warm."""
    number = (day - began_on).days
    return WARM_UP[max(0, number)] if number < len(WARM_UP) else None

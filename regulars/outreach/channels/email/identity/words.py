"""What was found out about a sender, in words that say what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.outreach.channels.email.identity.findings import Finding, Record

TITLES: dict[str, str | Promise] = {
    "sender": _("Your address"),
    "spf": _("May this server send for you? (SPF)"),
    "dkim": _("Are your letters signed? (DKIM)"),
    "dmarc": _("What happens to letters that only pretend to be yours? (DMARC)"),
}
MARKS: dict[str, str | Promise] = {
    "good": _("good"),
    "better": _("could be better"),
    "bad": _("needs you"),
    "unknown": _("not known"),
}
TONES = {"good": "good", "better": "warm", "bad": "alarm", "unknown": "warm"}

SENTENCES: dict[tuple[str, str], str | Promise] = {
    ("sender", "free_theirs"): _(
        "%(owner)s sends letters of %(domain)s addresses through its own servers and signs them. There is nothing to do."
    ),
    ("sender", "free"): _(
        "%(domain)s belongs to %(owner)s, and only servers of %(owner)s may send in its name. Letters that leave "
        "through another server will be taken for forgeries. Connect your %(owner)s mailbox itself, or use an address of your own domain."
    ),
    ("spf", "none"): _("Your domain does not say who may send for it. Many mailboxes will put your letters among the spam."),
    ("spf", "several"): _("There are %(n)d such records, and then none of them counts. Put this one in their place."),
    ("spf", "too_many"): _(
        "Your record asks receiving servers to look up %(lookups)d names; after ten they give up and it does not count. "
        "Take out what you no longer use."
    ),
    ("spf", "broken"): _("Your record names %(name)s, where there is nothing to be found. Then the whole record does not count. Take that name out."),
    ("spf", "everybody"): _("Your record lets anybody send in your name. End it with ~all."),
    ("spf", "not_ours"): _("Your record does not name the server your letters leave through. Put this one in its place."),
    ("spf", "open_end"): _("Your record names who may send, but does not say what to do with others. End it with ~all."),
    ("spf", "unsure"): _(
        "There is a record, but %(host)s is not named in it. It may yet send from another address: ask your provider, "
        "or put this record in its place."
    ),
    ("spf", "good"): _("Your record lets this server send for you."),
    ("spf", "no_answer"): _("Nobody could be asked about %(name)s just now."),
    ("dkim", "good"): _("There is a good key under the name %(selector)s (%(bits)d bits)."),
    ("dkim", "short"): _("There is a key under the name %(selector)s, but it is short (%(bits)d bits). Have one with 2,048 made when you can."),
    ("dkim", "too_short"): _("The key under the name %(selector)s is too short (%(bits)d bits) and is not taken seriously. Have a new one made."),
    ("dkim", "testing"): _("The key under the name %(selector)s is marked as a test, so that signatures may be ignored. Take t=y out of it."),
    ("dkim", "revoked"): _("The key under the name %(selector)s has been taken back. Letters signed with it count as unsigned."),
    ("dkim", "unreadable"): _("What stands under the name %(selector)s is no key. It may have been cut off when it was entered."),
    ("dkim", "not_there"): _("There is no key under the name %(selectors)s. Copy the name and the record from your provider."),
    ("dkim", "not_found"): _(
        "We found no key under the names we know (%(selectors)s). Your provider's page about DKIM says its name, the "
        "selector, and which record to add; tell us the name below and we look there."
    ),
    ("dkim", "no_answer"): _("Nobody could be asked about %(name)s just now."),
    ("dmarc", "none"): _("Your domain does not say what should happen to forged letters. Gmail and Yahoo want such a record from everybody who writes to many."),
    ("dmarc", "several"): _("There are %(n)d such records at %(at)s, and then none of them counts. Keep one."),
    ("dmarc", "unreadable"): _("The record cannot be understood. Put this one in its place."),
    ("dmarc", "watching"): _("Your letters pass. The record only watches (p=none); when the reports show nothing strange for a few weeks, p=quarantine protects your name."),
    ("dmarc", "good"): _("Your letters pass, and forged ones are turned away (p=%(policy)s)."),
    ("dmarc", "fails"): _("The record says p=%(policy)s, and letters sent this way do not pass: neither SPF nor DKIM speaks for your domain. Mend these first."),
    ("dmarc", "unsure"): _("The record says p=%(policy)s. Whether letters sent this way pass depends on their signature, which we could not find."),
    ("dmarc", "no_answer"): _("Nobody could be asked about %(name)s just now."),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One finding as a page shows it."""

    about: str
    title: str
    mark: str
    tone: str
    sentence: str
    record: Record | None


def told(finding: Finding) -> Told:
    facts = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in finding.facts.items()
    }
    sentence = str(SENTENCES[finding.about, finding.code]) % facts
    return Told(
        finding.about,
        str(TITLES[finding.about]),
        str(MARKS[finding.mark]),
        TONES[finding.mark],
        sentence,
        finding.record,
    )

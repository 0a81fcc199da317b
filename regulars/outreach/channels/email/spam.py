"""How a letter looks to a spam filter: a few plain checks of our own, and SpamAssassin where it is installed.

SpamAssassin runs on this machine; with `spamc` a running `spamd` is asked, else `spamassassin` itself, without the
network. Its rules are many; the usual ones are put into words here, the others keep the words of their makers.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SECONDS = 40
Runner = Callable[[bytes], "str | None"]


@dataclass(frozen=True)
class Reason:
    """One thing a filter minds. Without points it is ours."""

    words: str
    points: float = 0.0
    rule: str = ""


@dataclass(frozen=True)
class Verdict:
    """`points` of `needed` make a letter spam for SpamAssassin; None where it was not asked."""

    ours: tuple[Reason, ...]
    theirs: tuple[Reason, ...] = ()
    points: float | None = None
    needed: float = 5.0

    @property
    def is_spam(self) -> bool:
        return self.points is not None and self.points >= self.needed


SHORTENERS = ("bit.ly", "tinyurl.com", "goo.gl", "t.co", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rebrand.ly")
LOUD = re.compile(
    r"\b(100 ?% free|act now|buy now|click here|cash bonus|no obligation|winner|risk.free|urgent|limited time"
    r"|jetzt kaufen|nur heute|gewinner|kostenlos sichern|compre ahora|solo hoy|gratis)\b",
    re.IGNORECASE,
)
LINK = re.compile(r"https?://([^\s/<>\"']+)", re.IGNORECASE)


def own_reasons(subject: str, text: str, html: str) -> tuple[Reason, ...]:
    """What can be seen without any filter."""
    found = [
        words for words in (_about_subject(subject), *_about_words(text, html), *_about_links(text, html)) if words
    ]
    return tuple(Reason(words) for words in found)


def _about_subject(subject: str) -> str:
    letters = [sign for sign in subject if sign.isalpha()]
    if not subject.strip():
        return _("There is no subject.")
    if len(letters) > 5 and all(sign.isupper() for sign in letters):
        return _("The subject is all in capitals, as if it shouted.")
    if subject.count("!") + subject.count("?") > 2 or "$$" in subject or "€€" in subject:
        return _("The subject has too many exclamation or question marks.")
    if re.match(r"(re|fwd?|aw|wg|rv)\s*:", subject, re.IGNORECASE):
        return _("The subject says it is an answer. If it is none, that looks like a trick.")
    return ""


def _about_words(text: str, html: str) -> list[str]:
    words = text.split("\n-- \n")[0].split()
    found = []
    if html and not text.strip():
        found.append(_("There is no text beside the HTML. Filters mind that."))
    if "<img" in html.lower() and len(words) < 20:
        found.append(_("It is little more than a picture. Write a few sentences beside it."))
    if loud := sorted({match.group(0).lower() for match in LOUD.finditer(f"{text} {html}")}):
        found.append(_("It uses words that every second spam mail uses: %(words)s.") % {"words": ", ".join(loud[:5])})
    if len(text) > 200 and sum(sign.isupper() for sign in text) > 0.4 * max(1, sum(sign.isalpha() for sign in text)):
        found.append(_("Much of it is in capitals."))
    return found


def _about_links(text: str, html: str) -> list[str]:
    hosts = [host.lower() for host in LINK.findall(f"{text} {html}")]
    found = []
    if short := sorted({host for host in hosts if host in SHORTENERS}):
        found.append(_("It links through %(host)s, which hides where a link goes.") % {"host": ", ".join(short)})
    if any(re.fullmatch(r"[\d.]+(:\d+)?", host) for host in hosts):
        found.append(_("A link goes to a bare number instead of a name."))
    if len(LINK.findall(text)) > 15:
        found.append(_("There are very many links in it."))
    return found


RULES: dict[str, str | Promise] = {
    "SUBJ_ALL_CAPS": gettext_lazy("The subject is all in capitals, as if it shouted."),
    "MISSING_SUBJECT": gettext_lazy("There is no subject."),
    "HTML_IMAGE_ONLY_04": gettext_lazy("It is little more than a picture. Write a few sentences beside it."),
    "HTML_IMAGE_ONLY_08": gettext_lazy("It is little more than a picture. Write a few sentences beside it."),
    "HTML_IMAGE_ONLY_16": gettext_lazy("It is little more than a picture. Write a few sentences beside it."),
    "HTML_IMAGE_RATIO_02": gettext_lazy("There is much picture and little text in it."),
    "HTML_MIME_NO_HTML_TAG": gettext_lazy("The HTML of the letter is not whole."),
    "MIME_HTML_ONLY": gettext_lazy("There is no text beside the HTML. Filters mind that."),
    "MPART_ALT_DIFF": gettext_lazy("The text and the HTML say different things."),
    "FREEMAIL_FROM": gettext_lazy("The sender has a free address. One of your own domain is believed more."),
    "URI_HEX": gettext_lazy("A link looks as if it hid where it goes."),
    "URIBL_BLOCKED": gettext_lazy("A list of bad links could not be asked; this says nothing about the letter."),
    "MISSING_DATE": gettext_lazy("The letter has no date."),
    "DATE_IN_FUTURE_06_12": gettext_lazy("The date lies ahead: is the clock of this machine right?"),
    "LOTS_OF_MONEY": gettext_lazy("It speaks of large sums of money."),
    "DEAR_FRIEND": gettext_lazy("It greets nobody by name."),
}  # fmt: skip


def found_runner() -> Runner | None:
    """The filter of this machine, or None."""
    for command in (["spamc", "-R"], ["spamassassin", "-L", "-t"]):
        if path := shutil.which(command[0]):
            return _running([path, *command[1:]])
    return None


def _running(command: Sequence[str]) -> Runner:
    def run(letter: bytes) -> str | None:
        try:
            done = subprocess.run(command, input=letter, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode("utf-8", "replace")

    return run


HEAD = re.compile(r"\((-?\d+(?:\.\d+)?) points, (-?\d+(?:\.\d+)?) required\)")
SHORT_HEAD = re.compile(r"^(-?\d+(?:\.\d+)?)/(-?\d+(?:\.\d+)?)\s*$", re.MULTILINE)
ROW = re.compile(r"^\s{0,2}(-?\d+\.\d+)\s+([A-Z][A-Z0-9_]+)\s+(.*)$")


def read_report(report: str) -> tuple[float, float, tuple[Reason, ...]] | None:
    """The points, how many make spam, and why; None where the filter said nothing one can read."""
    head = HEAD.search(report) or SHORT_HEAD.search(report)
    if head is None or float(head[2]) <= 0:
        return None
    rows: list[tuple[float, str, str]] = []
    for line in report.partition("----")[2].splitlines():
        if row := ROW.match(line):
            rows.append((float(row[1]), row[2], row[3].strip()))
        elif rows and line.startswith("      ") and line.strip():
            rows[-1] = (*rows[-1][:2], f"{rows[-1][2]} {line.strip()}")
    reasons = [Reason(str(RULES.get(rule, words)), points, rule) for points, rule, words in rows if points > 0]
    return float(head[1]), float(head[2]), tuple(sorted(reasons, key=lambda reason: -reason.points))


def judged(letter: bytes, subject: str, text: str, html: str, run: Runner | None) -> Verdict:
    """Look at a letter as filters do."""
    ours = own_reasons(subject, text, html)
    told = read_report(run(letter) or "") if run else None
    return Verdict(ours, told[2], told[0], told[1]) if told else Verdict(ours)

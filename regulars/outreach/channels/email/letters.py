"""From a draft to the letter on the wire: a text part and an HTML part from the same paragraphs, and safe headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from functools import lru_cache
from urllib.parse import quote

from django.utils import translation
from django.utils.html import escape, urlize
from django.utils.translation import gettext as _

from regulars.kit.errors import Refusal
from regulars.outreach.blocks.compiling import Frame
from regulars.outreach.channels.email.dress import Dress
from regulars.outreach.channels.email.files import Enclosed
from regulars.outreach.channels.email.links import CountedLinks

BODY_STYLE = "margin:0;padding:24px;background:#ffffff;color:#2a2622;font:16px/1.5 Georgia,'Times New Roman',serif"
PARAGRAPH_STYLE = "margin:0 0 16px"
FOOTER_STYLE = (
    "margin:24px 0 0;padding:12px 0 0;border-top:1px solid #d8d2c8;color:#6b645c;font:13px/1.5 Arial,sans-serif"
)


MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
# Without one of these before the next sign of a word there is nothing that could become a link.
MAY_BE_A_LINK = re.compile(r"[@:]|www\.|\.[^\s.,:;!)\]]", re.IGNORECASE)
BLANK_LINES = re.compile(r"\n\s*\n")
NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f]")
NOT_IN_AN_ADDRESS = re.compile(r"[\r\n<>\0 ,;]")


@dataclass(frozen=True)
class Sender:
    name: str
    address: str
    reply_to: str = ""


@dataclass(frozen=True)
class WayOut:
    """How somebody leaves: by a link where there is a public address, always by answering."""

    link: str = ""
    answer_to: str = ""

    def headers(self) -> dict[str, str]:
        ways = [f"<{self.link}>"] if self.link else []
        if self.answer_to:
            ways.append(f"<mailto:{quote(self.answer_to, safe='@+')}?subject=STOP>")
        if not ways:
            return {}
        one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if self.link else {}
        return {"List-Unsubscribe": ", ".join(ways), **one_click}

    def sentence(self) -> str:
        if self.link:
            return _("If you would rather not hear from us: %(link)s") % {"link": self.link}
        return _("If you would rather not hear from us, answer with the word STOP.")


@dataclass(frozen=True)
class Letter:
    """Everything that makes one e-mail; building it twice gives the same letter."""

    message_id: str
    to_name: str
    to_address: str
    subject: str
    body: str
    at: datetime
    sender: Sender
    language: str = "en"
    shop: str = ""
    postal_address: str = ""
    way_out: WayOut | None = None
    dress: Dress | None = None
    # The mails before this one in its thread, the oldest first; it answers the last.
    thread: tuple[str, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    # Set where the owner asked to count who follows a link; only the HTML part leads through us then.
    links: CountedLinks | None = None


def footer_lines(letter: Letter) -> list[str]:
    """Say who wrote and how to leave; a strictly transactional letter has no way out to mention."""
    if letter.way_out is None:
        return []
    return list(_footer(letter.language, letter.shop, letter.postal_address, letter.way_out))


@lru_cache(maxsize=64)
def _footer(language: str, shop: str, postal_address: str, way_out: WayOut) -> tuple[str, ...]:
    """In the letter's language; where nobody has a link of their own, alike for all letters of a mailing."""
    place = ", ".join(line.strip() for line in postal_address.splitlines() if line.strip())
    with translation.override(language):
        lines = ", ".join(part for part in (shop, place) if part), way_out.sentence()
    return tuple(line for line in lines if line)


def text_part(body: str, footer: list[str]) -> str:
    tail = ["", "-- ", *footer] if footer else []
    return "\n".join([body.strip(), *tail]) + "\n"


def html_part(body: str, footer: list[str], language: str = "en", title: str = "") -> str:
    """The same paragraphs as simple HTML; everything is escaped, and addresses become links."""
    parts = [f'<p style="{PARAGRAPH_STYLE}">{_lines(part)}</p>' for part in paragraphs(body)]
    if footer:
        parts.append(f'<p style="{FOOTER_STYLE}">{"<br>".join(map(_footer_line, footer))}</p>')
    inside = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n"
        f'<body style="{BODY_STYLE}"><div style="max-width:36em">\n{inside}\n</div></body></html>\n'
    )


def paragraphs(body: str) -> list[str]:
    return [part.strip() for part in BLANK_LINES.split(body.strip()) if part.strip()]


def _lines(text: str) -> str:
    said = urlize(text, autoescape=True) if MAY_BE_A_LINK.search(text) else escape(text)
    return str(said).replace("\n", "<br>\n")


_footer_line = lru_cache(maxsize=64)(_lines)


def wire_address(address: str) -> str:
    """The address as servers take it: the domain in ASCII. A local part beyond ASCII is refused."""
    local, _at, domain = address.strip().rpartition("@")
    if not local or not domain or NOT_IN_AN_ADDRESS.search(address):
        raise Refusal(
            _("%(address)s is not an e-mail address letters can be sent to.") % {"address": address.strip()[:100]}
        )
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        local.encode("ascii")
    except UnicodeError as fault:
        raise Refusal(
            _("%(address)s has letters that mail servers do not take.") % {"address": address.strip()}
        ) from fault
    return f"{local}@{ascii_domain}"


def parts_of(letter: Letter) -> tuple[str, str]:
    """The letter as plain text and as HTML, from the same paragraphs."""
    footer = footer_lines(letter)
    return text_part(letter.body, footer), html_of_letter(letter, footer)


def checked(letter: Letter) -> Letter:
    """Refuse what would break out of a header, for a letter that somebody else puts on the wire."""
    try:
        for line in (letter.to_name, letter.subject, letter.sender.name, letter.message_id):
            _one_line(line)
        for address in filter(None, (letter.to_address, letter.sender.address, letter.sender.reply_to)):
            wire_address(address)
    except ValueError as fault:
        raise Refusal(unfit()) from fault
    return letter


def headers_beside(letter: Letter) -> dict[str, str]:
    """The headers besides sender, recipient and subject."""
    headers = {"Message-ID": _one_line(letter.message_id), **(letter.way_out.headers() if letter.way_out else {})}
    return headers | thread_headers(letter.thread)


def thread_headers(names: Sequence[str]) -> dict[str, str]:
    """Put a letter into its thread. A name that is none is left out: others wrote these, and not always well."""
    good = [name for name in names if MESSAGE_ID.fullmatch(name)]
    return {"In-Reply-To": good[-1], "References": " ".join(good)} if good else {}


def unfit() -> str:
    return _("The name, subject or address of this letter holds signs that no letter may have.")


def html_of_letter(letter: Letter, footer: list[str]) -> str:
    if letter.dress is None:
        html = html_part(letter.body, footer, letter.language, letter.subject)
    else:
        html = letter.dress.html(Frame(letter.language, letter.subject, footer))
    return letter.links.put_into(html) if letter.links else html


def headers_of(letter: Letter) -> dict[str, str | Header]:
    headers: dict[str, str | Header] = {
        "From": _party(letter.sender.name, letter.sender.address),
        "To": _party(letter.to_name, letter.to_address),
        "Subject": _subject(letter.subject),
        "Date": format_datetime(letter.at),
    }
    if letter.sender.reply_to:
        headers["Reply-To"] = _party("", letter.sender.reply_to)
    return headers | headers_beside(letter)


def _subject(text: str) -> str | Header:
    return _one_line(text) if text.isascii() else Header(_one_line(text), "utf-8", header_name="Subject")


@lru_cache(maxsize=64)
def _party(name: str, address: str) -> str:
    return formataddr((_one_line(name), wire_address(address)))


def _one_line(text: str) -> str:
    if NOT_IN_A_LINE.search(text):
        raise ValueError("a header is one line")
    return text

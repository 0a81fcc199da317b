"""A page as text: blocks become lines, quoted blocks are marked with >, and where a program marks the quote, a cut."""

from __future__ import annotations

import re
from html.parser import HTMLParser

CUT = "\x00"
BLOCKS = frozenset(
    {
        "p",
        "div",
        "tr",
        "table",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "hr",
        "section",
        "article",
        "center",
        "address",
        "dl",
        "dt",
        "dd",
    }
)
UNSEEN = frozenset({"style", "script", "head", "title", "xml", "template"})
EMPTY = frozenset({"br", "hr", "img", "meta", "link", "input", "area", "base", "col", "wbr", "o:p"})
QUOTING = re.compile(
    r"gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|protonmail_quote|"
    r"zmail_extra|tutanota_quote|outlookmessageheader|appendonsend|divrplyfwdmsg|"
    r"olk_src_body_section|aolmsgpart|hmmessage_quote|mail_?ru_quote|yiv\d+_quoted|"
    r"ms-outlook-mobile-reference|reply-separator|replyforwardheader|"
    r"skydriveplaceholder|quotedreplymsg|zwchr",
    re.IGNORECASE,
)
STYLE = re.compile(
    r"border:\s*none;\s*border-top:\s*solid #(?:B5C4DF|E1E1E1)|border-top:\s*solid #(?:B5C4DF|"
    r"E1E1E1)|border-top:\s*1px solid #(?:B5C4DF|E1E1E1)",
    re.IGNORECASE,
)
LONGEST = 500_000


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.depth = 0
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "br":
            self._new_line()
        elif tag == "blockquote":
            self._new_line()
            self.depth += 1
            self._mark()
        elif tag in BLOCKS:
            self._new_block()
        if QUOTING.search(f"{told.get('class', '')} {told.get('id', '')} {told.get('name', '')}") or STYLE.search(
            told.get("style", "")
        ):
            self.lines[-1] += CUT

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in UNSEEN:
            self.unseen -= 1

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "blockquote":
            self.depth = max(0, self.depth - 1)
            self._new_line()
        elif tag in BLOCKS and tag not in EMPTY:
            self._new_block()

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            words = re.sub(r"[ \t\r\n\f]+", " ", data)
            self.lines[-1] += words.lstrip(" ") if not self.lines[-1].strip("> ") else words

    def _new_line(self) -> None:
        self.lines.append("")
        self._mark()

    def _new_block(self) -> None:
        if self.lines[-1].strip("> "):
            self._new_line()

    def _mark(self) -> None:
        self.lines[-1] = "> " * min(self.depth, 5) if self.depth else ""


def text_of_html(html: str) -> str:
    """What a reader sees of a page, as lines."""
    page = _Page()
    page.feed(html[:LONGEST])
    page.close()
    text = "\n".join(line.rstrip() for line in page.lines).replace("\u00a0", " ")
    return re.sub(r"\n{3,}", "\n\n", text).strip()

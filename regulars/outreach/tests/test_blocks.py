"""Words in blocks: the same words as text and as HTML, and nobody's name becomes markup."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from regulars.kit.errors import Refusal
from regulars.outreach.blocks import KINDS, THEMES, Layout, filled, layout_of, text_of
from regulars.outreach.blocks.colours import contrast
from regulars.outreach.blocks.compiling import Frame, Look, Shown, compiled, html_of
from regulars.outreach.blocks.filling import checked_address
from regulars.outreach.blocks.source import layout_from, source_of
from regulars.outreach.blocks.texts import DIVIDER
from regulars.outreach.blocks.themes import theme_of
from regulars.outreach.services.liquid import rendered
from regulars.outreach.tests.real_mail import REAL

PICTURE = "0123456789abcdef" * 2
EVERYTHING = [
    {"kind": "heading", "text": "For {{ name }}"},
    {"kind": "text", "text": "Dear {{ name }},\n\nit is ready.\nCome by: https://shop.example/a?b=1&c=2"},
    {"kind": "picture", "picture": PICTURE, "alt": "A scarf for {{ name }}", "url": "https://shop.example/{{ name }}"},
    {"kind": "button", "label": "Book, {{ name }}", "url": "https://shop.example/?who={{ name }}"},
    {"kind": "divider"},
    {
        "kind": "offer",
        "title": "For {{ name }}",
        "text": "A coffee.",
        "until": "until {{ name }}",
        "code": "C-{{ name }}",
    },
    {"kind": "signature", "text": "Maya\n{{ name }}"},
]
NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></mj-text><mj-raw>",
    "-->]]>",
    "@@0.text@@ @@footer@@",
    "&lt;b&gt; &amp;",
    "javascript:alert(1)",
    "a\\b `c` $d",
]


def everything(theme: str = "paper") -> Layout:
    return layout_of({"schema": 1, "theme": theme, "blocks": EVERYTHING}, is_strict=True)


def letter(name: str, theme: str = "paper") -> tuple[str, str]:
    layout = filled(everything(theme), {"name": name}, rendered)
    frame = Frame("en", f"For {name}", ["Boutique, Market 1", "Answer STOP."])
    return text_of(layout), html_of(
        layout, Look("#b5432f", "cid:logo", "Boutique", 120), frame, {PICTURE: Shown("cid:one", 800)}
    )


class Reader(HTMLParser):
    """Every tag with its attributes, and the words in their order; pictures say what they show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.is_quiet = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.is_quiet = tag in {"style", "title"} or (self.is_quiet and tag == "meta")
        if tag == "img" and dict(attrs).get("alt") and dict(attrs)["src"] != "cid:logo":
            self.words += re.findall(r"\w+", dict(attrs)["alt"])

    def handle_endtag(self, tag):
        self.is_quiet = False if tag in {"style", "title"} else self.is_quiet

    def handle_data(self, data):
        if not self.is_quiet:
            self.words += re.findall(r"\w+", data)

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(sorted(attrs))) for tag, attrs in self.tags]


def without_addresses_of_buttons(text: str) -> list[str]:
    text = re.sub(r"(?m)^(Book, .*): \S+$", r"\1", text)
    text = re.sub(r"(?m)^(\[.*\]) https\S+$", r"\1", text).replace(DIVIDER, "")
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["Ann", "Łukasz & Søn", *NASTY])
def test_text_and_html_say_the_same_words_in_the_same_order_whoever_it_is(name, theme):
    text, html = letter(name, theme)
    read = Reader(html)
    footer = re.findall(r"\w+", "Boutique, Market 1 Answer STOP.")
    assert read.words == [*without_addresses_of_buttons(text), *footer]
    assert read.shape == Reader(letter("Ann", theme)[1]).shape


def naughty() -> list[str]:
    path = REAL / "names_addresses" / "naughty_strings" / "blns.json"
    if not path.is_file():
        pytest.skip("the folder of hostile names is not here")
    return [text[:200] for text in json.loads(path.read_text("utf-8")) if text.strip()]


def test_no_naughty_string_breaks_out_of_any_block():
    plain = Reader(letter("Ann")[1]).shape
    tried = 0
    for name in naughty():
        if re.search(r"\{\{|\}\}|\{%|%\}", name):
            with pytest.raises(Refusal, match="curly"):
                letter(name)
            continue
        _text, html = letter(name)
        read = Reader(html)
        links = [shape for shape in read.shape if shape != ("a", ("href",)) and shape[0] != "br"]
        assert links == [shape for shape in plain if shape != ("a", ("href",)) and shape[0] != "br"], name
        addresses = [attrs["href"] or "" for tag, attrs in read.tags if tag == "a"]
        assert all(re.match(r"(https?|mailto):", address) for address in addresses), (name, addresses)
        tried += 1
    assert tried > 400


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "/a", "https://", "vbscript:x",
     "https://a.example/\nBcc: x", 'https://a.example/"onclick="x', "https://user@evil.example/", "mailto:a b"],
)  # fmt: skip
def test_a_link_leads_nowhere_but_to_a_page_a_number_or_a_mailbox(address):
    with pytest.raises(Refusal, match="no address"):
        checked_address(address)
    assert checked_address("https://shop.example/a?b=c#d")
    assert checked_address("tel:+4930123456")


def test_a_field_that_is_the_whole_address_is_looked_at_after_it_is_filled_in():
    layout = layout_of({"blocks": [{"kind": "button", "label": "Go", "url": "{{ link }}"}]})
    assert filled(layout, {"link": "https://a.example/b"}, rendered).blocks[0]["url"] == "https://a.example/b"
    with pytest.raises(Refusal, match="no address"):
        filled(layout, {"link": "javascript:alert(1)"}, rendered)


def test_a_block_that_comes_to_nothing_leaves_no_gap():
    layout = layout_of(
        {"blocks": [{"kind": "heading", "text": "{% if x %}{{ x }}{% endif %}"}, {"kind": "text", "text": "Hi"}]}
    )
    assert text_of(filled(layout, {}, rendered)) == "Hi"
    assert text_of(filled(layout, {"x": "A"}, rendered)) == "A\n\nHi"


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"schema": 2}, "newer Regulars"),
        ({"blocks": "x"}, "cannot be read"),
        ({"theme": "neon", "blocks": []}, "no theme"),
        ({"blocks": [{"kind": "frame"}]}, "no kind"),
        ({"blocks": [{"kind": "button", "label": "Go"}]}, "is empty"),
        ({"blocks": [{"kind": "picture", "picture": "../../etc"}]}, "no picture"),
        ({"blocks": [{"kind": "divider"}] * 41}, "at most 40"),
        ({"blocks": [{"kind": "heading", "text": "x" * 501}]}, "too long"),
    ],
)
def test_blocks_that_could_not_be_a_letter_are_refused_in_a_sentence(stored, sentence):
    with pytest.raises(Refusal, match=sentence):
        layout_of(stored, is_strict=True)


def test_what_is_written_as_source_reads_back_the_same():
    awkward = layout_of(
        {"blocks": [{"kind": "text", "text": t} for t in ("a'''b\nc", "it's\nMaya'", 'tab\tand \\ "q"', "x\n\ny")]}
    )
    for layout in (everything("colour"), awkward):
        assert layout_from(source_of(layout)) == layout
    with pytest.raises(Refusal, match="cannot be read"):
        layout_from("[[blocks]\n")
    with pytest.raises(Refusal, match="nothing called"):
        layout_from('script = "x"')


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#ffff00", "#3f6b4f", "#ff0000", "#8888ff", "nonsense"])
@pytest.mark.parametrize("key", THEMES)
def test_whatever_colour_the_business_has_everything_can_be_read(key, accent):
    theme = theme_of(key, accent)
    for shades in (theme.light, theme.dark):
        assert contrast(shades.ink, shades.sheet) >= 7
        assert contrast(shades.link, shades.sheet) >= 4.5
        assert contrast(shades.quiet, shades.ground) >= 4.5
        assert contrast(shades.on_accent, shades.accent) >= 4.5


def test_nothing_in_a_letter_is_fetched_from_anywhere():
    for theme in THEMES:
        _text, html = letter("Ann", theme)
        assert not re.search(r"(?i)@import|<link|googleapis|<script|url\(", html)
        assert 'name="color-scheme" content="light dark"' in html
        assert "prefers-color-scheme: dark" in html
        assert unescape(html).count("cid:one") == 1
        assert all(attrs.get("alt") for tag, attrs in Reader(html).tags if tag == "img")


def test_a_thousand_letters_are_compiled_once():
    compiled.cache_clear()
    for number in range(50):
        letter(f"Guest {number}")
    assert compiled.cache_info().misses == 1


def test_every_kind_of_block_is_drawn_and_said():
    assert {row["kind"] for row in EVERYTHING} == set(KINDS)

"""Every sentence of the house in every language it offers: complete, whole, and on the page."""

from __future__ import annotations

import ast
import html
import os
import re
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation.template import templatize

from regulars.kit import clock
from regulars.kit.services import change_business
from regulars.outreach import queries as letters
from regulars.outreach.channels.email.letters import Letter, Sender, WayOut
from regulars.outreach.channels.email.wire import built
from regulars.outreach.services import draft_for
from regulars.outreach.tests.builders import a_touch, an_approved_touch
from regulars.people import services as people
from regulars.people.models import Person
from regulars.rapport.tests import builders as rapport
from regulars.today.tests.builders import a_person, bought, graded
from regulars.web.tests.builders import an_open_house
from tests.test_doors import routes

ROOT = Path(__file__).resolve().parent.parent
COMPLETE = ("de", "es")  # a language stands here, and in settings.LANGUAGES, once every sentence is said in it
CATALOGS = {language: ROOT / "regulars" / "locale" / language / "LC_MESSAGES" / "django" for language in COMPLETE}
OWN_WORDS = {
    language: ROOT / "regulars" / "kit" / "django_words" / language / "LC_MESSAGES" / "django" for language in COMPLETE
}
HOLES = re.compile(r"%\(\w+\)[sd]|%[sdon]\b|\{\w*\}|\{\{\s*\w+|</?\w+[^>]*>")
FOLLOWED_PER_VIEW = 2
# Where letters in another language of the house are written, their words stand in that language.
WRITTEN_IN_ANOTHER = "outreach:wording-in"

Words = dict[tuple[str, ...], list[str]]


def spoken(catalog: bytes) -> Words:
    """What a compiled catalogue says: (msgid, plural) to its forms; a context stays in front of its msgid."""
    magic, _version, count, ids, texts = struct.unpack("<5I", catalog[:20])
    assert magic == 0x950412DE

    def at(table: int, number: int) -> str:
        length, offset = struct.unpack("<2I", catalog[table + 8 * number : table + 8 * number + 8])
        return catalog[offset : offset + length].decode()

    return {tuple(at(ids, n).split("\0")): at(texts, n).split("\0") for n in range(count) if at(ids, n)}


def words_of(language: str) -> Words:
    return spoken(CATALOGS[language].with_suffix(".mo").read_bytes())


def holes(text: str) -> set[str]:
    return {hole.replace(" ", "") for hole in HOLES.findall(text)}


def test_only_languages_that_are_complete_are_offered() -> None:
    assert {code for code, _name in settings.LANGUAGES} == {"en", *COMPLETE}


def test_every_sentence_of_the_source_is_said_in_every_language() -> None:
    if not shutil.which("xgettext") or not shutil.which("msgmerge"):
        pytest.skip("xgettext is not installed (Debian's gettext).")
    told = subprocess.run(
        [str(ROOT / "bin" / "words"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "REGULARS_WORDS_SHOWN": "9999"},
    )
    assert told.returncode in (0, 1), told.stderr
    for language in COMPLETE:
        left = re.search(rf"^\S*/{language}/LC_MESSAGES/django\.po: not translated.*", told.stdout, re.S | re.M)
        assert left is None, left and left.group()[:2000]


def plurals_in_the_source() -> Iterator[tuple[str, str, Path]]:
    """Every sentence with a plural, from programs and templates: (singular, plural, file)."""
    for path in sorted((ROOT / "regulars").rglob("*.py")):
        source = path.read_text()
        for node in ast.walk(ast.parse(source)) if "tests" not in path.parts and "ngettext" in source else ():
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith("ngettext"):
                one, many = node.args[:2]
                if isinstance(one, ast.Constant) and isinstance(many, ast.Constant):
                    yield str(one.value), str(many.value), path
    for path in sorted((ROOT / "regulars").rglob("*.html")):
        source = path.read_text()
        python = templatize(source) if "{% plural" in source else ""
        for _q, one, _r, many in re.findall(r"ngettext\(u(['\"])(.*?)\1,\s*u(['\"])(.*?)\3,", python, re.S):
            yield one, many, path


def test_one_singular_has_one_plural() -> None:
    """A catalogue knows a sentence by its singular: of two plurals one would be filled in with the other's words."""
    known: dict[str, dict[str, Path]] = {}
    for one, many, path in plurals_in_the_source():
        known.setdefault(one, {})[many] = path
    assert len(known) > 70
    assert {one: plurals for one, plurals in known.items() if len(plurals) > 1} == {}


@pytest.mark.parametrize("language", COMPLETE)
def test_the_compiled_words_are_those_of_the_catalogue(language: str, tmp_path: Path) -> None:
    if not shutil.which("msgfmt"):
        pytest.skip("msgfmt is not installed (Debian's gettext).")
    for catalog in (CATALOGS[language], OWN_WORDS[language]):
        fresh = tmp_path / "fresh.mo"
        subprocess.run(["msgfmt", "--check-format", "-o", fresh, catalog.with_suffix(".po")], check=True)
        assert spoken(fresh.read_bytes()) == spoken(catalog.with_suffix(".mo").read_bytes()), catalog


@pytest.mark.parametrize("language", COMPLETE)
def test_what_is_filled_in_has_its_place_in_every_language(language: str) -> None:
    wrong = []
    for said, forms in words_of(language).items():
        asked = [holes(text) for text in said]
        if len(forms) == 1:
            is_right = holes(forms[0]) == asked[0]
        else:
            is_right = holes(forms[-1]) == asked[-1] and all(holes(form) <= set.union(*asked) for form in forms)
        if not is_right or not all(form.strip() for form in forms):
            wrong.append((said, forms))
    assert wrong == []


@pytest.mark.parametrize("language", COMPLETE)
def test_djangos_own_forms_speak_as_the_english_ones_do(language: str) -> None:
    english = ROOT / "regulars" / "kit" / "django_words" / "en" / "LC_MESSAGES" / "django.mo"
    assert set(spoken(english.read_bytes())) <= set(spoken(OWN_WORDS[language].with_suffix(".mo").read_bytes()))


def test_a_day_in_german_is_a_german_day() -> None:
    from django.utils.formats import date_format

    with translation.override("de"):
        assert date_format(date(2026, 5, 3)) == "3. Mai 2026"
        assert date_format(date(2026, 5, 3), "MONTH_DAY_FORMAT") == "3. Mai"


# Letters


@pytest.fixture
def german_shop(db: None, frozen_clock: Any) -> Any:
    owner = an_open_house()
    change_business(language="de", country="DE")
    return owner


def test_a_letter_is_in_the_language_of_the_business_whoever_reads_it(german_shop: Any) -> None:
    ann = a_person("Ann Kavanagh")
    with translation.override("en"):
        version = letters.latest("we-miss-you")
        letter = draft_for(version, [ann.pk], {ann.pk: {"last_bought_on": "3. Mai"}}).ready[ann.pk]
    assert letter.subject == "Wie geht es Ihnen?"
    assert letter.text.startswith("Guten Tag Ann,\n\nwir haben Sie länger nicht gesehen")


@pytest.mark.parametrize(
    ("form", "begins"), [("Frau", "Liebe Frau Vogt,"), ("Herr", "Lieber Herr Vogt,"), ("Dr.", "Guten Tag Dr. Vogt,")]
)
def test_a_german_letter_keeps_the_form_of_address(german_shop: Any, form: str, begins: str) -> None:
    lena = a_person("Lena Vogt", family_name="Vogt", salutation=form)
    assert draft_for(letters.latest("thank-you"), [lena.pk]).ready[lena.pk].text.startswith(begins)


def test_the_foot_of_a_german_letter_is_german_in_a_worker_that_speaks_none() -> None:
    letter = Letter(
        message_id="<1@example.org>",
        to_name="Lena Vogt",
        to_address="lena@example.org",
        subject="Hallo",
        body="Guten Tag",
        at=clock.now(),
        sender=Sender("Maya", "maya@example.org"),
        language="de",
        way_out=WayOut(answer_to="maya@example.org"),
    )
    assert b"antworten Sie mit dem Wort STOP" in built(letter)


# Pages


def a_busy_shop() -> None:
    """Somebody for every room: visits, letters, enquiries, things, days, what is owed, a pair that looks alike."""
    ann, bo, lena = a_person("Ann Kavanagh"), a_person("Bo Lindqvist"), a_person("Lena Vogt")
    bought(ann, range(7, 300, 14), on=clock.today())
    bought(bo, (120, 150, 180, 211), on=clock.today())
    (order,) = bought(lena, (7,), on=clock.today())
    graded(clock.today())
    a_touch(ann, subject="Zum Ring")
    an_approved_touch(bo, subject="Zum Ring")
    rapport.an_enquiry(lena)
    rapport.an_entry(ann, kind="complaint", words="clasp opened")
    rapport.a_thing(ann, "Boiler")
    rapport.an_event(bo, "wedding", clock.today())
    rapport.owed(ann, "we")
    people.record_people([people.NewPerson(full_name="Anne Kavanagh", phones=("087 123 4567",))], source="test")
    Person.objects.filter(pk=ann.pk).update(referred_by=bo)
    assert order.pk


def pages_of(browser: Client) -> Iterator[tuple[str, str, str]]:
    """Every page that can be opened from the addresses without a number, and the pages they lead to."""
    waiting = [route.address for route in routes() if "nowhere" not in route.address and "999999" not in route.address]
    seen: set[str] = set()
    visits: Counter[str] = Counter()
    while waiting:
        address = waiting.pop(0)
        try:
            name = resolve(address.partition("?")[0]).view_name
        except Resolver404:
            continue
        if address in seen or visits[name] >= FOLLOWED_PER_VIEW or "logout" in address:
            continue
        seen.add(address)
        visits[name] += 1
        reply = browser.get(address)
        assert reply.status_code < 500, address
        if reply.status_code == 200 and reply["Content-Type"].startswith("text/html") and not reply.streaming:
            page = reply.content.decode()
            yield address, name, page
            waiting += [html.unescape(link) for link in re.findall(r'href="(/[^"#]*)', page)]


def texts_of(page: str) -> Iterator[str]:
    """What stands between the tags, piece by piece, without scripts, styles and the towns of the time zones."""
    page = re.sub(r'(?s)<(script|style|template)\b.*?</\1>|<select name="zone".*?</select>', " ", page)
    for piece in re.split(r"<[^>]*>", page):
        if text := " ".join(html.unescape(piece).split()):
            yield text


@pytest.mark.parametrize("language", COMPLETE)
def test_every_page_of_every_room_speaks_the_language(language: str, db: None, frozen_clock: Any) -> None:
    owner = an_open_house()
    change_business(name="Linden Lane", language=language)
    a_busy_shop()
    words = words_of(language)
    german = {" ".join(form.split()) for forms in words.values() for form in forms}
    english = {" ".join(said[0].split()) for said, forms in words.items() if said[0] != forms[0]} - german
    sentences = [text for text in english if len(text) > 25 and "%" not in text and "{" not in text]
    stranger, browser = Client(headers={"Accept-Language": language}), Client(headers={"Accept-Language": language})
    browser.force_login(owner)
    left, rooms = [], set()
    with translation.override(language):  # a request leaves its language behind
        for address, name, page in chain(pages_of(browser), pages_of(stranger)):
            rooms.add(name.partition(":")[0])
            if name == WRITTEN_IN_ANOTHER and f"/languages/{language}/" not in address:
                continue
            assert "<html" not in page or f'lang="{language}"' in page[:600], address
            texts = list(texts_of(page))
            whole = " ".join(texts)
            left += [(address, text) for text in texts if text in english]
            left += [(address, text) for text in sentences if text in whole]
    assert not left, "\n".join(sorted({f"{address}: {text}" for address, text in left}))
    assert {"web", "today", "people", "purchases", "outreach", "intake", "standings", "enquiries"} <= rooms

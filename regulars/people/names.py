"""Names of the world, read but never rewritten: what was given whole is kept whole. No Django here.

The parts are a suggestion for greeting somebody; nothing in the book is changed by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nameparser import parse

LONGEST = 200
MOST_WORDS = 5
SEVERAL = re.compile(r"[&+/,;]|\b(?:and|und|y|e|et|en|og|och|family|familie|familia|famille)\b", re.IGNORECASE)
FIRM = re.compile(
    r"\b(?:ltd|limited|llc|inc|corp|plc|gmbh|ug|ag|kg|ohg|gbr|e\.?k|s\.?l\.?u?|s\.?a|s\.?r\.?l|bv|nv|ab|as|oy|company"
    r"|shop|store|studio|salon|cafe|café|restaurant|hotel|bakery|bäckerei|panadería|verein|club|school|schule|office"
    r"|praxis|clinic|church|group|team|services?|customer|kunde|kundin|cliente)\b\.?",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_][^\W\d_'’ʼ.-]*(?:['’ʼ.-][^\W\d_]+)*")
# Where the family stands first, a guess at the first name would be wrong; these are read by their owners' scripts.
FAMILY_FIRST = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
VIETNAMESE = frozenset("nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ hồ ngô dương lý".split())


@dataclass(frozen=True)
class NameParts:
    """A name taken apart, in the words the parts were written in; what was not written is empty."""

    title: str = ""
    given: str = ""
    middle: str = ""
    family: str = ""
    suffix: str = ""
    nickname: str = ""


@lru_cache(maxsize=4096)
def parts(full_name: str) -> NameParts:
    """Take a name apart: "Smith, Dr. John (Jack) Jr." is a title, a first name, a last name, a suffix, a nickname."""
    read = parse(full_name[:LONGEST])
    return NameParts(read.title, read.given, read.middle, read.family, read.suffix, read.nickname)


def first_name(full_name: str) -> str:
    """Suggest how somebody is greeted by their first name, or "" where that is a guess nobody should print.

    One person with a first and a last name of letters; no firm, no couple, no initial, and nobody who is written with
    a title: who is called Dr. Osei is not greeted as Ruth.
    """
    words = full_name.split()
    if len(words) == 2 and _is_given(words[0]) and _is_family(words[1]):
        return words[0]
    if not _is_one_person(full_name):
        return ""
    read = parts(" ".join(full_name.split()))
    is_called = len(read.nickname) > 1 and read.nickname[0].isupper() and WORD.fullmatch(read.nickname)
    given = read.nickname if is_called else read.given
    if read.title or not read.family or len(given) < 2 or given.endswith(".") or not WORD.fullmatch(given):
        return ""
    return given


# Most names are a first and a last one. Each word of them is taken apart once, and not each of a million names.
@lru_cache(maxsize=20_000)
def _is_given(word: str) -> bool:
    """Does this word before a last name mean a first name, and nothing else?"""
    return (
        _is_one_person(f"{word} Archer")
        and parts(f"{word} Archer") == NameParts(given=word, family="Archer")
        and (len(word) > 1 and not word.endswith(".") and WORD.fullmatch(word) is not None)
    )


@lru_cache(maxsize=50_000)
def _is_family(word: str) -> bool:
    """Does this word behind a first name mean a last name, and nothing else?"""
    return _is_one_person(f"Ann {word}") and parts(f"Ann {word}") == NameParts(given="Ann", family=word)


def _is_one_person(full_name: str) -> bool:
    words = full_name.replace(",", " ").split()
    if not 2 <= len(words) <= MOST_WORDS or words[0].casefold() in VIETNAMESE:
        return False
    if FAMILY_FIRST.search(full_name) or FIRM.search(full_name):
        return False
    couple = full_name.replace(",", " ", 1)  # one comma turns a name around; more are a list
    return not SEVERAL.search(couple) and not any(letter.isdigit() for letter in full_name)

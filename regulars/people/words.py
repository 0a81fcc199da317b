"""How text becomes words people are found by. No Django here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 60
MOST_WORDS = 40
# Letters that do not fall apart into a base letter and an accent.
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n"}
)
# Half the town has its mailbox here: the word would find nobody in particular.
MAILBOX_PROVIDERS = frozenset(
    {
        "gmail", "googlemail", "yahoo", "hotmail", "outlook", "live", "msn", "icloud", "me", "mac", "aol", "gmx", "web",
        "mail", "proton", "protonmail", "posteo", "freenet", "t-online", "orange", "wanadoo", "free", "laposte",
        "libero", "virgilio", "tiscali", "btinternet", "sky", "comcast", "verizon", "att",
    }
)  # fmt: skip
_APOSTROPHES = re.compile(r"(?<=\w)['’ʼ`](?=\w)")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return text without capitals and accents, so that Łukasz, LUKASZ and lukasz are one."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(LETTERS)


def sort_key(name: str) -> str:
    """Return a name as it is sorted and compared: folded, with single spaces."""
    return " ".join(fold(name).split())[:200]


def name_words(*names: str) -> set[str]:
    """Return the words of names; O'Brien is found as obrien and as brien."""
    words: set[str] = set()
    for name in names:
        if not name:
            continue
        folded = fold(name)
        words.update(_WORD.findall(folded))
        if not folded.isalnum() and _APOSTROPHES.search(folded):
            words.update(_WORD.findall(_APOSTROPHES.sub("", folded)))
    return {word[:LONGEST] for word in words}


def email_words(normalised: str) -> set[str]:
    """Return the pieces of the part before the @, and the name of a domain that is somebody's own."""
    local, _, domain = normalised.partition("@")
    words = set(_WORD.findall(fold(local)))
    owner = domain.split(".", 1)[0]
    if owner and owner not in MAILBOX_PROVIDERS:
        words.update(_WORD.findall(fold(owner)))
    return {word[:LONGEST] for word in words if len(word) > 1}


def phone_word(digits_or_e164: str) -> str:
    """Return a number backwards after a `~`: its last digits are then the beginning of a word."""
    digits = "".join(letter for letter in digits_or_e164 if letter.isdigit())
    return f"~{digits[::-1]}" if digits else ""


def all_words(
    names: Iterable[str], emails: Iterable[str] = (), phones: Iterable[str] = (), tags: Iterable[str] = ()
) -> set[str]:
    """Return every word a person is found by."""
    words = name_words(*names, *tags)
    for address in emails:
        words |= email_words(address)
    for number in phones:
        words.add(phone_word(number))
    words.discard("")
    return words if len(words) <= MOST_WORDS else set(sorted(words)[:MOST_WORDS])


def query_words(text: str) -> list[str]:
    """Return the words of what somebody typed into a search box, the longest first."""
    folded = _APOSTROPHES.sub("", fold(text))
    words = dict.fromkeys(word[:LONGEST] for word in _WORD.findall(folded))
    return sorted(words, key=len, reverse=True)[:8]

"""The lines of contact cards (vCard 2.1, 3.0, 4.0) as programs really write them: folded or broken anywhere, in any
letters, with parameters that no standard knows. Nothing here fails; what makes no sense is left out."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

NAME = re.compile(r"(?:([\w-]+)\.)?([A-Za-z][\w-]*)\s*(?=[;:])")
BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
KNOWN = BINARY | frozenset(
    "BEGIN END VERSION FN N NICKNAME EMAIL TEL ADR LABEL ORG TITLE ROLE NOTE BDAY ANNIVERSARY DEATHDATE BIRTHPLACE O"
    " CATEGORIES RELATED MEMBER KIND LANG TZ GEO URL UID GENDER REV PRODID SOURCE NAME MAILER CLASS SORT-STRING"
    " AGENT IMPP CALURI FBURL CALADRURI XML CLIENTPIDMAP PROFILE EXPERTISE HOBBY INTEREST".split()
)
BROKEN_INSIDE = frozenset({"NOTE", "LABEL", "ADR"})
TYPES_21 = frozenset({"PREF", "QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
LETTERS = {"n": "\n", "N": "\n", "r": "", "t": "\t"}
CARET = re.compile(r"\^(['n^])")


@dataclass
class Property:
    """One line of a card: `value` still holds its backslashes; `text` and `parts` do not."""

    name: str
    group: str
    params: dict[str, list[str]]
    value: str

    @property
    def text(self) -> str:
        return unescaped(self.value).strip()

    @property
    def parts(self) -> list[str]:
        return [unescaped(part).strip() for part in split(self.value, ";")]

    @property
    def types(self) -> list[str]:
        """What it is for, in small letters: home, work, cell, fax, pref."""
        return [word.strip().lower() for given in self.params.get("TYPE", ()) for word in given.split(",") if word]

    @property
    def preference(self) -> int:
        """1 is preferred most; 101 where nothing is said."""
        if "pref" in self.types:
            return 1
        said = (self.params.get("PREF") or [""])[0].strip()
        return int(said) if said.isdecimal() and len(said) < 4 else 101


@dataclass
class Card:
    """One card, its lines in their order."""

    properties: list[Property] = field(default_factory=list)

    def all(self, *names: str) -> list[Property]:
        return [one for one in self.properties if one.name in names]

    def first(self, *names: str) -> str:
        """The first of these that says anything."""
        return next((one.text for one in self.all(*names) if one.text), "")


def cards(lines: Iterable[str]) -> Iterator[Card]:
    """Yield every card; `lines` are text in which bytes that are no UTF-8 stand as surrogates. One that never ends, or
    begins inside another, is a card all the same."""
    card: Card | None = None
    depth = 0
    for line in _whole(lines):
        found = _property(line)
        if found is None:
            continue
        if found.name in {"BEGIN", "END"} and found.value.strip().upper().startswith("VCARD"):
            is_agent = bool(card and card.properties and card.properties[-1].name == "AGENT")
            if found.name == "BEGIN" and (depth or is_agent):
                depth += 1
            elif found.name == "END" and depth:
                depth -= 1
            else:
                if card is not None:
                    yield card
                card = Card() if found.name == "BEGIN" else None
        elif card is not None and not depth:
            card.properties.append(found)
    if card is not None:
        yield card


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines as they were before they were folded; a picture's lines are dropped as they come."""
    held: list[str] = []
    is_21, name = False, ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line.upper().startswith("VERSION:"):
            is_21 = line[8:].strip().startswith("2")
        if held and _goes_on(held[-1], held[0], name):
            held[-1] = held[-1][:-1]
            held.append(line.lstrip(" \t") if not is_21 and line[:1] in " \t" else line)
        elif line[:1] in {" ", "\t"} and held:
            if name not in BINARY:
                held.append(line if is_21 and line[:1] == " " and line.strip() else line[1:])
        elif held and line.strip() and _is_stray(line, name):
            if name not in BINARY:
                held.append("\\n" + line)
        elif line.strip():
            if held:
                yield "".join(held)
            held, name = [line], _name_of(line)
    if held:
        yield "".join(held)


def _goes_on(last: str, first: str, name: str) -> bool:
    """Quoted-printable ends a line that goes on with an equals sign."""
    return last.endswith("=") and name not in BINARY and "QUOTED-PRINTABLE" in first.partition(":")[0].upper()


def _name_of(line: str) -> str:
    found = NAME.match(line)
    return found[2].upper() if found else ""


def _is_stray(line: str, before: str) -> bool:
    """A line that is none of its own: the rest of a note with a raw line break, or of a picture."""
    name = _name_of(line)
    if not name:
        return ":" not in line or before in BROKEN_INSIDE
    return before in BROKEN_INSIDE | BINARY and name not in KNOWN and not name.startswith("X-")


def _property(line: str) -> Property | None:
    found = NAME.match(line)
    if not found:
        return None
    head, value = _cut(line, found.end())
    params = _params(head)
    encoding = (params.get("ENCODING") or [""])[0].upper()
    name = found[2].upper()
    if name in BINARY:
        value = ""
    elif encoding in {"QUOTED-PRINTABLE", "Q"}:
        value = _from_quoted_printable(value, params)
    else:
        value = decoded(value.encode("utf-8", "surrogateescape"), (params.get("CHARSET") or [""])[0])
    return Property(name, found[1] or "", params, value)


def _cut(line: str, start: int) -> tuple[str, str]:
    """What stands before the colon and what behind; a colon between quotation marks is none."""
    is_quoted = False
    for place in range(start, len(line)):
        letter = line[place]
        if letter == '"':
            is_quoted = not is_quoted
        elif letter == ":" and not is_quoted:
            return line[start:place], line[place + 1 :]
    head, mark, value = line[start:].partition(":")  # a quotation mark that is never closed
    return (head, value) if mark else ("", line[start:].lstrip(";"))


def _params(head: str) -> dict[str, list[str]]:
    """Parameters by their name in capitals; a bare word of version 2.1 is a type or an encoding."""
    found: dict[str, list[str]] = {}
    for part in re.findall(r'(?:"[^"]*"|[^;"])+', head):
        name, mark, said = part.strip().partition("=")
        name = name.strip().upper()
        if not name:
            continue
        if not mark:
            name, said = ("TYPE" if name not in TYPES_21 - {"PREF"} else "ENCODING"), name
        clean = CARET.sub(lambda m: {"'": '"', "n": "\n", "^": "^"}[m[1]], said.strip().strip('"'))
        found.setdefault(name, []).append(clean)
    return found


def _from_quoted_printable(value: str, params: dict[str, list[str]]) -> str:
    raw = binascii.a2b_qp(value.encode("utf-8", "surrogateescape"))
    text = decoded(raw, (params.get("CHARSET") or [""])[0])
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(raw: bytes, charset: str = "") -> str:
    """Bytes as text: as UTF-8 if they are (or nearly), else by the letters the card names, else the Western ones."""
    for name in ("utf-8", charset, "cp1252"):
        try:
            codecs.lookup(name)
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            nearly = raw.decode("utf-8", "ignore") if name == "utf-8" else ""
            if sum(1 for letter in nearly if not letter.isascii()) > 3 and len(nearly.encode()) > len(raw) - 3:
                return nearly
    return raw.decode("latin-1")


def split(value: str, mark: str) -> list[str]:
    """Cut at a mark that has no backslash before it."""
    found, start, place = [], 0, 0
    while place < len(value):
        if value[place] == "\\":
            place += 1
        elif value[place] == mark:
            found.append(value[start:place])
            start = place + 1
        place += 1
    return [*found, value[start:]]


def unescaped(value: str) -> str:
    return ESCAPED.sub(lambda found: LETTERS.get(found[1], found[1]), value) if "\\" in value else value


def escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", "\\n")

"""One line about one person, in any order: a name, ways to reach them, a birthday, likes, how often, who sent them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from regulars.intake.lines import visits, words
from regulars.intake.lines.said import Said
from regulars.intake.values import reach
from regulars.people.addresses import e164
from regulars.people.partial_dates import DateError, PartialDate, parse

SEPARATORS = re.compile(r"(\s*[\t;\n]+\s*|\s*,(?!(?<=\d,)\d{1,2}(?!\d))\s*|\s+\|\s*|\s*\|\s+|\s{2,}|\s+[-–—]+\s+)")
EMAIL = re.compile(r"<?(?:mailto:)?[^\s<>,;|]+@[^\s<>,;|]+>?")
NUMBER = re.compile(
    r"(?:\b(?:tel|phone|mobile|mob|handy|telefon|móvil|teléfono)\.?\s*:?\s*)?(?P<n>(?:\+|\b00|\(|\b)\(?\d[\d\s()/.-]{4,}\d)\b",
    re.IGNORECASE,
)
DATE = re.compile(
    r"(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?(?:[./-]\s?(?:\d{4}|\d{2})?)?(?!\d)|(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"
)
WORDY_DATE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?[^\W\d_]{3,}\.?(?:,?\s+(?:de\s+|del\s+)?\d{4})?|[^\W\d_]{3,}\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?"
)
TAG = re.compile(r"(?<!\w)#([^\W_][\w-]*)")
BESIDE = " \t,;:–—|-•·*"
LINKS = re.compile(r"^(?:and|und|y|&|but|aber|pero)\s+|\s+(?:and|und|y|&|but|aber|pero)$", re.IGNORECASE)
LISTED = re.compile(r"\s*,\s*|\s+(?:and|und|y|e|&)\s+", re.IGNORECASE)
OLDEST = 1900


def read_people(text: str, region: str, order: str = "dmy") -> Iterator[tuple[int, Said]]:
    """Yield people with the number of their first line. A line without a name adds to the person above it."""
    person: Said | None = None
    number = 0
    for at, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            if person:
                yield number, person
            person = None
            continue
        said = read_line(line, region, order)
        if person and _adds_to(person, said):
            person = read_line(f"{person.text}\n{line.strip()}", region, order)
            continue
        if person:
            yield number, person
        person, number = said, at
    if person:
        yield number, person


def _adds_to(person: Said, said: Said) -> bool:
    has_more = (
        said.phones or said.likes or said.dislikes or said.birthday or said.address or said.gap_days or said.sent_by
    )
    return bool(person.name and not said.name and (has_more or (said.emails and not person.emails)))


def read_line(text: str, region: str, order: str = "dmy") -> Said:
    """Understand one person as far as possible. `region` reads numbers, `order` decides 03/04."""
    said = Said(text=text.strip())
    rest = _emails(said, text)
    said.tags += TAG.findall(rest)
    rest = TAG.sub("; ", rest)
    rest = _birthday(said, rest, order)
    rest = _phones(said, rest, region)
    before, last = "", ""
    names: list[str] = []
    for part in SEPARATORS.split(_parted(rest)):
        if piece := LINKS.sub("", part.strip(BESIDE)):
            count = len(names)
            last = _understand(said, piece, last, names)
            if len(names) > 1 > count - 1:
                names[:] = [f"{names[0]}{', ' if before.strip() == ',' else ' '}{names[1]}"]
        else:
            before = part
    if not names and not said.emails:  # better an odd name on a card than nobody
        names = [note for note in said.notes if any(letter.isalpha() for letter in note)][:1]
        said.notes = [note for note in said.notes if note not in names]
    said.name = names[0] if names else ""
    return said


def _emails(said: Said, text: str) -> str:
    def taken(found: re.Match[str]) -> str:
        if address := reach.email(found[0]):
            said.emails.append(address)
        else:
            said.bad_email = found[0]
        return "; "

    rest = EMAIL.sub(taken, text)
    said.emails = list(dict.fromkeys(said.emails))
    return rest


def _birthday(said: Said, text: str, order: str) -> str:
    """The day beside the word; without the word only a full date long past, which is nothing else of a person's."""
    if found := words.BIRTHDAY.search(text):
        after, before = text[found.end() :], text[: found.start()]
        for pattern in (DATE, WORDY_DATE):
            if (day := pattern.match(after.lstrip(" :*"))) and (read := _day(day[0], order)):
                said.birthday = read
                return f"{before}; {after.lstrip(' :*')[day.end() :]}"
        for pattern in (DATE, WORDY_DATE):
            days = list(pattern.finditer(before))
            if days and not before[days[-1].end() :].strip(" .:") and (read := _day(days[-1][0], order)):
                said.birthday = read
                head = re.sub(r"\b(?:hat\s+)?(?:am|on|el)\s*$|\bhat\s+am\s*$", "", before[: days[-1].start()])
                return f"{head}; {after}"
        return text
    for day in (*DATE.finditer(text), *WORDY_DATE.finditer(text)):
        read = _day(day[0], order)
        if read and read.year and OLDEST <= read.year <= 2015:
            said.birthday = read
            return f"{text[: day.start()].rstrip(' *')}; {text[day.end() :]}"
    return text


def _day(text: str, order: str) -> PartialDate | None:
    try:
        return parse(text.strip(), order)
    except DateError:
        return None


def _phones(said: Said, text: str, region: str) -> str:
    def taken(found: re.Match[str]) -> str:
        number = found["n"].strip()
        digits = sum(letter.isdigit() for letter in number)
        starts = number.lstrip("(").startswith(("+", "0"))
        if digits < 6 or not (starts or digits >= 7) or (not starts and not e164(number, region)):
            return found[0]
        said.phones.append(number)
        return "; "

    rest = NUMBER.sub(taken, text)
    said.phones = list(dict.fromkeys(said.phones))
    return rest


def _parted(text: str) -> str:
    """Put a mark before every word that says what follows, so that no comma is needed; `about 40 a month` stays one."""
    starts = {found.start() for pattern in words.KEYWORDS for found in pattern.finditer(text)}
    starts -= {at for at in starts if _is_inside(text, at)}
    for at in sorted(starts, reverse=True):
        if at and text[at - 1 : at].isspace():
            text = f"{text[:at].rstrip()}; {text[at:]}"
    return text


def _is_inside(text: str, at: int) -> bool:
    """`does not like`, `mag kein`, `no le gusta`: the shorter word inside the longer one starts nothing."""
    return any(found.start() < at < found.end() for found in words.DISLIKES.finditer(text))


def _understand(said: Said, piece: str, last: str, names: list[str]) -> str:
    """Take in one piece and return what a piece without a word of its own after it goes on with."""
    for pattern, kept in ((words.DISLIKES, said.dislikes), (words.LIKES, said.likes)):
        if found := pattern.match(piece):
            kept += [one.strip(BESIDE) for one in LISTED.split(piece[found.end() :]) if one.strip(BESIDE)]
            return "dislikes" if kept is said.dislikes else "likes"
    if last in {"likes", "dislikes"} and (found := words.NOT.match(piece)):
        said.dislikes.append(piece[found.end() :])
        return "dislikes"
    if found := words.SENT_BY.match(piece):
        said.sent_by = said.sent_by or piece[found.end() :].strip(BESIDE)
        return ""
    if found := words.TAGS.match(piece):
        said.tags += [tag.strip("#") for tag in piece[found.end() :].split()]
        return "tags"
    if found := words.LIVES.match(piece):
        _add_line(said, piece[found.end() :].strip(BESIDE))
        return "address"
    if rest := visits.take(said, piece):
        said.notes += [rest] if rest is not visits.ALL else []
        return ""
    if names and not said.met and words.MET.match(piece):
        said.met = piece
        return ""
    if _is_place(piece) or (last == "address" and said.address and words.TOWN.match(piece)):
        _add_line(said, piece)
        return "address"
    if not any(letter.isdigit() for letter in piece) and _may_be_name(piece, names, said):
        names.append(piece)
        return ""
    if last in {"likes", "dislikes"} and len(piece.split()) <= 2:
        (said.likes if last == "likes" else said.dislikes).append(piece)
        return last
    if last == "address" and len(piece.split()) <= 3 and piece[:1].isupper():
        _add_line(said, piece)
        return last
    said.notes.append(piece)
    return ""


def _add_line(said: Said, line: str) -> None:
    said.address = f"{said.address}\n{line}".strip()


def _is_place(piece: str) -> bool:
    is_road = words.HOUSE.search(piece) and (words.ROAD.search(piece) or words.GERMAN_ROAD.search(piece))
    return bool(is_road or words.TOWN.match(piece))


def _may_be_name(piece: str, names: list[str], said: Said) -> bool:
    """The first piece of letters; a second of one word joins one of one word: "Miller; Ann"."""
    if not names:
        is_written_so = len(piece.split()) > 1 and all(word[:1].isupper() for word in piece.split())
        return is_written_so or (not (said.likes or said.dislikes) and len(piece.split()) <= 6)
    is_pair = len(names) == 1 and " " not in names[0] and " " not in piece
    is_next = is_pair and piece[:1].isupper() and not said.notes
    return is_next and not (said.likes or said.dislikes or said.met or said.sent_by or said.address)

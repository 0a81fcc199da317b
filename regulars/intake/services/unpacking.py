"""What is packed is unpacked first: gz, bz2 and xz hold one file, a zip many, a web archive its pages; cards in a zip
become one file."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.utils.translation import gettext as _

from regulars.intake.reading.sheets import DAMAGED
from regulars.intake.services.web_archives import pages_of
from regulars.kit.errors import Refusal

STREAMS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
SUFFIXES = (".gz", ".bz2", ".xz", ".zip")
ENDS_OF_CARDS = (".vcf", ".vcard")
BESIDE_THE_POINT = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")
NO_TABLES = (
    ".pdf",
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".webp",
    ".svg",
    ".html",
    ".htm",
    ".css",
    ".js",
    ".exe",
    ".md",
    ".mp4",
)
MOST_FILES = 2_000
LARGEST_BYTES = 2 * 1024 * 1024 * 1024
BLOCK = 1 << 20
WORKBOOK_PARTS = ("[Content_Types].xml", "mimetype", "xl/workbook.xml", "content.xml")


@dataclass(frozen=True)
class Part:
    """One file that can be read as it is, and what it is called."""

    name: str
    path: Path


@contextmanager
def unpacked(path: Path, name: str = "") -> Iterator[list[Part]]:
    """Offer what a file holds: itself where it is not packed. Refused when it is damaged, locked or far too large."""
    with TemporaryDirectory(prefix="regulars-") as room:
        yield _parts(Part(name or path.name, path), Path(room))


def _parts(part: Part, room: Path) -> list[Part]:
    """Unpacked once, and what stands in a zip once more (a zip of gz)."""
    found = _opened(part, room)
    if found == [part]:
        return found
    return [inner for number, one in enumerate(found) for inner in _opened(one, room / f"inner-{number}")]


def _opened(part: Part, room: Path) -> list[Part]:
    with part.path.open("rb") as file:
        head = file.read(8)
    room.mkdir(parents=True, exist_ok=True)
    try:
        for mark, opener in STREAMS.items():
            if head.startswith(mark):
                with opener(part.path, "rb") as packed:
                    return [Part(_without_suffix(part.name), _copied(packed, room / "0", LARGEST_BYTES)[0])]
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _from_zip(part, room)
        if pages := pages_of(part.path):
            return _from_web_archive(part, pages, room)
    except DAMAGED as fault:
        raise Refusal(
            _("%(file)s: it is packed, and damaged or locked with a password.") % {"file": part.name}
        ) from fault
    return [part]


def _from_zip(part: Part, room: Path) -> list[Part]:
    with zipfile.ZipFile(part.path) as archive:
        names = archive.namelist()
        if any(name in WORKBOOK_PARTS for name in names):
            return [part]
        wanted = [one for one in archive.infolist() if not one.is_dir() and _is_wanted(one.filename)][:MOST_FILES]
        left, found = LARGEST_BYTES, []
        for number, one in enumerate(wanted):
            with archive.open(one) as packed:
                path, size = _copied(packed, room / str(number), left)
            left -= size
            if size:
                found.append(Part(PurePosixPath(one.filename.replace("\\", "/")).name, path))
    if not found:
        raise Refusal(_("%(file)s: it holds no file that can be taken in.") % {"file": part.name})
    return _with_cards_together(part, found, room)


def _from_web_archive(part: Part, pages: list[bytes], room: Path) -> list[Part]:
    """Each sheet of a workbook is a page of its own."""
    found = []
    for number, page in enumerate(pages, start=1):
        path = room / str(number)
        path.write_bytes(page)
        found.append(Part(part.name if len(pages) == 1 else f"{part.name} – {number}", path))
    return found


def _is_wanted(name: str) -> bool:
    low = name.lower()
    is_hidden = any(piece.startswith(".") for piece in PurePosixPath(low).parts)
    return not is_hidden and not low.endswith(NO_TABLES) and not any(mark in low for mark in BESIDE_THE_POINT)


def _with_cards_together(part: Part, found: list[Part], room: Path) -> list[Part]:
    """Telephones pack every card into a file of its own."""
    cards = [one for one in found if one.name.lower().endswith(ENDS_OF_CARDS)]
    if len(cards) < 2:
        return found
    path = room / "cards"
    with path.open("wb") as together:
        for one in cards:
            together.write(one.path.read_bytes().rstrip() + b"\r\n")
    return [Part(part.name, path), *(one for one in found if one not in cards)]


def _copied(packed: IO[bytes], path: Path, most: int) -> tuple[Path, int]:
    size = 0
    with path.open("wb") as plain:
        while block := packed.read(BLOCK):
            size += len(block)
            if size > most:
                raise Refusal(_("This file unpacks to far more than can be taken in at once."))
            plain.write(block)
    return path, size


def _without_suffix(name: str) -> str:
    return name.rpartition(".")[0] if name.lower().endswith(SUFFIXES) and "." in name.strip(".") else name

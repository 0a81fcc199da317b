"""Say on every page where paper, bleed and trim end, and tell the viewer how to print: added at the end of the file."""

from __future__ import annotations

import re

POINTS = 72 / 25.4
XREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")

HEAD = re.compile(rb"(\d+) 0 obj\n<</Type/(Page/|Catalog)")
MEDIA = re.compile(rb"/MediaBox\[([^\]]+)\]")


class NotOurs(ValueError):
    """The file is not written as our typesetter writes it."""


def _offsets(pdf: bytes, at: int) -> list[int]:
    head = re.compile(rb"xref\s+0 (\d+)\s+").match(pdf, at)
    if not head:
        raise NotOurs("no plain table of objects")
    start = head.end()
    return [int(pdf[start + 20 * row : start + 20 * row + 10]) for row in range(int(head[1]))]


def _box(name: bytes, media: bytes, inset_mm: float) -> bytes:
    """Return a box that lies `inset_mm` inside the paper, and is the paper to the last digit when that is nothing."""
    left, low, right, high = (float(number) for number in media.split())
    inset = inset_mm * POINTS
    inner = f"{left + inset:.4f} {low + inset:.4f} {right - inset:.4f} {high - inset:.4f}".encode()
    return b"/%s[%s]" % (name, inner if inset else media)


def _with_boxes(page: bytes, trim: float, bleed: float) -> bytes:
    media = MEDIA.search(page)
    if not media:
        raise NotOurs("a page without a size")
    boxes = _box(b"BleedBox", media[1], trim - bleed) + _box(b"TrimBox", media[1], trim)
    return page.replace(b"<</Type/Page", b"<</Type/Page" + boxes, 1)


def _with_wishes(catalog: bytes, duplex: str) -> bytes:
    wish = b"<</Direction/L2R/PrintScaling/None/Duplex/%s/PickTrayByPDFSize true>>" % duplex.encode()
    return re.sub(rb"/ViewerPreferences<<[^>]*>>", b"/ViewerPreferences" + wish, catalog)


def dress(pdf: bytes, *, trim: float = 0, bleed: float = 0, duplex: str = "Simplex") -> bytes:
    """Return the file with its boxes and wishes: trimmed `trim` mm inside the paper, bleeding `bleed` mm over that."""
    found = XREF.search(pdf[-64:])
    if not found:
        raise NotOurs("no end")
    table = int(found[1])
    out, changed, at = [pdf, b"\n"], [], len(pdf) + 1
    for number, offset in enumerate(_offsets(pdf, table)):
        head = HEAD.match(pdf, offset)
        if not head or int(head[1]) != number:
            continue
        text = pdf[offset : pdf.index(b"endobj", offset)]
        text = (_with_boxes(text, trim, bleed) if head[2] == b"Page/" else _with_wishes(text, duplex)) + b"endobj\n"
        changed.append(b"%d 1\n%010d 00000 n\r\n" % (number, at))
        out.append(text)
        at += len(text)
    trailer = pdf[pdf.index(b"trailer", table) : pdf.index(b"startxref", table)].rstrip()
    end = b"/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (table, at)
    return b"".join([*out, b"xref\n", *changed, trailer[: trailer.rindex(b">>")], end])

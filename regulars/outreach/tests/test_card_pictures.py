"""Pictures for paper: upright, without place and camera, no larger than paper needs; all else said in a sentence."""

from __future__ import annotations

import base64
import struct

import numpy as np
import pytest

from regulars.kit import pictures as kit
from regulars.kit.errors import Refusal
from regulars.outreach.channels.paper import make
from regulars.outreach.pictures import Checked, checked, drawing, jpeg, png, without_paper
from regulars.outreach.pictures.__main__ import drawn
from regulars.outreach.tests.paper.pages import LINDE, RUTH

SECRET = b"N 53 16 20, W 9 3 0, PhoneMaker"
GIF = base64.b64decode("R0lGODlhCgAKAIAAAP8AAAAA/yH5BAkKAAAALAAAAAAKAAoAAAIIhI+py+0PYysAOw==")


def pixels(width: int, height: int) -> np.ndarray:
    """A photograph with soft colours, red in its upper left corner."""
    y, x = np.mgrid[0:height, 0:width]
    found = np.dstack([x * 200 // width, y * 200 // height, 128 + 60 * np.sin(x / 9)]).astype(np.uint8)
    found[: height // 4, : width // 4] = (200, 0, 0)
    return found


def photo(width: int, height: int, turned: int = 1) -> bytes:
    """A photograph as a phone takes it: how it was held, where, with what; and a second picture behind it."""
    entries = struct.pack(">HHHIHH", 1, 0x0112, 3, 1, turned, 0) + struct.pack(">I", 0)
    body = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + entries + SECRET
    exif = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    plain = jpeg.write(pixels(width, height))
    return plain[:2] + exif + plain[2:] + b"\xff\xd8" + SECRET + b"\xff\xd9"


def seen(content: bytes, width: int, height: int) -> np.ndarray:
    kind = "png" if content.startswith(kit.PNG) else "jpg"
    return png.read(drawn(content, kind, width, height))[..., :3].astype(int)


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as found:
        checked(content, "picture")
    assert found.value.field == "picture"
    return found.value.sentence


def test_what_is_written_as_jpeg_is_seen_again():
    before = pixels(61, 43)
    after = seen(jpeg.write(before), 61, 43)
    assert np.abs(after - before).mean() < 3


@pytest.mark.parametrize("size", [(16, 16), (200, 3)])
def test_what_is_written_as_png_is_read_again(size):
    width, height = size
    clear = np.dstack([pixels(width, height), np.full((height, width), 90, np.uint8)])
    assert (png.read(png.write(clear)) == clear).all()


@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_a_photo_is_upright_and_says_not_where_it_was_taken(turned):
    found = checked(photo(96, 64, turned), "picture")
    assert (found.width, found.height) == ((64, 96) if turned > 4 else (96, 64))
    assert b"53 16" not in found.content
    assert b"Exif" not in found.content or turned == 1
    corners = {1: (8, 8), 3: (56, 88), 6: (8, 56), 8: (88, 8)}
    red = seen(found.content, found.width, found.height)[corners[turned]]
    assert red[0] > 150
    assert red[1] < 60


def test_a_photo_that_fits_stays_as_it_is_but_for_what_the_camera_wrote():
    found = checked(photo(96, 64), "picture")
    plain = jpeg.write(pixels(96, 64))
    assert (seen(found.content, 96, 64) == seen(plain, 96, 64)).all()
    assert found.content.endswith(b"\xff\xd9")
    assert len(found.content) < len(plain) + 60


def test_a_large_photo_is_made_as_small_as_paper_needs(monkeypatch):
    assert (drawing.LONG_SIDE, drawing.SHORT_SIDE) >= ((216 / 25.4 * 300), (154.5 / 25.4 * 300))
    monkeypatch.setattr(drawing, "LONG_SIDE", 256)
    monkeypatch.setattr(drawing, "SHORT_SIDE", 184)
    found = checked(photo(420, 300), "picture")
    assert (found.width, found.height) == (258, 184)
    assert found.content.startswith(kit.JPEG)
    assert SECRET not in found.content


def test_a_thousand_cards_hold_their_picture_once():
    look = LINDE.__class__(**{**LINDE.__dict__, "front": checked(photo(600, 400), "picture").content})
    one, many = (make("card-quarter-a4", [RUTH] * n, look) for n in (1, 40))
    assert many.pdf.count(b"/Subtype/Image") == one.pdf.count(b"/Subtype/Image")
    assert b"53 16" not in many.pdf


def test_what_can_be_seen_through_stays_so_when_it_is_made_smaller(monkeypatch):
    monkeypatch.setattr(drawing, "LONG_SIDE", 256)
    monkeypatch.setattr(drawing, "SHORT_SIDE", 184)
    clear = np.dstack([pixels(420, 300), np.full((300, 420), 128, np.uint8)])
    found = checked(png.write(clear), "picture")
    assert found.content.startswith(kit.PNG)
    assert (found.width, found.height) == (258, 184)


def test_of_a_picture_that_moves_the_first_is_printed():
    found = checked(GIF, "picture")
    assert (found.width, found.height) == (10, 10)
    assert not found.content.startswith(b"GIF")


def test_a_signature_taken_with_the_phone_upright_is_whole():
    paper = np.full((300, 500, 3), 245, np.uint8)
    paper[20:40, 30:470] = (20, 30, 90)
    plain = jpeg.write(paper)
    body = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0)
    turned = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[2:]
    found = without_paper(turned, "picture")
    assert isinstance(found, Checked)
    assert 440 <= found.height <= 460
    assert found.width < 40


def test_what_cannot_be_printed_is_told_what_to_do():
    whole = photo(96, 64)
    assert "breaks off" in refused(whole[: len(whole) // 2])
    assert "HEIC" in refused(b"\0\0\0\x18ftypheic" + b"\0" * 40)
    assert "SVG" in refused(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>")
    assert "PDF" in refused(b"%PDF-1.7 " + b"\0" * 40)
    assert "PNG or JPEG" in refused(b"BM" + b"\0" * 60)
    assert "empty" in refused(b"")
    assert "25 MB" in refused(kit.JPEG + b"\0" * (26 * 1024 * 1024))
    assert "50 million" in refused(kit.PNG + b"\0\0\0\rIHDR" + struct.pack(">II", 11_000, 9_000) + b"\0" * 40)
    assert "12,000" in refused(kit.PNG + b"\0\0\0\rIHDR" + struct.pack(">II", 13_000, 9) + b"\0" * 40)

"""The fonts that were brought in are exactly what the list says."""

from __future__ import annotations

import hashlib
import json

from regulars.outreach.channels.paper.glyphs import FOLDER, STACKS, covered, ours


def test_every_font_is_listed_with_its_version_licence_and_hash():
    entries = json.loads((FOLDER / "VENDOR.json").read_text())
    for entry in entries:
        assert entry["name"]
        assert entry["version"]
        assert entry["licence"] == "OFL-1.1"
        assert hashlib.sha256((FOLDER / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
    listed = {entry["file"] for entry in entries}
    assert {file.name for file in FOLDER.iterdir()} == listed | {"VENDOR.json"}
    assert {name for stack in STACKS.values() for name in stack} == {entry["name"] for entry in entries}


def test_the_reader_of_letters_agrees_with_what_the_fonts_are_known_for():
    hand, book = covered(FOLDER / "caveat.ttf"), covered(FOLDER / "eb-garamond.ttf")
    assert all(ord(sign) in hand for sign in "ŁőŠЮя")
    assert ord("Ω") not in hand
    assert all(ord(sign) in book for sign in "ŁőŠЮяΩώ")
    assert 0x16A40 not in ours()

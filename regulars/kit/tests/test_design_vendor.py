"""What was brought in from outside is exactly what the list says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LISTS = [
    Path(__file__).parents[1] / "static" / "kit" / "vendor" / "VENDOR.json",
    ROOT / "tests" / "vendor" / "VENDOR.json",
]


@pytest.mark.parametrize("path", LISTS, ids=["kit", "tests"])
def test_every_vendored_file_is_listed_with_its_version_licence_and_hash(path):
    if not path.exists():
        pytest.skip("tests/vendor is not part of an installed copy")
    entries = json.loads(path.read_text())
    for entry in entries:
        assert entry["name"]
        assert entry["version"]
        assert entry["licence"]
        file = path.parent / entry["file"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == entry["sha256"], entry["file"]
    listed = {(path.parent / entry["file"]).resolve() for entry in entries}
    there = {file.resolve() for file in path.parent.rglob("*") if file.is_file() and file != path}
    assert there <= listed


def test_no_style_sheet_reaches_outside_the_house():
    for sheet in (Path(__file__).parents[1] / "static").rglob("*.css"):
        assert "http" not in sheet.read_text().replace("http://www.w3.org", ""), sheet.name
        assert "@import" not in sheet.read_text(), sheet.name

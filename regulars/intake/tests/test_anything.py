"""Whatever bytes somebody hands over: rows, or a refusal with a sentence; never another exception."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.intake.mapping.columns import FIELDS, is_known
from regulars.intake.mapping.guessing import guess
from regulars.intake.reading import UnreadableFile, open_sheet
from regulars.intake.services import ImportOptions, import_files
from regulars.intake.tests.builders import a_business
from regulars.kit.errors import Refusal

pytestmark = pytest.mark.django_db
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}
HEADS = [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\x1f\x8b", b"BZh9", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"[", b"{",
         b'{"a": [', b"<", b"BEGIN:VCARD\n", b'["vcard",', b"sep=;\n", b"Name,Email,Total\n"]  # fmt: skip
NAMES = sorted({name for field in FIELDS.values() for name in field.names[:3]})
CELLS = st.one_of(
    st.text(max_size=20), st.integers().map(str), st.emails(), st.dates().map(str), st.floats().map(str), st.sampled_from(
        ["", "NULL", "=1+1", '"', "'", "0/0/00", "٣/٥/١٩٨٠", "99999999999999999999.99", "2026-02-30", "yes", "cancelled", "-5", "{", "a@b@c", "1,2,3"]
    ),
)  # fmt: skip
LINES = st.one_of(
    st.sampled_from(["BEGIN:VCARD", "END:VCARD", "VERSION:2.1", "N:;;", "AGENT:", "PHOTO;ENCODING=BASE64:", " folded", "=", "TEL:tel:+1;ext=2", "BDAY:--0230",
                     "ADR;LABEL=\"x:y\":;;;", "FN;ENCODING=QUOTED-PRINTABLE:=", "KIND:group", "MEMBER:urn:uuid:", "X-ABDATE:1604-02-29", "ORG:;;", "CATEGORIES:,\\,"]),
    st.text(max_size=40),
)  # fmt: skip


def check_taken_or_refused(path: Path) -> None:
    """Take a file in; what comes back is JSON whatever stood in the file."""
    try:
        answer = import_files([path], ImportOptions())
    except Refusal as refusal:
        assert refusal.sentence.endswith(".")  # noqa: PT017  # a refusal is as good as an answer
        assert "as it is. Save it again" not in refusal.sentence  # noqa: PT017  # said only where we failed ourselves
    else:
        assert all(row["reason"] for file in answer["files"] for row in file["refused_rows"])
        json.dumps(answer)


@settings(max_examples=150, **CALM)  # type: ignore[arg-type]
@given(head=st.sampled_from(HEADS), rest=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path: Path, head: bytes, rest: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(head + rest)
    with suppress(UnreadableFile):
        sheet = open_sheet(path, is_known)
        rows = list(sheet.rows())
        assert all(isinstance(cell, str) for _number, cells in rows for cell in cells)
        assert guess(sheet) == guess(open_sheet(path, is_known)), "the same bytes are understood in the same way"


@settings(max_examples=25, **CALM)  # type: ignore[arg-type]
@given(head=st.sampled_from(HEADS), rest=st.binary(max_size=200))
def test_any_bytes_are_taken_in_or_refused(tmp_path: Path, head: bytes, rest: bytes) -> None:
    a_business()
    path = tmp_path / "any"
    path.write_bytes(head + rest)
    check_taken_or_refused(path)


@settings(max_examples=25, **CALM)  # type: ignore[arg-type]
@given(
    header=st.lists(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), min_size=1, max_size=8),
    rows=st.lists(st.lists(CELLS, max_size=10), max_size=6),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    letters=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252", "latin-1"]),
)
def test_any_table_is_taken_in_or_refused(
    tmp_path: Path, header: list[str], rows: list[list[str]], separator: str, letters: str
) -> None:
    a_business()
    path = tmp_path / "any.csv"
    path.write_bytes("\n".join(separator.join(cells) for cells in [header, *rows]).encode(letters, "replace"))
    check_taken_or_refused(path)


@settings(max_examples=20, **CALM)  # type: ignore[arg-type]
@given(lines=st.lists(LINES, max_size=25))
def test_any_card_is_taken_in_or_refused(tmp_path: Path, lines: list[str]) -> None:
    a_business()
    path = tmp_path / "any.vcf"
    path.write_bytes("\n".join(["BEGIN:VCARD", *lines]).encode("utf-8", "replace"))
    check_taken_or_refused(path)


@settings(max_examples=20, **CALM)  # type: ignore[arg-type]
@given(whole=st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
                          lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES[:40]), inner, max_size=3), max_leaves=12))  # fmt: skip
def test_any_json_is_taken_in_or_refused(tmp_path: Path, whole: Any) -> None:
    a_business()
    path = tmp_path / "any.json"
    path.write_text(json.dumps([whole] if not isinstance(whole, dict | list) else whole))
    check_taken_or_refused(path)

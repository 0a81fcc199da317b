"""Builders for the tests of this room: a business to take files in for, and files of invented data."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZipFile

from regulars.intake.services import ImportOptions, import_files
from regulars.kit.business import Business, exists
from regulars.kit.services import set_up_business

HERE = Path(__file__).resolve()
BESIDE = [
    HERE.parents[up] / "shared" / "data" for up in (4, 5)
]  # beside the checkout, or beside the folder of checkouts
REAL = Path(os.environ.get("REGULARS_REAL_DATA") or next((place for place in BESIDE if place.exists()), BESIDE[0]))


def a_business(currency: str = "EUR", *, country: str = "DE", zone: str = "Europe/Berlin") -> None:
    """Set the business up, once a test."""
    if not exists():
        set_up_business(name="Lindenblatt", zone=zone, currency=currency, country=country)
    assert Business.objects.get(pk=1).currency == currency


def a_file(folder: Path, text: str | bytes, name: str = "export.csv", encoding: str = "utf-8") -> Path:
    """Write a file of invented data."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def taken_in(path: Path, **options: Any) -> dict[str, Any]:
    """Take in one file and return what became of it."""
    answer: dict[str, Any] = import_files([path], ImportOptions(**options))["files"][0]
    return answer


def reasons(answer: dict[str, Any]) -> dict[int, str]:
    """The refused rows of an answer, by number."""
    return {row["row"]: row["reason"] for row in answer["refused_rows"]}


def a_workbook(folder: Path, sheets: dict[str, list[list[str | float | date]]], name: str = "book.xlsx") -> Path:
    """Write a plain Excel workbook: texts, numbers, and days as Excel keeps them."""
    path = folder / name
    with ZipFile(path, "w") as book:
        for part, text in _parts(list(sheets)).items():
            book.writestr(part, text)
        for number, rows in enumerate(sheets.values(), start=1):
            cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
            book.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
            )
    return path


XML = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _cell(value: str | float | date) -> str:
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def _parts(names: list[str]) -> dict[str, str]:
    numbered = list(enumerate(names, start=1))
    sheets = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _name in numbered
    )
    styles = f'<Relationship Id="rId99" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{links}{styles}</Relationships>',
        "xl/styles.xml": f'{XML}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }

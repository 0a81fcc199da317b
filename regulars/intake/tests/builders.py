"""Builders for the tests of this room: a business to take files in for, and files of invented data."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZipFile

from django.db import models

from regulars.intake.models import Telling
from regulars.intake.services import ImportOptions, import_files
from regulars.kit.business import Business, exists
from regulars.kit.services import set_up_business
from regulars.people.models import (
    Consent,
    ConsentNow,
    Email,
    ExternalId,
    Occasion,
    Person,
    PersonKind,
    PersonTag,
    Phone,
    PostalAddress,
    SearchWord,
)
from regulars.purchases.models import DayTotals, Order, OrderLine, PersonTotals, Product, Refund

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


def some_first_sales(orders: int = 600, *, prefix: str = "F", first: int = 0) -> str:
    """Sales of people of whom much is said: two lines an order, some refunds, tags and days; every 40th names nobody."""
    rows = [
        "Order,Date,Email,Name,Phone,Street,City,Postcode,Total,Refunded amount,Item,Price,Accepts marketing,Birthday,Tags"
    ]
    for n in range(first, first + orders):
        who = n % 90
        told = f"p{who}@lindenblatt.example,Péa {who},+49 30 5550{who:03},Gasse {who},Berlin,10115"
        if n % 40 == 39:
            told = ",,,,,"
        back, day = "1.00" if n % 7 == 0 else "", n % 9 + 1
        rows.append(
            f"{prefix}{n},2026-02-0{day},{told},7.00,{back},“Scarf” {n % 5},4.00,{'yes' if n % 3 else 'no'},"
            f"1980-05-0{who % 9 + 1},tea{who % 4}"
        )
        rows.append(f"{prefix}{n},,,,,,,,,,Cup {n % 11},3.00,,,")
    return "\n".join(rows) + "\n"


BOOK: dict[type[models.Model], str] = {
    Order: "source reference person__full_name bought_on bought_at paid_amount refunded_amount is_cancelled content_hash",
    OrderLine: "order__reference position name quantity amount kind product__name",
    Refund: "order__reference reference refunded_on amount",
    Product: "name name_key sku kind",
    DayTotals: "on orders net_amount",
    PersonTotals: "person__full_name orders buying_days net_amount first_bought_on last_bought_on",
    Person: "full_name sort_name source is_bucket",
    Email: "person__full_name address normalised is_key is_primary",
    Phone: "person__full_name as_typed e164 name_key is_key is_primary",
    ExternalId: "person__full_name source external_id",
    PostalAddress: "person__full_name lines city postcode country is_primary",
    PersonKind: "person__full_name kind",
    SearchWord: "person__full_name word",
    PersonTag: "person__full_name tag__name",
    Occasion: "person__full_name kind month day year",
    Consent: "person__full_name channel purpose is_given basis wording source",
    ConsentNow: "person__full_name channel purpose is_given basis",
    Telling: "person__full_name source fingerprint",
}


def the_whole_book() -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a file of sales brings, without ids and moments of writing."""
    here: dict[type[models.Model], dict[str, Any]] = {
        PersonTotals: {"orders__gt": 0},
        Person: {"merged_into": None, "erased_at": None},
    }
    return {
        model.__name__: sorted(
            model._default_manager.filter(**here.get(model, {})).values_list(*columns.split()), key=repr
        )
        for model, columns in BOOK.items()
    }


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

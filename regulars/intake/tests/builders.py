"""Builders for the tests of this room: a business to take files in for, and files of invented data."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from regulars.intake.services import ImportOptions, import_files
from regulars.kit.business import Business, exists
from regulars.kit.services import set_up_business

REAL = Path(os.environ.get("REGULARS_TEST_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))


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

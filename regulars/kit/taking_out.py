"""Everything out of the house: every table as CSV and as JSON, with a page of words that says what is in which file.

Which tables there are is not written down here: a room that gets a new one has it in the export at once. Rows are read
by key, a few thousand at a time, so that a million people need no more memory than sixty. Left out are passwords,
tokens and keys, and what the machinery keeps for itself and builds anew.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import CompositePrimaryKey, Field, Model
from django.utils.translation import gettext as _

from regulars.kit import clock, jobs
from regulars.kit.business import business
from regulars.kit.cells import CsvSheet
from regulars.kit.errors import Refusal
from regulars.kit.secrets import EncryptedTextField

SLICE = 2000
OURS = "regulars."
MACHINERY = frozenset(
    {
        "kit.BackupRecord", "kit.Counter", "kit.HandlerCursor", "kit.Heartbeat", "kit.Job", "kit.Notice",
        "kit.Schedule", "kit.SetAside", "outreach.AccountUse", "outreach.LeavingToken", "people.SearchWord",
        "people.MovedRow", "intake.RunEffect",
    }
)  # fmt: skip
SECRET = frozenset({"password", "key_proof", "nonce", "lookup", "token", "secret", "lease_until", "leased_by"})
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One table to write: its file's name, what it holds in a sentence, its columns, its rows in their order."""

    name: str
    about: str
    columns: Sequence[str]
    rows: Callable[[], Iterable[Sequence[Any]]]


def sheets() -> list[Sheet]:
    """Return every table of every room, by room and name."""
    found = [model for model in apps.get_models() if _is_told(model)]
    return [_sheet(model) for model in sorted(found, key=lambda model: (model._meta.app_label, model.__name__))]


def _is_told(model: type[Model]) -> bool:
    is_ours = model.__module__.startswith(OURS) and model._meta.managed
    return is_ours and model._meta.label not in MACHINERY and not isinstance(model._meta.pk, CompositePrimaryKey)


def _sheet(model: type[Model]) -> Sheet:
    columns = [field.attname for field in model._meta.concrete_fields if _may_be_told(field)]
    about = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    if about.startswith(f"{model.__name__}("):
        about = ""
    return Sheet(f"tables/{model._meta.app_label}_{model._meta.model_name}", about, columns, _reader(model, columns))


def _may_be_told(field: Field[Any, Any]) -> bool:
    return field.attname not in SECRET and not isinstance(field, EncryptedTextField)


def _reader(model: type[Model], columns: Sequence[str]) -> Callable[[], Iterator[Sequence[Any]]]:
    """Read a table by key: each slice is a short read of its own, so that the database can put its log away between."""

    def rows() -> Iterator[Sequence[Any]]:
        key = model._meta.pk.attname
        everything = model._base_manager.order_by(key)
        last: Any = None
        while True:
            left = everything if last is None else everything.filter(**{f"{key}__gt": last})
            slice_ = list(left.values_list(key, *columns)[:SLICE])
            if not slice_:
                return
            for row in slice_:
                yield row[1:]
            last = slice_[-1][0]

    return rows


def take_out(target: Path, more: Sequence[Sheet] = ()) -> dict[str, int]:
    """Write everything into a new folder, or a .zip; returns how many rows each file holds.

    `more` stands first: the same again in a form made for people. Refuses a folder in which something lies already.
    Progress is reported to the job it runs in. What was begun and broke off leaves nothing under the target's name.
    """
    target = target.expanduser()
    is_zip = target.suffix.lower() == ".zip"
    if target.exists() and (is_zip or not target.is_dir() or any(target.iterdir())):
        raise Refusal(_("%(path)s is there already. Choose another name.") % {"path": target})
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as place:
        folder = Path(place)
        everything = [*more, *sheets()]
        if is_zip:
            return _as_zip(target, folder, everything)
        counts = _as_files(folder, everything)
        if target.exists():
            target.rmdir()
        folder.rename(target)
        folder.mkdir()
    return counts


def _as_files(folder: Path, everything: Sequence[Sheet]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for number, sheet in enumerate(everything):
        jobs.progress(number, len(everything), sheet.name)
        counts[sheet.name] = _write(folder, sheet)
    (folder / "README.txt").write_text(readme(everything, counts), encoding="utf-8")
    return counts


def _as_zip(target: Path, folder: Path, everything: Sequence[Sheet]) -> dict[str, int]:
    """Put one table after the other into the archive; only one of them lies unpacked at a time."""
    counts: dict[str, int] = {}
    half = folder / "half.zip"
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        half.chmod(0o600)
        for number, sheet in enumerate(everything):
            jobs.progress(number, len(everything), sheet.name)
            counts[sheet.name] = _write(folder, sheet)
            for ending in (".csv", ".json"):
                path = folder / f"{sheet.name}{ending}"
                archive.write(path, f"{sheet.name}{ending}")
                path.unlink()
        archive.writestr("README.txt", readme(everything, counts))
    half.replace(target)
    return counts


def _write(folder: Path, sheet: Sheet) -> int:
    """Write a table both ways in one reading."""
    path = folder / sheet.name
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with ExitStack() as files:
        as_csv = files.enter_context(path.with_name(f"{path.name}.csv").open("w", encoding="utf-8", newline=""))
        as_json = files.enter_context(path.with_name(f"{path.name}.json").open("w", encoding="utf-8"))
        rows = CsvSheet(as_csv, sheet.columns)
        as_json.write("[")
        for count, row in enumerate(sheet.rows(), start=1):
            rows.write(row)
            told = json.dumps(dict(zip(sheet.columns, row, strict=True)), ensure_ascii=False, default=_plain)
            as_json.write(f"{',' if count > 1 else ''}\n{told}")
        as_json.write("\n]\n")
    return count


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def readme(everything: Sequence[Sheet], counts: Mapping[str, int]) -> str:
    """Say in words what is in which file and how it is written."""
    title = _("Everything in the book of %(business)s") % {"business": business().name or "Regulars"}
    begin = _(
        "Taken out on %(day)s, while the shop was open. Each table is here twice: as CSV for a spreadsheet and as JSON"
        " for a program. Both say the same."
    ) % {"day": clock.today().isoformat()}
    csv_words = _(
        "The CSV files are UTF-8 with commas. Amounts have a point before the cents, days are written 2026-05-03,"
        " moments in UTC. So that no spreadsheet runs what a stranger typed, a text that begins with = + - @ or a tab"
        " (a phone number such as +49 too) has an apostrophe in front; a plain number such as -5.20 has not. Regulars"
        " takes the apostrophe off when it reads such a file; the JSON files have none."
    )
    left_out = _(
        "Not in here: passwords, keys and tokens, the words of the search and the to-do lists of the machinery, which"
        " are built anew. To move house, use a backup: it holds those too."
    )
    rows = "\n".join(_line(sheet, counts[sheet.name]) for sheet in everything)
    return f"{title}\n{'=' * len(title)}\n\n{begin}\n\n{csv_words}\n\n{left_out}\n\n{rows}\n"


def _line(sheet: Sheet, count: int) -> str:
    words = f" {sheet.about}" if sheet.about else ""
    return f"{sheet.name} ({count}):{words}\n    {', '.join(sheet.columns)}\n"
